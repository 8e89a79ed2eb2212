//! Items that could not be applied: kept with their reason, shown to the operator, tried again on demand.

use domain::{Caller, ChannelId, Error, JournalId, QuarantineId, Timestamp, WorkspaceId};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::apply::{self, Context, Effects};
use crate::Core;
use crate::audit::{self, Act, Action};
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::ids;
use crate::outbound::{Incoming, Item, Provider};

/// Puts an item aside.
pub(super) async fn keep(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    channel: ChannelId,
    journal: JournalId,
    incoming: &Incoming,
    reason: &str,
    now: Timestamp,
) -> Outcome<()> {
    let id: QuarantineId = ids::fresh();
    sqlx::query!(
        "insert into quarantine (workspace_id, id, journal_id, channel_id, kind, item, reason, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        workspace.0,
        id.0,
        journal.0,
        channel.0,
        incoming.item.kind(),
        storable(&incoming.raw),
        storable_text(reason),
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// PostgreSQL's `jsonb` takes no NUL; the journal keeps the original bytes.
fn storable(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(storable_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(storable).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (storable_text(key), storable(value))).collect())
        }
        other => other.clone(),
    }
}

fn storable_text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Tries an item again from its journalled body: every item of the body is applied once more, which changes nothing
/// for those that were applied before.
pub(crate) async fn replay(core: &Core, provider: &dyn Provider, caller: &Caller, id: QuarantineId) -> Outcome<()> {
    let (workspace, now) = (caller.workspace, core.clock.now());
    let mut tx = core.db.worker_scoped(workspace).await?;
    let row = sqlx::query!(
        "select q.journal_id, q.channel_id, q.kind, q.item from quarantine q
         where q.workspace_id = $1 and q.id = $2 and q.resolved_at is null for update",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let channel: ChannelId = row.channel_id.ok_or(Fault::Plain(Error::NotFound))?.into();
    let journal = sqlx::query!("select received_at, body from journal where id = $1", row.journal_id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::NotFound))?;
    let items = provider.parse(&journal.body).unwrap_or_default();
    let context = Context::load(&mut tx, workspace, channel, now).await?;
    let mut effects = Effects::default();
    let mut problem = None;
    for incoming in items.iter().filter(|incoming| storable(&incoming.raw) == row.item) {
        problem = match &incoming.item {
            Item::Bad { reason, .. } => Some(reason.clone()),
            _ => {
                let mut savepoint = tx.begin().await?;
                match apply::apply(&mut savepoint, &context, journal.received_at.to_jiff(), incoming, &mut effects)
                    .await
                {
                    Ok(()) => {
                        savepoint.commit().await?;
                        None
                    }
                    Err(fault) => {
                        savepoint.rollback().await?;
                        Some(fault.to_string())
                    }
                }
            }
        };
    }
    sqlx::query!(
        "update quarantine set attempts = attempts + 1, reason = coalesce($3, reason),
                resolved_at = case when $3::text is null then $4::timestamptz end
         where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        problem,
        sql(now),
    )
    .execute(&mut **tx)
    .await?;
    let act = Act::new(Action::QuarantineReplayed, id.0).with(json!({ "kind": row.kind, "read": problem.is_none() }));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    for ((workspace, conversation), version) in effects.conversations {
        core.live.conversation(workspace, conversation, version);
    }
    core.live.publish(workspace, domain::live::Topic::Channels, 0);
    Ok(())
}
