//! The fault test: Parley is killed, its database is stopped at once and its connections are cut at random moments,
//! while the sandbox sends and receives thousands of messages with duplicates, reordering and errors of every kind.
//! Afterwards everything is counted against the sandbox's ledger, which lies outside of the system under test.
//!
//! `PARLEY_TORTURE_MINUTES` says how long (1 unless given), `PARLEY_TORTURE_SEED` repeats the choices of an earlier run,
//! `PARLEY_TORTURE_KEEP=1` keeps the folder with logs and database for a look.
//!
//! A test that cannot fail proves nothing: `controls` sabotages the system in known ways, and the same check has to
//! see each of them.

#[path = "fault/chaos.rs"]
mod chaos;
#[path = "fault/check.rs"]
mod check;
#[path = "fault/control.rs"]
mod control;
#[path = "fault/controls.rs"]
mod controls;
#[path = "fault/dice.rs"]
mod dice;
#[path = "fault/guard.rs"]
mod guard;
#[path = "fault/load.rs"]
mod load;
#[path = "fault/neighbour.rs"]
mod neighbour;
#[path = "fault/observe.rs"]
mod observe;
#[path = "fault/parley.rs"]
mod parley;
#[path = "fault/postgres.rs"]
mod postgres;
#[path = "fault/proxy.rs"]
mod proxy;
#[path = "fault/report.rs"]
mod report;
#[path = "fault/stand.rs"]
mod stand;
#[path = "fault/wait.rs"]
mod wait;

use std::env;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::chaos::Plan;
use crate::dice::Dice;
use crate::load::Load;
use crate::observe::Allowed;
use crate::report::Report;
use crate::stand::Stand;

/// So many faults even when the minutes are over earlier.
const FEWEST_FAULTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled() -> Result<()> {
    let minutes: u64 = number("PARLEY_TORTURE_MINUTES")?.unwrap_or(1);
    let seed = number("PARLEY_TORTURE_SEED")?.unwrap_or_else(Dice::any_seed);
    report::say(&format!("fault test: PARLEY_TORTURE_SEED={seed} PARLEY_TORTURE_MINUTES={minutes}"));
    let mut stand = Stand::start("").await?;
    let load = Load::start(&stand, seed).await?;
    let plan = Plan { length: Duration::from_secs(minutes * 60), fewest: FEWEST_FAULTS, seed };
    let chaos = chaos::run(&mut stand, &plan).await;
    let sent = load.finish().await?;
    let chaos = chaos?;
    let settled = stand.settle().await?;
    let mut stuck = settled.stuck.clone();
    stuck.extend(chaos.gave_up.clone());
    let verdict = check::check(&observe::gather(&stand, sent, Allowed::of(&chaos, &settled), stuck).await?);
    let report = Report {
        seed,
        chaos: &chaos,
        settled: &settled,
        verdict: &verdict,
        log: stand.parley.log_counts()?,
        restarts_by_itself: stand.parley.restarts_by_itself,
    };
    report::say(&report.to_string());
    if !verdict.violations.is_empty() {
        stand.show_logs();
    }
    ensure!(
        verdict.violations.is_empty(),
        "{} violations; repeat with PARLEY_TORTURE_SEED={seed}",
        verdict.violations.len()
    );
    Ok(())
}

/// A number from the environment.
fn number(name: &str) -> Result<Option<u64>> {
    match env::var(name) {
        Ok(text) => Ok(Some(text.trim().parse().with_context(|| format!("{name} is no number: {text}"))?)),
        Err(_) => Ok(None),
    }
}
