//! One connection: what is looked at until it works, each with a live tick.

mod checks;
mod numbers;
mod settings;

use domain::connection::{Check, Connection, Tick, Way};
use domain::{ConnectionId, Error};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use ui::browser::{focus, fold, reset};
use ui::icon::SMARTPHONE;
use ui::reactive::effect;
use ui::{AppError, Icon, Load, Read, Skeleton, t, use_session, view};

use self::checks::Checks;
use self::numbers::Numbers;
use self::settings::Settings;
use crate::api::channels::{
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
    // What was entered is looked at anew: there is the answer, and no secret stays on the screen.
    effect(move || {
        if let Some(Ok(())) = acts.change.value().get() {
            reset(".fold[open] form");
            fold(".fold[open]");
            focus("#checks");
        }
    });
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
    let known = connection.ticks.iter().any(|tick| tick.check == Check::Token && tick.is_good());
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
        <Numbers id numbers=connection.numbers.clone() known acts />
        <Address connection=connection.clone() />
        <Settings connection acts />
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

/// What Meta's page asks for, for whoever enters it there. The sandbox has no page of Meta's.
#[component]
fn Address(connection: Connection) -> impl IntoView {
    let asks = connection.way != Way::Sandbox;
    connection.address.zip(connection.verify_token).filter(|_| asks).map(|(address, token)| {
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
