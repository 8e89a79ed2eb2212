//! What the composer says when a free answer is not possible, and what is.

use domain::{Refusal, Timestamp};
use leptos::prelude::*;
use ui::icon::{CLOCK, Drawing, FLASK, MESSAGE_SQUARE_TEXT, SHIELD_X, STICKY_NOTE, TRIANGLE_ALERT};
use ui::reactive::{click, part};
use ui::view;
use ui::words::refusal_words;
use ui::{Icon, Shape, Time, t};

use super::state::Composer;

/// Takes the place of the text field until the reason is gone.
#[component]
pub fn Blocked(refusal: Refusal, composer: Composer) -> impl IntoView {
    let (drawing, title, since) = reason(&refusal);
    let template = offers_template(&refusal);
    let kept = move || composer.text.with(|text| !text.trim().is_empty());
    view! {
        <div class="blocked" role="status">
            <span class="blocked-icon">
                <Icon drawing />
            </span>
            <div class="blocked-words">
                <p class="blocked-title">
                    {title} {since.map(|at| view! { " " <Time at shape=Shape::Full /> })}
                </p>
                <p>{refusal_words(&refusal)}</p>
                {part(move || kept().then(|| view! { <p class="quiet">{t!(draft_kept)}</p> }))}
            </div>
            <div class="blocked-actions">
                {template
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button button-primary with-scripts"
                                on:click=click(move |_| composer.templates.set(true))
                            >
                                <Icon drawing=MESSAGE_SQUARE_TEXT />
                                {t!(choose_template)}
                            </button>
                        }
                    })}
                <a
                    class="button"
                    href="?compose=note"
                    on:click=click(move |event| {
                        event.prevent_default();
                        composer.switch(true);
                    })
                >
                    <Icon drawing=STICKY_NOTE />
                    {t!(write_note)}
                </a>
            </div>
        </div>
    }
}

fn reason(refusal: &Refusal) -> (Drawing, &'static str, Option<Timestamp>) {
    match refusal {
        Refusal::WindowClosed { since: Some(since) } => (CLOCK, t!(blocked_window_since), Some(*since)),
        Refusal::WindowClosed { since: None } => (CLOCK, t!(blocked_window), None),
        Refusal::OptedOut { since } => (SHIELD_X, t!(blocked_opted_out_since), Some(*since)),
        Refusal::NoConsent => (SHIELD_X, t!(blocked_no_consent), None),
        Refusal::Restricted => (SHIELD_X, t!(blocked_restricted), None),
        Refusal::Sample => (FLASK, t!(blocked_sample), None),
        Refusal::ChannelDown => (TRIANGLE_ALERT, t!(blocked_channel), None),
        Refusal::Unreachable => (TRIANGLE_ALERT, t!(blocked_unreachable), None),
        Refusal::TemplateNotApproved | Refusal::ReplyTargetGone => (TRIANGLE_ALERT, t!(did_not_work), None),
    }
}

/// Only a closed window is what templates are for.
fn offers_template(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::WindowClosed { .. })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn html(refusal: Refusal) -> String {
        Owner::new().with(|| view! { <Blocked refusal composer=Composer::new(RwSignal::new(false)) /> }.to_html())
    }

    #[test]
    fn a_closed_window_offers_a_template_and_a_note() {
        let since = "2026-11-03T14:05:00Z".parse().ok();
        let html = html(Refusal::WindowClosed { since });
        assert!(html.contains("2026-11-03 14:05 UTC") && html.contains("Choose a template"), "{html}");
        assert!(html.contains("?compose=note"));
    }

    #[test]
    fn who_opted_out_is_offered_no_message_at_all() {
        let html = html(Refusal::OptedOut { since: Timestamp::UNIX_EPOCH });
        assert!(!html.contains("Choose a template") && html.contains("?compose=note"), "{html}");
    }
}
