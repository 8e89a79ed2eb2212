//! Who is in, what they may do, and their leaving.

use domain::team::{TeamMember, TeamPage};
use domain::{MemberId, Permission, Role, Timestamp};
use leptos::prelude::*;
use ui::fields::Options;
use ui::reactive::busy;
use ui::{ActionForm, Avatar, Badge, FormErrors, SelectField, Shape, Time, Tone, t, use_session, view};

use super::Acts;
use crate::lines::ActButton;
use crate::words;

#[component]
pub fn MembersSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let me = use_session().with_value(|session| session.me.member);
    let count = team.members.iter().filter(|member| member.deactivated_at.is_none()).count();
    let rows = team
        .members
        .iter()
        .map(|member| {
            let (member, team) = (member.clone(), team.clone());
            view! { <Member member team me acts /> }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!(members)} " " <span class="count">{count}</span></h2>
            <FormErrors action=acts.set_role />
            <FormErrors action=acts.deactivate />
            <FormErrors action=acts.reactivate />
            <FormErrors action=acts.sign_out />
            <FormErrors action=acts.forget />
            <ul class="lines">{rows}</ul>
        </section>
    }
}

#[component]
fn Member(member: TeamMember, team: TeamPage, me: MemberId, acts: Acts) -> impl IntoView {
    let gone = member.deactivated_at.is_some();
    let how_gone = if member.left { t!(has_left) } else { t!(is_deactivated) };
    let this = member.id == me;
    let changeable = member.role.role != Role::Owner && !this;
    let groups: Vec<String> =
        team.teams.iter().filter(|group| member.teams.contains(&group.id)).map(|group| group.name.clone()).collect();
    let role = words::choice(member.role, &team.roles);
    view! {
        <li class="member" class:member-gone=gone>
            <Avatar name=member.name.clone() picture=member.picture.clone() />
            <div>
                <p class="badges">
                    <strong>{member.name.clone()}</strong>
                    <Badge text=role tone=Tone::Accent />
                    {this.then(|| view! { <Badge text=t!(you) /> })}
                    {gone.then(|| view! { <Badge text=how_gone tone=Tone::Warn /> })}
                </p>
                <p class="quiet">{member.email.clone()}</p>
                <Facts member=member.clone() groups />
                {member.left.then(|| view! { <p class="quiet">{t!(has_left_text)}</p> })}
            </div>
            {(this && member.linked && secures())
                .then(|| {
                    let member = member.clone();
                    view! {
                        <details class="fold member-change">
                            <summary class="button">{t!(change)}</summary>
                            <Forgetting member acts />
                        </details>
                    }
                })}
            {(changeable && !gone)
                .then(|| {
                    let member = member.clone();
                    view! { <Change member team acts /> }
                })}
            {(changeable && gone && !member.left).then(|| view! { <Reactivation member acts /> })}
        </li>
    }
}

#[component]
fn Facts(member: TeamMember, groups: Vec<String>) -> impl IntoView {
    let two = if member.two_factors { t!(two_factors_yes) } else { t!(two_factors_no) };
    let tone = if member.two_factors { Tone::Good } else { Tone::Quiet };
    view! {
        <p class="badges member-facts">
            <Badge text=words::scope(member.scope) />
            {groups.into_iter().map(|group| view! { <Badge text=group /> }).collect_view()}
            <Badge text=two tone />
            <span class="quiet">{t!(open_count, count = member.open).to_string()}</span>
            {member.deactivated_at.is_none().then(|| view! { <LastSeen at=member.last_seen_at /> })}
        </p>
    }
}

#[component]
fn LastSeen(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => view! {
            <span class="quiet">
                {t!(last_seen)} " " <Time at shape=Shape::Full />
            </span>
        },
        None => view! { <span class="quiet">{t!(never_seen)}</span> },
    }
}

