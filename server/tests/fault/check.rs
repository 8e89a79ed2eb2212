//! The count: one pure function over what happened outside and what the rows say. The run and every control use it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::control::Accepted;
use crate::observe::{Evidence, Message};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was taken responsibility for, and is not there.
    Lost,
    /// It is there twice, or reached somebody twice.
    Doubled,
    /// It is there, and never was.
    Phantom,
    /// Nobody knows whether it left, and nothing that happened explains why.
    Doubt,
    /// A message says something else than what became of it.
    Status,
    /// Messages of one conversation left in another order than they were written.
    Order,
    /// A kept sum is not what a recount gives.
    Counter,
    /// One person has two conversations.
    Conversation,
    /// A workspace sees another's rows.
    Leak,
    /// Rows changed that nobody had to do with.
    Neighbour,
    /// An item was set aside, though there was nothing wrong with it.
    Quarantine,
    /// Work that never came to an end.
    Stuck,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

#[derive(Debug)]
pub struct Violation {
    pub kind: Kind,
    pub what: String,
}

/// The outcome, with the sums for the table.
#[derive(Debug, Default)]
pub struct Verdict {
    pub violations: Vec<Violation>,
    pub written: usize,
    pub acknowledged: usize,
    pub sent: usize,
    pub accepted: usize,
    /// Messages left in doubt, by their reason.
    pub doubt: BTreeMap<String, usize>,
}

impl Verdict {
    fn add(&mut self, kind: Kind, what: impl Into<String>) {
        self.violations.push(Violation { kind, what: what.into() });
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.violations.iter().filter(|violation| violation.kind == kind).count()
    }

    pub fn in_doubt(&self) -> usize {
        self.doubt.values().sum()
    }
}

pub fn check(evidence: &Evidence) -> Verdict {
    let mut verdict = Verdict::default();
    inbound(evidence, &mut verdict);
    asked(evidence, &mut verdict);
    left(evidence, &mut verdict);
    order(evidence, &mut verdict);
    conversations(evidence, &mut verdict);
    counters(evidence, &mut verdict);
    walls(evidence, &mut verdict);
    for what in &evidence.stuck {
        verdict.add(Kind::Stuck, what);
    }
    verdict.violations.sort_by_key(|violation| violation.kind);
    verdict
}

fn group<'a, T, K: std::hash::Hash + Eq>(
    things: impl Iterator<Item = &'a T>,
    key: impl Fn(&'a T) -> Option<K>,
) -> HashMap<K, Vec<&'a T>> {
    let mut groups: HashMap<K, Vec<&T>> = HashMap::new();
    for thing in things {
        if let Some(key) = key(thing) {
            groups.entry(key).or_default().push(thing);
        }
    }
    groups
}

/// Every message of a customer that was answered with 200 is there once, and no other is. Texts are all different, so
/// they tell a copy under another id too.
fn inbound(evidence: &Evidence, verdict: &mut Verdict) {
    let rows = || evidence.snapshot.messages.iter().filter(|row| row.direction == "in");
    let by_text = group(rows(), |row: &Message| row.text.as_deref());
    let by_id = group(rows(), |row: &Message| row.provider_id.as_deref());
    let mut customers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut ids, mut texts) = (BTreeSet::new(), BTreeSet::new());
    for written in &evidence.ledger.inbound {
        let text = written.text.as_deref().filter(|_| written.kind == "text");
        let found = match text {
            Some(text) => by_text.get(text),
            None => by_id.get(written.id.as_str()),
        };
        let found = found.map(Vec::as_slice).unwrap_or_default();
        ids.insert(written.id.as_str());
        texts.extend(text);
        verdict.written += 1;
        verdict.acknowledged += usize::from(written.acknowledged);
        let name = || format!("{} of {}", text.unwrap_or(&written.id), written.customer);
        match found.len() {
            0 if written.acknowledged => {
                verdict.add(Kind::Lost, format!("{} was answered with 200 and is not here", name()))
            }
            0 => verdict.add(Kind::Stuck, format!("{} was never answered with 200", name())),
            1 => {}
            copies => verdict.add(Kind::Doubled, format!("{} is here {copies} times", name())),
        }
        customers.entry(&written.customer).or_default().extend(found.iter().map(|row| row.conversation.as_str()));
    }
    for row in rows() {
        let known = row.provider_id.as_deref().is_some_and(|id| ids.contains(id))
            || row.text.as_deref().is_some_and(|text| texts.contains(text));
        if !known {
            verdict.add(Kind::Phantom, format!("nobody wrote {row:?}"));
        }
    }
    for (customer, conversations) in customers {
        if conversations.len() > 1 {
            verdict.add(Kind::Conversation, format!("{customer} has the conversations {conversations:?}"));
        }
    }
}

