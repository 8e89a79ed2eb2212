//! An open conversation: its head, its entries, and what is on its way out.

use domain::conversations::{ConversationHead, ConversationStatus};
use domain::live::Presence;
use domain::messages::{Direction, MessageRow, Sender};
use domain::page::{Cursor, Page};
use domain::{ClientKey, ConversationId, MemberId, MessageId, Refusal, Timestamp};
use leptos::prelude::*;
use ui::AppError;
use ui::reactive::{memo, spawn};

use super::pending::Pending;
use crate::api::{OpenThread, mark_read, older_messages, read_thread};
use crate::coalesce::{Coalesce, Ran};

/// An entry that changes in place (ticks, reactions, a file that arrives).
#[derive(Clone)]
pub struct Entry {
    pub id: MessageId,
    pub at: Timestamp,
    pub row: ArcRwSignal<MessageRow>,
}

impl Entry {
    fn new(row: MessageRow) -> Self {
        Self { id: row.id, at: row.at, row: ArcRwSignal::new(row) }
    }
}

/// The conversation in the middle pane. Its signals live as long as the page and are filled anew for each
/// conversation, so an answer that arrives late finds them alive and only has to check whose they are.
#[derive(Clone, Copy)]
pub struct ThreadStore {
    me: MemberId,
    pub id: RwSignal<Option<ConversationId>>,
    pub head: RwSignal<Option<ConversationHead>>,
    pub entries: RwSignal<Vec<Entry>>,
    /// Where older entries begin.
    pub before: RwSignal<Option<Cursor>>,
    pub loading_older: RwSignal<bool>,
    /// Newer entries exist that are not shown (a visitor without scripts reads back).
    pub detached: RwSignal<bool>,
    pub pending: RwSignal<Vec<Pending>>,
    /// What was kept on this device can be read.
    pub(super) ready: RwSignal<bool>,
    pub presence: RwSignal<Vec<Presence>>,
    /// Entries from others that arrived since the conversation was opened: told to screen readers, and counted on
    /// the way down.
    pub arrived: RwSignal<u32>,
    /// The key of the message that a form without scripts may send.
    pub key: RwSignal<Option<ClientKey>>,
    pub shown: Memo<Shown>,
    error: RwSignal<Option<AppError>>,
    started: StoredValue<bool>,
    refreshing: Coalesce,
}

/// What fills the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    Thread,
    Failed(AppError),
}

impl ThreadStore {
    pub fn new(me: MemberId, ready: RwSignal<bool>) -> Self {
        let id = RwSignal::new(None);
        let error = RwSignal::new(None);
        Self {
            me,
            id,
            key: RwSignal::new(None),
            shown: memo(move || match error.get() {
                Some(error) => Shown::Failed(error),
                None if id.with(Option::is_some) => Shown::Thread,
                None => Shown::Nothing,
            }),
            error,
            started: StoredValue::new(false),
            head: RwSignal::new(None),
            entries: RwSignal::new(Vec::new()),
            before: RwSignal::new(None),
            loading_older: RwSignal::new(false),
            detached: RwSignal::new(false),
            pending: RwSignal::new(Vec::new()),
            ready,
            presence: RwSignal::new(Vec::new()),
            arrived: RwSignal::new(0),
            refreshing: Coalesce::new(),
        }
    }

    /// Shows what was read first. Two panes wait for the same read; the first that has it fills the store.
    pub fn start(self, read: Result<Option<OpenThread>, AppError>) {
        if !self.started.get_value() {
            self.started.set_value(true);
            self.show(read);
        }
    }

    /// Shows what was read for the address as it is now.
    pub fn show(self, read: Result<Option<OpenThread>, AppError>) {
        match read {
            Ok(Some(open)) => self.load(open),
            Ok(None) => self.close(None),
            Err(error) => self.close(Some(error)),
        }
    }

    fn close(self, error: Option<AppError>) {
        self.error.set(error);
        self.id.set(None);
        self.head.set(None);
        self.entries.set(Vec::new());
        self.before.set(None);
        self.pending.set(Vec::new());
        self.presence.set(Vec::new());
    }

    fn load(self, open: OpenThread) {
        let id = open.thread.conversation.id;
        if self.id.get_untracked() != Some(id) {
            self.pending.set(Vec::new());
            self.presence.set(Vec::new());
        }
        self.error.set(None);
        self.key.set(Some(open.key));
        self.arrived.set(0);
        self.detached.set(open.detached);
        self.before.set(open.thread.messages.next);
        self.head.set(Some(open.thread.conversation));
        self.entries.update(|entries| {
            let known = std::mem::take(entries);
            entries.extend(open.thread.messages.items.into_iter().map(|news| reuse(&known, news)));
        });
        self.id.set(Some(id));
    }

    /// A part of the head, as long as there is one.
    pub fn of_head<T>(self, part: impl FnOnce(&ConversationHead) -> T) -> Option<T> {
        self.head.with(|head| head.as_ref().map(part))
    }

    /// The same for event handlers, which follow nothing.
    pub fn of_head_now<T>(self, part: impl FnOnce(&ConversationHead) -> T) -> Option<T> {
        self.head.with_untracked(|head| head.as_ref().map(part))
    }

    pub fn is_open(self, id: ConversationId) -> bool {
        self.id.try_get_untracked() == Some(Some(id))
    }

    /// Whether a change of `id` to `version` is shown already.
    pub fn shows(self, id: ConversationId, version: i64) -> bool {
        self.head.with_untracked(|head| head.as_ref().is_some_and(|head| head.id == id && head.version >= version))
    }

