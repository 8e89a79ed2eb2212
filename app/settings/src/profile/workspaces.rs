//! The workspaces one belongs to.

use domain::Role;
use domain::accounts::WorkspaceRow;
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::wire::PostedError;
use ui::{Badge, Tone, t, use_session, view};

use crate::api::person::SwitchWorkspace;
use crate::api::team::Leave;

#[component]
pub fn WorkspacesSection() -> impl IntoView {
    let (workspaces, here, owner) = use_session()
        .with_value(|session| (session.me.workspaces.clone(), session.me.workspace, session.me.role == Role::Owner));
    let rows = workspaces
        .into_iter()
        .map(|row| {
            let this = row.id == here;
            view! { <Row row this /> }
        })
        .collect_view();
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
            {(!owner).then(|| view! { <Leaving /> })}
        </section>
    }
}

#[component]
fn Row(row: WorkspaceRow, this: bool) -> impl IntoView {
    let label = t!(switch_to, name = row.name.clone()).to_string();
    view! {
        <li class="line">
            <p>
                <strong>{row.name}</strong>
            </p>
            {if this {
                view! { <Badge text=t!(you_are_here) tone=Tone::Accent /> }
            } else {
                // A plain post: everything on the page is of the other workspace, so the page must go.
                view! {
                    <form method="post" action=SwitchWorkspace::url()>
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

#[component]
fn Leaving() -> impl IntoView {
    view! {
        <details class="fold">
            <summary class="button">{t!(leave)}</summary>
            <form method="post" action=Leave::url()>
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
