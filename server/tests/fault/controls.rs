//! Positive controls: the system is sabotaged in a known way, and the check has to see it. A control that stays green
//! means that the fault test proves nothing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::check::{self, Kind, Verdict};
use crate::control::Burst;
use crate::dice::Dice;
use crate::load::{self, Program, Sent};
use crate::observe::{self, Allowed};
use crate::stand::Stand;
use crate::wait;

const CUSTOMERS: u64 = 10;

/// Waits for rest and counts.
async fn verdict(stand: &mut Stand, sent: Vec<Sent>) -> Result<Verdict> {
    let settled = stand.settle().await?;
    let allowed = Allowed { by_crash: usize::MAX, by_answer: usize::MAX };
    Ok(check::check(&observe::gather(stand, sent, allowed, settled.stuck).await?))
}

/// The sabotage was seen, and nothing else was there to see but what it brings about.
fn seen(verdict: &Verdict, wanted: Kind, brings: &[Kind]) -> Result<()> {
    ensure!(verdict.count(wanted) > 0, "the sabotage was not noticed: no {wanted} in {:#?}", verdict.violations);
    let other = verdict.violations.iter().find(|one| one.kind != wanted && !brings.contains(&one.kind));
    ensure!(other.is_none(), "something else than the sabotage was found: {other:?}");
    Ok(())
}

async fn burst(stand: &Stand, messages: u64, duplicates: f64) -> Result<()> {
    stand.control.burst(&Burst { messages, customers: CUSTOMERS, duplicates, batch: 3, seed: 1 }).await
}

async fn send(stand: &Stand, messages: usize) -> Result<Vec<Sent>> {
    let conversations = Arc::new(load::first_words(stand, CUSTOMERS, 1).await?);
    let (http, api) = (stand.http.clone(), stand.api.clone());
    let mut program = Program { http, api, conversations, dice: Dice::new(1), name: "out".to_owned() };
    let mut sent = Vec::new();
    for number in 0..messages {
        sent.push(program.send(number).await?);
    }
    Ok(sent)
}

/// Commits that do not wait for the disk lose what was answered with 200.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_commits_that_do_not_wait() -> Result<()> {
    let careless = "synchronous_commit = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 1GB\n";
    let mut stand = Stand::start(careless).await?;
    // What was done so far is not the point.
    stand.execute("checkpoint").await?;
    burst(&stand, 40, 0.0).await?;
    wait::until("everything is answered with 200", Duration::from_secs(30), async || {
        let ledger = stand.control.ledger().await?;
        Ok(ledger.inbound.iter().all(|written| written.acknowledged).then_some(()))
    })
    .await?;
    stand.crash_database()?;
    stand.ready().await?;
    seen(&verdict(&mut stand, Vec::new()).await?, Kind::Lost, &[])
}

/// Without the constraint that tells a repeated message from a new one, repeats are kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_repeats_that_are_kept() -> Result<()> {
    let mut stand = Stand::start("").await?;
    // Under a name of its own every copy is new to the unique index.
    stand
        .execute(
            "create function fault_rename() returns trigger language plpgsql as $$
             begin new.provider_id := new.provider_id || gen_random_uuid(); return new; end $$;
             create trigger fault_rename before insert on message for each row when (new.direction = 'in')
             execute function fault_rename()",
        )
        .await?;
    burst(&stand, 40, 0.5).await?;
    seen(&verdict(&mut stand, Vec::new()).await?, Kind::Doubled, &[])
}

/// A policy that lets everything through shows one workspace's rows to another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_a_wall_with_a_hole() -> Result<()> {
    let mut stand = Stand::start("").await?;
    stand
        .execute(
            "drop policy workspace on message; create policy workspace on message using (true);
             drop policy workspace on conversation; create policy workspace on conversation using (true)",
        )
        .await?;
    burst(&stand, 20, 0.0).await?;
    seen(&verdict(&mut stand, Vec::new()).await?, Kind::Leak, &[])
}

/// A status that follows the latest news falls back when news overtake each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_a_status_that_falls() -> Result<()> {
    let mut stand = Stand::start("").await?;
    // `sent_at` and its kin tell which news a row has just heard.
    stand
        .execute(
            "drop trigger message_status_climbs on message;
             create function fault_fall() returns trigger language plpgsql as $$
             begin
                 if new.sent_at is distinct from old.sent_at then new.status := 3;
                 elsif new.delivered_at is distinct from old.delivered_at then new.status := 5;
                 end if;
                 return new;
             end $$;
             create trigger fault_fall before update on message for each row when (new.status = old.status)
             execute function fault_fall()",
        )
        .await?;
    stand.control.settings(&json!({"delays": {"read_ms": [0, 50]}})).await?;
    stand.control.faults(&json!({"kind": "webhook_reorder", "probability": 0.5})).await?;
    let sent = send(&stand, 60).await?;
    seen(&verdict(&mut stand, sent).await?, Kind::Status, &[Kind::Counter])
}

/// A message in doubt that is simply sent again reaches somebody twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_doubt_that_is_repeated() -> Result<()> {
    let mut stand = Stand::start("").await?;
    stand
        .execute(
            "create function fault_repeat() returns trigger language plpgsql as $$
             begin new.state := 'queued'; return new; end $$;
             create trigger fault_repeat before update on outbox for each row when (new.state = 'in_doubt')
             execute function fault_repeat()",
        )
        .await?;
    // The truth comes too late to stop the repetition.
    stand.control.settings(&json!({"delays": {"sent_ms": [3000, 3000]}})).await?;
    stand.control.faults(&json!({"kind": "reset_after_accept", "count": 5})).await?;
    let sent = send(&stand, 10).await?;
    seen(&verdict(&mut stand, sent).await?, Kind::Doubled, &[Kind::Status])
}

/// A counter that nobody keeps is not what a recount gives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sees_a_counter_that_is_not_kept() -> Result<()> {
    let mut stand = Stand::start("").await?;
    stand.execute("drop trigger conversation_counted_in on conversation").await?;
    burst(&stand, 20, 0.0).await?;
    seen(&verdict(&mut stand, Vec::new()).await?, Kind::Counter, &[])
}
