//! The team: who is in, who is asked in, which roles and teams there are, and whose the workspace is.

mod groups;
mod invitations;
mod members;
mod ownership;
mod roles;

use domain::team::{InvitationSent, TeamPage as Team};
use leptos::prelude::*;
use ui::reactive::effect;
use ui::toast::{toast, use_toasts};
use ui::{Load, Read, Saved, Skeleton, Tone, t, view};

use crate::api::team::{
    Deactivate, DeleteRole, DeleteTeam, ForgetSignIn, Invite, OfferOwnership, Reactivate, ResendInvitation,
    RevokeInvitation, SaveRole, SaveTeam, SetRole, SignOutMember, read_team,
};
use crate::fold::{after, fold_and_count};
use crate::page::SettingsPage;
use crate::proof::{Proof, Prove};
use crate::words;
use groups::GroupsSection;
use invitations::{InvitationsSection, InviteSection};
use members::MembersSection;
use ownership::OfferSection;
use roles::RolesSection;

/// What can be done on the page. Its actions outlive the lists, which are read anew after each.
#[derive(Clone, Copy)]
struct Acts {
    invite: ServerAction<Invite>,
    resend: ServerAction<ResendInvitation>,
    revoke: ServerAction<RevokeInvitation>,
    set_role: ServerAction<SetRole>,
    deactivate: ServerAction<Deactivate>,
    reactivate: ServerAction<Reactivate>,
    sign_out: ServerAction<SignOutMember>,
    forget: ServerAction<ForgetSignIn>,
    save_role: ServerAction<SaveRole>,
    delete_role: ServerAction<DeleteRole>,
    save_team: ServerAction<SaveTeam>,
    delete_team: ServerAction<DeleteTeam>,
    offer: ServerAction<OfferOwnership>,
    /// The role whose form was sent last: what is wrong is said there.
    role_sent: RwSignal<String>,
}

impl Acts {
    fn new() -> Self {
        Self {
            invite: ServerAction::new(),
            resend: ServerAction::new(),
            revoke: ServerAction::new(),
            set_role: ServerAction::new(),
            deactivate: ServerAction::new(),
            reactivate: ServerAction::new(),
            sign_out: ServerAction::new(),
            forget: ServerAction::new(),
            save_role: ServerAction::new(),
            delete_role: ServerAction::new(),
            save_team: ServerAction::new(),
            delete_team: ServerAction::new(),
            offer: ServerAction::new(),
            role_sent: RwSignal::new(String::new()),
        }
    }

    /// Counts what worked. The lists are read anew for that and for nothing else: what was refused stays as it was typed.
    fn count(self) -> RwSignal<usize> {
        let done = RwSignal::new(0);
        after(self.invite, move |_| {
            ui::browser::reset("#invite form");
            done.update(|done| *done += 1);
        });
        fold_and_count(self.resend, done);
        fold_and_count(self.revoke, done);
        fold_and_count(self.set_role, done);
        fold_and_count(self.deactivate, done);
        fold_and_count(self.reactivate, done);
        fold_and_count(self.sign_out, done);
        fold_and_count(self.forget, done);
        fold_and_count(self.save_role, done);
        fold_and_count(self.delete_role, done);
        fold_and_count(self.save_team, done);
        fold_and_count(self.delete_team, done);
        fold_and_count(self.offer, done);
        let input = self.save_role.input();
        effect(move || {
            if let Some(input) = input.get() {
                self.role_sent.set(input.role);
            }
        });
        done
    }
}

/// `/settings/team`
#[component]
pub fn TeamPage() -> impl IntoView {
    let acts = Acts::new();
    let done = acts.count();
    let proof = Proof::provide();
    proof.watch(acts.sign_out);
    proof.watch(acts.forget);
    proof.watch(acts.offer);
    let team = Read::new(move || done.get(), |_| read_team());
    view! {
        <SettingsPage title=t!(team) text=t!(team_text)>
            <Prove page="/settings/team" />
            <Load
                resource=team
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |team| view! { <Sections team acts /> }
            />
            <Told acts />
        </SettingsPage>
    }
}

#[component]
fn Sections(team: Team, acts: Acts) -> impl IntoView {
    view! {
        <MembersSection team=team.clone() acts />
        <InviteSection team=team.clone() acts />
        <InvitationsSection team=team.clone() acts />
        <GroupsSection team=team.clone() acts />
        <RolesSection team=team.clone() acts />
        <OfferSection team acts />
    }
}

/// How each act went.
#[component]
fn Told(acts: Acts) -> impl IntoView {
    let toasts = use_toasts();
    after(acts.invite, move |sent| toast(toasts, Tone::Good, sent_words(sent)));
    view! {
        <Saved action=acts.resend text=t!(invitation_resent) />
        <Saved action=acts.revoke text=t!(invitation_revoked) />
        <Saved action=acts.set_role text=t!(saved) />
        <Saved action=acts.deactivate text=t!(deactivated) />
        <Saved action=acts.reactivate text=t!(reactivated) />
        <Saved action=acts.sign_out text=t!(member_signed_out) />
        <Saved action=acts.forget text=t!(sign_in_forgotten) />
        <Saved action=acts.save_role text=t!(saved) />
        <Saved action=acts.delete_role text=t!(role_deleted) />
        <Saved action=acts.save_team text=t!(saved) />
        <Saved action=acts.delete_team text=t!(team_deleted) />
        <Saved action=acts.offer text=t!(saved) />
    }
}

fn sent_words(sent: InvitationSent) -> String {
    match sent.changed {
        Some(now) => {
            let role = now.own_role.unwrap_or_else(|| words::role(now.role).0.to_owned());
            t!(invited_again_as, email = sent.email, role = role, scope = words::scope(now.scope)).to_string()
        }
        None => t!(invited_to, email = sent.email).to_string(),
    }
}
