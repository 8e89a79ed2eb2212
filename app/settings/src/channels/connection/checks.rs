//! The ticks: what was looked at, and what is in the way.

use domain::ConnectionId;
use domain::connection::{Check, Connection, Snag, Tick, TickState};
use domain::live::Topic;
use leptos::prelude::*;
use ui::icon::{CIRCLE_CHECK, CLOCK, REFRESH_CW, TRIANGLE_ALERT};
use ui::reactive::busy;
use ui::{ActionForm, Badge, FormErrors, Icon, Live, Load, Read, Shape, Skeleton, Time, Tone, t, view};

use super::Acts;
use crate::api::channels::read_connection;
use crate::lines::ActButton;

/// Read apart from the rest of the page, and again with every event: what somebody types below stays.
#[component]
pub fn Checks(id: ConnectionId, acts: Acts) -> impl IntoView {
    let connection = Read::new(move || acts.done(), move |_| read_connection(id));
    if let Some(live) = use_context::<Live>() {
        live.on(move |change| {
            let watched = matches!(change.topic, Topic::Channels | Topic::Conversation(_) | Topic::Reset);
            if watched && !acts.ending() {
                connection.refetch();
            }
        });
    }
    let check_id = id.to_string();
    view! {
        <section class="section">
            <h2 id="checks" tabindex="-1">{t!(checks)}</h2>
            <Load
                resource=connection
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |connection| view! { <Ticks connection acts /> }
            />
            <FormErrors action=acts.check />
            <FormErrors action=acts.subscribe />
            <div class="acts">
                <ActionForm action=acts.check>
                    <input type="hidden" name="id" value=check_id />
                    <button type="submit" class="button" aria-disabled=busy(acts.check.pending())>
                        <Icon drawing=REFRESH_CW />
                        {t!(check_again)}
                    </button>
                </ActionForm>
            </div>
        </section>
    }
}

#[component]
fn Ticks(connection: Connection, acts: Acts) -> impl IntoView {
    let webhook = |tick: &Tick| matches!(tick.check, Check::Handshake | Check::Fields) && tick.state == TickState::Bad;
    let wanted = connection.ticks.iter().any(webhook);
    let rows = connection
        .ticks
        .into_iter()
        .map(|tick| view! { <TickRow tick phone=connection.phone.clone() /> })
        .collect_view();
    view! {
        <ol class="steps" aria-live="polite">{rows}</ol>
        {connection
            .checked_at
            .map(|at| {
                view! {
                    <p class="quiet">
                        {t!(checked_at)}
                        " "
                        <Time at shape=Shape::Full />
                    </p>
                }
            })}
        {wanted
            .then(|| {
                view! {
                    <ActionForm action=acts.subscribe>
                        <ActButton
                            name="id"
                            value=connection.id.to_string()
                            class="button button-primary"
                            text=t!(set_up_webhook)
                            pending=acts.subscribe.pending()
                        />
                    </ActionForm>
                }
            })}
    }
}

#[component]
fn TickRow(tick: Tick, phone: Option<String>) -> impl IntoView {
    let (icon, tone, state) = match tick.state {
        TickState::Good => (CIRCLE_CHECK, Tone::Good, t!(tick_good)),
        TickState::Bad => (TRIANGLE_ALERT, Tone::Bad, t!(tick_bad)),
        TickState::Waiting => (CLOCK, Tone::Quiet, t!(tick_waiting)),
    };
    let (name, waiting) = check_words(tick.check);
    // No phone but the sandbox's can write to its numbers.
    let phone = phone.filter(|_| tick.check == Check::Message && tick.state == TickState::Waiting);
    let text = match (tick.state, tick.snag) {
        (_, Some(snag)) => Some(snag_words(snag, &tick.detail)),
        (TickState::Waiting, None) if phone.is_some() => Some(t!(check_message_waits_sandbox).to_owned()),
        (TickState::Waiting, None) => Some(waiting.to_owned()),
        _ => None,
    };
    view! {
        <li class=format!("step step-{}", tone.class())>
            <Icon drawing=icon />
            <div>
                <p class="step-name">{name}</p>
                {text.map(|text| view! { <p class="quiet">{text}</p> })}
                {phone.map(|page| view! { <a class="link" href=page target="_blank">{t!(open_sandbox)}</a> })}
            </div>
            <Badge text=state tone />
        </li>
    }
}

/// A check's name, and what it waits for.
fn check_words(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Token => (t!(check_token), t!(check_later)),
        Check::Number => (t!(check_number), t!(check_later)),
        Check::Handshake => (t!(check_handshake), t!(check_later)),
        Check::Fields => (t!(check_fields), t!(check_later)),
        Check::Signature => (t!(check_signature), t!(check_signature_waits)),
        Check::Message => (t!(check_message), t!(check_message_waits)),
    }
}

/// What is in the way, and what to do.
fn snag_words(snag: Snag, detail: &str) -> String {
    let detail = detail.to_owned();
    match snag {
        Snag::Unreachable => t!(snag_unreachable, detail = detail).to_string(),
        Snag::App => t!(snag_app).to_owned(),
        Snag::OtherApp => t!(snag_other_app).to_owned(),
        Snag::TokenInvalid => t!(snag_token_invalid).to_owned(),
        Snag::TokenExpired => t!(snag_token_expired).to_owned(),
        Snag::Scope => t!(snag_scope, detail = detail).to_string(),
        Snag::Account => t!(snag_account).to_owned(),
        Snag::NoNumber => t!(snag_no_number).to_owned(),
        Snag::ChooseNumber => t!(snag_choose_number).to_owned(),
        Snag::Unverified => t!(snag_unverified, detail = detail).to_string(),
        Snag::Unregistered => t!(snag_unregistered, detail = detail).to_string(),
        Snag::OffPhone => t!(snag_off_phone, detail = detail).to_string(),
        Snag::Elsewhere => t!(snag_elsewhere, detail = detail).to_string(),
        Snag::Held => t!(snag_held, detail = detail).to_string(),
        Snag::OtherAddress => t!(snag_other_address, detail = detail).to_string(),
        Snag::NoAddress => t!(snag_no_address).to_owned(),
        Snag::Fields => t!(snag_fields, detail = detail).to_string(),
        Snag::Unsubscribed => t!(snag_unsubscribed).to_owned(),
        Snag::Signature => t!(snag_signature).to_owned(),
    }
}
