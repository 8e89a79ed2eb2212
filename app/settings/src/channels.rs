//! The operator's page: every number, how far applying is behind, and what was put aside.

mod connect;
mod connection;

pub use connect::ConnectPage;
pub use connection::ConnectionPage;
use domain::Permission;
use domain::channel::{ChannelHealth, ChannelReport, ChannelState, Lag, Quarantined};
use domain::connection::{Check, ConnectionRow};
use domain::live::Topic;
use leptos::prelude::*;
use leptos_meta::Title;
use ui::icon::{CIRCLE_CHECK, RADIO_TOWER, ROTATE_CCW};
use ui::reactive::busy;
use ui::time::span;
use ui::view;

use ui::{
    ActionForm, Badge, EmptyState, FormErrors, Icon, Live, Load, Read, Saved, Shape, Skeleton, Time, Tone, t,
    use_session,
};

use crate::api::channels::read_connections;
use crate::api::channels::{Replay, read_channels};
use crate::nav::SettingsNav;

/// `/settings/channels`
#[component]
pub fn ChannelsPage() -> impl IntoView {
    let replay = ServerAction::<Replay>::new();
    let report = Read::new(move || replay.version().get(), |_| read_channels());
    let may = use_session().with_value(|session| session.may(Permission::ManageChannels));
    let connections = Read::new(|| (), |()| read_connections());
    if let Some(live) = use_context::<Live>() {
        live.on(move |change| {
            if matches!(change.topic, Topic::Channels | Topic::Reset) {
                report.refetch();
                connections.refetch();
            }
        });
    }
    view! {
        <Title text=t!(channels) />
        // It scrolls and may hold nothing that takes the focus, so it takes it itself.
        <div class="page" role="region" aria-label=t!(channels) tabindex="0">
            <SettingsNav />
            <header class="page-head">
                <h1>{t!(channels)}</h1>
                <p class="quiet">{t!(channels_text)}</p>
                {may.then(|| {
                    view! {
                        <a class="button button-primary" href="/settings/channels/connect">
                            <Icon drawing=RADIO_TOWER />
                            {t!(connect_number)}
                        </a>
                    }
                })}
            </header>
            // Whoever may not is told so once.
            {may.then(|| {
                view! {
                    <Load
                        resource=connections
                        skeleton=|| view! { <Skeleton rows=1 /> }
                        children=|connections| view! { <Unfinished connections /> }
                    />
                }
            })}
            <Load
                resource=report
                skeleton=|| view! { <Skeleton rows=4 /> }
                children=move |report| view! { <Report report replay /> }
            />
            <Saved action=replay text=t!(replayed) />
        </div>
    }
}

