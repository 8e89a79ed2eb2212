//! Who is asked in.

use domain::Role;
use domain::team::{InvitationRow, TeamPage};
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{
    ActionForm, Badge, FormError, FormErrors, SelectField, Shape, TextField, Time, Tone, refused, t, use_session, view,
};

use super::Acts;
use crate::lines::ActButton;
use crate::words;

#[component]
pub fn InviteSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let refused = refused(acts.invite);
    let roles = use_session().with_value(|session| words::roles_to_give(session, &team.roles));
    let explained = Role::ALL
        .into_iter()
        .filter(|role| !matches!(role, Role::Owner | Role::Custom))
        .map(|role| {
            let (name, text) = words::role(role);
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{text}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="section" id="invite">
            <h2>{t!(invite_title)}</h2>
            <ActionForm action=acts.invite>
                <TextField
                    label=t!(email)
                    name="email"
                    refused
                    kind="email"
                    autocomplete="off"
                    required=true
                    hint=t!(invite_hint)
                />
                <div class="field-row">
                    <SelectField label=t!(role) name="role" options=roles chosen=Role::Agent.as_str() />
                    <SelectField label=t!(scope) name="scope" options=words::scopes() />
                </div>
                <FormError refused fields=&["email"] />
                <button
                    type="submit"
                    class="button button-primary"
                    aria-disabled=busy(acts.invite.pending())
                >
                    {t!(send_invitation)}
                </button>
            </ActionForm>
            <details class="fold">
                <summary class="link">{t!(roles_explained)}</summary>
                <dl class="explained">{explained}</dl>
            </details>
        </section>
    }
}

#[component]
pub fn InvitationsSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let rows = team
        .invitations
        .iter()
        .map(|row| {
            let (row, role) = (row.clone(), words::choice(row.role, &team.roles));
            view! { <Row row role acts /> }
        })
        .collect_view();
    (!team.invitations.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{t!(invitations)}</h2>
                <FormErrors action=acts.resend />
                <FormErrors action=acts.revoke />
                <ul class="lines">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Row(row: InvitationRow, role: String, acts: Acts) -> impl IntoView {
    let resend = t!(resend_to, email = row.email.clone()).to_string();
    let revoke = t!(revoke_of, email = row.email.clone()).to_string();
    view! {
        <li class="line">
            <div>
                <p class="badges">
                    <strong>{row.email.clone()}</strong>
                    <Badge text=role tone=Tone::Accent />
                    <Badge text=words::scope(row.scope) />
                    {row.comes_back.then(|| view! { <Badge text=t!(mails_come_back) tone=Tone::Bad /> })}
                    {row.expired.then(|| view! { <Badge text=t!(is_expired) tone=Tone::Warn /> })}
                    {row.lapsed.then(|| view! { <Badge text=t!(is_lapsed) tone=Tone::Warn /> })}
                </p>
                {row.lapsed.then(|| view! { <p class="quiet">{t!(is_lapsed_text)}</p> })}
                <p class="quiet">
                    {t!(sent_on)} " " <Time at=row.sent_at shape=Shape::Full /> " · " {t!(works_until)} " "
                    <Time at=row.expires_at shape=Shape::Full />
                </p>
            </div>
            <div class="acts">
                <ActionForm action=acts.resend>
                    <ActButton
                        name="invitation"
                        value=row.id.to_string()
                        label=resend
                        text=t!(send_again)
                        pending=acts.resend.pending()
                    />
                </ActionForm>
                <ActionForm action=acts.revoke>
                    <ActButton
                        name="invitation"
                        value=row.id.to_string()
                        label=revoke
                        text=t!(take_back)
                        pending=acts.revoke.pending()
                    />
                </ActionForm>
            </div>
        </li>
    }
}
