//! The facts that the gate weighs, read in the transaction that acts on the decision.

use domain::channel::ChannelState;
use domain::consent::{Consent, ConsentState, Purpose};
use domain::gate::{Facts, SERVICE_WINDOW_HOURS};
use domain::{ContactId, ConversationId, Error, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fault::{Fault, Outcome};

/// When the service window that opened at `last_inbound` closes.
pub fn window_end(last_inbound: Option<Timestamp>) -> Option<Timestamp> {
    last_inbound.and_then(|at| at.checked_add(SignedDuration::from_hours(SERVICE_WINDOW_HOURS)).ok())
}

/// Reads the facts about one conversation. The conversation's row is locked against a concurrent opt-out,
/// so that a message admitted here was allowed at its commit.
pub async fn facts(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    conversation: ConversationId,
    now: Timestamp,
) -> Outcome<Facts> {
    let row = sqlx::query!(
        r#"select ch.state, ch.kind, ct.restricted, (ct.sample or ch.kind = 'sample') as "sample!", ct.id as contact_id, c.last_inbound_at, c.last_request_at,
                  exists(select 1 from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.contact_id
                         and i.retired_at is null) as "reachable!"
           from conversation c
           join channel ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
           join contact ct on ct.workspace_id = c.workspace_id and ct.id = c.contact_id
           where c.workspace_id = $1 and c.id = $2
           for no key update of c"#,
        workspace.0,
        conversation.0,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let consents = sqlx::query!(
        "select co.purpose, co.state, co.since
         from consent co
         join identity i on i.workspace_id = co.workspace_id and i.id = co.identity_id
         where co.workspace_id = $1 and i.contact_id = $2 and co.channel_kind = $3",
        workspace.0,
        row.contact_id,
        row.kind,
    )
    .fetch_all(&mut *tx)
    .await?;
    let strictest = |purpose: Purpose| {
        consents
            .iter()
            .filter(|consent| consent.purpose == purpose.as_str())
            .filter_map(|consent| {
                Some(Consent { state: ConsentState::parse(&consent.state)?, since: consent.since.to_jiff() })
            })
            .fold(None, |all, one| Consent::strictest(all, Some(one)))
            .map(Into::into)
    };
    Ok(Facts {
        now,
        sample: row.sample,
        channel: ChannelState::parse(&row.state).unwrap_or(ChannelState::Disconnected),
        reachable: row.reachable,
        restricted: row.restricted,
        marketing: strictest(Purpose::Marketing),
        service: strictest(Purpose::Service),
        window_expires_at: window_end(row.last_inbound_at.map(|at| at.to_jiff())),
        last_request_at: row.last_request_at.map(|at| at.to_jiff()),
    })
}

/// Locks conversations before anything else of theirs is touched, in the one order that every batch takes (channel, id):
/// two batches that touch the same ones then wait for each other and cannot deadlock.
pub(crate) async fn lock(tx: &mut PgConnection, workspace: WorkspaceId, conversations: &[Uuid]) -> Outcome<()> {
    sqlx::query!(
        r#"select 1 as "one!" from conversation where workspace_id = $1 and id = any($2)
           order by channel_id, id for no key update"#,
        workspace.0,
        conversations,
    )
    .fetch_all(tx)
    .await?;
    Ok(())
}

/// The same for all conversations of a contact.
pub(crate) async fn lock_of(tx: &mut PgConnection, workspace: WorkspaceId, contact: ContactId) -> Outcome<()> {
    sqlx::query!(
        r#"select 1 as "one!" from conversation where workspace_id = $1 and contact_id = $2
           order by channel_id, id for no key update"#,
        workspace.0,
        contact.0,
    )
    .fetch_all(tx)
    .await?;
    Ok(())
}

/// Binds a time for SQL.
pub(crate) fn sql(at: Timestamp) -> jiff_sqlx::Timestamp {
    at.to_sqlx()
}