/// Every message that a program was told to be queued is there once, under the id that it was told.
fn asked(evidence: &Evidence, verdict: &mut Verdict) {
    let rows = || evidence.snapshot.messages.iter().filter(|row| row.direction == "out");
    let by_text = group(rows(), |row: &Message| row.text.as_deref());
    let mut texts = BTreeSet::new();
    for sent in &evidence.sent {
        verdict.sent += 1;
        texts.insert(sent.text.as_str());
        match by_text.get(sent.text.as_str()).map(Vec::as_slice).unwrap_or_default() {
            [] => verdict.add(Kind::Lost, format!("{} was taken over REST and is not here", sent.text)),
            [row] if row.id == sent.message && row.conversation == sent.conversation => {}
            [row] => {
                verdict.add(Kind::Lost, format!("{} is {} and not {} as was told", sent.text, row.id, sent.message))
            }
            copies => verdict.add(Kind::Doubled, format!("{} is here {} times", sent.text, copies.len())),
        }
    }
    for row in rows().filter(|row| !row.text.as_deref().is_some_and(|text| texts.contains(text))) {
        verdict.add(Kind::Phantom, format!("nobody asked for {row:?}"));
    }
}

/// The rank of a status, as the product keeps it.
fn rank(status: &str) -> Option<i16> {
    Some(match status {
        "accepted" => 2,
        "sent" => 3,
        "failed" => 4,
        "delivered" => 5,
        "read" => 6,
        _ => return None,
    })
}

/// What left, left once, and its row says what became of it; what did not leave says so, or why nobody knows.
fn left(evidence: &Evidence, verdict: &mut Verdict) {
    let rows: HashMap<&str, &Message> = evidence.snapshot.messages.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut accepted = group(evidence.ledger.sends.iter(), |send: &Accepted| send.message.as_deref());
    verdict.accepted = evidence.ledger.sends.len();
    for send in
        evidence.ledger.sends.iter().filter(|send| !send.message.as_deref().is_some_and(|id| rows.contains_key(id)))
    {
        verdict.add(Kind::Phantom, format!("nobody here knows {send:?}"));
    }
    for row in rows.values().filter(|row| row.direction == "out") {
        match accepted.remove(row.id.as_str()).as_deref() {
            None | Some([]) => stayed(row, verdict),
            Some([send]) => went(row, send, verdict),
            Some(copies) => {
                let delivered: u32 = copies.iter().map(|send| send.delivered_copies).sum();
                verdict.add(
                    Kind::Doubled,
                    format!("{} left {} times and arrived {delivered} times", row.id, copies.len()),
                );
            }
        }
    }
    if evidence.snapshot.strays > 0 {
        verdict.add(Kind::Status, format!("{} statuses were never taken up", evidence.snapshot.strays));
    }
    let crashed = verdict.doubt.get("lease_expired").copied().unwrap_or(0);
    let unclear = verdict.in_doubt() - crashed;
    if crashed > evidence.allowed.by_crash || unclear > evidence.allowed.by_answer {
        let allowed = evidence.allowed;
        verdict.add(Kind::Doubt, format!("more doubt than was under way: {crashed} and {unclear} of {allowed:?}"));
    }
}

fn went(row: &Message, send: &Accepted, verdict: &mut Verdict) {
    let told = (row.status, row.provider_id.as_deref(), row.state.as_deref());
    let wanted = (rank(&send.last_status), Some(send.wamid.as_str()), Some("accepted"));
    if told != wanted {
        verdict.add(Kind::Status, format!("{} says {told:?}, but it is {wanted:?}", row.id));
    }
    if send.delivered_copies > 1 {
        verdict.add(Kind::Doubled, format!("{} arrived {} times", row.id, send.delivered_copies));
    }
}

