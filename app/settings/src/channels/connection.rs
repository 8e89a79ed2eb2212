//! One connection: what is looked at until it works, each with a live tick.

use domain::connection::{AccountNumber, Check, Connection, Snag, Tick, TickState, Way};
use domain::live::Topic;
use domain::{ConnectionId, Error};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use ui::icon::{CIRCLE_CHECK, CLOCK, REFRESH_CW, SMARTPHONE, TRIANGLE_ALERT};
use ui::reactive::dynamic;
use ui::{
    AppError, Badge, FormError, FormErrors, Icon, Live, Load, Read, Shape, Skeleton, TextField, Time, Tone, refused, t,
    use_session, view,
};

use super::connect::{Details, FIELDS};
use crate::api::setup::{
    ChangeConnection, CheckConnection, ChooseNumber, Disconnect, RegisterNumber, SubscribeConnection, read_connection,
};
use crate::copy::CopyLine;
use crate::nav::SettingsNav;
use crate::proof::{Proof, Prove};

/// What can be done here. Each act reads the page anew.
#[derive(Clone, Copy)]
struct Acts {
    check: ServerAction<CheckConnection>,
    subscribe: ServerAction<SubscribeConnection>,
    choose: ServerAction<ChooseNumber>,
    register: ServerAction<RegisterNumber>,
    change: ServerAction<ChangeConnection>,
    disconnect: ServerAction<Disconnect>,
}

impl Acts {
    /// Changes with every act that has ended.
    fn done(self) -> [usize; 5] {
        [
            self.check.version().get(),
            self.subscribe.version().get(),
            self.choose.version().get(),
            self.register.version().get(),
            self.change.version().get(),
        ]
    }

    /// Events of its end still come before the next page does, when there is nothing to read any more.
    fn ending(self) -> bool {
        self.disconnect.pending().get_untracked()
            || self.disconnect.value().with_untracked(|value| matches!(value, Some(Ok(()))))
    }
}

/// `/settings/channels/:id`
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let acts = Acts {
        check: ServerAction::new(),
        subscribe: ServerAction::new(),
        choose: ServerAction::new(),
        register: ServerAction::new(),
        change: ServerAction::new(),
        disconnect: ServerAction::new(),
    };
    let proof = Proof::provide();
    proof.watch(acts.change);
    proof.watch(acts.disconnect);
    let params = use_params_map();
    let asked = move || {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        (id, acts.done())
    };
    let connection = Read::new(asked, |(id, _)| async move {
        let id: ConnectionId = id.parse().map_err(|_| AppError(Error::NotFound))?;
        read_connection(id).await
    });
    view! {
        <Title text=t!(connection) />
        <div class="page">
            <SettingsNav />
            <Prove page="/settings/channels" />
            <Load
                resource=connection
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |connection| view! { <Whole connection acts /> }
            />
        </div>
    }
}

#[component]
fn Whole(connection: Connection, acts: Acts) -> impl IntoView {
    let title = match connection.numbers.iter().find(|number| number.channel.is_some()) {
        Some(number) => number.display.clone(),
        None => t!(connection_of, account = connection.account_id.clone()).to_string(),
    };
    let workspace = use_session().with_value(|session| session.me.workspace_name.clone());
    let ready = connection.ticks.iter().all(Tick::is_good);
    let id = connection.id;
    view! {
        <header class="page-head">
            <p>
                <a class="link" href="/settings/channels">{t!(channels_of, workspace = workspace).to_string()}</a>
            </p>
            <h1>{title}</h1>
            <p class="quiet">{if ready { t!(connection_ready) } else { t!(connection_text) }}</p>
        </header>
        <Checks id acts />
        <Phone phone=connection.phone.clone() />
        <Numbers id numbers=connection.numbers.clone() acts />
        <Address connection=connection.clone() />
        <Settings connection acts />
    }
}

/// Read apart from the rest of the page, and again with every event: what somebody types below stays.
#[component]
fn Checks(id: ConnectionId, acts: Acts) -> impl IntoView {
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
            <h2>{t!(checks)}</h2>
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
                    <button type="submit" class="button" disabled=dynamic(move || acts.check.pending().get())>
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
    let rows = connection.ticks.into_iter().map(|tick| view! { <TickRow tick /> }).collect_view();
    view! {
        <ol class="ticks" aria-live="polite">{rows}</ol>
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
                        <input type="hidden" name="id" value=connection.id.to_string() />
                        <button
                            type="submit"
                            class="button button-primary"
                            disabled=dynamic(move || acts.subscribe.pending().get())
                        >
                            {t!(set_up_webhook)}
                        </button>
                    </ActionForm>
                }
            })}
    }
}

