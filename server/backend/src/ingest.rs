//! What comes in: durable first, applied after.
//!
//! [`Journal`] makes a webhook body durable (group commit) before anybody answers 200. The [`Applier`] takes waiting
//! bodies apart and applies their items in batches: idempotent, in any order, one transaction a batch. When an item
//! fails, the batch is done again with a savepoint around each item and the bad one goes to quarantine.

mod applier;
mod apply;
mod journal;
mod message;
mod quarantine;

pub use applier::Applier;
pub use journal::Journal;
pub(crate) use message::author;
pub(crate) use quarantine::replay;

use domain::{ChannelId, ConversationId, Timestamp, WorkspaceId};
use sqlx::PgConnection;

use crate::fault::{Fault, Outcome};
use crate::outbound::{InboundMessage, Incoming, Item};

/// Applies one invented message as if it had come at `at`, for the demonstration's history.
pub(crate) async fn seed_message(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    channel: ChannelId,
    at: Timestamp,
    message: &InboundMessage,
) -> Outcome<ConversationId> {
    let context = apply::Context::load(tx, workspace, channel, at).await?;
    let incoming =
        Incoming { number: None, item: Item::Message(Box::new(message.clone())), raw: serde_json::Value::Null };
    let mut effects = apply::Effects::default();
    apply::apply(tx, &context, at, &incoming, &mut effects).await?;
    let conversation = effects.conversations.into_keys().next();
    conversation.map(|(_, id)| id).ok_or_else(|| Fault::internal("a seeded message was there already"))
}
