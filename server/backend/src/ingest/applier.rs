//! The loop that applies what the journal holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::live::Topic;
use domain::{ChannelId, JournalId, Timestamp, WorkspaceId};
use sqlx::{Connection, PgConnection, Postgres, Transaction};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::apply::{self, Context, Effects};
use super::quarantine;
use crate::Core;
use crate::db;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::{Incoming, Item, Provider};

/// Bodies of one batch.
const BATCH: i64 = 256;
/// How often to look without being called, for what a predecessor left.
const IDLE: Duration = Duration::from_secs(1);

/// Applies journalled bodies until told to stop.
pub struct Applier {
    core: Core,
    provider: Arc<dyn Provider>,
}

/// Where a number's items belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Route {
    workspace: WorkspaceId,
    channel: ChannelId,
    /// Whose signature is believed about the number.
    door: Option<Uuid>,
}

struct Body {
    id: JournalId,
    received_at: Timestamp,
    /// Whose signature the body carried.
    door: Option<Uuid>,
    items: Result<Vec<Incoming>, &'static str>,
}

/// One item with where it came from and where it goes.
struct Task<'a> {
    route: Route,
    body: &'a Body,
    incoming: &'a Incoming,
}

impl Applier {
    pub fn new(core: Core, provider: Arc<dyn Provider>) -> Self {
        Self { core, provider }
    }

    /// Runs until `stop`. A database that is away is waited for; nothing is lost meanwhile.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.round().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(fault) => tracing::warn!(error = %fault, "applying paused"),
            }
            tokio::select! {
                () = self.core.journal_bell.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Applies one batch and answers how many bodies it had. Public for tests, which drain by hand.
    pub async fn round(&mut self) -> Outcome<usize> {
        match self.batch(false).await {
            // It met another transaction: the same again, a little later.
            Err(fault) if fault.is_conflict() => self.batch(false).await,
            // One item spoils its batch: again, each item behind a savepoint.
            Err(fault) if !fault.is_connection() => self.batch(true).await,
            outcome => outcome,
        }
    }

    async fn batch(&self, careful: bool) -> Outcome<usize> {
        let mut tx = self.core.db.worker().begin().await?;
        match self.apply_batch(&mut tx, careful).await {
            Ok((bodies, effects)) => {
                tx.commit().await?;
                self.announce(effects);
                Ok(bodies)
            }
            Err(fault) => {
                // Waited for: the bodies stay locked until then, and who tries them again would skip them. A failure is that
                // of a connection which is gone, and its locks with it.
                let _ = tx.rollback().await;
                Err(fault)
            }
        }
    }

    async fn apply_batch(&self, tx: &mut Transaction<'static, Postgres>, careful: bool) -> Outcome<(usize, Effects)> {
        let now = self.core.clock.now();
        let bodies = self.take(tx).await?;
        let mut effects = Effects::default();
        if bodies.is_empty() {
            return Ok((0, effects));
        }
        let routes = routes(tx, &bodies).await?;
        for (route, tasks) in sort(&routes, &bodies) {
            db::enter(tx, route.workspace).await?;
            let context = Context::load(tx, route.workspace, route.channel, now).await?;
            apply::lock(tx, &context, tasks.iter().map(|task| task.incoming)).await?;
            for task in &tasks {
                self.apply(tx, &context, task, careful, &mut effects).await?;
            }
            touch_channel(tx, route, tasks.iter().map(|task| task.body.received_at).max()).await?;
        }
        finish(tx, &bodies, now).await?;
        Ok((bodies.len(), effects))
    }

    async fn take(&self, tx: &mut PgConnection) -> Outcome<Vec<Body>> {
        let rows = sqlx::query!(
            "select id, received_at, body, door from journal where applied_at is null
             order by received_at, id limit $1 for update skip locked",
            BATCH,
        )
        .fetch_all(tx)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Body {
                id: row.id.into(),
                received_at: row.received_at.to_jiff(),
                door: row.door,
                items: self.provider.parse(&row.body).map_err(|problem| problem.0),
            })
            .collect())
    }

    async fn apply(
        &self,
        tx: &mut Transaction<'static, Postgres>,
        context: &Context,
        task: &Task<'_>,
        careful: bool,
        effects: &mut Effects,
    ) -> Outcome<()> {
        metrics::counter!("parley_items_total", "kind" => task.incoming.item.kind()).increment(1);
        if let Item::Bad { reason, .. } = &task.incoming.item {
            return set_aside(tx, task, reason, context.now, effects).await;
        }
        if !careful {
            return apply::apply(tx, context, task.body.received_at, task.incoming, effects).await;
        }
        let mut savepoint = tx.begin().await?;
        let mut own = Effects::default();
        match apply::apply(&mut savepoint, context, task.body.received_at, task.incoming, &mut own).await {
            Ok(()) => {
                savepoint.commit().await?;
                effects.absorb(own);
                Ok(())
            }
            // Nothing is wrong with the item.
            Err(fault) if fault.is_connection() || fault.is_conflict() => Err(fault),
            Err(fault) => {
                savepoint.rollback().await?;
                set_aside(tx, task, &fault.to_string(), context.now, effects).await
            }
        }
    }

    fn announce(&self, effects: Effects) {
        for ((workspace, conversation), version) in effects.conversations {
            self.core.live.conversation(workspace, conversation, version);
        }
        for workspace in effects.channels {
            self.core.live.publish(workspace, Topic::Channels, 0);
        }
        if effects.queued {
            self.core.outbox_bell.notify_one();
        }
    }
}

