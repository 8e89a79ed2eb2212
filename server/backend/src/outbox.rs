//! The only way out.
//!
//! [`admit`] asks the gate and, on yes, writes permit, message and outbox row in one transaction; nothing else
//! writes an outgoing message, and the database refuses one without its permit. The [`dispatch`] loop claims in
//! batches, asks the gate again, makes `posting` durable, posts, and records what came of it.
//!
//! States: `queued → claimed → posting → accepted | failed | in_doubt`. A lease that ran out in `claimed` goes back
//! to `queued` (nothing left yet); in `posting` it becomes `in_doubt`, settled by the status that echoes our id and
//! never repeated (ARCHITECTURE.md, «Nothing doubled»).

mod claim;
pub mod dispatch;
pub(crate) mod settle;

use domain::conversations::ConversationStatus;
use domain::gate::{Intent, decide};
use domain::messages::{Content, Quote, Sender};
use domain::status::DeliveryStatus;
use domain::{ClientKey, ConversationId, MessageId, PermitId, Timestamp, WorkspaceId};
use sqlx::PgConnection;

use crate::fault::Outcome;
use crate::gate::{self, sql};
use crate::ids;
use crate::outbound::{Line, Payload};

/// A message to a customer that nobody has allowed yet.
pub struct Draft {
    pub conversation: ConversationId,
    pub intent: Intent,
    pub sender: Sender,
    pub content: Content,
    pub payload: Payload,
    pub client_key: Option<ClientKey>,
    /// What is quoted: its provider id and how the quote looks.
    pub reply: Option<(String, Quote)>,
    /// False for reactions, which are no bubble of the thread.
    pub shown: bool,
}

/// A message that the gate allowed and whose `posting` is durable. Only this crate's dispatcher makes one:
///
/// ```compile_fail
/// let forged = backend::outbox::Admitted { message: todo!(), line: todo!(), address: todo!(), payload: todo!(),
///     reply_to: None, file: None };
/// ```
#[derive(Clone, Debug)]
pub struct Admitted {
    message: MessageId,
    line: Line,
    address: Address,
    payload: Payload,
    reply_to: Option<String>,
    file: Option<bytes::Bytes>,
}

/// How the recipient is addressed (contract 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Phone(String),
    Bsuid(String),
}

impl Admitted {
    /// Our id of it, echoed by every status (`biz_opaque_callback_data`).
    pub fn message(&self) -> MessageId {
        self.message
    }

    /// The number that sends, and the right to.
    pub fn line(&self) -> &Line {
        &self.line
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The provider's id of the quoted message.
    pub fn reply_to(&self) -> Option<&str> {
        self.reply_to.as_deref()
    }

    /// The bytes of an attachment, already read.
    pub fn file(&self) -> Option<&bytes::Bytes> {
        self.file.as_ref()
    }
}

/// Asks the gate and, on yes, queues the message. The refusal is the person's answer; nothing is written then.
///
/// Admission takes the conversation's row lock, so an opt-out that commits first is seen.
pub async fn admit(tx: &mut PgConnection, workspace: WorkspaceId, draft: Draft, now: Timestamp) -> Outcome<MessageId> {
    let facts = gate::facts(tx, workspace, draft.conversation, now).await?;
    let grounds = decide(&facts, draft.intent)?;
    let (message, permit): (MessageId, PermitId) = (ids::fresh(), ids::fresh());
    sqlx::query!(
        "insert into permit (workspace_id, id, message_id, purpose, grounds, facts, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        workspace.0,
        permit.0,
        message.0,
        draft.intent.purpose().as_str(),
        grounds.as_str(),
        serde_json::json!({ "facts": facts, "intent": draft.intent }),
        sql(now),
    )
    .execute(&mut *tx)
    .await?;
    let (reply_provider_id, quote) = draft.reply.unzip();
    sqlx::query!(
        "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, payload, shown,
                client_key, quote, reply_provider_id, status, permit_id, created_at)
         select c.workspace_id, $2, c.id, c.channel_id, 'out', $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $5
         from conversation c where c.workspace_id = $1 and c.id = $3",
        workspace.0,
        message.0,
        draft.conversation.0,
        serde_json::to_value(&draft.sender)?,
        sql(now),
        serde_json::to_value(&draft.content)?,
        serde_json::to_value(&draft.payload)?,
        draft.shown,
        draft.client_key.map(|key| key.0),
        quote.map(serde_json::to_value).transpose()?,
        reply_provider_id,
        permit.0,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into outbox (workspace_id, message_id, channel_id, conversation_id, not_before, updated_at)
         select c.workspace_id, $3, c.channel_id, c.id, $4, $4 from conversation c where c.workspace_id = $1 and c.id = $2",
        workspace.0,
        draft.conversation.0,
        message.0,
        sql(now),
    )
    .execute(&mut *tx)
    .await?;
    if draft.shown {
        show_in_list(tx, workspace, draft.conversation, message, &draft.content, now).await?;
    }
    Ok(message)
}

/// The conversation's row shows what was just said. An answer to a resolved conversation reopens nothing.
async fn show_in_list(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    conversation: ConversationId,
    message: MessageId,
    content: &Content,
    now: Timestamp,
) -> Outcome<()> {
    sqlx::query!(
        "update conversation set last_line = $3, last_direction = 'out', last_message_id = $4, last_status = $5,
                last_at = greatest(last_at, $6), version = version + 1
         where workspace_id = $1 and id = $2",
        workspace.0,
        conversation.0,
        content.preview(),
        message.0,
        DeliveryStatus::Queued.rank(),
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The word stored for a conversation's status.
pub(crate) fn status_word(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Open => "open",
        ConversationStatus::Resolved => "resolved",
    }
}
