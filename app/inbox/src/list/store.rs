//! The rows that are shown, and how news gets into them without moving what a hand is about to press.

use domain::conversations::{ConversationList, ConversationRow, View, ViewCounts};
use domain::page::Cursor;
use domain::{ConversationId, Error};
use leptos::prelude::*;
use ui::AppError;
use ui::reactive::{memo, spawn};

use crate::address::Address;
use crate::api::list_conversations;
use crate::coalesce::{Coalesce, Ran};

/// A row that changes in place.
#[derive(Clone)]
pub struct Row {
    pub id: ConversationId,
    pub row: ArcRwSignal<ConversationRow>,
}

impl Row {
    fn new(row: ConversationRow) -> Self {
        Self { id: row.id, row: ArcRwSignal::new(row) }
    }
}

/// What fills the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Rows,
    Nothing,
    Failed(AppError),
}

/// The list as it is shown.
#[derive(Clone, Copy)]
pub struct ListStore {
    address: Address,
    pub rows: RwSignal<Vec<Row>>,
    pub next: RwSignal<Option<Cursor>>,
    pub counts: RwSignal<ViewCounts>,
    /// Somebody reads further down, so that rows must keep their places.
    pub scrolled: RwSignal<bool>,
    /// What arrived meanwhile.
    pub waiting: RwSignal<Option<ConversationList>>,
    pub loading_more: RwSignal<bool>,
    pub shown: Memo<Shown>,
    error: RwSignal<Option<AppError>>,
    started: StoredValue<bool>,
    place: StoredValue<Option<usize>>,
    refreshing: Coalesce,
}

impl ListStore {
    pub fn new(address: Address) -> Self {
        let rows = RwSignal::new(Vec::<Row>::new());
        let error = RwSignal::new(None);
        Self {
            address,
            rows,
            shown: memo(move || match error.get() {
                Some(error) => Shown::Failed(error),
                // On the server another pane may fill them at this very moment; then this is asked again.
                None if rows.try_with(Vec::is_empty).unwrap_or(true) => Shown::Nothing,
                None => Shown::Rows,
            }),
            error,
            started: StoredValue::new(false),
            place: StoredValue::new(None),
            next: RwSignal::new(None),
            counts: RwSignal::new(ViewCounts::default()),
            scrolled: RwSignal::new(false),
            waiting: RwSignal::new(None),
            loading_more: RwSignal::new(false),
            refreshing: Coalesce::new(),
        }
    }

    /// Shows what was read first. Several panes wait for the same read; the first that has it fills the store.
    pub fn start(self, read: Result<ConversationList, AppError>) {
        if !self.started.get_value() {
            self.started.set_value(true);
            self.show(read);
        }
    }

