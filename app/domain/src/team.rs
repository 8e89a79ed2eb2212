//! A workspace's people: who is in, who is asked in, which roles and teams there are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::line;
use crate::error::{Error, FieldErrors, Result};
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

impl<Id> Seen<Id> {
    /// Refuses with [`Error::Conflict`] when it is another version by now.
    pub fn require(&self, version: i64) -> Result<()> {
        if self.version == version { Ok(()) } else { Err(Error::Conflict) }
    }
}

/// The longest name of a role, in characters.
pub const ROLE_NAME_MAX: usize = 40;

/// A role of the workspace's own as a person put it together, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDraft {
    name: String,
    permissions: Vec<Permission>,
}

impl RoleDraft {
    /// A name that is no built-in role's, and something that the role opens.
    ///
    /// # Errors
    /// `Invalid` with a message for each field that is wrong.
    pub fn parse(name: &str, permissions: Vec<Permission>) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let own = line(name, "name", ROLE_NAME_MAX).and_then(|name| match Role::is_name(&name) {
            true => Err(Error::invalid("name", "Every workspace has a role of this name. Choose another one.")),
            false => Ok(name),
        });
        let name = errors.keep(own);
        if permissions.is_empty() {
            errors.keep::<()>(Err(Error::invalid("permissions", "Choose at least one thing that the role opens.")));
        }
        match name {
            Some(name) if errors.is_empty() => Ok(Self { name, permissions }),
            _ => Err(Error::Invalid(errors)),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }
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
    #[test]
    fn a_role_has_a_name_of_its_own_and_opens_something() {
        let both = vec![Permission::ReadContacts, Permission::EditContacts];
        let draft = RoleDraft::parse(" Night desk ", both.clone()).unwrap();
        assert_eq!((draft.name(), draft.permissions()), ("Night desk", both.as_slice()));
        for (name, permissions, wrong) in [
            ("", both.clone(), &["name"][..]),
            ("Read only", both.clone(), &["name"]),
            ("Night desk", vec![], &["permissions"]),
            ("owner", vec![], &["name", "permissions"]),
            (&"x".repeat(ROLE_NAME_MAX + 1), both, &["name"]),
        ] {
            let Err(Error::Invalid(errors)) = RoleDraft::parse(name, permissions) else { panic!("{name} passed") };
            assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), wrong, "{name}");
        }
    }

    #[test]
    fn what_was_changed_meanwhile_is_a_conflict() {
        let seen = Seen { id: (), version: 3 };
        assert_eq!((seen.require(3), seen.require(4)), (Ok(()), Err(Error::Conflict)));
    }
}
