//! The shared inbox: reading, sending, and handling conversations.

pub(crate) mod contents;
mod files;
mod list;
mod manage;
mod presence;
mod send;
mod templates;
mod thread;

use std::sync::Arc;

use async_trait::async_trait;
use domain::conversations::{ConversationList, ListQuery, Thread};
use domain::live::Presence;
use domain::messages::{MessageRow, SendForm};
use domain::page::{Cursor, Page};
use domain::ports::{self, Download, TemplateForm, Upload};
use domain::templates::TemplateRow;
use domain::{AttachmentId, Caller, ClientKey, ConversationId, MemberId, MessageId, Permission, Result};

use crate::Core;
use crate::outbound::Provider;

/// [`ports::Inbox`] over PostgreSQL.
pub struct InboxPort {
    core: Core,
    provider: Arc<dyn Provider>,
    presence: presence::Board,
}

impl InboxPort {
    pub fn new(core: Core, provider: Arc<dyn Provider>) -> Self {
        Self { core, provider, presence: presence::Board::default() }
    }
}

#[async_trait]
impl ports::Inbox for InboxPort {
    async fn list(&self, caller: &Caller, query: ListQuery) -> Result<ConversationList> {
        caller.require(Permission::ReadConversations)?;
        Ok(list::list(&self.core, caller, query).await?)
    }

    async fn thread(&self, caller: &Caller, id: ConversationId) -> Result<Thread> {
        caller.require(Permission::ReadConversations)?;
        Ok(thread::open(&self.core, caller, id).await?)
    }

    async fn messages(
        &self,
        caller: &Caller,
        id: ConversationId,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<MessageRow>> {
        caller.require(Permission::ReadConversations)?;
        Ok(thread::messages(&self.core, caller, id, before, limit).await?)
    }

    async fn message(&self, caller: &Caller, id: MessageId) -> Result<MessageRow> {
        caller.require(Permission::ReadConversations)?;
        Ok(thread::message(&self.core, caller, id).await?)
    }

    async fn provider_ids(&self, caller: &Caller, ids: &[MessageId]) -> Result<Vec<(MessageId, String)>> {
        caller.require(Permission::ReadConversations)?;
        Ok(thread::provider_ids(&self.core, caller, ids).await?)
    }

    async fn send(&self, caller: &Caller, form: SendForm) -> Result<MessageRow> {
        caller.require(Permission::SendMessages)?;
        Ok(send::send(&self.core, caller, form).await?)
    }

    async fn send_template(&self, caller: &Caller, form: TemplateForm) -> Result<MessageRow> {
        caller.require(Permission::SendMessages)?;
        Ok(templates::send(&self.core, caller, form).await?)
    }

    async fn react(&self, caller: &Caller, id: MessageId, emoji: Option<String>) -> Result<()> {
        caller.require(Permission::SendMessages)?;
        Ok(send::react(&self.core, caller, id, emoji).await?)
    }

    async fn note(&self, caller: &Caller, id: ConversationId, body: String, key: ClientKey) -> Result<MessageRow> {
        caller.require(Permission::SendMessages)?;
        Ok(send::note(&self.core, caller, id, &body, key).await?)
    }

    async fn assign(&self, caller: &Caller, id: ConversationId, to: Option<MemberId>) -> Result<()> {
        caller.require(Permission::ManageConversations)?;
        Ok(manage::assign(&self.core, caller, id, to).await?)
    }

    async fn resolve(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        caller.require(Permission::ManageConversations)?;
        Ok(manage::set_status(&self.core, caller, id, domain::conversations::ConversationStatus::Resolved).await?)
    }

    async fn reopen(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        caller.require(Permission::ManageConversations)?;
        Ok(manage::set_status(&self.core, caller, id, domain::conversations::ConversationStatus::Open).await?)
    }

    async fn mark_read(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        caller.require(Permission::SendMessages)?;
        Ok(manage::mark_read(&self.core, &self.provider, caller, id).await?)
    }

    async fn be_present(&self, caller: &Caller, id: ConversationId, typing: bool) -> Result<Vec<Presence>> {
        caller.require(Permission::ReadConversations)?;
        Ok(presence::be_present(&self.core, &self.provider, &self.presence, caller, id, typing).await?)
    }

    async fn templates(&self, caller: &Caller, id: ConversationId) -> Result<Vec<TemplateRow>> {
        caller.require(Permission::ReadConversations)?;
        Ok(templates::list(&self.core, &self.provider, caller, id).await?)
    }

    async fn upload(&self, caller: &Caller, id: ConversationId, upload: Upload) -> Result<AttachmentId> {
        caller.require(Permission::SendMessages)?;
        Ok(files::upload(&self.core, caller, id, upload).await?)
    }

    async fn download(&self, caller: &Caller, id: AttachmentId) -> Result<Download> {
        caller.require(Permission::ReadConversations)?;
        Ok(files::download(&self.core, caller, id).await?)
    }
}
