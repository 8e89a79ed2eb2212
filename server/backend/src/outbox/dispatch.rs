//! The loop that sends: claim, look again, make `posting` durable, post, write down.

mod pace;
mod prepare;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::messages::Failure;
use domain::{Timestamp, WorkspaceId};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::claim::{self, Claim};
use super::settle;
use crate::Core;
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::{self, sql};
use crate::outbound::{Effect, Provider, SendOutcome, Wait};
use crate::secret;
use pace::Pace;

/// Messages claimed at once, and posts in flight at once.
const BATCH: i64 = 64;
/// How long to sleep when nothing is due and nobody rings.
const IDLE: Duration = Duration::from_secs(1);

/// How long to wait before what is known is written down once more.
const AGAIN: Duration = Duration::from_millis(250);

/// A post with what came of it.
type Done = (Claim, SendOutcome);

/// Sends what is admitted, until told to stop. On stop, claims that did not leave go back.
pub struct Dispatcher {
    core: Core,
    provider: Arc<dyn Provider>,
    pace: Pace,
    /// Claims whose preparation failed: not posted, and still held in the table.
    unposted: Vec<Claim>,
}

impl Dispatcher {
    pub fn new(core: Core, provider: Arc<dyn Provider>) -> Self {
        Self { core, provider, pace: Pace::default(), unposted: Vec::new() }
    }

