//! Texts for the clipboard.

use leptos::prelude::*;
use ui::icon::CIRCLE_CHECK;
use ui::reactive::{click, part};
use ui::{Icon, browser, t, view};

/// Copies a text, and says that it did.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(optional, into)] label: Option<String>) -> impl IntoView {
    let copied = RwSignal::new(false);
    view! {
        <button
            type="button"
            class="button with-scripts"
            aria-label=label
            on:click=click(move |_| {
                browser::copy(&text);
                copied.set(true);
            })
        >
            {part(move || copied.get().then(|| view! { <Icon drawing=CIRCLE_CHECK /> }))}
            <span aria-live="polite">{part(move || if copied.get() { t!(copied) } else { t!(copy) })}</span>
        </button>
    }
}

/// A text to be typed in somewhere else.
#[component]
pub fn CopyLine(label: &'static str, id: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="input-line">
                <input class="input" id=id value=value.clone() readonly=true spellcheck="false" />
                <CopyButton text=value label=format!("{}: {label}", t!(copy)) />
            </div>
        </div>
    }
}
