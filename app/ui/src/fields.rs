//! Fields of forms, each with its name above and what was wrong with it below.

use domain::Error;
use leptos::prelude::*;
use server_fn::ServerFn;

use crate::reactive::{click, dynamic, part};
use crate::states::form_error;
use crate::wire::AppError;
use crate::{t, view};

/// What a form's last attempt was refused for. Fields are written against this, so that they are compiled once and
/// not for each form.
pub type Refused = Signal<Option<Error>>;

/// Of this action.
pub fn refused<S>(action: ServerAction<S>) -> Refused
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    Signal::derive(move || match action.value().get() {
        Some(Err(AppError(error))) => Some(error),
        _ => None,
    })
}

/// Nothing is ever wrong with it.
pub fn accepted() -> Refused {
    Signal::derive(|| None)
}

/// Whether the page asks for a proof of who one is just now. Pages that do provide it.
#[derive(Clone, Copy)]
pub struct ProofPrompt(pub RwSignal<bool>);

impl ProofPrompt {
    /// Whether the prompt says it already, so that nothing behind it needs to.
    pub(crate) fn says(error: &Error, prompt: Option<Self>) -> bool {
        *error == Error::ProofNeeded && prompt.is_some_and(|prompt| prompt.0.get())
    }
}

/// What is wrong with this field, if anything is.
pub fn message(refused: Refused, field: &str) -> Option<String> {
    refused.with(|error| match error {
        Some(Error::Invalid(fields)) => fields.get(field).map(str::to_owned),
        _ => None,
    })
}

/// What is wrong with one field.
#[component]
pub fn FieldError(refused: Refused, field: &'static str) -> impl IntoView {
    part(move || {
        message(refused, field).map(|text| {
            view! {
                <p class="form-error" role="alert">
                    {text}
                </p>
            }
        })
    })
}

/// One line to type.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    name: &'static str,
    refused: Refused,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional, into)] value: String,
    /// What browsers and password managers may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] max: Option<&'static str>,
    /// The `datalist` with what is usual.
    #[prop(optional)]
    list: Option<&'static str>,
    #[prop(optional)] mode: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
    /// Where a page has several fields of one name.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let id = id.unwrap_or(name);
    let hint_id = hint.as_ref().map(|_| format!("{id}-hint"));
    let plain = kind == Some("email");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                name=name
                type=kind.unwrap_or("text")
                value=value
                autocomplete=autocomplete
                autocapitalize=plain.then_some("off")
                required=required
                maxlength=max
                list=list
                inputmode=mode
                autofocus=autofocus
                aria-describedby=hint_id.clone()
                aria-invalid=dynamic(move || message(refused, name).map(|_| "true"))
            />
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <FieldError refused field=name />
        </div>
    }
}

/// A new password, which may be looked at while it is typed.
#[component]
pub fn PasswordField(
    #[prop(into)] label: String,
    name: &'static str,
    refused: Refused,
    /// `new-password`, or `current-password`.
    autocomplete: &'static str,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let id = id.unwrap_or(name);
    let shown = RwSignal::new(false);
    let hint_id = hint.as_ref().map(|_| format!("{id}-hint"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="input-line">
                <input
                    class="input"
                    id=id
                    name=name
                    type=dynamic(move || if shown.get() { "text" } else { "password" })
                    autocomplete=autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    required=true
                    aria-describedby=hint_id.clone()
                    aria-invalid=dynamic(move || message(refused, name).map(|_| "true"))
                />
                <button
                    type="button"
                    class="button with-scripts"
                    aria-controls=id
                    aria-label=dynamic(move || if shown.get() { t!(hide_typed) } else { t!(show_typed) })
                    on:click=click(move |_| shown.update(|shown| *shown = !*shown))
                >
                    {part(move || if shown.get() { t!(hide) } else { t!(show) })}
                </button>
            </div>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <FieldError refused field=name />
        </div>
    }
}

/// What to choose from: the value that is sent, and its words.
pub type Options = Vec<(String, String)>;

/// One of a list.
#[component]
pub fn SelectField(
    #[prop(into)] label: String,
    name: &'static str,
    options: Options,
    #[prop(optional, into)] chosen: String,
    /// What the choices mean.
    #[prop(optional, into)]
    hint: Option<String>,
    #[prop(optional)] autocomplete: Option<&'static str>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="field">
            <span>{label}</span>
            <select class="input" name=name autocomplete=autocomplete>
                {options}
            </select>
            {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
        </label>
    }
}

/// What is wrong with a form as a whole, or with one of its fields that says nothing itself.
#[component]
pub fn FormError(
    refused: Refused,
    /// The fields that say it themselves.
    fields: &'static [&'static str],
) -> impl IntoView {
    let prompt = use_context::<ProofPrompt>();
    part(move || {
        refused.with(|error| {
            let error = error.as_ref()?;
            let text = match error {
                Error::Invalid(told) => {
                    told.iter().find(|(field, _)| !fields.contains(field)).map(|(_, text)| text.to_owned())?
                }
                error if ProofPrompt::says(error, prompt) => return None,
                error => crate::words::error_words(error),
            };
            Some(form_error(text, error))
        })
    })
}
