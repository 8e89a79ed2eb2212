//! Claiming what is due, with leases that fence out whoever held it before.

use domain::{ChannelId, ConversationId, MessageId, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::fault::Outcome;
use crate::gate::sql;

/// How long a claim holds. Longer than any attempt may take (the provider's time limit is shorter).
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// A message that this process may send, as long as its fence is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub workspace: WorkspaceId,
    pub message: MessageId,
    pub channel: ChannelId,
    pub conversation: ConversationId,
    pub fence: i64,
    pub attempt: i32,
}

/// Claims up to `limit` due messages: of each conversation only the first that has not left, so that its order is
/// kept, and none of the channels that are held back.
pub(super) async fn claim(pool: &PgPool, held_back: &[Uuid], limit: i64, now: Timestamp) -> Outcome<Vec<Claim>> {
    let rows = sqlx::query!(
        "update outbox o
         set state = 'claimed', fence = o.fence + 1, attempt = o.attempt + 1, lease_until = $2, updated_at = $1
         from (select q.workspace_id, q.message_id from outbox q
               where q.state = 'queued' and q.not_before <= $1 and q.channel_id <> all($3)
                 and not exists (select 1 from outbox e where e.conversation_id = q.conversation_id and e.seq < q.seq
                                 and e.state in ('queued', 'claimed', 'posting'))
               order by q.seq limit $4 for update skip locked) due
         where o.workspace_id = due.workspace_id and o.message_id = due.message_id
         returning o.workspace_id, o.message_id, o.channel_id, o.conversation_id, o.fence, o.attempt",
        sql(now),
        sql(now.checked_add(LEASE).unwrap_or(now)),
        held_back,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Claim {
            workspace: row.workspace_id.into(),
            message: row.message_id.into(),
            channel: row.channel_id.into(),
            conversation: row.conversation_id.into(),
            fence: row.fence,
            attempt: row.attempt,
        })
        .collect())
}

/// Hands back what its holder knows not to have posted: the process stops, or the preparation failed. The preparation's
/// commit may have arrived all the same, so `posting` is taken back too; the fence proves that it is this claim's.
pub(super) async fn hand_back(pool: &PgPool, claims: &[Claim], now: Timestamp) -> Outcome<()> {
    let messages: Vec<Uuid> = claims.iter().map(|claim| claim.message.0).collect();
    let fences: Vec<i64> = claims.iter().map(|claim| claim.fence).collect();
    sqlx::query!(
        "update outbox o set state = 'queued', lease_until = null, updated_at = $3
         from unnest($1::uuid[], $2::bigint[]) as c (message_id, fence)
         where o.message_id = c.message_id and o.fence = c.fence and o.state in ('claimed', 'posting')",
        &messages,
        &fences,
        sql(now),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A message that a holder posted before its lease ran out.
pub(super) struct Expired {
    pub workspace: WorkspaceId,
    pub message: MessageId,
    pub conversation: ConversationId,
}

/// Takes care of leases whose holder is gone. Claimed and not posted: back in the queue. What was posted is answered, to
/// be doubted together with its message.
pub(super) async fn expire(pool: &PgPool, now: Timestamp) -> Outcome<Vec<Expired>> {
    sqlx::query!(
        "update outbox set state = 'queued', lease_until = null, updated_at = $1 where state = 'claimed' and lease_until < $1",
        sql(now),
    )
    .execute(pool)
    .await?;
    let rows = sqlx::query!(
        "select workspace_id, message_id, conversation_id from outbox where state = 'posting' and lease_until < $1",
        sql(now),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Expired {
            workspace: row.workspace_id.into(),
            message: row.message_id.into(),
            conversation: row.conversation_id.into(),
        })
        .collect())
}

/// Puts one of them in doubt, unless it was settled meanwhile.
pub(super) async fn doubt(tx: &mut PgConnection, expired: &Expired, now: Timestamp) -> Outcome<bool> {
    let done = sqlx::query!(
        "update outbox set state = 'in_doubt', error_class = 'lease_expired', lease_until = null, updated_at = $3
         where workspace_id = $1 and message_id = $2 and state = 'posting' and lease_until < $3",
        expired.workspace.0,
        expired.message.0,
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// After a restart nobody else holds a lease: what the predecessor left need not wait until it runs out.
pub(super) async fn expire_all(pool: &PgPool, now: Timestamp) -> Outcome<()> {
    sqlx::query!(
        "update outbox set lease_until = $1 where state in ('claimed', 'posting')",
        sql(now - SignedDuration::from_secs(1))
    )
    .execute(pool)
    .await?;
    Ok(())
}
