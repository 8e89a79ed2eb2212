//! The ways to connect a number.

use domain::connection::Ways;
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::fields::Refused;
use ui::icon::{RADIO_TOWER, SMARTPHONE};
use ui::reactive::busy;
use ui::wire::PostedError;
use ui::{ActionForm, FormError, Icon, Load, Read, Skeleton, TextField, refused, t, use_session, view};

use crate::api::channels::{Connect, FinishSignup, TrySandbox, ways_to_connect};
use crate::page::SettingsPage;

pub(super) const FIELDS: &[&str] = &["app_id", "app_secret", "token", "account_id"];

/// `/settings/channels/connect`
#[component]
pub fn ConnectPage() -> impl IntoView {
    let ways = Read::new(|| (), |()| ways_to_connect());
    view! {
        <SettingsPage title=t!(connect_number) text=t!(connect_number_text)>
            <Load
                resource=ways
                skeleton=|| view! { <Skeleton rows=4 /> }
                children=move |ways| view! { <Choices ways /> }
            />
        </SettingsPage>
    }
}

#[component]
fn Choices(ways: Ways) -> impl IntoView {
    let workspace = use_session().with_value(|session| session.me.workspace_name.clone());
    view! {
        <p>{t!(number_for, workspace = workspace).to_string()}</p>
        {ways.sandbox.then(|| view! { <Sandbox /> })}
        {ways.signup.map(|_| view! { <Window /> })}
        <ByHand />
    }
}

#[component]
fn Sandbox() -> impl IntoView {
    let action = ServerAction::<TrySandbox>::new();
    let refused = refused(action);
    view! {
        <section class="section">
            <h2>{t!(try_sandbox)}</h2>
            <p class="quiet">{t!(try_sandbox_text)}</p>
            <ActionForm action>
                <FormError refused fields=&[] />
                <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                    <Icon drawing=SMARTPHONE />
                    {t!(try_sandbox_act)}
                </button>
            </ActionForm>
        </section>
    }
}

/// Meta's window is on a page of its own: Meta's script runs there and nowhere else.
#[component]
fn Window() -> impl IntoView {
    view! {
        <section class="section">
            <h2>{t!(signup_window)}</h2>
            <p class="quiet">{t!(signup_window_text)}</p>
            <a class="button button-primary" href="/connect/whatsapp" rel="external">
                <Icon drawing=RADIO_TOWER />
                {t!(signup_window_act)}
            </a>
            <PostedError path=FinishSignup::PATH />
        </section>
    }
}

#[component]
fn ByHand() -> impl IntoView {
    let action = ServerAction::<Connect>::new();
    let refused = refused(action);
    view! {
        <section class="section">
            <h2>{t!(by_hand)}</h2>
            <p class="quiet">{t!(by_hand_text)}</p>
            <ActionForm action>
                <Details refused app_id=String::new() account_id=String::new() known=false />
                <FormError refused fields=FIELDS />
                <button type="submit" class="button" aria-disabled=busy(action.pending())>
                    {t!(connect_and_check)}
                </button>
            </ActionForm>
        </section>
    }
}

/// What is copied from Meta's pages. Secrets that are stored are never shown again.
#[component]
pub(super) fn Details(refused: Refused, app_id: String, account_id: String, known: bool) -> impl IntoView {
    let secret_hint = if known { t!(secret_stays) } else { t!(app_secret_hint) };
    let token_hint = if known { t!(secret_stays) } else { t!(token_hint) };
    view! {
        <TextField label=t!(app_id) name="app_id" refused value=app_id hint=t!(app_id_hint) mode="numeric" autocomplete="off" required=true max="32" />
        <TextField label=t!(app_secret) name="app_secret" refused kind="password" hint=secret_hint autocomplete="off" required=!known max="128" />
        <TextField label=t!(access_token) name="token" refused kind="password" hint=token_hint autocomplete="off" required=!known max="1024" />
        <TextField label=t!(account_id) name="account_id" refused value=account_id hint=t!(account_id_hint) mode="numeric" autocomplete="off" required=true max="32" />
    }
}
