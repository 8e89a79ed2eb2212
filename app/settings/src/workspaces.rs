//! The workspaces one belongs to, and the ways into them.

use domain::Role;
use domain::accounts::WorkspaceRow;
use leptos::prelude::*;
use leptos_meta::Title;
use server_fn::ServerFn;
use ui::wire::PostedError;
use ui::{Badge, PlaceField, Tone, maybe_session, t, view, workspaces};

use crate::api::person::SwitchWorkspace;
use crate::api::team::Leave;

/// `/workspaces`: whose workspace opens through its own provider only is led here, and finds the way there and to the others.
#[component]
pub fn WorkspacesPage() -> impl IntoView {
    let shut: Vec<String> = workspaces().into_iter().filter(|row| row.single_sign_on).map(|row| row.name).collect();
    let outside = maybe_session().is_none();
    let words = match shut.as_slice() {
        [] => None,
        [name] => Some(t!(workspace_shut, name = name.clone()).to_string()),
        names => Some(t!(workspaces_shut, names = names.join(", ")).to_string()),
    };
    view! {
        <Title text=t!(workspaces) />
        <div class="page">
            <header class="page-head">
                <h1>{t!(workspaces_title)}</h1>
            </header>
            {words
                .filter(|_| outside)
                .map(|words| {
                    view! {
                        <p class="notice notice-warn" role="status">
                            {words}
                        </p>
                    }
                })}
            <WorkspacesSection />
        </div>
    }
}

#[component]
pub fn WorkspacesSection() -> impl IntoView {
    let here = maybe_session()
        .map(|session| session.with_value(|session| (session.me.workspace, session.me.role == Role::Owner)));
    let rows = workspaces()
        .into_iter()
        .map(|row| {
            let this = here.is_some_and(|(here, _)| row.id == here);
            view! { <Row row this /> }
        })
        .collect_view();
    let may_leave = here.is_some_and(|(_, owner)| !owner);
    view! {
        <section class="section">
            <h2>{t!(workspaces)}</h2>
            <PostedError path=SwitchWorkspace::PATH />
            <ul class="lines">{rows}</ul>
            <div class="acts">
                <a class="button" href="/welcome">
                    {t!(new_workspace)}
                </a>
            </div>
            {may_leave.then(|| view! { <Leaving /> })}
        </section>
    }
}

#[component]
fn Row(row: WorkspaceRow, this: bool) -> impl IntoView {
    let label = t!(switch_to, name = row.name.clone()).to_string();
    let shut = row.single_sign_on && !this;
    view! {
        <li class="line">
            <div>
                <p>
                    <strong>{row.name.clone()}</strong>
                </p>
                {shut.then(|| view! { <p class="quiet">{t!(through_provider_text)}</p> })}
            </div>
            {if this {
                view! { <Badge text=t!(you_are_here) tone=Tone::Accent /> }
            } else if shut {
                view! { <ThroughProvider row /> }
            } else {
                // A plain post: everything on the page is of the other workspace, so the page must go.
                view! {
                    <form method="post" action=SwitchWorkspace::url()>
                        <PlaceField />
                        <input type="hidden" name="workspace" value=row.id.to_string() />
                        <button type="submit" class="button" aria-label=label>
                            {t!(switch)}
                        </button>
                    </form>
                }
                    .into_any()
            }}
        </li>
    }
}

/// A plain post: the browser leaves for another site.
#[component]
fn ThroughProvider(row: WorkspaceRow) -> impl IntoView {
    let label = t!(through_provider_to, name = row.name).to_string();
    view! {
        <form method="post" action="/sso/start">
            <PlaceField />
            <input type="hidden" name="workspace" value=row.id.to_string() />
            <button type="submit" class="button" aria-label=label>
                {t!(through_provider)}
            </button>
        </form>
    }
}

#[component]
fn Leaving() -> impl IntoView {
    view! {
        <details class="fold">
            <summary class="button">{t!(leave)}</summary>
            <form method="post" action=Leave::url()>
                <PlaceField />
                <p>{t!(leave_text)}</p>
                <label class="check">
                    <input type="checkbox" name="sure" value="true" required=true />
                    <span>{t!(leave_sure)}</span>
                </label>
                <button type="submit" class="button button-bad">
                    {t!(leave)}
                </button>
            </form>
        </details>
        <PostedError path=Leave::PATH />
    }
}
