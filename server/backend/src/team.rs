//! Workspaces and the people in them.

mod alerts;
mod invitations;
mod joining;
mod leaving;
mod members;
mod ownership;
pub(crate) mod place;
mod reach;
mod read;
mod roles;
mod teams;
mod workspace;

pub use alerts::tell_of_master_key;
pub(crate) use alerts::{owner, tell_of_admin};
pub(crate) use leaving::end_vouched;
pub(crate) use members::lock_within_reach;
pub(crate) use reach::may_give;

use std::sync::Arc;

use async_trait::async_trait;
use domain::accounts::Origin;
use domain::members::Person;
use domain::ports::{self, SessionToken, SignedIn};
use domain::team::{
    Business, BusinessOnFile, InvitationPage, InvitationSent, InviteForm, OwnershipOffer, RoleChoice, Seen, TeamPage,
};
use domain::{Caller, InvitationId, MemberId, Permission, RoleId, Scope, TeamId};

use crate::Core;
use crate::accounts::throttle::Throttle;

/// [`ports::Team`] over PostgreSQL.
pub struct TeamPort {
    core: Core,
    throttle: Arc<Throttle>,
}

impl TeamPort {
    pub(crate) fn new(core: Core, throttle: Arc<Throttle>) -> Self {
        Self { core, throttle }
    }
}

#[async_trait]
impl ports::Team for TeamPort {
    async fn create_workspace(&self, person: &Person, business: Business) -> domain::Result<SessionToken> {
        Ok(workspace::create(&self.core, person, business).await?)
    }

    async fn fresh_business(&self, person: &Person, region: Option<&str>) -> domain::Result<Business> {
        Ok(workspace::fresh(&self.core, person, region).await?)
    }

    async fn business(&self, caller: &Caller) -> domain::Result<BusinessOnFile> {
        Ok(workspace::read(&self.core, caller).await?)
    }

    async fn save_business(&self, caller: &Caller, seen: i64, business: Business) -> domain::Result<()> {
        Ok(workspace::save(&self.core, caller, seen, business).await?)
    }

    async fn page(&self, caller: &Caller) -> domain::Result<TeamPage> {
        Ok(read::page(&self.core, caller).await?)
    }

    async fn invite(&self, caller: &Caller, form: InviteForm) -> domain::Result<InvitationSent> {
        Ok(invitations::invite(&self.core, &self.throttle, caller, form).await?)
    }

    async fn resend_invitation(&self, caller: &Caller, id: InvitationId) -> domain::Result<()> {
        Ok(invitations::resend(&self.core, &self.throttle, caller, id).await?)
    }

    async fn revoke_invitation(&self, caller: &Caller, id: InvitationId) -> domain::Result<()> {
        Ok(invitations::revoke(&self.core, caller, id).await?)
    }

    async fn invitation(&self, link: &str) -> domain::Result<InvitationPage> {
        Ok(joining::read(&self.core, link).await?)
    }

    async fn accept_as_new(&self, link: &str, name: &str, password: &str, origin: &Origin) -> domain::Result<SignedIn> {
        Ok(joining::accept_as_new(&self.core, link, name, password, origin).await?)
    }

    async fn accept(&self, person: &Person, link: &str) -> domain::Result<SessionToken> {
        Ok(joining::accept(&self.core, person, link).await?)
    }

    async fn set_role(&self, caller: &Caller, member: MemberId, role: RoleChoice, scope: Scope) -> domain::Result<()> {
        Ok(members::set_role(&self.core, caller, member, role, scope).await?)
    }

    async fn deactivate(&self, caller: &Caller, member: MemberId, heir: Option<MemberId>) -> domain::Result<()> {
        Ok(leaving::deactivate(&self.core, caller, member, heir).await?)
    }

    async fn reactivate(&self, caller: &Caller, member: MemberId) -> domain::Result<()> {
        Ok(leaving::reactivate(&self.core, caller, member).await?)
    }

    async fn sign_out_member(&self, person: &Person, member: MemberId) -> domain::Result<()> {
        Ok(members::sign_out(&self.core, person, member).await?)
    }

    async fn leave(&self, caller: &Caller, sure: bool) -> domain::Result<()> {
        Ok(leaving::leave(&self.core, caller, sure).await?)
    }

    async fn offer_ownership(&self, person: &Person, to: Option<MemberId>) -> domain::Result<()> {
        Ok(ownership::offer(&self.core, person, to).await?)
    }

    async fn ownership_offer(&self, caller: &Caller) -> domain::Result<Option<OwnershipOffer>> {
        Ok(ownership::read(&self.core, caller).await?)
    }

    async fn accept_ownership(&self, person: &Person) -> domain::Result<()> {
        Ok(ownership::accept(&self.core, person).await?)
    }

    async fn save_role(
        &self,
        caller: &Caller,
        seen: Option<Seen<RoleId>>,
        name: &str,
        permissions: Vec<Permission>,
    ) -> domain::Result<()> {
        Ok(roles::save(&self.core, caller, seen, name, permissions).await?)
    }

    async fn delete_role(&self, caller: &Caller, id: RoleId) -> domain::Result<()> {
        Ok(roles::delete(&self.core, caller, id).await?)
    }

    async fn save_team(
        &self,
        caller: &Caller,
        seen: Option<Seen<TeamId>>,
        name: &str,
        members: Vec<MemberId>,
    ) -> domain::Result<()> {
        Ok(teams::save(&self.core, caller, seen, name, members).await?)
    }

    async fn delete_team(&self, caller: &Caller, id: TeamId) -> domain::Result<()> {
        Ok(teams::delete(&self.core, caller, id).await?)
    }

    async fn two_factors_required(&self, caller: &Caller) -> domain::Result<bool> {
        Ok(workspace::two_factors_required(&self.core, caller).await?)
    }

    async fn require_two_factors(&self, person: &Person, required: bool) -> domain::Result<()> {
        Ok(workspace::require_two_factors(&self.core, person, required).await?)
    }
}
