//! Who may do what. The one table that screens (hide) and use cases (refuse) both read.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// A right to one kind of act.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word stored in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

permissions! {
    /// Read conversations and their messages.
    ReadConversations = "read_conversations",
    /// Send messages and reactions, write notes, mark as read.
    SendMessages = "send_messages",
    /// Assign, resolve and reopen conversations.
    ManageConversations = "manage_conversations",
    /// Read contacts with their identities and consent.
    ReadContacts = "read_contacts",
    /// Change a contact's name and tags.
    EditContacts = "edit_contacts",
    /// See phone numbers; without it they are masked.
    SeePhoneNumbers = "see_phone_numbers",
    /// See one hidden number at a time by asking for it; each time is written down.
    RevealNumbers = "reveal_numbers",
    /// See email addresses of contacts; without it they are masked.
    SeeEmails = "see_emails",
    /// Take records out as a file.
    Export = "export",
    /// Act on many records at once.
    BulkActions = "bulk_actions",
    /// See channel health and quarantine, and replay what was quarantined.
    ManageChannels = "manage_channels",
    /// Change the business's details and its starter pack.
    ManageWorkspace = "manage_workspace",
    /// Invite, deactivate, and give roles and teams.
    ManageTeam = "manage_team",
    /// Require a second factor, connect single sign-on, make and revoke API keys.
    ManageSecurity = "manage_security",
    /// Read and export the audit trail.
    ReadAudit = "read_audit",
}

impl Permission {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
    }

    /// As a form carries several. Without the word that this version does not know, another role would be saved than was chosen.
    ///
    /// # Errors
    /// `Invalid` if any of them is unknown.
    pub fn parse_all(words: &[String]) -> Result<Vec<Self>> {
        let known = words.iter().map(|word| Self::parse(word));
        let all: Option<Vec<Self>> = known.collect();
        all.ok_or_else(|| Error::invalid("permissions", "This page is of another version. Load it anew."))
    }
}

/// A named set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One a workspace; everything, and the only one who can hand the workspace over or close it.
    Owner,
    Admin,
    Manager,
    Agent,
    Marketer,
    /// The data-protection contact.
    Privacy,
    ReadOnly,
    /// One that the workspace has named; its permissions are in its row.
    Custom,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::Admin,
        Self::Manager,
        Self::Agent,
        Self::Marketer,
        Self::Privacy,
        Self::ReadOnly,
        Self::Custom,
    ];

    /// What members of this role hold. A custom role's permissions are its own.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Self::Owner | Self::Admin => Permission::ALL,
            Self::Manager => &[
                ReadConversations,
                SendMessages,
                ManageConversations,
                ReadContacts,
                EditContacts,
                SeePhoneNumbers,
                SeeEmails,
                Export,
                BulkActions,
            ],
            Self::Agent => &[
                ReadConversations,
                SendMessages,
                ManageConversations,
                ReadContacts,
                EditContacts,
                SeePhoneNumbers,
                SeeEmails,
            ],
            Self::Marketer => &[ReadConversations, ReadContacts, BulkActions],
            Self::Privacy => &[ReadConversations, ReadContacts, SeePhoneNumbers, SeeEmails, Export, ReadAudit],
            Self::ReadOnly => &[ReadConversations, ReadContacts],
            Self::Custom => &[],
        }
    }

    /// Whether members of this role hold `permission`.
    pub fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Marketer => "marketer",
            Self::Privacy => "privacy",
            Self::ReadOnly => "read_only",
            Self::Custom => "custom",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether people would take a role of this name for one that every workspace has.
    pub fn is_name(text: &str) -> bool {
        let word =
            text.to_lowercase().split([' ', '-', '_']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
        let privacy = matches!(word.as_str(), "privacy_contact");
        privacy || Self::ALL.into_iter().any(|role| role != Self::Custom && role.as_str() == word)
    }
}

/// Which conversations a member sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    All,
    /// Their own and those of colleagues who share a team with them.
    Team,
    /// Only those assigned to them.
    Own,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::All, Self::Team, Self::Own];

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Team => "team",
            Self::Own => "own",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_only_members_change_nothing() {
        let may: Vec<_> = Permission::ALL.iter().copied().filter(|p| Role::ReadOnly.allows(*p)).collect();
        assert_eq!(may, [Permission::ReadConversations, Permission::ReadContacts]);
    }

    #[test]
    fn words_survive_the_database() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn a_permission_of_another_version_is_not_dropped_in_silence() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let both = Permission::parse_all(&words(&["read_contacts", "export"]));
        assert_eq!(both, Ok(vec![Permission::ReadContacts, Permission::Export]));
        assert_eq!(Permission::parse_all(&[]), Ok(vec![]));
        let refused = Permission::parse_all(&words(&["read_contacts", "rule_the_world"]));
        assert!(matches!(&refused, Err(Error::Invalid(told)) if told.get("permissions").is_some()), "{refused:?}");
    }

    #[test]
    fn names_of_built_in_roles_are_known_however_they_are_written() {
        for name in ["Owner", "ADMIN", " read only ", "Read-only", "Privacy contact", "privacy"] {
            assert!(Role::is_name(name), "{name}");
        }
        for name in ["Night desk", "Owner of keys", "custom", ""] {
            assert!(!Role::is_name(name), "{name}");
        }
    }

    #[test]
    fn only_owners_and_admins_run_the_workspace() {
        use Permission::*;
        for role in Role::ALL {
            for permission in [ManageChannels, ManageWorkspace, ManageTeam, ManageSecurity] {
                assert_eq!(
                    role.allows(permission),
                    matches!(role, Role::Owner | Role::Admin),
                    "{role:?} {permission:?}"
                );
            }
        }
    }
}
