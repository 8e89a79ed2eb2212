//! Loading, failing and saving, written once.

use crate::reactive::part;
use crate::view;
use domain::Error;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use super::{AppError, Read, sign_in_path};
use crate::controls::Tone;
use crate::fields::ProofPrompt;
use crate::live::DOUBT;
use crate::states::{ErrorCard, form_error};
use crate::toast::{toast, toast_error, use_toasts};
use crate::words::error_words;

/// A resource on the screen: its skeleton, then its content or what failed. Old content stays while it refetches.
#[component]
pub fn Load<T, F>(resource: Read<T>, #[prop(into)] skeleton: ViewFn, children: F) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let retry = Callback::new(move |()| resource.refetch());
    view! {
        <Transition fallback=move || {
            skeleton.run()
        }>
            {part(move || {
                let children = children.clone();
                Suspend::new(async move {
                    match resource.wait().await {
                        Ok(value) => children(value),
                        Err(error) => view! { <Failed error retry /> },
                    }
                })
            })}
        </Transition>
    }
}

/// The first load of a pane that lives on: `children` runs once, and later news reach what it rendered through
/// signals. ([`Load`] renders anew, and while it waits the old view outlives the signals that it owned.)
#[component]
pub fn LoadOnce<T, F>(resource: Read<T>, #[prop(into)] skeleton: ViewFn, children: F) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(Result<T, AppError>) -> AnyView + Clone + Send + Sync + 'static,
{
    view! {
        // A transition: a suspense would hide it all again whenever anything below reads anew.
        <Transition fallback=move || {
            skeleton.run()
        }>
            {
                let children = children.clone();
                Suspend::new(async move { children(resource.wait().await) })
            }
        </Transition>
    }
}

/// An error in place of content. Whoever is not signed in goes to do so, and comes back here.
#[component]
pub fn Failed(error: AppError, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    if error.0 == Error::Unauthenticated {
        let location = use_location();
        let path = location
            .pathname
            .with_untracked(|path| location.search.with_untracked(|search| sign_in_path(path, search)));
        #[cfg(feature = "ssr")]
        return view! { <Redirect path=path /> };
        // A page of its own: whatever this one holds in its memory goes with the session.
        #[cfg(not(feature = "ssr"))]
        {
            crate::reactive::effect(move || crate::browser::leave(&path));
            return ().into_any();
        }
    }
    if error.0 == Error::Moved {
        // All of this page is of another place.
        crate::reactive::effect(|| crate::browser::announce(DOUBT));
    }
    let what = error_words(&error.0);
    match retry {
        Some(retry) => view! { <ErrorCard what retry /> },
        None => view! { <ErrorCard what /> },
    }
}

/// What a form's last attempt was refused for: of one field, or of the whole form.
#[component]
pub fn FormErrors<S>(
    action: ServerAction<S>,
    /// The field whose message to show; without it, whatever the error says.
    #[prop(optional)]
    field: Option<&'static str>,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let prompt = use_context::<ProofPrompt>();
    part(move || {
        let Some(Err(AppError(error))) = action.value().get() else { return None };
        let text = match (field, &error) {
            (_, error) if ProofPrompt::says(error, prompt) => return None,
            (Some(field), Error::Invalid(fields)) => fields.get(field).map(str::to_owned)?,
            (Some(_), _) => return None,
            (None, error) => error_words(error),
        };
        Some(form_error(text, &error))
    })
}

/// Says by a toast that an action worked, or why not.
#[component]
pub fn Saved<S>(action: ServerAction<S>, #[prop(into)] text: String) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let (toasts, prompt) = (use_toasts(), use_context::<ProofPrompt>());
    Effect::new(move |seen: Option<usize>| {
        let version = action.version().get();
        if seen.is_some_and(|seen| seen != version) {
            match action.value().get_untracked() {
                Some(Ok(_)) => toast(toasts, Tone::Good, text.clone()),
                // The prompt says it.
                Some(Err(AppError(Error::ProofNeeded))) if prompt.is_some() => {}
                Some(Err(error)) => toast_error(toasts, error.0),
                None => {}
            }
        }
        version
    });
}