    /// Runs until `stop`. A database that is away is waited for.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut recovered = false;
        while !stop.is_cancelled() {
            if !recovered {
                recovered = self.recover().await.is_ok();
            }
            let worked = match self.round(&stop).await {
                Ok(worked) => worked,
                Err(fault) => {
                    tracing::warn!(error = %fault, "sending paused");
                    // Whatever is still leased was ours and is no longer under way.
                    recovered = false;
                    false
                }
            };
            if !worked {
                tokio::select! {
                    () = self.core.outbox_bell.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }

    /// Ends all leases. Between two rounds nobody holds one: there is one dispatcher.
    async fn recover(&mut self) -> Outcome<()> {
        let now = self.core.clock.now();
        if !self.unposted.is_empty() {
            claim::hand_back(self.core.db.worker(), &self.unposted, now).await?;
            self.unposted.clear();
        }
        claim::expire_all(self.core.db.worker(), now).await
    }

    /// One claim and its posts. Answers whether there was anything to do. Public for tests, which drain by hand.
    pub async fn round(&mut self, stop: &CancellationToken) -> Outcome<bool> {
        let now = self.core.clock.now();
        self.settle_expired(now).await?;
        let held_back = self.pace.held_back(now);
        let claims = claim::claim(self.core.db.worker(), &held_back, BATCH, now).await?;
        if claims.is_empty() {
            return Ok(false);
        }
        if stop.is_cancelled() {
            claim::hand_back(self.core.db.worker(), &claims, now).await?;
            return Ok(false);
        }
        for (workspace, claims) in by_workspace(claims) {
            self.send_all(workspace, &claims, stop).await?;
        }
        Ok(true)
    }

    async fn settle_expired(&self, now: Timestamp) -> Outcome<()> {
        for expired in claim::expire(self.core.db.worker(), now).await? {
            // Both rows in one transaction: a message in doubt never says that it is on its way.
            let mut tx = self.core.db.worker_scoped(expired.workspace).await?;
            gate::lock(&mut tx, expired.workspace, &[expired.conversation.0]).await?;
            if claim::doubt(&mut tx, &expired, now).await? {
                let changed = settle::in_doubt(&mut tx, expired.workspace, expired.message, now).await?;
                tx.commit().await?;
                self.tell(expired.workspace, changed);
            }
        }
        Ok(())
    }

    async fn send_all(&mut self, workspace: WorkspaceId, claims: &[Claim], stop: &CancellationToken) -> Outcome<()> {
        let prepared = match prepare::prepare(&self.core, workspace, claims).await {
            Ok(prepared) => prepared,
            Err(fault) => {
                self.unposted.extend_from_slice(claims);
                return Err(fault);
            }
        };
        for changed in prepared.refused {
            self.tell(workspace, Some(changed));
        }
        // Tasks of their own: an answer is read when it comes, also while the database makes us wait.
        let mut posts = JoinSet::new();
        for (claim, admitted, throughput) in prepared.ready {
            let turn = self.pace.turn(claim.channel, throughput);
            let provider = Arc::clone(&self.provider);
            posts.spawn(async move {
                tokio::time::sleep_until(turn).await;
                (claim, provider.send(&admitted).await)
            });
        }
        let mut done = Vec::new();
        while let Some(result) = posts.join_next().await {
            // A post that panicked says nothing; its lease runs out into doubt.
            done.extend(result.ok());
            // Write down in batches: what is ready together is committed together.
            if done.len() >= 16 && self.write_down(workspace, &done).await.is_ok() {
                done.clear();
            }
        }
        self.write_down_surely(workspace, done, stop).await
    }

    /// What the provider answered is known nowhere else, so it is kept until it is written down.
    async fn write_down_surely(
        &mut self,
        workspace: WorkspaceId,
        mut done: Vec<Done>,
        stop: &CancellationToken,
    ) -> Outcome<()> {
        loop {
            let Err(fault) = self.write_down(workspace, &done).await else { return Ok(()) };
            if !fault.is_connection() && !fault.is_conflict() {
                // One of them cannot be written down: the others can, and it is left to its lease.
                for one in std::mem::take(&mut done) {
                    if let Err(fault) = self.write_down(workspace, std::slice::from_ref(&one)).await {
                        tracing::error!(error = %fault, message = %one.0.message, "an answer could not be written down");
                    }
                }
                return Err(fault);
            }
            tracing::warn!(error = %fault, answers = done.len(), "answers wait to be written down");
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = stop.cancelled() => return Err(fault),
            }
        }
    }

    async fn write_down(&mut self, workspace: WorkspaceId, done: &[Done]) -> Outcome<()> {
        if done.is_empty() {
            return Ok(());
        }
        let now = self.core.clock.now();
        let mut tx = self.core.db.worker_scoped(workspace).await?;
        let conversations: Vec<_> = done.iter().map(|(claim, _)| claim.conversation.0).collect();
        gate::lock(&mut tx, workspace, &conversations).await?;
        let mut changes = Vec::new();
        for (claim, outcome) in done {
            if holds(&mut tx, claim).await? {
                changes.push(record(&mut tx, claim, outcome, now).await?);
            }
        }
        tx.commit().await?;
        for (claim, outcome) in done {
            self.pace.learn(claim, outcome, now);
            count(outcome);
        }
        for changed in changes {
            self.tell(workspace, changed);
        }
        Ok(())
    }

    fn tell(&self, workspace: WorkspaceId, changed: Option<settle::Changed>) {
        if let Some(changed) = changed {
            self.core.live.conversation(workspace, changed.conversation, changed.version);
        }
    }
}

fn by_workspace(claims: Vec<Claim>) -> HashMap<WorkspaceId, Vec<Claim>> {
    let mut groups: HashMap<WorkspaceId, Vec<Claim>> = HashMap::new();
    for claim in claims {
        groups.entry(claim.workspace).or_default().push(claim);
    }
    groups
}

/// Whether the claim is still ours: no newer fence, and nobody settled it meanwhile.
async fn holds(tx: &mut Scoped, claim: &Claim) -> Outcome<bool> {
    let held = sqlx::query_scalar!(
        r#"select fence = $3 and state = 'posting' as "held!" from outbox where workspace_id = $1 and message_id = $2 for update"#,
        claim.workspace.0,
        claim.message.0,
        claim.fence,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(held.unwrap_or(false))
}

async fn record(
    tx: &mut Scoped,
    claim: &Claim,
    outcome: &SendOutcome,
    now: Timestamp,
) -> Outcome<Option<settle::Changed>> {
    let workspace = claim.workspace;
    match outcome {
        SendOutcome::Accepted { provider_id, .. } => {
            settle::accepted(tx, workspace, claim.message, provider_id, now).await
        }
        SendOutcome::NotSent { wait, code } => {
            requeue(tx, claim, *wait, *code, now).await?;
            Ok(None)
        }
        SendOutcome::Refused { failure, effect } => {
            apply_effect(tx, claim, *effect, now).await?;
            settle::failed(tx, workspace, claim.message, failure, now).await
        }
        SendOutcome::Unknown { why } => {
            sqlx::query!(
                "update outbox set state = 'in_doubt', error_class = $3, lease_until = null, updated_at = $4
                 where workspace_id = $1 and message_id = $2",
                workspace.0,
                claim.message.0,
                why,
                sql(now),
            )
            .execute(&mut ***tx)
            .await?;
            settle::in_doubt(tx, workspace, claim.message, now).await
        }
    }
}

/// Back in the queue, to be tried after a while that grows with the attempts.
async fn requeue(tx: &mut Scoped, claim: &Claim, wait: Wait, code: Option<i64>, now: Timestamp) -> Outcome<()> {
    let due = now.checked_add(back_off(wait, claim.attempt)).unwrap_or(now);
    sqlx::query!(
        "update outbox set state = 'queued', lease_until = null, not_before = $3, error_class = $4, updated_at = $5
         where workspace_id = $1 and message_id = $2",
        claim.workspace.0,
        claim.message.0,
        sql(due),
        code.map_or_else(|| "line".to_owned(), |code| code.to_string()),
        sql(now),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Exponential with jitter; for the pair limit 4^attempt seconds as Meta asks (contract 6.5).
fn back_off(wait: Wait, attempt: i32) -> SignedDuration {
    let tries = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0);
    let millis = match wait {
        Wait::Conversation => 1000 * 4u64.saturating_pow(tries.min(6)),
        Wait::Channel { seconds: Some(seconds) } => u64::from(seconds) * 1000,
        Wait::Channel { seconds: None } | Wait::Line => 250 * 2u64.saturating_pow(tries.min(8)),
    };
    let jittered = millis + secret::jitter(millis / 2 + 1);
    SignedDuration::from_millis(i64::try_from(jittered).unwrap_or(i64::MAX))
}

async fn apply_effect(tx: &mut Scoped, claim: &Claim, effect: Effect, now: Timestamp) -> Outcome<()> {
    let state = match effect {
        Effect::None => return Ok(()),
        Effect::MarketingStopped => return settle::stop_marketing(tx, claim.workspace, claim.message, now, now).await,
        Effect::Unauthorised => "unauthorised",
        Effect::Restricted => "restricted",
    };
    sqlx::query!(
        "update channel set state = $3 where workspace_id = $1 and id = $2",
        claim.workspace.0,
        claim.channel.0,
        state,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

fn count(outcome: &SendOutcome) {
    let outcome = match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::NotSent { .. } => "not_sent",
        SendOutcome::Refused { .. } => "refused",
        SendOutcome::Unknown { .. } => "unknown",
    };
    metrics::counter!("parley_sends_total", "outcome" => outcome).increment(1);
}

/// The words for a message that the gate's second look stopped.
pub(super) fn stopped_by_gate(refusal: &domain::Refusal) -> Failure {
    Failure {
        code: None,
        what: refusal.to_string(),
        advice: "It was stopped before it left. Nothing reached the customer.".to_owned(),
    }
}
