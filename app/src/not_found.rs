//! Nothing is here.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::icon::SEARCH;
use ui::view;
use ui::{EmptyState, t};

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum_status());
    }
    view! {
        <Title text=t!(not_found) />
        <main class="alone" id="main">
            <EmptyState icon=SEARCH title=t!(not_found) text=t!(not_found_text)>
                <a class="button button-primary" href="/inbox">
                    {t!(to_inbox)}
                </a>
            </EmptyState>
        </main>
    }
}

#[cfg(feature = "ssr")]
fn axum_status() -> http::StatusCode {
    http::StatusCode::NOT_FOUND
}