#[component]
fn Report(report: ChannelReport, replay: ServerAction<Replay>) -> impl IntoView {
    let (mut ended, mut going): (Vec<_>, Vec<_>) =
        report.channels.into_iter().partition(|channel| channel.state == ChannelState::Disconnected);
    if going.is_empty() {
        // All that there is stays in sight.
        std::mem::swap(&mut ended, &mut going);
    }
    let empty = report.quarantine.is_empty();
    let rows = report.quarantine.into_iter().map(|item| view! { <QuarantineRow item replay /> }).collect_view();
    view! {
        <LagLine lag=report.lag />
        <Cards channels=going />
        {(!ended.is_empty())
            .then(|| {
                let count = t!(channels_ended, count = ended.len()).to_string();
                view! {
                    <details class="fold">
                        <summary class="link">{count}</summary>
                        <Cards channels=ended />
                    </details>
                }
            })}
        <section class="section">
            <h2>{t!(quarantine)}</h2>
            <p class="quiet">{t!(quarantine_text)}</p>
            <FormErrors action=replay />
            {if empty {
                view! { <EmptyState icon=CIRCLE_CHECK title=t!(quarantine_empty) text=t!(quarantine_empty_text) /> }
                    .into_any()
            } else {
                view! { <ul>{rows}</ul> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Cards(channels: Vec<ChannelHealth>) -> impl IntoView {
    let cards = channels.into_iter().map(|channel| view! { <ChannelCard channel /> }).collect_view();
    view! { <ul class="cards">{cards}</ul> }
}

/// Connections that still wait for something.
#[component]
fn Unfinished(connections: Vec<ConnectionRow>) -> impl IntoView {
    let rows = connections
        .into_iter()
        .filter(|connection| connection.good < Check::ALL.len())
        .map(|connection| {
            let name = match connection.numbers.first() {
                Some(number) => number.clone(),
                None => t!(connection_of, account = connection.account_id).to_string(),
            };
            let good = t!(checks_good, good = connection.good, all = Check::ALL.len()).to_string();
            view! {
                <li class="line">
                    <div>
                        <p>{name}</p>
                        <p class="quiet">{good}</p>
                    </div>
                    <a class="button" href=format!("/settings/channels/{}", connection.id)>{t!(go_on)}</a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section unfinished">
                <h2>{t!(unfinished)}</h2>
                <ul class="lines">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn LagLine(lag: Lag) -> impl IntoView {
    let (tone, text) = if lag.waiting == 0 {
        (Tone::Good, t!(lag_none).to_owned())
    } else {
        let tone = if lag.oldest_seconds > 60 { Tone::Bad } else { Tone::Warn };
        (tone, t!(lag_some, count = lag.waiting, time = span(lag.oldest_seconds)).to_string())
    };
    view! {
        <p class="lag">
            <Badge text tone />
        </p>
    }
}

#[component]
fn ChannelCard(channel: ChannelHealth) -> impl IntoView {
    let (tone, state) = match channel.state {
        ChannelState::Connected => (Tone::Good, t!(channel_connected)),
        ChannelState::Unauthorised => (Tone::Bad, t!(channel_unauthorised)),
        ChannelState::Restricted => (Tone::Bad, t!(channel_restricted)),
        ChannelState::Disconnected => (Tone::Quiet, t!(channel_disconnected)),
    };
    let advice = match channel.state {
        ChannelState::Connected => None,
        ChannelState::Unauthorised => Some(t!(channel_unauthorised_text)),
        ChannelState::Restricted => Some(t!(channel_restricted_text)),
        ChannelState::Disconnected => Some(t!(channel_disconnected_text)),
    };
    let ended = channel.state == ChannelState::Disconnected;
    view! {
        <li class="card">
            <header class="card-head">
                <Icon drawing=RADIO_TOWER />
                <div>
                    <h2>{channel.name}</h2>
                    <p class="quiet">{channel.display_number}</p>
                </div>
                <Badge text=state tone />
                {channel
                    .connection
                    .map(|id| {
                        view! { <a class="button" href=format!("/settings/channels/{id}")>{t!(set_up)}</a> }
                    })}
            </header>
            {advice.map(|advice| view! { <p class="form-error">{advice}</p> })}
            {ended.then(|| view! { <a class="button" href="/settings/channels/connect">{t!(connect_again)}</a> })}
            <dl class="numbers">
                <div>
                    <dt>{t!(last_webhook)}</dt>
                    <dd>
                        {match channel.last_webhook_at {
                            Some(at) => view! { <Time at shape=Shape::Full /> },
                            None => t!(never).into_any(),
                        }}
                    </dd>
                </div>
                <Number label=t!(waiting) value=channel.queued bad=false />
                <Number label=t!(in_doubt) value=channel.in_doubt bad=true />
                <Number label=t!(quarantined) value=channel.quarantined bad=true />
                <div>
                    <dt>{t!(phone_number_id)}</dt>
                    <dd>{channel.phone_number_id}</dd>
                </div>
            </dl>
        </li>
    }
}

#[component]
fn Number(label: &'static str, value: i64, bad: bool) -> impl IntoView {
    view! {
        <div class:number-bad=bad && value != 0>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
}

#[component]
fn QuarantineRow(item: Quarantined, replay: ServerAction<Replay>) -> impl IntoView {
    let tries = t!(attempts, count = item.attempts).to_string();
    view! {
        <li class="quarantined">
            <div>
                <p>
                    <Badge text=item.kind />
                    " "
                    {item.reason}
                </p>
                <p class="quiet">
                    <Time at=item.received_at shape=Shape::Full />
                    " · "
                    {tries}
                </p>
            </div>
            <ActionForm action=replay>
                <input type="hidden" name="id" value=item.id.to_string() />
                <button type="submit" class="button" aria-disabled=busy(replay.pending())>
                    <Icon drawing=ROTATE_CCW />
                    {t!(replay)}
                </button>
            </ActionForm>
        </li>
    }
}
