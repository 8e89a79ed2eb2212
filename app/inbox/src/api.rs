//! The inbox's server functions. Each translates and calls; none decides.
//!
//! Arguments are flat and textual, so that every one can be a plain form.

use domain::canned::CannedReply;
use domain::conversations::{ConversationList, Thread};
use domain::live::Presence;
use domain::messages::MessageRow;
use domain::page::Page;
use domain::templates::TemplateRow;
use domain::{ClientKey, ContactId, ConversationId, IdentityId, MessageId, TagId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::conversations::{ListQuery, THREAD_PAGE, View},
    domain::messages::SendForm,
    domain::page::Cursor,
    domain::ports::TemplateForm,
    ui::wire::{self, caller},
};

/// A thread, ready to be answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenThread {
    pub thread: Thread,
    /// An older page, read by a visitor without scripts: newer entries exist.
    pub detached: bool,
    /// The key of the message that the rendered form may send.
    pub key: ClientKey,
}

#[server(protocol = Lean)]
pub async fn list_conversations(view: String, search: String, after: String) -> Result<ConversationList, AppError> {
    let (caller, backend) = caller().await?;
    let query = ListQuery { view: View::parse(&view).unwrap_or_default(), search, after: cursor(after), limit: None };
    Ok(backend.inbox.list(&caller, query).await?)
}

#[server(protocol = Lean)]
pub async fn read_thread(conversation: ConversationId, before: String) -> Result<OpenThread, AppError> {
    let (caller, backend) = caller().await?;
    let mut thread = backend.inbox.thread(&caller, conversation).await?;
    let before = cursor(before);
    let detached = before.is_some();
    if detached {
        thread.messages = backend.inbox.messages(&caller, conversation, before, page()).await?;
    }
    Ok(OpenThread { thread, detached, key: wire::fresh_key() })
}

#[server(protocol = Lean)]
pub async fn older_messages(conversation: ConversationId, before: String) -> Result<Page<MessageRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.messages(&caller, conversation, cursor(before), page()).await?)
}

#[server(protocol = Lean)]
pub async fn send_message(
    conversation: ConversationId,
    client_key: ClientKey,
    body: String,
    attachment: String,
    reply_to: String,
    seen: String,
) -> Result<MessageRow, AppError> {
    let (caller, backend) = caller().await?;
    let form = SendForm {
        conversation,
        client_key,
        body,
        attachment: named(&attachment)?,
        reply_to: named(&reply_to)?,
        seen: named(&seen)?,
    };
    Ok(backend.inbox.send(&caller, form).await?)
}

/// `parameters` are one a line; a template's parameter cannot hold a line break.
#[server(protocol = Lean)]
pub async fn send_template(
    conversation: ConversationId,
    client_key: ClientKey,
    name: String,
    language: String,
    parameters: String,
) -> Result<MessageRow, AppError> {
    let (caller, backend) = caller().await?;
    let parameters = parameters.lines().map(str::to_owned).collect();
    let form = TemplateForm { conversation, client_key, name, language, parameters };
    Ok(backend.inbox.send_template(&caller, form).await?)
}

#[server(protocol = Lean)]
pub async fn templates(conversation: ConversationId) -> Result<Vec<TemplateRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.templates(&caller, conversation).await?)
}

#[server(protocol = Lean)]
pub async fn add_note(
    conversation: ConversationId,
    client_key: ClientKey,
    body: String,
) -> Result<MessageRow, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.note(&caller, conversation, body, client_key).await?)
}

/// An empty `emoji` takes the reaction back.
#[server(protocol = Lean)]
pub async fn react(message: MessageId, emoji: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.react(&caller, message, (!emoji.is_empty()).then_some(emoji)).await?)
}

/// An empty `member` takes the conversation from whoever has it.
#[server(protocol = Lean)]
pub async fn assign(conversation: ConversationId, member: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.assign(&caller, conversation, named(&member)?).await?)
}

#[server(protocol = Lean)]
pub async fn resolve(conversation: ConversationId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.resolve(&caller, conversation).await?)
}

#[server(protocol = Lean)]
pub async fn reopen(conversation: ConversationId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.reopen(&caller, conversation).await?)
}

#[server(protocol = Lean)]
pub async fn mark_read(conversation: ConversationId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.mark_read(&caller, conversation).await?)
}

#[server(protocol = Lean)]
pub async fn be_present(conversation: ConversationId, typing: bool) -> Result<Vec<Presence>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.inbox.be_present(&caller, conversation, typing).await?)
}

#[server(protocol = Lean)]
pub async fn rename_contact(contact: ContactId, name: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.contacts.rename(&caller, contact, name).await?)
}

/// A hidden number in full; the audit trail says who asked.
#[server(protocol = Lean)]
pub async fn reveal_number(contact: ContactId, identity: IdentityId) -> Result<String, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.contacts.reveal(&caller, contact, identity).await?)
}

#[server(protocol = Lean)]
pub async fn put_tag(contact: ContactId, tag: TagId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.tags.put(&caller, contact, tag).await?)
}

#[server(protocol = Lean)]
pub async fn take_off_tag(contact: ContactId, tag: TagId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.tags.take_off(&caller, contact, tag).await?)
}

#[server(protocol = Lean)]
pub async fn canned_replies() -> Result<Vec<CannedReply>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.canned.list(&caller).await?)
}

/// What an optional field holds. Text that cannot be read is refused: left out, the message would go without its file.
#[cfg(feature = "ssr")]
fn named<T: std::str::FromStr>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() { Ok(None) } else { wire::id(text).map(Some) }
}

#[cfg(feature = "ssr")]
fn cursor(text: String) -> Option<Cursor> {
    (!text.is_empty()).then_some(Cursor(text))
}

#[cfg(feature = "ssr")]
fn page() -> u32 {
    u32::try_from(THREAD_PAGE).unwrap_or(50)
}