/// Where the numbers of these bodies belong.
async fn routes(tx: &mut PgConnection, bodies: &[Body]) -> Outcome<HashMap<String, Route>> {
    let items = bodies.iter().filter_map(|body| body.items.as_ref().ok()).flatten();
    let numbers: BTreeSet<&str> = items.filter_map(|incoming| incoming.number.as_deref()).collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let rows = sqlx::query!(
        "select phone_number_id, workspace_id, channel_id, door from channel_route where phone_number_id = any($1)",
        &numbers as _,
    )
    .fetch_all(tx)
    .await?;
    let route =
        |workspace: Uuid, channel: Uuid, door| Route { workspace: workspace.into(), channel: channel.into(), door };
    Ok(rows.into_iter().map(|row| (row.phone_number_id, route(row.workspace_id, row.channel_id, row.door))).collect())
}

/// Groups items by channel, in the order in which they came. A body says nothing about numbers that its signature does not
/// stand for: else one workspace could put words into another's mouth.
fn sort<'a>(routes: &HashMap<String, Route>, bodies: &'a [Body]) -> Vec<(Route, Vec<Task<'a>>)> {
    let mut groups: BTreeMap<(Uuid, Uuid), (Route, Vec<Task<'a>>)> = BTreeMap::new();
    for body in bodies {
        let Ok(items) = &body.items else { continue };
        for incoming in items {
            let route = incoming.number.as_ref().and_then(|number| routes.get(number)).copied();
            let Some(route) = route else { continue };
            if route.door != body.door {
                metrics::counter!("parley_foreign_items_total").increment(1);
                continue;
            }
            let group = groups.entry((route.workspace.0, route.channel.0)).or_insert_with(|| (route, Vec::new()));
            group.1.push(Task { route, body, incoming });
        }
    }
    groups.into_values().collect()
}

async fn set_aside(
    tx: &mut PgConnection,
    task: &Task<'_>,
    reason: &str,
    now: Timestamp,
    effects: &mut Effects,
) -> Outcome<()> {
    tracing::warn!(journal = %task.body.id, kind = task.incoming.item.kind(), reason, "quarantined");
    metrics::counter!("parley_quarantined_total").increment(1);
    quarantine::keep(tx, task.route.workspace, task.route.channel, task.body.id, task.incoming, reason, now).await?;
    effects.channels.insert(task.route.workspace);
    Ok(())
}

async fn touch_channel(tx: &mut PgConnection, route: Route, at: Option<Timestamp>) -> Outcome<()> {
    sqlx::query!(
        "update channel set last_webhook_at = greatest(last_webhook_at, $3) where workspace_id = $1 and id = $2",
        route.workspace.0,
        route.channel.0,
        at.map(sql) as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks the batch as applied; bodies that no number could be found for keep a word why.
async fn finish(tx: &mut PgConnection, bodies: &[Body], now: Timestamp) -> Outcome<()> {
    let ids: Vec<Uuid> = bodies.iter().map(|body| body.id.0).collect();
    let problems: Vec<Option<&str>> = bodies.iter().map(|body| body.items.as_ref().err().copied()).collect();
    sqlx::query!(
        "update journal j set applied_at = $3, problem = e.problem
         from unnest($1::uuid[], $2::text[]) as e (id, problem) where j.id = e.id",
        &ids,
        &problems as _,
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(())
}
