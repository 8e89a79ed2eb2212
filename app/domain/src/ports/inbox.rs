use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::conversations::{ConversationList, ListQuery, Thread};
use crate::error::Result;
use crate::ids::{AttachmentId, ClientKey, ConversationId, MemberId, MessageId};
use crate::live::Presence;
use crate::members::Caller;
use crate::messages::{MessageRow, SendForm};
use crate::page::{Cursor, Page};
use crate::templates::TemplateRow;

/// The shared inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    async fn list(&self, caller: &Caller, query: ListQuery) -> Result<ConversationList>;

    /// A conversation with the newest page of its entries.
    async fn thread(&self, caller: &Caller, id: ConversationId) -> Result<Thread>;

    /// Entries before `before`, oldest first; `limit` from 1 to 100.
    async fn messages(
        &self,
        caller: &Caller,
        id: ConversationId,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<MessageRow>>;

    async fn message(&self, caller: &Caller, id: MessageId) -> Result<MessageRow>;

    /// The provider's ids of messages that have one, for programs that match them with the provider's records.
    async fn provider_ids(&self, caller: &Caller, ids: &[MessageId]) -> Result<Vec<(MessageId, String)>>;

    /// Queues a message, or answers why not (`Refused`). The same `client_key` again answers the first message.
    /// `Conflict` when a colleague answered after `seen`.
    async fn send(&self, caller: &Caller, form: SendForm) -> Result<MessageRow>;

    async fn send_template(&self, caller: &Caller, form: TemplateForm) -> Result<MessageRow>;

    /// Reacts to a message; `None` takes the reaction back.
    async fn react(&self, caller: &Caller, id: MessageId, emoji: Option<String>) -> Result<()>;

    /// Writes an internal note.
    async fn note(&self, caller: &Caller, id: ConversationId, body: String, key: ClientKey) -> Result<MessageRow>;

    async fn assign(&self, caller: &Caller, id: ConversationId, to: Option<MemberId>) -> Result<()>;

    async fn resolve(&self, caller: &Caller, id: ConversationId) -> Result<()>;

    async fn reopen(&self, caller: &Caller, id: ConversationId) -> Result<()>;

    /// Clears the unread count and lets the customer see that their messages were read.
    async fn mark_read(&self, caller: &Caller, id: ConversationId) -> Result<()>;

    /// Says that the caller has this conversation open (and types); holds for 40 seconds. Answers who else has.
    async fn be_present(&self, caller: &Caller, id: ConversationId, typing: bool) -> Result<Vec<Presence>>;

    /// Templates that can be sent in this conversation.
    async fn templates(&self, caller: &Caller, id: ConversationId) -> Result<Vec<TemplateRow>>;

    /// Stores a file for a message to come.
    async fn upload(&self, caller: &Caller, id: ConversationId, upload: Upload) -> Result<AttachmentId>;

    async fn download(&self, caller: &Caller, id: AttachmentId) -> Result<Download>;
}

/// A template with its places filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateForm {
    pub conversation: ConversationId,
    pub client_key: ClientKey,
    pub name: String,
    pub language: String,
    pub parameters: Vec<String>,
}

/// A file that a person attaches.
pub struct Upload {
    pub file_name: String,
    /// As the browser says; checked against the limits of its kind.
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// A stored file.
pub struct Download {
    pub file_name: Option<String>,
    pub mime: String,
    /// Its contents are of the kind that it claims to be, as far as that kind has a signature.
    pub genuine: bool,
    pub bytes: Vec<u8>,
}
