//! Fan-out of changes to the browsers of a workspace, in process and after commit.
//!
//! Events carry which, never what. A ring of the latest events lets a browser that lost its line resume without
//! a gap; one that was away longer, or talked to a process that is gone, is told to refetch.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use domain::live::Topic;
use domain::{ConversationId, WorkspaceId};
use tokio::sync::broadcast;

use crate::secret;

/// Events kept for those who come back.
const KEPT: usize = 4096;
/// Events a slow browser may lag behind before it is told to refetch.
const BUFFER: usize = 1024;

/// A change with its place in the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    pub seq: u64,
    pub topic: Topic,
    pub version: i64,
}

/// The streams of all workspaces.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    /// Tells this process from its predecessor: a resume across a restart refetches.
    epoch: String,
    streams: Mutex<HashMap<WorkspaceId, Stream>>,
}

struct Stream {
    seq: u64,
    kept: VecDeque<LiveEvent>,
    sender: broadcast::Sender<LiveEvent>,
}

/// A browser's subscription: what it missed, then what comes.
pub struct Subscription {
    pub missed: Vec<LiveEvent>,
    pub receiver: broadcast::Receiver<LiveEvent>,
    /// The newest event at the time of subscribing; what a fresh stream starts from.
    pub position: u64,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub {
    pub fn new() -> Self {
        Self(Arc::new(Inner { epoch: secret::reference(), streams: Mutex::default() }))
    }

    /// Tells everybody of a workspace that something changed. Call it after commit.
    pub fn publish(&self, workspace: WorkspaceId, topic: Topic, version: i64) {
        let mut streams = self.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.entry(workspace).or_insert_with(Stream::new);
        stream.push(topic, version);
    }

    pub fn conversation(&self, workspace: WorkspaceId, id: ConversationId, version: i64) {
        self.publish(workspace, Topic::Conversation(id), version);
    }

    /// Much may have changed at once: screens read anew.
    pub fn reset(&self, workspace: WorkspaceId) {
        self.publish(workspace, Topic::Reset, 0);
    }

    /// Joins a workspace's stream. `last` is the id of the last event the browser saw, if it was here before.
    pub fn subscribe(&self, workspace: WorkspaceId, last: Option<&str>) -> Subscription {
        let mut streams = self.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.entry(workspace).or_insert_with(Stream::new);
        let missed = match last {
            None => Vec::new(),
            Some(id) => match self.seq_of(id).and_then(|seq| stream.since(seq)) {
                Some(missed) => missed,
                None => vec![LiveEvent { seq: stream.seq, topic: Topic::Reset, version: 0 }],
            },
        };
        Subscription { missed, receiver: stream.sender.subscribe(), position: stream.seq }
    }

    /// The id under which a browser resumes.
    pub fn id(&self, seq: u64) -> String {
        format!("{}-{seq}", self.0.epoch)
    }

    fn seq_of(&self, id: &str) -> Option<u64> {
        let (epoch, seq) = id.rsplit_once('-')?;
        if epoch != self.0.epoch {
            return None;
        }
        seq.parse().ok()
    }
}

impl Stream {
    fn new() -> Self {
        Self { seq: 0, kept: VecDeque::new(), sender: broadcast::channel(BUFFER).0 }
    }

    fn push(&mut self, topic: Topic, version: i64) {
        self.seq += 1;
        let event = LiveEvent { seq: self.seq, topic, version };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(event.clone());
        // Nobody listening is no error.
        let _ = self.sender.send(event);
    }

    /// Everything after `seq`, or `None` when part of it is no longer kept.
    fn since(&self, seq: u64) -> Option<Vec<LiveEvent>> {
        if seq > self.seq {
            return None;
        }
        let oldest = self.kept.front().map_or(self.seq + 1, |event| event.seq);
        (seq + 1 >= oldest).then(|| self.kept.iter().filter(|event| event.seq > seq).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(n: u128) -> Topic {
        Topic::Conversation(ConversationId(uuid::Uuid::from_u128(n)))
    }

    #[test]
    fn who_comes_back_gets_exactly_what_was_missed() {
        let (hub, workspace) = (Hub::new(), WorkspaceId(uuid::Uuid::from_u128(1)));
        for n in 1..=5 {
            hub.publish(workspace, topic(n), 1);
        }
        let again = hub.subscribe(workspace, Some(&hub.id(3)));
        assert_eq!(again.missed.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5]);
        assert!(hub.subscribe(workspace, Some(&hub.id(5))).missed.is_empty());
        assert!(hub.subscribe(workspace, None).missed.is_empty());
    }

    #[test]
    fn who_was_away_too_long_or_elsewhere_refetches() {
        let (hub, workspace) = (Hub::new(), WorkspaceId(uuid::Uuid::from_u128(1)));
        for n in 0..(KEPT as u128 + 10) {
            hub.publish(workspace, topic(n), 1);
        }
        for stale in [hub.id(3), hub.id(99_999_999), "other-5".to_owned(), "nonsense".to_owned()] {
            let missed = hub.subscribe(workspace, Some(&stale)).missed;
            assert_eq!(missed.first().map(|e| e.topic.clone()), Some(Topic::Reset), "{stale}");
        }
    }

    #[test]
    fn workspaces_do_not_hear_each_other() {
        let hub = Hub::new();
        let (ours, theirs) = (WorkspaceId(uuid::Uuid::from_u128(1)), WorkspaceId(uuid::Uuid::from_u128(2)));
        let mut subscription = hub.subscribe(ours, None);
        hub.publish(theirs, topic(1), 1);
        assert!(subscription.receiver.try_recv().is_err());
    }
}
