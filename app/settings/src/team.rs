//! The team: who is in, who is asked in, which roles and teams there are, and whose the workspace is.

mod groups;
mod invitations;
mod members;
mod ownership;
mod roles;

use domain::Permission;
use domain::team::TeamPage as Team;
use leptos::prelude::*;
use ui::{Load, Read, Saved, Skeleton, t, use_session, view};

use crate::api::team::{
    Deactivate, DeleteRole, DeleteTeam, ForgetSignIn, Invite, OfferOwnership, Reactivate, ResendInvitation,
    RevokeInvitation, SaveRole, SaveTeam, SetRole, SignOutMember, read_team,
};
use crate::fold::fold_after;
use crate::page::SettingsPage;
use crate::proof::{Proof, Prove};
use groups::GroupsSection;
use invitations::{InvitationsSection, InviteSection};
use members::MembersSection;
use ownership::{OfferSection, OfferedSection};
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
        }
    }

    /// Changes with everything that was done.
    fn version(self) -> usize {
        self.invite.version().get()
            + self.resend.version().get()
            + self.revoke.version().get()
            + self.set_role.version().get()
            + self.deactivate.version().get()
            + self.reactivate.version().get()
            + self.sign_out.version().get()
            + self.forget.version().get()
            + self.save_role.version().get()
            + self.delete_role.version().get()
            + self.save_team.version().get()
            + self.delete_team.version().get()
            + self.offer.version().get()
    }
}

/// `/settings/team`
#[component]
pub fn TeamPage() -> impl IntoView {
    let acts = Acts::new();
    fold_after(acts.set_role);
    fold_after(acts.deactivate);
    fold_after(acts.sign_out);
    fold_after(acts.forget);
    fold_after(acts.save_role);
    fold_after(acts.delete_role);
    fold_after(acts.save_team);
    fold_after(acts.delete_team);
    fold_after(acts.offer);
    let proof = Proof::provide();
    proof.watch(acts.sign_out);
    proof.watch(acts.forget);
    let team = Read::new(move || acts.version(), |_| read_team());
    let leads = use_session().with_value(|session| session.may(Permission::ManageTeam));
    view! {
        <SettingsPage title=t!(team) text=t!(team_text)>
            <Prove page="/settings/team" />
            <Load
                resource=team
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |team| view! { <Sections team acts /> }
            />
            // Who does not lead the team still may be offered the workspace.
            {(!leads).then(|| view! { <OfferedSection /> })}
            <Told acts />
        </SettingsPage>
    }
}

#[component]
fn Sections(team: Team, acts: Acts) -> impl IntoView {
    let me = use_session().with_value(|session| session.me.member);
    let offered = team.offered_to == Some(me);
    view! {
        {offered.then(|| view! { <OfferedSection /> })}
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
    view! {
        <Saved action=acts.invite text=t!(invited) />
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
