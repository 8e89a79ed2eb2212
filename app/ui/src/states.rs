//! What a list shows while it loads, when it is empty and when it failed.

use crate::reactive::click;
use crate::view;
use leptos::prelude::*;

use domain::Error;

use crate::icon::{Drawing, Icon, REFRESH_CW, TRIANGLE_ALERT};
use crate::t;

/// Rows of the size that the real ones will have.
#[component]
pub fn Skeleton(rows: usize, #[prop(optional)] class: &'static str) -> impl IntoView {
    let rows = (0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_view();
    view! {
        <div class=format!("skeleton {class}") role="status" aria-label=t!(loading)>
            {rows}
        </div>
    }
}

/// What this place is for, and one thing to do about its emptiness.
#[component]
pub fn EmptyState(
    icon: Drawing,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state">
            <span class="state-icon">
                <Icon drawing=icon />
            </span>
            <p class="state-title">{title}</p>
            <p class="state-text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// What failed, and trying again. The link reloads, so it works without scripts too.
#[component]
pub fn ErrorCard(#[prop(into)] what: String, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    view! {
        <div class="state" role="alert">
            <span class="state-icon state-bad">
                <Icon drawing=TRIANGLE_ALERT />
            </span>
            <p class="state-title">{t!(did_not_work)}</p>
            <p class="state-text">{what}</p>
            <a
                class="button"
                href=""
                on:click=click(move |event| {
                    if let Some(retry) = retry {
                        event.prevent_default();
                        retry.run(());
                    }
                })
            >
                <Icon drawing=REFRESH_CW />
                {t!(try_again)}
            </a>
        </div>
    }
}

/// What a form was refused for, and the way on where there is one.
pub fn form_error(text: String, error: &Error) -> AnyView {
    view! {
        <p class="form-error" role="alert">
            {text}
            {way_on(error)}
        </p>
    }
    .into_any()
}

/// A link for who cannot go on with this page as it is. Signing in happens in a tab of its own, so that what was typed here stays.
pub fn way_on(error: &Error) -> Option<AnyView> {
    let (href, target, text) = match error {
        Error::Unauthenticated => ("/sign-in", Some("_blank"), t!(sign_in)),
        Error::Moved => ("", None, t!(load_again)),
        _ => return None,
    };
    // Not within this page: it is the memory of the page that is outdated.
    Some(
        view! {
            " "
            <a href=href target=target rel="external">
                {text}
            </a>
        }
        .into_any(),
    )
}