#[component]
fn TickRow(tick: Tick) -> impl IntoView {
    let (icon, tone, state) = match tick.state {
        TickState::Good => (CIRCLE_CHECK, Tone::Good, t!(tick_good)),
        TickState::Bad => (TRIANGLE_ALERT, Tone::Bad, t!(tick_bad)),
        TickState::Waiting => (CLOCK, Tone::Quiet, t!(tick_waiting)),
    };
    let (name, waiting) = check_words(tick.check);
    let text = match (tick.state, tick.snag) {
        (_, Some(snag)) => Some(snag_words(snag, &tick.detail)),
        (TickState::Waiting, None) => Some(waiting.to_owned()),
        _ => None,
    };
    view! {
        <li class=format!("tick tick-{}", tone.class())>
            <Icon drawing=icon />
            <div>
                <p class="tick-name">{name}</p>
                {text.map(|text| view! { <p class="quiet">{text}</p> })}
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

#[component]
fn Phone(phone: Option<String>) -> impl IntoView {
    phone.map(|page| {
        view! {
            <section class="section">
                <h2>{t!(sandbox_phone)}</h2>
                <p class="quiet">{t!(sandbox_phone_text)}</p>
                <div class="acts">
                    <a class="button" href=page target="_blank">
                        <Icon drawing=SMARTPHONE />
                        {t!(open_phone)}
                    </a>
                    <a class="button" href="/inbox">{t!(open_inbox)}</a>
                </div>
            </section>
        }
    })
}

#[component]
fn Numbers(id: ConnectionId, numbers: Vec<AccountNumber>, acts: Acts) -> impl IntoView {
    let refused = refused(acts.register);
    let rows = numbers.into_iter().map(|number| view! { <NumberRow id number acts /> }).collect_view();
    view! {
        <section class="section">
            <h2>{t!(numbers_of_account)}</h2>
            <FormErrors action=acts.choose />
            <FormError refused fields=&["pin"] />
            <ul class="lines">{rows}</ul>
        </section>
    }
}

#[component]
fn NumberRow(id: ConnectionId, number: AccountNumber, acts: Acts) -> impl IntoView {
    let refused = refused(acts.register);
    let connected = number.channel.is_some();
    let (tone, state) = match (connected, number.registered) {
        (true, true) => (Tone::Good, t!(channel_connected)),
        (true, false) => (Tone::Warn, t!(number_unregistered)),
        (false, _) => (Tone::Quiet, t!(number_unused)),
    };
    let (choose_id, number_id) = (number.id.clone(), number.id);
    view! {
        <li class="line">
            <div>
                <p>{number.display}</p>
                <p class="quiet">{number.name}</p>
                {number.on_phone.then(|| view! { <p class="quiet">{t!(number_on_phone)}</p> })}
            </div>
            <Badge text=state tone />
            {(!connected)
                .then(|| {
                    view! {
                        <ActionForm action=acts.choose>
                            <input type="hidden" name="id" value=id.to_string() />
                            <input type="hidden" name="number_id" value=choose_id />
                            <button type="submit" class="button" disabled=dynamic(move || acts.choose.pending().get())>
                                {t!(connect_this)}
                            </button>
                        </ActionForm>
                    }
                })}
            {(connected && !number.registered && !number.on_phone)
                .then(|| {
                    view! {
                        <details class="fold">
                            <summary class="button">{t!(register_number)}</summary>
                            <ActionForm action=acts.register>
                                <input type="hidden" name="id" value=id.to_string() />
                                <input type="hidden" name="number_id" value=number_id />
                                <TextField
                                    label=t!(pin)
                                    name="pin"
                                    refused
                                    hint=t!(pin_hint)
                                    mode="numeric"
                                    autocomplete="off"
                                    required=true
                                    max="6"
                                />
                                <button
                                    type="submit"
                                    class="button"
                                    disabled=dynamic(move || acts.register.pending().get())
                                >
                                    {t!(register)}
                                </button>
                            </ActionForm>
                        </details>
                    }
                })}
        </li>
    }
}

/// What Meta's page asks for, for whoever enters it there.
#[component]
fn Address(connection: Connection) -> impl IntoView {
    connection.address.zip(connection.verify_token).map(|(address, token)| {
        view! {
            <section class="section">
                <h2>{t!(webhook)}</h2>
                <p class="quiet">{t!(webhook_text)}</p>
                <CopyLine label=t!(callback_address) id="callback" value=address />
                <CopyLine label=t!(verify_token) id="verify_token" value=token />
            </section>
        }
    })
}

#[component]
fn Settings(connection: Connection, acts: Acts) -> impl IntoView {
    let refused = refused(acts.change);
    let id = connection.id.to_string();
    let change_id = id.clone();
    // The sandbox's own secrets are nothing to change.
    let changes = connection.way != Way::Sandbox;
    view! {
        {changes
            .then(|| {
                view! {
                    <section class="section">
                        <h2>{t!(ids_and_secrets)}</h2>
                        <details class="fold">
                            <summary class="button">{t!(change)}</summary>
                            <ActionForm action=acts.change>
                                <input type="hidden" name="id" value=change_id />
                                <Details
                                    refused
                                    app_id=connection.app_id
                                    account_id=connection.account_id
                                    known=true
                                />
                                <FormError refused fields=FIELDS />
                                <button type="submit" class="button" disabled=dynamic(move || acts.change.pending().get())>
                                    {t!(save_and_check)}
                                </button>
                            </ActionForm>
                        </details>
                    </section>
                }
            })}
        <section class="section">
            <h2>{t!(disconnect)}</h2>
            <p class="quiet">{t!(disconnect_text)}</p>
            <FormErrors action=acts.disconnect />
            <details class="fold">
                <summary class="button">{t!(disconnect_act)}</summary>
                <ActionForm action=acts.disconnect>
                    <input type="hidden" name="id" value=id />
                    <p>{t!(disconnect_sure)}</p>
                    <button type="submit" class="button button-danger" disabled=dynamic(move || acts.disconnect.pending().get())>
                        {t!(disconnect)}
                    </button>
                </ActionForm>
            </details>
        </section>
    }
}
