//! The middle pane while no conversation is open.

use leptos::prelude::*;
use ui::icon::{MESSAGE_SQUARE_TEXT, SMARTPHONE};
use ui::{EmptyState, Icon, t, use_session, view};

#[component]
pub fn NothingOpen() -> impl IntoView {
    view! {
        <section class="pane pane-thread" aria-label=t!(conversation)>
            <NothingText />
        </section>
    }
}

/// The same inside a pane that is there already.
#[component]
pub fn NothingText() -> impl IntoView {
    let phone = use_session().with_value(|session| session.me.phone.clone());
    view! {
        <EmptyState icon=MESSAGE_SQUARE_TEXT title=t!(nothing_open) text=t!(nothing_open_text)>
            {phone
                .map(|phone| {
                    view! {
                        <a class="button" href=phone target="_blank">
                            <Icon drawing=SMARTPHONE />
                            {t!(open_sandbox)}
                        </a>
                    }
                })}
        </EmptyState>
    }
}
