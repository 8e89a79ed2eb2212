//! Short words about something that was done, gone by themselves.

use std::time::Duration;

use crate::reactive::rows;
use crate::view;
use leptos::prelude::*;

use crate::controls::Tone;

/// The toasts of this page. Provided once, by the application.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, Tone, String)>>,
    next: StoredValue<u32>,
}

impl Toasts {
    pub fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Says `text` for a few seconds.
    pub fn say(self, tone: Tone, text: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.shown.update(|shown| shown.push((id, tone, text.into())));
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

/// Where the toasts appear.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {rows(
                move || toasts.map(|toasts| toasts.shown.get()).unwrap_or_default(),
                |(id, ..)| *id,
                |(_, tone, text)| view! { <p class=format!("toast toast-{}", tone.class())>{text}</p> },
            )}
        </div>
    }
}
