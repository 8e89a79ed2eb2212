use async_trait::async_trait;

use crate::accounts::Origin;
use crate::error::Result;
use crate::ids::{InvitationId, MemberId, RoleId, TeamId};
use crate::members::{Caller, Person};
use crate::permissions::{Permission, Scope};
use crate::team::{
    Business, BusinessOnFile, InvitationPage, InvitationSent, InviteForm, OwnershipOffer, RoleChoice, Seen, TeamPage,
};

use super::{SessionToken, SignedIn};

/// Workspaces and the people in them.
#[async_trait]
pub trait Team: Send + Sync {
    /// Makes a workspace whose owner is this person, and stands the session in it. The session's secret is renewed.
    async fn create_workspace(&self, person: &Person, business: Business) -> Result<SessionToken>;

    /// What to offer whoever makes one. `region` is their browser's: two letters of ISO 3166-1.
    async fn fresh_business(&self, person: &Person, region: Option<&str>) -> Result<Business>;

    async fn business(&self, caller: &Caller) -> Result<BusinessOnFile>;

    /// `seen` is the version that was on the screen: a change that was made meanwhile is not overwritten.
    async fn save_business(&self, caller: &Caller, seen: i64, business: Business) -> Result<()>;

    /// Members, invitations, roles and teams.
    async fn page(&self, caller: &Caller) -> Result<TeamPage>;

    /// Mails an invitation. An open one to the same address is sent again instead.
    async fn invite(&self, caller: &Caller, form: InviteForm) -> Result<InvitationSent>;

    async fn resend_invitation(&self, caller: &Caller, id: InvitationId) -> Result<()>;

    async fn revoke_invitation(&self, caller: &Caller, id: InvitationId) -> Result<()>;

    /// What the page behind an invitation's link shows; `NotFound` once it was used, revoked or is too old.
    async fn invitation(&self, link: &str) -> Result<InvitationPage>;

    /// A person without an account accepts: the link has shown that the address is theirs.
    async fn accept_as_new(&self, link: &str, name: &str, password: &str, origin: &Origin) -> Result<SignedIn>;

    /// A signed-in person accepts, if the invitation was sent to their address. The session's secret is renewed.
    async fn accept(&self, person: &Person, link: &str) -> Result<SessionToken>;

    /// Gives a member a role and a scope. The owner's cannot be changed, and nobody becomes owner this way.
    async fn set_role(&self, caller: &Caller, member: MemberId, role: RoleChoice, scope: Scope) -> Result<()>;

    /// Ends a member's access and hands what was assigned to them over to `heir`, or to nobody.
    async fn deactivate(&self, caller: &Caller, member: MemberId, heir: Option<MemberId>) -> Result<()>;

    /// Takes somebody back who was deactivated. Whoever left by themselves has to be invited.
    async fn reactivate(&self, caller: &Caller, member: MemberId) -> Result<()>;

    /// Ends every session of a member in this workspace, and none of another: one that stands elsewhere has to be proved anew to
    /// come in here. The owner's ends the owner alone.
    async fn sign_out_member(&self, person: &Person, member: MemberId) -> Result<()>;

    /// Leaves the workspace, if they are sure: nobody can take it back by themselves. The owner has to hand it over first.
    async fn leave(&self, caller: &Caller, sure: bool) -> Result<()>;

    /// Offers the workspace to another member, or takes the offer back. The owner's alone, who proved lately who they are.
    async fn offer_ownership(&self, person: &Person, to: Option<MemberId>) -> Result<()>;

    /// The offer to the caller, if there is one.
    async fn ownership_offer(&self, caller: &Caller) -> Result<Option<OwnershipOffer>>;

    /// The member to whom the workspace was offered, and who proved lately who they are, becomes its owner; the former owner becomes an admin.
    async fn accept_ownership(&self, person: &Person) -> Result<()>;

    /// Makes a role, or changes the one that was seen; `Conflict` when it is another one by now.
    async fn save_role(
        &self,
        caller: &Caller,
        seen: Option<Seen<RoleId>>,
        name: &str,
        permissions: Vec<Permission>,
    ) -> Result<()>;

    /// Refused while somebody has it.
    async fn delete_role(&self, caller: &Caller, id: RoleId) -> Result<()>;

    /// Makes a team, or changes the one that was seen; `Conflict` when it is another one by now.
    async fn save_team(
        &self,
        caller: &Caller,
        seen: Option<Seen<TeamId>>,
        name: &str,
        members: Vec<MemberId>,
    ) -> Result<()>;

    async fn delete_team(&self, caller: &Caller, id: TeamId) -> Result<()>;

    async fn two_factors_required(&self, caller: &Caller) -> Result<bool>;

    /// Whether everybody here needs a second factor. The caller's own session must have one.
    async fn require_two_factors(&self, person: &Person, required: bool) -> Result<()>;
}
