//! Short words about something that was done, gone by themselves.

use std::time::Duration;

use crate::reactive::rows;
use crate::view;
use domain::Error;
use leptos::prelude::*;

use crate::controls::Tone;
use crate::states::way_on;
use crate::words::error_words;

/// A toast: its number, and the error that it tells of, if it does.
type Said = (u32, Tone, String, Option<Error>);

/// The toasts of this page. Provided once, by the application.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Said>>,
    next: StoredValue<u32>,
}

impl Toasts {
    pub fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Says `text` for a few seconds.
    pub fn say(self, tone: Tone, text: impl Into<String>) {
        self.add(tone, text.into(), None);
    }

    fn add(self, tone: Tone, text: String, error: Option<Error>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.shown.update(|shown| shown.push((id, tone, text, error)));
        set_timeout(
            move || {
                let _ = self.shown.try_update(|shown| shown.retain(|(other, ..)| *other != id));
            },
            Duration::from_secs(6),
        );
    }
}

/// The toasts, or silence where nobody provided any.
pub fn use_toasts() -> Option<Toasts> {
    use_context()
}

/// Says `text` where a toaster is there.
pub fn toast(toasts: Option<Toasts>, tone: Tone, text: impl Into<String>) {
    if let Some(toasts) = toasts {
        toasts.say(tone, text);
    }
}

/// Says what did not work, and the way on where there is one.
pub fn toast_error(toasts: Option<Toasts>, error: Error) {
    if let Some(toasts) = toasts {
        toasts.add(Tone::Bad, error_words(&error), Some(error));
    }
}

/// Where the toasts appear.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {rows(
                move || toasts.map(|toasts| toasts.shown.get()).unwrap_or_default(),
                |(id, ..)| *id,
                |(_, tone, text, error)| {
                    view! {
                        <p class=format!("toast toast-{}", tone.class())>
                            {text}
                            {error.as_ref().and_then(way_on)}
                        </p>
                    }
                },
            )}
        </div>
    }
}
