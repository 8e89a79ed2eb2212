//! The faults: what is killed, stopped or cut, and how long Parley needs to work again.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::dice::Dice;
use crate::stand::{RECOVERY, Stand};
use crate::wait;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    KillParley,
    /// Again while it starts.
    KillParleyTwice,
    StopDatabase,
    /// As when the machine goes.
    KillBoth,
    CutDatabase,
    CutGraph,
    CutWebhooks,
}

const ALL: [Fault; 7] = [
    Fault::KillParley,
    Fault::KillParleyTwice,
    Fault::StopDatabase,
    Fault::KillBoth,
    Fault::CutDatabase,
    Fault::CutGraph,
    Fault::CutWebhooks,
];

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KillParley => "SIGKILL of Parley",
            Self::KillParleyTwice => "SIGKILL, again during start",
            Self::StopDatabase => "immediate stop of PostgreSQL",
            Self::KillBoth => "both at once",
            Self::CutDatabase => "lines to PostgreSQL cut",
            Self::CutGraph => "lines to the Cloud API cut",
            Self::CutWebhooks => "lines of webhooks cut",
        })
    }
}

pub struct Plan {
    pub length: Duration,
    pub fewest: usize,
    pub seed: u64,
}

/// What was done.
#[derive(Default)]
pub struct Chaos {
    pub faults: BTreeMap<Fault, Count>,
    /// Parley did not come back.
    pub gave_up: Option<String>,
    pub length: Duration,
}

#[derive(Default)]
pub struct Count {
    pub times: usize,
    /// From the end of the fault until a customer's message was in the inbox again.
    pub longest: Duration,
}

impl Chaos {
    pub fn times(&self, fault: Fault) -> usize {
        self.faults.get(&fault).map_or(0, |count| count.times)
    }

    pub fn total(&self) -> usize {
        self.faults.values().map(|count| count.times).sum()
    }
}

/// Injects faults until the time is over, each kind at least once.
pub async fn run(stand: &mut Stand, plan: &Plan) -> Result<Chaos> {
    let mut dice = Dice::part(plan.seed, 2);
    let started = Instant::now();
    let mut chaos = Chaos::default();
    let mut next = Vec::new();
    while started.elapsed() < plan.length || chaos.total() < plan.fewest {
        if next.is_empty() {
            next = ALL.to_vec();
            next.extend([Fault::KillParley, Fault::StopDatabase]);
            dice.shuffle(&mut next);
        }
        let Some(fault) = next.pop() else { continue };
        // Not a wait for anything: this is what makes the moment random.
        tokio::time::sleep(Duration::from_millis(dice.between(200, 3500))).await;
        inject(stand, fault, &mut dice).await?;
        let ended = Instant::now();
        let outcome = recovered(stand, chaos.total()).await;
        let count = chaos.faults.entry(fault).or_default();
        count.times += 1;
        count.longest = count.longest.max(ended.elapsed());
        if let Err(error) = outcome {
            chaos.gave_up = Some(format!("after {fault}: {error:#}"));
            break;
        }
    }
    chaos.length = started.elapsed();
    Ok(chaos)
}

async fn inject(stand: &mut Stand, fault: Fault, dice: &mut Dice) -> Result<()> {
    let outage = Duration::from_millis(dice.between(0, 1500));
    match fault {
        Fault::KillParley => {
            stand.parley.kill();
            stand.parley.start()?;
        }
        Fault::KillParleyTwice => {
            stand.parley.kill();
            stand.parley.start()?;
            // Somewhere in its start; sooner or later, as the dice want.
            tokio::time::sleep(outage).await;
            stand.parley.kill();
            stand.parley.start()?;
        }
        Fault::StopDatabase => {
            tokio::task::block_in_place(|| stand.postgres.stop_at_once())?;
            // How long the outage lasts.
            tokio::time::sleep(outage).await;
            tokio::task::block_in_place(|| stand.postgres.start())?;
        }
        Fault::KillBoth => {
            let first_parley = dice.between(0, 2) == 0;
            if first_parley {
                stand.parley.kill();
            }
            tokio::task::block_in_place(|| stand.postgres.stop_at_once())?;
            stand.parley.kill();
            tokio::task::block_in_place(|| stand.postgres.start())?;
            stand.parley.start()?;
        }
        Fault::CutDatabase => stand.lines.database.cut(),
        Fault::CutGraph => stand.lines.graph.cut(),
        Fault::CutWebhooks => stand.lines.webhooks.cut(),
    }
    Ok(())
}

/// Parley answers again, and a customer's message gets through to the inbox.
async fn recovered(stand: &mut Stand, number: usize) -> Result<()> {
    stand.ready().await?;
    let text = format!("probe-{number}");
    let id = stand.control.write(&json!({"customer": "load-00000", "text": text})).await?;
    let query = format!("select 1 from message where provider_id = '{id}'");
    wait::until("a customer's message gets through", RECOVERY, async || {
        let rows: Vec<serde_json::Value> = stand.rows(&query).await?;
        Ok((!rows.is_empty()).then_some(()))
    })
    .await
}
