//! A workspace's people: who is in, who is asked in, which roles and teams there are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{InvitationId, MemberId, RoleId, TeamId};
use crate::permissions::{Permission, Role, Scope};

/// What a member may do: a role, and for [`Role::Custom`] which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChoice {
    pub role: Role,
    #[serde(default)]
    pub custom: Option<RoleId>,
}

impl RoleChoice {
    /// As forms carry it: a word for a role that every workspace has, else the id of the workspace's own.
    pub fn word(&self) -> String {
        match self.custom {
            Some(custom) => custom.to_string(),
            None => self.role.as_str().to_owned(),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match Role::parse(text) {
            Some(Role::Custom) => None,
            Some(role) => Some(role.into()),
            None => Some(Self { role: Role::Custom, custom: Some(text.parse().ok()?) }),
        }
    }
}

impl From<Role> for RoleChoice {
    fn from(role: Role) -> Self {
        Self { role, custom: None }
    }
}

/// The whole page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    pub members: Vec<TeamMember>,
    pub invitations: Vec<InvitationRow>,
    pub roles: Vec<CustomRole>,
    pub teams: Vec<TeamRow>,
    /// Whom the workspace is offered to.
    pub offered_to: Option<MemberId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    pub id: MemberId,
    pub name: String,
    /// The hash of their picture.
    pub picture: Option<String>,
    pub email: String,
    pub role: RoleChoice,
    pub scope: Scope,
    pub teams: Vec<TeamId>,
    /// Conversations assigned to them that are open.
    pub open: i64,
    /// API keys that they made: these end with their membership.
    pub keys: i64,
    /// A second factor or a passkey is set up.
    pub two_factors: bool,
    /// The workspace's provider knows them.
    pub linked: bool,
    #[serde(default, with = "crate::time::maybe")]
    pub last_seen_at: Option<Timestamp>,
    #[serde(default, with = "crate::time::maybe")]
    pub deactivated_at: Option<Timestamp>,
    /// They ended it themselves: only an invitation brings them back.
    #[serde(default)]
    pub left: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub email: String,
    pub role: RoleChoice,
    pub scope: Scope,
    #[serde(with = "crate::time::text")]
    pub sent_at: Timestamp,
    #[serde(with = "crate::time::text")]
    pub expires_at: Timestamp,
    pub expired: bool,
    /// Whoever sent it could not send it any more: nobody can accept it until somebody who can sends it again.
    pub lapsed: bool,
    /// A mail server said that there is no such address.
    pub comes_back: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    pub id: RoleId,
    pub name: String,
    pub permissions: Vec<Permission>,
    pub version: i64,
    /// Members and open invitations that have it.
    pub used: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRow {
    pub id: TeamId,
    pub name: String,
    pub version: i64,
}

/// What is changed, and the version that was on the screen: a change that was made meanwhile is not overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<Id> {
    pub id: Id,
    pub version: i64,
}

/// An offer to become the owner, as the one reads it to whom it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnershipOffer {
    pub owner: String,
    pub workspace: String,
}

/// Whom to ask in, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteForm {
    pub email: String,
    pub role: RoleChoice,
    pub scope: Scope,
}

/// How an invitation went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSent {
    pub email: String,
    /// One to this address was open already and offered something else.
    pub changed: Option<Offered>,
}

/// What an invitation offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub role: Role,
    /// The name of a role of the workspace's own.
    pub own_role: Option<String>,
    pub scope: Scope,
}

/// What the page behind an invitation shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationPage {
    pub workspace: String,
    pub invited_by: String,
    pub email: String,
    /// There is an account of this address: signing in is enough.
    pub known: bool,
}

/// The business behind a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    pub name: String,
    pub industry: String,
    pub address: String,
    pub phone: String,
    /// ISO 3166-1, two letters.
    pub country: String,
    /// IANA name, for example `Europe/Lisbon`.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
}

/// A business as it is now, to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessOnFile {
    pub business: Business,
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_carry_every_choice_of_a_role() {
        let own: RoleId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        for choice in [Role::Agent.into(), RoleChoice { role: Role::Custom, custom: Some(own) }] {
            assert_eq!(RoleChoice::parse(&choice.word()), Some(choice));
        }
        assert_eq!(RoleChoice::parse("custom"), None);
        assert_eq!(RoleChoice::parse("root"), None);
    }
}
