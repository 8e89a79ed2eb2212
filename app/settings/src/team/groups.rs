//! Teams: members who share what they see.

use domain::TeamId;
use domain::team::{TeamMember, TeamPage, TeamRow};
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{ActionForm, FormErrors, t, view};

use super::Acts;
use crate::lines::{ActButton, NameField};

#[component]
pub fn GroupsSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let members: Vec<TeamMember> = team.members.into_iter().filter(|member| member.deactivated_at.is_none()).collect();
    let everybody = members.clone();
    let rows = team
        .teams
        .into_iter()
        .map(|group| {
            let members = members.clone();
            view! { <Group group members acts /> }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!(teams)}</h2>
            <p class="quiet">{t!(teams_text)}</p>
            <FormErrors action=acts.save_team />
            <FormErrors action=acts.delete_team />
            <ul class="lines">{rows}</ul>
            <details class="fold">
                <summary class="button">{t!(new_team)}</summary>
                <Form group=None members=everybody acts />
            </details>
        </section>
    }
}

#[component]
fn Group(group: TeamRow, members: Vec<TeamMember>, acts: Acts) -> impl IntoView {
    let names: Vec<String> =
        members.iter().filter(|member| member.teams.contains(&group.id)).map(|member| member.name.clone()).collect();
    let names = if names.is_empty() { t!(team_empty).to_owned() } else { names.join(", ") };
    let change = t!(change_team, name = group.name.clone()).to_string();
    let delete = t!(delete_team, name = group.name.clone()).to_string();
    view! {
        <li class="line">
            <div>
                <p>
                    <strong>{group.name.clone()}</strong>
                </p>
                <p class="quiet">{names}</p>
            </div>
            <details class="fold">
                <summary class="button" aria-label=change>
                    {t!(change)}
                </summary>
                <Form group=Some(group.clone()) members acts />
                <ActionForm action=acts.delete_team>
                    <ActButton
                        name="team"
                        value=group.id.to_string()
                        class="button button-bad"
                        text=delete
                        pending=acts.delete_team.pending()
                    />
                </ActionForm>
            </details>
        </li>
    }
}

#[component]
fn Form(group: Option<TeamRow>, members: Vec<TeamMember>, acts: Acts) -> impl IntoView {
    let id: Option<TeamId> = group.as_ref().map(|group| group.id);
    let checks = members
        .into_iter()
        .map(|member| {
            let inside = id.is_some_and(|id| member.teams.contains(&id));
            view! {
                <label class="check">
                    <input type="checkbox" name="members[]" value=member.id.to_string() checked=inside />
                    <span>{member.name}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <ActionForm action=acts.save_team>
            <input type="hidden" name="team" value=id.map(|id| id.to_string()).unwrap_or_default() />
            <input
                type="hidden"
                name="version"
                value=group.as_ref().map(|group| group.version.to_string()).unwrap_or_default()
            />
            <NameField label=t!(team_name) value=group.map(|group| group.name).unwrap_or_default() />
            <fieldset class="checks">
                <legend>{t!(members)}</legend>
                {checks}
            </fieldset>
            <button type="submit" class="button" aria-disabled=busy(acts.save_team.pending())>
                {t!(save)}
            </button>
        </ActionForm>
    }
}
