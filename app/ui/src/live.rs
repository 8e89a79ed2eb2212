//! Live updates: one event stream a page, which tells what changed and never what it says.
//!
//! The browser itself resumes a broken stream with `Last-Event-ID`. A stream that it gave up is opened anew here; as
//! a new one cannot resume, everything shown is then read again, so there is no gap. Reading is idempotent, so there
//! is no double either.

use std::cell::RefCell;
use std::time::Duration;

use crate::reactive::effect;
use domain::ConversationId;
use domain::live::Topic;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use crate::browser;
use crate::wire::json;

const PATH: &str = "/live";
/// What the page's scripts are told by.
const CHANGED: &str = "parley:change";
/// Whether the page still is what its member would be shown, is to be asked (`place.js` does).
pub(crate) const DOUBT: &str = "parley:doubt";
/// A shorter interruption is not worth a word.
const QUIET: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: u64 = 10;
/// After so long out of sight the connection may be dead without anybody having noticed.
const STALE_SECONDS: i64 = 45;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Told")]
pub struct Change {
    pub topic: Topic,
    /// What is shown already at this version needs no refetch.
    pub version: Option<i64>,
}

/// A change as it is read: flat, as the reader of a tagged and flattened one is many times the code.
#[derive(Deserialize)]
struct Told {
    topic: String,
    id: Option<ConversationId>,
    version: Option<i64>,
}

impl From<Told> for Change {
    fn from(Told { topic, id, version }: Told) -> Self {
        let topic = match (topic.as_str(), id) {
            ("conversation", Some(id)) => Topic::Conversation(id),
            ("presence", Some(id)) => Topic::Presence(id),
            ("channels", _) => Topic::Channels,
            // What this version cannot read may have been anything.
            _ => Topic::Reset,
        };
        Self { topic, version }
    }
}

/// The page's stream. Provided by the guard of the signed-in screens.
#[derive(Clone, Copy)]
pub struct Live {
    /// The stream has been down for longer than a moment.
    pub lost: RwSignal<bool>,
    handlers: StoredValue<Vec<(u32, Callback<Change>)>>,
    next: StoredValue<u32>,
    failures: StoredValue<u32>,
    hidden_since: StoredValue<Option<i64>>,
}

/// A stream with the closures that it calls.
struct Connection {
    source: EventSource,
    _open: Closure<dyn FnMut()>,
    _error: Closure<dyn FnMut()>,
    _change: Closure<dyn FnMut(MessageEvent)>,
}