fn stayed(row: &Message, verdict: &mut Verdict) {
    const REASONS: [&str; 8] = [
        "lease_expired",
        "timeout",
        "connection_lost",
        "answer_lost",
        "provider_trouble",
        "server_error",
        "answer_unreadable",
        "answer_without_id",
    ];
    let reason = row.error_class.as_deref().unwrap_or("no reason");
    match (row.status, row.state.as_deref()) {
        (Some(1), Some("in_doubt")) => {
            *verdict.doubt.entry(reason.to_owned()).or_default() += 1;
            if !REASONS.contains(&reason) {
                verdict.add(Kind::Doubt, format!("{} is in doubt for {reason}", row.id));
            }
        }
        (Some(0), Some("queued" | "claimed" | "posting")) => {
            verdict.add(Kind::Stuck, format!("{} is still {:?}", row.id, row.state));
        }
        (Some(4), _) => verdict.add(Kind::Lost, format!("{} failed ({reason}), though nobody refused it", row.id)),
        told => verdict.add(Kind::Status, format!("{} says {told:?}, but it never left", row.id)),
    }
}

/// Messages of one conversation are taken in the order in which they were admitted.
fn order(evidence: &Evidence, verdict: &mut Verdict) {
    let taken: HashMap<&str, i64> =
        evidence.ledger.sends.iter().filter_map(|send| Some((send.message.as_deref()?, send.accepted_at_ms))).collect();
    let mut rows: Vec<&Message> = evidence.snapshot.messages.iter().filter(|row| row.seq.is_some()).collect();
    rows.sort_by_key(|row| (&row.conversation, row.seq));
    let mut last: Option<(&Message, i64)> = None;
    for row in rows {
        let Some(at) = taken.get(row.id.as_str()).copied() else { continue };
        if let Some((before, earlier)) = last
            && before.conversation == row.conversation
            && earlier > at
        {
            verdict.add(Kind::Order, format!("{:?} left {} ms before {:?}", row.text, earlier - at, before.text));
        }
        last = Some((row, at));
    }
}

/// What a conversation's row shows is what its messages add up to. Nobody reads during the run, so every message of a
/// customer is unread.
fn conversations(evidence: &Evidence, verdict: &mut Verdict) {
    let messages = group(evidence.snapshot.messages.iter().filter(|row| row.shown), |row: &Message| {
        Some(row.conversation.as_str())
    });
    for conversation in evidence.snapshot.conversations.iter().filter(|conversation| !conversation.history) {
        let rows = messages.get(conversation.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let unread = rows.iter().filter(|row| row.direction == "in").count();
        if conversation.unread != unread {
            verdict.add(Kind::Counter, format!("{} shows {} unread of {unread}", conversation.id, conversation.unread));
        }
        let Some(last) = rows.iter().max_by_key(|row| (row.at, &row.id)) else { continue };
        let direction = if last.direction == "echo" { "out" } else { last.direction.as_str() };
        let shown = (
            conversation.last_message.as_deref(),
            conversation.last_at,
            conversation.last_direction.as_str(),
            conversation.last_status,
        );
        let wanted = (Some(last.id.as_str()), last.at, direction, last.status);
        if shown != wanted {
            verdict.add(
                Kind::Counter,
                format!("{} shows {shown:?} as its last message, but that is {wanted:?}", conversation.id),
            );
        }
    }
}

/// How many conversations each list holds.
fn counters(evidence: &Evidence, verdict: &mut Verdict) {
    const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
    let mut recount: BTreeMap<&str, usize> = BTreeMap::new();
    for conversation in evidence.snapshot.conversations.iter().filter(|conversation| conversation.open) {
        *recount.entry(conversation.assignee.as_deref().unwrap_or(NOBODY)).or_default() += 1;
    }
    for counter in &evidence.snapshot.counters {
        let counted = recount.remove(counter.assignee.as_str()).unwrap_or(0);
        if counter.open != counted {
            verdict.add(
                Kind::Counter,
                format!("{} has {counted} open, the counter says {}", counter.assignee, counter.open),
            );
        }
    }
    for (assignee, counted) in recount {
        verdict.add(Kind::Counter, format!("{assignee} has {counted} open and no counter"));
    }
}

/// Nothing was set aside, no wall has a hole, nobody else was touched.
fn walls(evidence: &Evidence, verdict: &mut Verdict) {
    let snapshot = &evidence.snapshot;
    for set in snapshot.quarantined.iter().chain(&snapshot.problems) {
        verdict.add(Kind::Quarantine, format!("a {}: {}", set.kind, set.reason));
    }
    for (table, rows) in &snapshot.leaks {
        verdict.add(Kind::Leak, format!("another workspace sees {rows} rows of {table}"));
    }
    for (what, (before, after)) in &snapshot.untouched {
        if before != after {
            verdict.add(Kind::Neighbour, format!("{what} changed from {before} to {after}"));
        }
    }
}
