//! What stays around every signed-in screen: the rail, and a word when live updates are interrupted.

use domain::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use ui::icon::{Drawing, INBOX, RADIO_TOWER, SMARTPHONE, WIFI_OFF};
use ui::reactive::{dynamic, part};
use ui::view;
use ui::{Avatar, Elsewhere, Icon, Live, SignOutForm, t, use_session};

#[component]
pub fn Frame(page: ViewFn) -> impl IntoView {
    view! {
        <a class="skip" href="#main">
            {t!(skip)}
        </a>
        <div class="frame">
            <Rail />
            <main class="main" id="main" tabindex="-1">
                <div>
                    <Interrupted />
                    <Elsewhere />
                </div>
                {page.run()}
            </main>
        </div>
    }
}

/// What stays around the screens of a person who stands in no workspace, or may not enter theirs yet.
#[component]
pub fn OwnFrame(
    page: ViewFn,
    name: String,
    picture: Option<String>,
    /// Their workspace waits for a second factor.
    waits: bool,
    /// The workspace to which their access ended last.
    ended: Option<String>,
) -> impl IntoView {
    let word = if waits {
        Some(t!(second_factor_wanted).to_owned())
    } else {
        ended.map(|name| t!(access_ended, name = name).to_string())
    };
    view! {
        <a class="skip" href="#main">
            {t!(skip)}
        </a>
        <div class="own-frame">
            <header class="own-head">
                <img class="logo" src="/favicon.svg" alt="" width="24" height="24" />
                <strong>"Parley"</strong>
                <span class="rail-space"></span>
                <a class="button button-quiet" href="/settings/profile">
                    <Avatar name=name.clone() picture small=true />
                    <span class="own-name">{name}</span>
                </a>
                <SignOutForm class="button button-quiet">
                    {t!(sign_out)}
                </SignOutForm>
            </header>
            <main class="own-main" id="main" tabindex="-1">
                {word
                    .map(|word| {
                        view! {
                            <p class="notice notice-warn" role="status">
                                {word}
                            </p>
                        }
                    })}
                <Elsewhere />
                {page.run()}
            </main>
        </div>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let session = use_session();
    let picture = session.with_value(|session| session.me.picture.clone());
    let (name, phone, operator) = session.with_value(|session| {
        (session.me.name.clone(), session.me.phone.clone(), session.may(Permission::ManageChannels))
    });
    let path = use_location().pathname;
    let profile = t!(profile_of, name = name.clone()).to_string();
    let here = dynamic(move || {
        path.with(|path| path.starts_with("/settings/") && !path.starts_with("/settings/channels")).then_some("page")
    });
    view! {
        <nav class="rail" aria-label=t!(areas)>
            <RailLink href="/inbox" label=t!(inbox) drawing=INBOX />
            {operator.then(|| view! { <RailLink href="/settings/channels" label=t!(channels) drawing=RADIO_TOWER /> })}
            <span class="rail-space"></span>
            {phone
                .map(|phone| {
                    view! {
                        <a class="rail-link" href=phone target="_blank" title=t!(sandbox_phone)>
                            <Icon drawing=SMARTPHONE />
                            <span class="rail-label">{t!(sandbox_phone)}</span>
                        </a>
                    }
                })}
            <a class="rail-link" href="/settings/profile" title=profile.clone() aria-label=profile aria-current=here>
                <Avatar name picture small=true />
            </a>
        </nav>
    }
}

#[component]
fn RailLink(href: &'static str, label: &'static str, drawing: Drawing) -> impl IntoView {
    let path = use_location().pathname;
    let here = dynamic(move || path.with(|path| path.starts_with(href)).then_some("page"));
    view! {
        <a class="rail-link" href=href title=label aria-current=here>
            <Icon drawing />
            <span class="rail-label">{label}</span>
        </a>
    }
}

#[component]
fn Interrupted() -> impl IntoView {
    let lost = use_context::<Live>().map(|live| live.lost);
    let lost = move || lost.is_some_and(|lost| lost.get());
    view! {
        <div role="status">
            {part(move || {
                lost()
                    .then(|| {
                        view! {
                            <p class="interrupted">
                                <Icon drawing=WIFI_OFF />
                                {t!(reconnecting)}
                            </p>
                        }
                    })
            })}
        </div>
    }
}
