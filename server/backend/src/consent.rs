//! Writing the consent ledger and its fold.

use domain::consent::{ConsentState, Purpose};
use domain::{IdentityId, Timestamp};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fault::Outcome;
use crate::gate::sql;
use crate::ids;

/// One event of the ledger.
pub struct Event<'a> {
    pub workspace: Uuid,
    pub identity: IdentityId,
    pub channel_kind: &'a str,
    pub purpose: Purpose,
    pub state: ConsentState,
    /// How: `keyword`, `whatsapp_preference`, `provider_131050`, …
    pub method: &'a str,
    pub evidence: Value,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
}

/// Appends an event and folds it into the state: the later wins, and of equally old ones the revocation
/// (domain::consent::Consent::fold, in SQL). The same event again changes nothing. Answers whether it was new.
pub async fn record(tx: &mut PgConnection, event: Event<'_>) -> Outcome<bool> {
    let id: Uuid = ids::fresh();
    let inserted = sqlx::query!(
        "insert into consent_event
            (workspace_id, id, identity_id, channel_kind, purpose, action, method, evidence, occurred_at, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict do nothing",
        event.workspace,
        id,
        event.identity.0,
        event.channel_kind,
        event.purpose.as_str(),
        event.state.as_str(),
        event.method,
        event.evidence,
        sql(event.occurred_at),
        sql(event.recorded_at),
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into consent as c (workspace_id, identity_id, channel_kind, purpose, state, since, method)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (workspace_id, identity_id, channel_kind, purpose) do update
         set state = excluded.state, since = excluded.since, method = excluded.method
         where excluded.since > c.since or (excluded.since = c.since and excluded.state = 'revoked')",
        event.workspace,
        event.identity.0,
        event.channel_kind,
        event.purpose.as_str(),
        event.state.as_str(),
        sql(event.occurred_at),
        event.method,
    )
    .execute(&mut *tx)
    .await?;
    Ok(true)
}
