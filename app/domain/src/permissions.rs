//! Who may do what. The one table that screens (hide) and use cases (refuse) both read.

use serde::{Deserialize, Serialize};

/// A right to one kind of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read conversations and their messages.
    ReadConversations,
    /// Send messages and reactions, write notes, mark as read.
    SendMessages,
    /// Assign, resolve and reopen conversations.
    ManageConversations,
    /// Read contacts with their identities and consent.
    ReadContacts,
    /// Change a contact's name.
    EditContacts,
    /// See channel health and quarantine, and replay what was quarantined.
    ManageChannels,
}

impl Permission {
    pub const ALL: [Self; 6] = [
        Self::ReadConversations,
        Self::SendMessages,
        Self::ManageConversations,
        Self::ReadContacts,
        Self::EditContacts,
        Self::ManageChannels,
    ];
}

/// A named set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Agent,
    ReadOnly,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Agent, Self::ReadOnly];

    /// Whether members of this role hold `permission`.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::*;
        match self {
            Self::Owner | Self::Admin => true,
            Self::Agent => !matches!(permission, ManageChannels),
            Self::ReadOnly => matches!(permission, ReadConversations | ReadContacts),
        }
    }

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::ReadOnly => "read_only",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_only_members_change_nothing() {
        let may: Vec<_> = Permission::ALL.into_iter().filter(|p| Role::ReadOnly.allows(*p)).collect();
        assert_eq!(may, [Permission::ReadConversations, Permission::ReadContacts]);
    }

    #[test]
    fn roles_survive_the_database() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
