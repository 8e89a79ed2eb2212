//! One's own page: who one is, one's workspaces, how Enter behaves, and the theme of this device.

mod details;
mod offer;
mod picture;

use domain::WorkspaceId;
use leptos::prelude::*;
use leptos_meta::Title;
use ui::browser::{remember, remembered};
use ui::reactive::{busy, dynamic, effect, input, part};
use ui::view;
use ui::{ActionForm, Avatar, FormErrors, Saved, Session, maybe_session, t, use_session};

use crate::api::person::SetEnterSends;
use crate::nav::SettingsNav;
use crate::proof::{Proof, Prove};
use crate::workspaces::WorkspacesSection;
use details::DetailsSection;
use offer::OfferSection;

/// `/settings/profile`
#[component]
pub fn ProfilePage() -> impl IntoView {
    let session = maybe_session();
    let member = session.is_some();
    let vouched = is_vouched();
    let proof = Proof::provide();
    let name =
        RwSignal::new(session.map(|session| session.with_value(|session| session.me.name.clone())).unwrap_or_default());
    view! {
        <Title text=t!(profile) />
        <div class="page">
            <SettingsNav />
            {match session {
                Some(_) => view! { <Head name /> },
                None => {
                    view! {
                        <header class="page-head">
                            <h1>{t!(profile)}</h1>
                        </header>
                    }
                        .into_any()
                }
            }}
            <Prove page="/settings/profile" />
            {member.then(|| view! { <OfferSection proof /> })}
            {if vouched { view! { <Vouched /> } } else { view! { <DetailsSection proof shown=name /> } }}
            {(!vouched).then(|| view! { <WorkspacesSection /> })}
            {member.then(|| view! { <EnterSends /> })}
            <Theme />
        </div>
    }
}

/// Whether a workspace's provider vouched for the session.
pub fn is_vouched() -> bool {
    vouched_by().is_some()
}

/// The workspace whose provider vouched for the session, if one did.
pub fn vouched_by() -> Option<WorkspaceId> {
    let me = |session: &Session| session.me.vouched.then_some(session.me.workspace);
    maybe_session().and_then(|session| session.with_value(me))
}

/// What is the person's own affair is closed to a session that a workspace's provider vouched for.
#[component]
pub fn Vouched() -> impl IntoView {
    view! {
        <section class="section">
            <p class="notice notice-warn">{t!(vouched_text)}</p>
        </section>
    }
}

#[component]
fn Head(name: RwSignal<String>) -> impl IntoView {
    let (email, workspace) =
        use_session().with_value(|session| (session.me.email.clone(), session.me.workspace_name.clone()));
    let picture = use_session().with_value(|session| session.me.picture.clone());
    view! {
        <header class="page-head person-line">
            {part(move || view! { <Avatar name=name.get() picture=picture.clone() /> })}
            <div>
                <h1>{part(move || name.get())}</h1>
                <p class="quiet">{email} " · " {workspace}</p>
            </div>
        </header>
    }
}

#[component]
fn EnterSends() -> impl IntoView {
    let session = use_session();
    let action = ServerAction::<SetEnterSends>::new();
    let on = session.with_value(|session| session.me.enter_sends);
    effect(move || {
        if let Some(Ok(())) = action.value().get() {
            let wanted = action.input().get_untracked().map(|input| input.enter_sends == "true");
            session.update_value(|session| session.me.enter_sends = wanted.unwrap_or(!session.me.enter_sends));
        }
    });
    view! {
        <section class="section">
            <h2>{t!(writing)}</h2>
            <ActionForm action>
                <label class="check">
                    <input type="checkbox" name="enter_sends" value="true" checked=on />
                    <span>{t!(enter_sends)}</span>
                </label>
                <p class="quiet">{t!(enter_sends_text)}</p>
                <FormErrors action />
                <button type="submit" class="button" aria-disabled=busy(action.pending())>
                    {t!(save)}
                </button>
            </ActionForm>
            <Saved action text=t!(saved) />
        </section>
    }
}

/// Light, dark or as the device has it; kept on this device, applied by `boot.js` before the first paint.
#[component]
fn Theme() -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    effect(move || chosen.set(remembered("theme").unwrap_or_default()));
    let choose = move |theme: &'static str| {
        remember("theme", theme);
        chosen.set(theme.to_owned());
        if let Some(root) = document().document_element() {
            let _ = if theme.is_empty() {
                root.remove_attribute("data-theme")
            } else {
                root.set_attribute("data-theme", theme)
            };
        }
    };
    let choices = [("", t!(theme_device)), ("light", t!(theme_light)), ("dark", t!(theme_dark))]
        .into_iter()
        .map(|(theme, label)| {
            view! {
                <label class="check">
                    <input
                        type="radio"
                        name="theme"
                        value=theme
                        prop:checked=dynamic(move || chosen.get() == theme)
                        on:change=input(move |_| choose(theme))
                    />
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="section with-scripts">
            <legend>{t!(theme)}</legend>
            {choices}
        </fieldset>
    }
}
