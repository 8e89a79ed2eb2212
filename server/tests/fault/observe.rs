//! What is there in the end: the sandbox's ledger, what programs were told, and the rows.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use crate::chaos::{Chaos, Fault};
use crate::control::Ledger;
use crate::load::Sent;
use crate::neighbour;
use crate::stand::{Settled, Stand};

/// Messages that one claim of the outbox takes, and so the most that can be under way.
const IN_FLIGHT: usize = 64;

/// Everything that the check looks at.
pub struct Evidence {
    pub ledger: Ledger,
    pub sent: Vec<Sent>,
    pub snapshot: Snapshot,
    pub allowed: Allowed,
    pub stuck: Vec<String>,
}

/// How many messages may be in doubt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Because Parley or its database ended while they were posted.
    pub by_crash: usize,
    /// Because no clear answer came.
    pub by_answer: usize,
}

impl Allowed {
    pub fn of(chaos: &Chaos, settled: &Settled) -> Self {
        let times = |faults: &[Fault]| faults.iter().map(|fault| chaos.times(*fault)).sum::<usize>();
        let crashes =
            [Fault::KillParley, Fault::KillParleyTwice, Fault::StopDatabase, Fault::KillBoth, Fault::CutDatabase];
        let unclear = ["http_500", "http_503_html", "reset_before"];
        let hits: u64 = unclear.iter().filter_map(|kind| settled.hits.get(*kind)).sum();
        Self {
            by_crash: IN_FLIGHT * times(&crashes),
            by_answer: IN_FLIGHT * times(&[Fault::CutGraph]) + usize::try_from(hits).unwrap_or(usize::MAX),
        }
    }
}

/// The rows, as far as they are of the load.
pub struct Snapshot {
    pub messages: Vec<Message>,
    pub conversations: Vec<Conversation>,
    pub counters: Vec<Counter>,
    /// Items in quarantine, with why.
    pub quarantined: Vec<Set>,
    /// Bodies that could not be read, with why.
    pub problems: Vec<Set>,
    /// Statuses that nobody took up.
    pub strays: usize,
    /// Rows of others that a workspace sees, by table.
    pub leaks: BTreeMap<String, i64>,
    /// Of what must not change: before and after.
    pub untouched: BTreeMap<String, (String, String)>,
}

#[derive(Debug, Deserialize)]
pub struct Message {
    pub id: String,
    pub conversation: String,
    pub direction: String,
    pub text: Option<String>,
    pub provider_id: Option<String>,
    pub status: Option<i16>,
    pub shown: bool,
    /// Microseconds.
    pub at: i64,
    pub state: Option<String>,
    pub error_class: Option<String>,
    pub seq: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct Conversation {
    pub id: String,
    pub open: bool,
    pub assignee: Option<String>,
    pub unread: usize,
    pub last_message: Option<String>,
    pub last_status: Option<i16>,
    pub last_direction: String,
    pub last_at: i64,
    /// It was there before the load, told as a story: what it shows is not the sum of its messages.
    pub history: bool,
}

#[derive(Debug, Deserialize)]
pub struct Counter {
    pub assignee: String,
    pub open: usize,
}

#[derive(Debug, Deserialize)]
pub struct Set {
    pub kind: String,
    pub reason: String,
}

/// Looks once everything is at rest.
pub async fn gather(stand: &Stand, sent: Vec<Sent>, allowed: Allowed, stuck: Vec<String>) -> Result<Evidence> {
    Ok(Evidence { ledger: stand.control.ledger().await?, sent, snapshot: snapshot(stand).await?, allowed, stuck })
}

async fn snapshot(stand: &Stand) -> Result<Snapshot> {
    let ours = format!("workspace_id = '{}'", stand.workspace);
    let micros = |column: &str| format!("(extract(epoch from {column}) * 1000000)::bigint");
    let messages = format!(
        "select m.id, m.conversation_id as conversation, m.direction, m.content ->> 'body' as text, m.provider_id, m.status,
                m.shown, {at} as at, o.state, o.error_class, o.seq
         from message m left join outbox o on o.workspace_id = m.workspace_id and o.message_id = m.id
         where m.{ours} and m.conversation_id not in (select id from fault_history)",
        at = micros("m.at"),
    );
    let conversations = format!(
        "select c.id, c.status = 'open' as open, c.assignee_id as assignee, c.unread, c.last_message_id as last_message,
                c.last_status, c.last_direction, {last_at} as last_at, c.id in (select id from fault_history) as history
         from conversation c where c.{ours}",
        last_at = micros("c.last_at"),
    );
    let counters = format!("select assignee_id as assignee, open from inbox_counter where {ours}");
    let quarantined = format!("select kind, reason from quarantine where {ours} and resolved_at is null");
    let strays: Vec<serde_json::Value> = stand.rows(&format!("select 1 from stray_status where {ours}")).await?;
    let mut database = stand.database().await?;
    let after = neighbour::fingerprints(&mut database).await?;
    let before = stand.neighbour.before.clone();
    Ok(Snapshot {
        messages: stand.rows(&messages).await?,
        conversations: stand.rows(&conversations).await?,
        counters: stand.rows(&counters).await?,
        quarantined: stand.rows(&quarantined).await?,
        problems: stand.rows("select 'body' as kind, problem as reason from journal where problem is not null").await?,
        strays: strays.len(),
        leaks: neighbour::leaks(&mut database).await?,
        untouched: before
            .into_iter()
            .map(|(what, before)| {
                let after = after.get(&what).cloned().unwrap_or_default();
                (what, (before, after))
            })
            .collect(),
    })
}
