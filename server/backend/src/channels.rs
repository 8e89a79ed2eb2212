//! The operator's view of the connected numbers.

use std::sync::Arc;

use async_trait::async_trait;
use domain::channel::{ChannelHealth, ChannelReport, ChannelState, Lag, Quarantined};
use domain::{Caller, Permission, QuarantineId, ports};

use crate::Core;
use crate::contacts::international;
use crate::fault::Outcome;
use crate::ingest;
use crate::outbound::Provider;

/// [`ports::Channels`] over PostgreSQL.
pub struct ChannelsPort {
    core: Core,
    provider: Arc<dyn Provider>,
}

impl ChannelsPort {
    pub fn new(core: Core, provider: Arc<dyn Provider>) -> Self {
        Self { core, provider }
    }

    async fn report(&self, caller: &Caller) -> Outcome<ChannelReport> {
        caller.require(Permission::ManageChannels)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let channels = sqlx::query!(
            r#"select c.id, c.name, c.display_number, c.phone_number_id, c.state, c.connection_id, c.last_webhook_at,
                  (select count(*) from outbox o where o.workspace_id = c.workspace_id and o.channel_id = c.id
                    and o.state in ('queued', 'claimed', 'posting')) as "queued!",
                  (select count(*) from outbox o where o.workspace_id = c.workspace_id and o.channel_id = c.id
                    and o.state = 'in_doubt') as "in_doubt!",
                  (select count(*) from quarantine q where q.workspace_id = c.workspace_id and q.channel_id = c.id
                    and q.resolved_at is null) as "quarantined!"
               from channel c where c.workspace_id = $1 and c.kind <> 'sample' order by c.created_at"#,
            tx.workspace.0,
        )
        .fetch_all(&mut **tx)
        .await?;
        let quarantine = sqlx::query!(
            "select id, journal_id, channel_id, received_at, kind, reason, attempts from quarantine
             where workspace_id = $1 and resolved_at is null order by received_at desc limit 100",
            tx.workspace.0,
        )
        .fetch_all(&mut **tx)
        .await?;
        Ok(ChannelReport {
            channels: channels
                .into_iter()
                .map(|row| ChannelHealth {
                    id: row.id.into(),
                    name: row.name,
                    display_number: international(row.display_number.trim_start_matches('+')),
                    phone_number_id: row.phone_number_id,
                    state: ChannelState::parse(&row.state).unwrap_or(ChannelState::Disconnected),
                    connection: row.connection_id.map(Into::into),
                    last_webhook_at: row.last_webhook_at.map(|at| at.to_jiff()),
                    queued: row.queued,
                    in_doubt: row.in_doubt,
                    quarantined: row.quarantined,
                })
                .collect(),
            lag: lag(&self.core).await?,
            quarantine: quarantine
                .into_iter()
                .map(|row| Quarantined {
                    id: row.id.into(),
                    journal: row.journal_id.into(),
                    channel: row.channel_id.map(Into::into),
                    received_at: row.received_at.to_jiff(),
                    kind: row.kind,
                    reason: row.reason,
                    attempts: row.attempts,
                })
                .collect(),
        })
    }
}

/// How far applying is behind receiving. Counts only, of all workspaces together.
pub async fn lag(core: &Core) -> Outcome<Lag> {
    let row = sqlx::query!(
        r#"select count(*) as "waiting!", min(received_at) as oldest from journal where applied_at is null"#
    )
    .fetch_one(core.db.worker())
    .await?;
    let oldest_seconds = row.oldest.map_or(0, |at| core.clock.now().as_second() - at.to_jiff().as_second());
    Ok(Lag { waiting: row.waiting, oldest_seconds: oldest_seconds.max(0) })
}

#[async_trait]
impl ports::Channels for ChannelsPort {
    async fn report(&self, caller: &Caller) -> domain::Result<ChannelReport> {
        Ok(self.report(caller).await?)
    }

    async fn replay(&self, caller: &Caller, id: QuarantineId) -> domain::Result<()> {
        caller.require(Permission::ManageChannels)?;
        Ok(ingest::replay(&self.core, self.provider.as_ref(), caller, id).await?)
    }
}