    /// Shows what was read for the address as it is now.
    pub fn show(self, read: Result<ConversationList, AppError>) {
        match read {
            Ok(list) => {
                self.error.set(None);
                self.waiting.set(None);
                self.counts.set(list.counts);
                self.next.set(list.page.next.clone());
                let known = self.rows.get_untracked();
                self.rows.set(list.page.items.into_iter().map(|news| reuse(&known, news)).collect());
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Whether a change of `id` to `version` is shown already.
    pub fn shows(self, id: ConversationId, version: i64) -> bool {
        self.rows.with_untracked(|rows| {
            rows.iter().any(|row| row.id == id && row.row.with_untracked(|row| row.version >= version))
        })
    }

    /// Reads the first page again, until it gets through.
    pub fn refresh(self) {
        self.refreshing.run(move || async move {
            let Some((view, search)) = self.query() else { return Ran::Done };
            let read = list_conversations(view.as_str().to_owned(), search.clone(), String::new()).await;
            match read {
                Ok(list) if self.query() == Some((view, search)) => self.merge(list),
                // What the address asks for now is read on its own.
                Ok(_) => {}
                // The session ended elsewhere; what was typed is kept on this device.
                Err(error) if error.0 == Error::Unauthenticated => drop(self.error.try_set(Some(error))),
                Err(error) => return Ran::of(&error),
            }
            Ran::Done
        });
    }

    /// What the address asks for; `None` once the page is gone.
    fn query(self) -> Option<(View, String)> {
        Some((self.address.view.try_get_untracked()?, self.address.search.try_get_untracked()?))
    }

    /// Appends the next page.
    pub fn more(self) {
        let Some(after) = self.next.get_untracked() else { return };
        if self.loading_more.get_untracked() {
            return;
        }
        self.loading_more.set(true);
        spawn(async move {
            let Some(query) = self.query() else { return };
            let read = list_conversations(query.0.as_str().to_owned(), query.1.clone(), after.0).await;
            let _ = self.loading_more.try_set(false);
            if let Ok(list) = read
                && self.query() == Some(query)
            {
                self.next.set(list.page.next);
                self.rows.update(|rows| {
                    for row in list.page.items {
                        if !rows.iter().any(|known| known.id == row.id) {
                            rows.push(Row::new(row));
                        }
                    }
                });
            }
        });
    }

    /// How many rows the waiting list would put on top.
    pub fn gathered(self) -> usize {
        let newest = self.rows.with(|rows| rows.first().map(|row| row.row.with(|row| row.last_at)));
        self.waiting.with(|waiting| {
            waiting.as_ref().map_or(0, |list| {
                list.page.items.iter().filter(|row| newest.is_none_or(|newest| row.last_at > newest)).count()
            })
        })
    }

    /// Shows what has gathered.
    pub fn show_gathered(self) {
        if let Some(list) = self.waiting.try_update(Option::take).flatten() {
            self.arrange(list);
        }
    }

    fn merge(self, list: ConversationList) {
        self.counts.set(list.counts);
        self.rows.with_untracked(|rows| {
            for news in &list.page.items {
                if let Some(known) = rows.iter().find(|row| row.id == news.id) {
                    update(&known.row, news);
                }
            }
        });
        let same_order = self.rows.with_untracked(|rows| {
            rows.len() >= list.page.items.len()
                && rows.iter().zip(&list.page.items).all(|(row, news)| row.id == news.id)
        });
        let whole = list.page.next.is_none() && self.rows.with_untracked(Vec::len) == list.page.items.len();
        if same_order && (list.page.next.is_some() || whole) {
            return;
        }
        if self.scrolled.get_untracked() {
            self.waiting.set(Some(list));
        } else {
            self.arrange(list);
        }
    }

    /// The new page in its order, then the older rows that were loaded below it.
    fn arrange(self, list: ConversationList) {
        let more = list.page.next.clone();
        let oldest = list.page.items.last().map(|row| row.last_at);
        self.rows.update(|rows| {
            let known = std::mem::take(rows);
            for news in list.page.items {
                rows.push(reuse(&known, news));
            }
            if more.is_some() {
                let fresh = rows.len();
                for row in known {
                    let older = oldest.is_some_and(|oldest| row.row.with_untracked(|row| row.last_at < oldest));
                    if older && !rows.iter().any(|shown| shown.id == row.id) {
                        rows.push(row);
                    }
                }
                if rows.len() == fresh {
                    self.next.set(more);
                }
            } else {
                self.next.set(None);
            }
        });
    }

    /// The conversation `step` rows from the selected one (or the first).
    pub fn neighbour(self, selected: Option<ConversationId>, step: isize) -> Option<ConversationId> {
        self.rows.with_untracked(|rows| {
            let at = selected.and_then(|id| rows.iter().position(|row| row.id == id));
            let wanted = match (at, self.place.get_value()) {
                (Some(at), _) => at.checked_add_signed(step)?,
                // The selected row left the list (it was resolved): the next one has taken its place.
                (None, Some(place)) if step < 0 => place.checked_add_signed(step)?,
                (None, place) => place.unwrap_or(0).min(rows.len().saturating_sub(1)),
            };
            rows.get(wanted).map(|row| row.id)
        })
    }

    /// Remembers where the selected row is, for when it leaves the list.
    pub fn remember_place(self, selected: Option<ConversationId>) {
        let at = self.rows.with(|rows| selected.and_then(|id| rows.iter().position(|row| row.id == id)));
        if at.is_some() || selected.is_none() {
            self.place.set_value(at);
        }
    }

    /// Changes a row at once, before the server's answer arrives.
    pub fn expect(self, id: ConversationId, change: impl FnOnce(&mut ConversationRow)) {
        self.rows.with_untracked(|rows| {
            if let Some(row) = rows.iter().find(|row| row.id == id) {
                row.row.update(change);
            }
        });
    }
}

/// The same row stays the same signal, because what is rendered listens to it.
fn reuse(known: &[Row], news: ConversationRow) -> Row {
    match known.iter().find(|row| row.id == news.id) {
        Some(row) => {
            update(&row.row, &news);
            row.clone()
        }
        None => Row::new(news),
    }
}

fn update(shown: &ArcRwSignal<ConversationRow>, news: &ConversationRow) {
    if shown.with_untracked(|shown| shown != news && shown.version <= news.version) {
        shown.set(news.clone());
    }
}
