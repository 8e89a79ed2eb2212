//! Pieces of lists whose lines are changed where they stand.

use leptos::prelude::*;
use ui::reactive::busy;
use ui::view;

/// The inside of a form: a hidden field that says which line, and the button. It does not know the action, so that it
/// is compiled once and not for each.
#[component]
pub fn ActButton(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] text: String,
    /// Where the text alone does not say which line.
    #[prop(optional, into)]
    label: Option<String>,
    #[prop(default = "button")] class: &'static str,
    /// Of the action, which is not asked for twice.
    pending: Memo<bool>,
) -> impl IntoView {
    view! {
        <input type="hidden" name=name value=value />
        <button type="submit" class=class aria-label=label aria-disabled=busy(pending)>
            {text}
        </button>
    }
}

/// What a line is called. A page has several of them, so it has no id; what is wrong with it is said beside the list.
#[component]
pub fn NameField(#[prop(into)] label: String, #[prop(into)] value: String) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <input class="input" name="name" value=value required=true maxlength="40" autocomplete="off" />
        </label>
    }
}