#[component]
fn Change(member: TeamMember, team: TeamPage, acts: Acts) -> impl IntoView {
    let id = member.id.to_string();
    let roles = use_session().with_value(|session| words::roles_to_give(session, &team.roles));
    let label = t!(change_member, name = member.name.clone()).to_string();
    view! {
        <details class="fold">
            <summary class="button" aria-label=label>
                {t!(change)}
            </summary>
            <ActionForm action=acts.set_role>
                <input type="hidden" name="member" value=id />
                <div class="field-row">
                    <SelectField label=t!(role) name="role" options=roles chosen=member.role.word() />
                    <SelectField
                        label=t!(scope)
                        name="scope"
                        options=words::scopes()
                        chosen=member.scope.as_str()
                    />
                </div>
                <button type="submit" class="button" aria-disabled=busy(acts.set_role.pending())>
                    {t!(save)}
                </button>
            </ActionForm>
            <SignOut member=member.clone() acts />
            {(member.linked && secures())
                .then(|| {
                    let member = member.clone();
                    view! { <Forgetting member acts /> }
                })}
            <Deactivation member team acts />
        </details>
    }
}

/// For a device that was lost: they stay a member and sign in again.
#[component]
fn SignOut(member: TeamMember, acts: Acts) -> impl IntoView {
    let text = t!(sign_out_member_text, name = member.name.clone()).to_string();
    let label = t!(sign_out_member, name = member.name).to_string();
    view! {
        <ActionForm action=acts.sign_out>
            <p class="quiet">{text}</p>
            <ActButton
                name="member"
                value=member.id.to_string()
                label
                text=t!(sign_out_everywhere)
                pending=acts.sign_out.pending()
            />
        </ActionForm>
    }
}

fn secures() -> bool {
    use_session().with_value(|session| session.may(Permission::ManageSecurity))
}

/// For somebody whom the workspace's provider knows anew.
#[component]
fn Forgetting(member: TeamMember, acts: Acts) -> impl IntoView {
    let text = t!(forget_sign_in_text, name = member.name.clone()).to_string();
    let label = t!(forget_sign_in_of, name = member.name).to_string();
    view! {
        <ActionForm action=acts.forget>
            <input type="hidden" name="member" value=member.id.to_string() />
            <p class="quiet">{text}</p>
            <button
                type="submit"
                class="button"
                aria-label=label
                aria-disabled=busy(acts.forget.pending())
            >
                {t!(forget_sign_in)}
            </button>
        </ActionForm>
    }
}

/// Names what it will do: who signs out, and who takes over.
#[component]
fn Deactivation(member: TeamMember, team: TeamPage, acts: Acts) -> impl IntoView {
    let colleagues = team.members.iter().filter(|other| other.id != member.id && other.deactivated_at.is_none());
    let heirs: Options = [(String::new(), t!(heir_nobody).to_owned())]
        .into_iter()
        .chain(colleagues.map(|other| (other.id.to_string(), other.name.clone())))
        .collect();
    let open = t!(deactivate_text, name = member.name.clone(), count = member.open).to_string();
    let keys = (member.keys > 0).then(|| t!(deactivate_keys, count = member.keys).to_string());
    let act = t!(deactivate_act_named, name = member.name.clone()).to_string();
    let label = t!(deactivate_member, name = member.name.clone()).to_string();
    view! {
        <details class="fold">
            <summary class="button" aria-label=act>
                {t!(deactivate_act)}
            </summary>
            <ActionForm action=acts.deactivate>
                <input type="hidden" name="member" value=member.id.to_string() />
                <p>{open} " " {keys}</p>
                <SelectField label=t!(heir) name="heir" options=heirs />
                <button
                    type="submit"
                    class="button button-bad"
                    aria-disabled=busy(acts.deactivate.pending())
                >
                    {label}
                </button>
            </ActionForm>
        </details>
    }
}

#[component]
fn Reactivation(member: TeamMember, acts: Acts) -> impl IntoView {
    let label = t!(reactivate_member, name = member.name.clone()).to_string();
    view! {
        <ActionForm action=acts.reactivate>
            <ActButton
                name="member"
                value=member.id.to_string()
                label
                text=t!(reactivate)
                pending=acts.reactivate.pending()
            />
        </ActionForm>
    }
}
