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
/// How often typing is told at most, and how long it counts after the last key, in seconds.
const TYPING: i64 = 3;
/// News of others' presence is asked for at most so often, in seconds.
const ASKED: i64 = 2;

/// Tells the others that somebody is here, and typing.
#[derive(Clone, Copy)]
pub struct Typing {
    thread: ThreadStore,
    told: StoredValue<i64>,
    last_key: StoredValue<i64>,
    asked: StoredValue<i64>,
}

impl Typing {
    /// Starts telling.
    pub fn provide(thread: ThreadStore) -> Self {
        let typing =
            Self { thread, told: StoredValue::new(0), last_key: StoredValue::new(0), asked: StoredValue::new(0) };
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
        let at = now();
        self.last_key.set_value(at);
        if at - self.told.get_value() >= TYPING {
            self.told.set_value(at);
            self.tell();
        }
    }

    /// Somebody came, went or types: asks who, but not in a storm.
    pub fn ask(self) {
        let at = now();
        if self.asked.try_get_value().is_some_and(|asked| at - asked >= ASKED) {
            self.asked.set_value(at);
            self.tell();
        }
    }

    fn tell(self) {
        let Some(Some(id)) = self.thread.id.try_get_untracked() else { return };
        if !visible() {
            return;
        }
        let typing = now() - self.last_key.get_value() < TYPING;
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