thread_local! {
    /// The page's one stream. Not in the reactive graph: that may be dropped on another thread of the server, and
    /// what belongs to a browser may not.
    static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

fn state() -> u16 {
    CONNECTION
        .with_borrow(|connection| connection.as_ref().map(|connection| connection.source.ready_state()))
        .unwrap_or(EventSource::CLOSED)
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl Live {
    /// Opens the stream once the page is alive.
    pub fn provide() {
        let live = Self {
            lost: RwSignal::new(false),
            handlers: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            failures: StoredValue::new(0),
            hidden_since: StoredValue::new(None),
        };
        provide_context(live);
        effect(move || {
            live.connect();
            live.watch();
            on_cleanup(|| CONNECTION.set(None));
        });
    }

    /// Calls `handler` on every change until the owner is gone. Does nothing on the server.
    pub fn on(self, handler: impl Fn(Change) + Send + Sync + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.handlers.update_value(|handlers| handlers.push((id, Callback::new(handler))));
        on_cleanup(move || {
            let _ = self.handlers.try_update_value(|list| list.retain(|(other, _)| *other != id));
        });
    }

    fn tell(self, change: &Change) {
        for (_, handler) in self.handlers.try_get_value().unwrap_or_default() {
            handler.run(change.clone());
        }
    }

    fn connect(self) {
        let Ok(source) = EventSource::new(PATH) else { return self.again() };
        let fresh = StoredValue::new(true);
        let open = Closure::<dyn FnMut()>::new(move || {
            let failures = self.failures.try_update_value(std::mem::take);
            let _ = self.lost.try_set(false);
            // The page's first stream is as young as the page.
            if failures != Some(0) || fresh.try_get_value() != Some(true) {
                browser::announce(DOUBT);
            }
            if fresh.try_get_value() == Some(true) {
                fresh.set_value(false);
                // Whatever happened while there was no stream.
                browser::announce(CHANGED);
                self.tell(&Change { topic: Topic::Reset, version: None });
            }
        });
        let error = Closure::<dyn FnMut()>::new(move || self.broken());
        let change = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let change: Option<Change> = event.data().as_string().and_then(|data| json::read(&data).ok());
            if let Some(Change { topic: Topic::Conversation(_) | Topic::Channels, .. }) = change {
                browser::announce(CHANGED);
            }
            // What this version cannot read may have been anything.
            self.tell(&change.unwrap_or(Change { topic: Topic::Reset, version: None }));
        });
        source.set_onopen(Some(open.as_ref().unchecked_ref()));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        let _ = source.add_event_listener_with_callback("change", change.as_ref().unchecked_ref());
        let connection = Connection { source, _open: open, _error: error, _change: change };
        CONNECTION.set(Some(connection));
    }

    fn broken(self) {
        // The server ends the stream of a page that shows what it would not show any more.
        browser::announce(DOUBT);
        set_timeout(
            move || {
                if state() != EventSource::OPEN {
                    let _ = self.lost.try_set(true);
                }
            },
            QUIET,
        );
        if state() == EventSource::CLOSED {
            self.again();
        }
    }

    fn again(self) {
        let failures = self.failures.try_update_value(|failures| {
            *failures = failures.saturating_add(1);
            *failures
        });
        let Some(failures) = failures else { return };
        // Perhaps it is not the line but the session; an ordinary read finds out and says so.
        if failures == 3 {
            self.tell(&Change { topic: Topic::Reset, version: None });
        }
        let pause = 1_u64.checked_shl(failures - 1).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        set_timeout(
            move || {
                if self.failures.try_get_value().is_some() && state() == EventSource::CLOSED {
                    self.connect();
                }
            },
            Duration::from_secs(pause),
        );
    }

    /// Looks after the stream when the line or the person comes back.
    fn watch(self) {
        // Even a stream that still counts as open: what the line lost is unknown, and a new one reads it all again.
        let online = window_event_listener_untyped("online", move |_| self.connect());
        let seen = Closure::<dyn FnMut()>::new(move || {
            if !browser::visible() {
                self.hidden_since.try_update_value(|since| *since = Some(browser::now()));
                return;
            }
            let since = self.hidden_since.try_update_value(Option::take).flatten();
            let stale = since.is_some_and(|since| browser::now() - since > STALE_SECONDS);
            if stale || state() != EventSource::OPEN {
                self.connect();
            }
        });
        let _ = document().add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
        let seen = StoredValue::new_local(Some(seen));
        on_cleanup(move || {
            online.remove();
            seen.try_update_value(|seen| {
                if let Some(seen) = seen.take() {
                    let _ = document()
                        .remove_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_as_the_server_writes_them() {
        let id = "0198f1c2-0000-7000-8000-000000000001";
        let change: Change =
            serde_json::from_str(&format!(r#"{{"topic":"conversation","id":"{id}","version":12}}"#)).unwrap();
        assert_eq!(change.topic, Topic::Conversation(id.parse().unwrap()));
        assert_eq!(change.version, Some(12));
        let reset: Change = serde_json::from_str(r#"{"topic":"reset"}"#).unwrap();
        assert_eq!(reset, Change { topic: Topic::Reset, version: None });
        for topic in [Topic::Presence(id.parse().unwrap()), Topic::Channels] {
            let written = serde_json::to_string(&topic).unwrap();
            assert_eq!(serde_json::from_str::<Change>(&written).unwrap(), Change { topic, version: None });
        }
    }
}
