//! Who else is here: said every twenty seconds while a conversation is open and seen, and when typing starts.

use std::time::Duration;

use domain::live::Presence;
use leptos::prelude::*;
use ui::browser::{now, visible};
use ui::reactive::{dynamic, effect, part, spawn};
use ui::t;
use ui::view;

use crate::api::be_present;
use crate::thread::ThreadStore;

const EVERY: Duration = Duration::from_secs(20);
/// Typing is told so often while it lasts. (The server forgets it after six seconds.)
const TOLD: Duration = Duration::from_secs(2);
/// How long typing lasts after the last key, in seconds.
const TYPING: i64 = 3;
/// News of others' presence is asked for at most so often, in seconds.
const ASKED: i64 = 2;

/// Tells the others that somebody is here, and typing.
#[derive(Clone, Copy)]
pub struct Typing {
    thread: ThreadStore,
    /// Typing is being told, until its end is told.
    telling: StoredValue<bool>,
    last_key: StoredValue<i64>,
    asked: StoredValue<i64>,
    /// News came too soon after the last; they are asked for when it is time.
    put_off: StoredValue<bool>,
}

impl Typing {
    /// Starts telling.
    pub fn provide(thread: ThreadStore) -> Self {
        let typing = Self {
            thread,
            telling: StoredValue::new(false),
            last_key: StoredValue::new(0),
            asked: StoredValue::new(0),
            put_off: StoredValue::new(false),
        };
        provide_context(typing);
        effect(move || {
            if thread.id.get().is_some() {
                typing.tell();
            }
        });
        effect(move || {
            if let Ok(handle) = set_interval_with_handle(move || typing.tell(), EVERY) {
                on_cleanup(move || handle.clear());
            }
        });
        typing
    }

    #[expect(clippy::expect_used, reason = "the inbox page provides it to everything below")]
    pub fn get() -> Self {
        use_context().expect("a composer outside the inbox")
    }

    /// A key was pressed.
    pub fn now(self) {
        self.last_key.set_value(now());
        if !self.telling.get_value() {
            self.keep_telling();
        }
    }

    /// Tells of typing while it lasts, and of its end.
    fn keep_telling(self) {
        let Some(typing) = self.types() else { return };
        self.telling.set_value(typing);
        self.tell();
        if typing {
            set_timeout(move || self.keep_telling(), TOLD);
        }
    }

    /// Whether somebody types here; `None` once the page is gone.
    fn types(self) -> Option<bool> {
        self.last_key.try_get_value().map(|last| now() - last < TYPING)
    }

    /// Somebody came, went or types: asks who, but not in a storm. What comes too soon is asked for a little later.
    pub fn ask(self) {
        let (Some(asked), Some(false)) = (self.asked.try_get_value(), self.put_off.try_get_value()) else { return };
        let wait = (ASKED - (now() - asked)).clamp(0, ASKED).unsigned_abs();
        if wait == 0 {
            return self.ask_now();
        }
        self.put_off.set_value(true);
        set_timeout(move || self.ask_now(), Duration::from_secs(wait));
    }

    fn ask_now(self) {
        if self.put_off.try_set_value(false).is_none() {
            self.asked.set_value(now());
            self.tell();
        }
    }

    fn tell(self) {
        let Some(Some(id)) = self.thread.id.try_get_untracked() else { return };
        if !visible() {
            return;
        }
        let Some(typing) = self.types() else { return };
        spawn(async move {
            if let Ok(others) = be_present(id, typing).await
                && self.thread.is_open(id)
            {
                self.thread.presence.set(others);
            }
        });
    }
}

/// The strip above the composer.
#[component]
pub fn PresenceLine(thread: ThreadStore) -> impl IntoView {
    view! {
        <p class="presence" aria-live="polite" class:presence-on=dynamic(move || thread.presence.with(|list| !list.is_empty()))>
            {part(move || thread.presence.with(|list| presence_words(list)))}
        </p>
    }
}

/// Who is here, those who type first.
pub fn presence_words(others: &[Presence]) -> String {
    let names = |typing: bool| -> Vec<&str> {
        others.iter().filter(|other| other.typing == typing).map(|other| other.name.as_str()).collect()
    };
    let (typing, looking) = (names(true), names(false));
    let mut parts = Vec::new();
    match typing.as_slice() {
        [] => {}
        [one] => parts.push(t!(typing_one, name = (*one).to_owned()).to_string()),
        many => parts.push(t!(typing_many, names = many.join(", ")).to_string()),
    }
    match looking.as_slice() {
        [] => {}
        [one] => parts.push(t!(looking_one, name = (*one).to_owned()).to_string()),
        many => parts.push(t!(looking_many, names = many.join(", ")).to_string()),
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_type_come_first() {
        let other =
            |name: &str, typing| Presence { member: domain::MemberId(uuid::Uuid::nil()), name: name.into(), typing };
        assert_eq!(presence_words(&[]), "");
        assert_eq!(presence_words(&[other("Anna", false), other("Ben", true)]), "Ben is typing · Anna is looking");
    }
}
