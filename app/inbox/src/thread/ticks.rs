//! What became of our message: a sign, its words, and the times on hover.

use domain::messages::{Delivery, Failure};
use domain::status::DeliveryStatus;
use leptos::prelude::*;
use ui::icon::{CHECK, CHECK_CHECK, CIRCLE_HELP, CLOCK, Drawing, TRIANGLE_ALERT};
use ui::time::written;
use ui::view;
use ui::{Clock, Icon, Shape, t};

/// The word for a status.
pub fn status_word(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Queued => t!(status_queued),
        DeliveryStatus::InDoubt => t!(status_in_doubt),
        DeliveryStatus::Accepted | DeliveryStatus::Sent => t!(status_sent),
        DeliveryStatus::Failed => t!(status_failed),
        DeliveryStatus::Delivered => t!(status_delivered),
        DeliveryStatus::Read => t!(status_read),
        DeliveryStatus::Played => t!(status_played),
    }
}

fn sign(status: DeliveryStatus) -> (Drawing, &'static str) {
    match status {
        DeliveryStatus::Queued => (CLOCK, "tick"),
        DeliveryStatus::InDoubt => (CIRCLE_HELP, "tick tick-doubt"),
        DeliveryStatus::Accepted | DeliveryStatus::Sent => (CHECK, "tick"),
        DeliveryStatus::Failed => (TRIANGLE_ALERT, "tick tick-failed"),
        DeliveryStatus::Delivered => (CHECK_CHECK, "tick"),
        DeliveryStatus::Read | DeliveryStatus::Played => (CHECK_CHECK, "tick tick-read"),
    }
}

/// The ticks of a message.
#[component]
pub fn Ticks(delivery: Delivery) -> impl IntoView {
    let now = Clock::now();
    let (drawing, class) = sign(delivery.status);
    let word = status_word(delivery.status);
    let times = move || {
        let now = now.get();
        let mut times = word.to_owned();
        let steps = [
            (t!(status_sent), delivery.sent_at),
            (t!(status_delivered), delivery.delivered_at),
            (t!(status_read), delivery.read_at),
        ];
        for (step, at) in steps {
            if let Some(at) = at {
                times.push_str(&format!("\n{step}: {}", written(at, Shape::Full, now)));
            }
        }
        times
    };
    view! {
        <span class=class title=times>
            <Icon drawing />
            <span class="visually-hidden">{word}</span>
        </span>
    }
}

/// What failed, in words, and the next step.
#[component]
pub fn FailureNote(failure: Failure) -> impl IntoView {
    let code = failure.code.map(|code| t!(failure_code, code = code).to_string());
    view! {
        <p class="failure" title=code>
            <Icon drawing=TRIANGLE_ALERT />
            <span>
                <strong>{failure.what}</strong>
                " "
                {failure.advice}
            </span>
        </p>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn html(status: DeliveryStatus) -> String {
        let at = "2026-11-03T14:05:00Z".parse().ok();
        let delivery = Delivery { status, sent_at: at, delivered_at: None, read_at: None, failure: None };
        Owner::new().with(|| view! { <Ticks delivery /> }.to_html())
    }

    #[test]
    fn every_status_has_words_for_those_who_do_not_see_the_sign() {
        for status in DeliveryStatus::ALL {
            assert!(html(status).contains(&format!("visually-hidden\">{}", status_word(status))), "{status:?}");
        }
    }

    #[test]
    fn the_times_are_on_hover() {
        assert!(html(DeliveryStatus::Sent).contains("Sent: 2026-11-03 14:05 UTC"));
        assert_eq!(status_word(DeliveryStatus::InDoubt), "Not confirmed");
    }
}
