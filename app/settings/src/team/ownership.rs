//! Whose the workspace is.

use domain::Role;
use domain::team::TeamPage;
use leptos::prelude::*;
use ui::fields::Options;
use ui::reactive::busy;
use ui::{ActionForm, FormErrors, SelectField, t, use_session, view};

use super::Acts;
use crate::lines::ActButton;

/// The owner offers; the other has to accept.
#[component]
pub fn OfferSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let (me, owner) = use_session().with_value(|session| (session.me.member, session.me.role == Role::Owner));
    let offered_to = team.offered_to.and_then(|to| team.members.iter().find(|member| member.id == to));
    let offered_to = offered_to.map(|member| member.name.clone());
    let heirs: Options = team
        .members
        .iter()
        .filter(|member| member.id != me && member.deactivated_at.is_none())
        .map(|member| (member.id.to_string(), member.name.clone()))
        .collect();
    owner.then(|| {
        view! {
            <section class="section">
                <h2>{t!(ownership)}</h2>
                <p class="quiet">{t!(ownership_text)}</p>
                <FormErrors action=acts.offer />
                {match offered_to {
                    Some(name) => view! { <TakeBack name acts /> },
                    None => view! { <Offer heirs acts /> },
                }}
            </section>
        }
    })
}

#[component]
fn Offer(heirs: Options, acts: Acts) -> impl IntoView {
    let nobody = heirs.is_empty();
    view! {
        <details class="fold">
            <summary class="button">{t!(hand_over)}</summary>
            <ActionForm action=acts.offer>
                <SelectField label=t!(new_owner) name="member" options=heirs hint=t!(new_owner_hint) />
                <button
                    type="submit"
                    class="button"
                    disabled=nobody
                    aria-disabled=busy(acts.offer.pending())
                >
                    {t!(offer_workspace)}
                </button>
            </ActionForm>
        </details>
    }
}

#[component]
fn TakeBack(name: String, acts: Acts) -> impl IntoView {
    view! {
        <p class="notice">{t!(offered_to, name = name).to_string()}</p>
        <ActionForm action=acts.offer>
            <ActButton name="member" value="" text=t!(take_back) pending=acts.offer.pending() />
        </ActionForm>
    }
}