    /// Reads the newest page again, until it gets through.
    pub fn refresh(self) {
        self.refreshing.run(move || async move {
            let Some(Some(id)) = self.id.try_get_untracked() else { return Ran::Done };
            let read = read_thread(id, String::new()).await;
            if !self.is_open(id) {
                return Ran::Done;
            }
            match read {
                Ok(open) => {
                    self.merge(open);
                    Ran::Done
                }
                Err(error) => Ran::of(&error),
            }
        });
    }

    fn merge(self, open: OpenThread) {
        self.head.set(Some(open.thread.conversation));
        if self.detached.get_untracked() {
            return;
        }
        self.merge_page(open.thread.messages);
    }

    /// The newest page into what is shown. Without an overlap something lies between, so the page stands alone.
    fn merge_page(self, page: Page<MessageRow>) {
        let overlaps = self.entries.with_untracked(|entries| {
            entries.is_empty() || page.items.iter().any(|row| entries.iter().any(|entry| entry.id == row.id))
        });
        if !overlaps && page.next.is_some() {
            self.before.set(page.next);
            self.entries.set(page.items.into_iter().map(Entry::new).collect());
            self.arrived.update(|arrived| *arrived += 1);
            return;
        }
        // A message of ours that is still on its way back is shown as its pending bubble until then.
        let sending = self.pending.with_untracked(|pending| pending.iter().any(Pending::is_sending));
        let mut fresh = Vec::new();
        self.entries.with_untracked(|entries| {
            for row in page.items {
                match entries.iter().find(|entry| entry.id == row.id) {
                    Some(entry) => update(entry, row),
                    None if sending && self.is_mine(&row) => {}
                    None => fresh.push(row),
                }
            }
        });
        if !fresh.is_empty() {
            let theirs = fresh.iter().filter(|row| !self.is_mine(row)).count();
            self.insert(fresh);
            self.arrived.update(|arrived| *arrived += u32::try_from(theirs).unwrap_or(0));
        }
    }

    fn is_mine(self, row: &MessageRow) -> bool {
        matches!(&row.sender, Sender::Member { id, .. } if *id == self.me)
    }

    fn insert(self, rows: Vec<MessageRow>) {
        self.entries.update(|entries| {
            entries.extend(rows.into_iter().map(Entry::new));
            entries.sort_by_key(|entry| (entry.at, entry.id));
        });
    }

    /// Shows one entry that the server answered with.
    pub fn upsert(self, row: MessageRow) {
        let known = self.entries.with_untracked(|entries| entries.iter().find(|entry| entry.id == row.id).cloned());
        match known {
            Some(entry) => update(&entry, row),
            None => self.insert(vec![row]),
        }
    }

    /// Reads the page before the oldest entry.
    pub fn older(self) {
        let (Some(id), Some(before)) = (self.id.get_untracked(), self.before.get_untracked()) else { return };
        if self.loading_older.get_untracked() {
            return;
        }
        self.loading_older.set(true);
        spawn(async move {
            let read = older_messages(id, before.0).await;
            let _ = self.loading_older.try_set(false);
            if let Ok(page) = read
                && self.is_open(id)
            {
                self.before.set(page.next);
                self.entries.update(|entries| {
                    let older = page.items.into_iter().filter(|row| !entries.iter().any(|e| e.id == row.id));
                    let older: Vec<_> = older.map(Entry::new).collect();
                    entries.splice(0..0, older);
                });
            }
        });
    }

    /// What the sender has seen: the newest entry.
    pub fn seen(self) -> Option<Timestamp> {
        self.entries.with_untracked(|entries| entries.last().map(|entry| entry.at))
    }

    /// The colleague who wrote last, if one did.
    pub fn answered_by(self) -> Option<String> {
        self.entries.with_untracked(|entries| {
            entries.iter().rev().find_map(|entry| {
                entry.row.with_untracked(|row| match (&row.sender, row.direction) {
                    (Sender::Member { id, name }, Direction::Out) if *id != self.me => Some(name.clone()),
                    _ => None,
                })
            })
        })
    }

    /// Why a free answer is not possible at `now`: what the gate said, or a window that ended since.
    pub fn blocked(self, now: Option<i64>) -> Option<Refusal> {
        self.head.with(|head| {
            let head = head.as_ref()?;
            let ended = head.window_expires_at.filter(|end| now.is_some_and(|now| end.as_second() <= now));
            head.blocked.clone().or(ended.map(|end| Refusal::WindowClosed { since: Some(end) }))
        })
    }

    /// Clears the unread count, when somebody can see the conversation.
    pub fn read(self) {
        let Some(id) = self.id.get_untracked() else { return };
        spawn(async move { drop(mark_read(id).await) });
    }

    /// Shows a new status or assignee at once; the next read confirms or corrects it.
    pub fn expect(self, change: impl FnOnce(&mut ConversationHead)) {
        self.head.update(|head| {
            if let Some(head) = head {
                change(head);
            }
        });
    }

    pub fn is_resolved_now(self) -> bool {
        self.of_head_now(|head| head.status) == Some(ConversationStatus::Resolved)
    }
}

/// The same entry stays the same signal, because what is rendered listens to it.
fn reuse(known: &[Entry], news: MessageRow) -> Entry {
    match known.iter().find(|entry| entry.id == news.id) {
        Some(entry) => {
            update(entry, news);
            entry.clone()
        }
        None => Entry::new(news),
    }
}

fn update(entry: &Entry, news: MessageRow) {
    if entry.row.with_untracked(|row| *row != news) {
        entry.row.set(news);
    }
}
