//! Keys with which programs use the REST interface.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ApiKeyId;
use crate::permissions::Permission;

/// Scopes that a key may have, with what they permit. Screens offer those that the maker holds, use cases refuse others.
pub const SCOPES: &[(&str, &[Permission])] = &[
    ("conversations:read", &[Permission::ReadConversations]),
    ("conversations:write", &[Permission::ReadConversations, Permission::ManageConversations]),
    ("messages:write", &[Permission::ReadConversations, Permission::SendMessages]),
    ("contacts:read", &[Permission::ReadContacts, Permission::SeePhoneNumbers, Permission::SeeEmails]),
];

/// What a scope permits; nothing for one that there is not.
pub fn permitted_by(scope: &str) -> &'static [Permission] {
    SCOPES.iter().find(|(name, _)| *name == scope).map_or(&[], |(_, permissions)| permissions)
}

/// How long a new key works, in days; `None` until it is revoked.
pub const LIFETIMES: [Option<u16>; 4] = [Some(30), Some(90), Some(365), None];

/// What a new key is to be, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyForm {
    pub name: String,
    pub scopes: Vec<String>,
    /// One of [`LIFETIMES`].
    pub days: Option<u16>,
}

/// Whether a key opens anything now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Works,
    Expired,
    /// Its maker is no longer in the team, and a key never outlives its maker's membership.
    Orphaned,
}

/// A key that was not revoked. Its secret is known to nobody but whoever copied it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub name: String,
    pub scopes: Vec<String>,
    /// `None` for one of the operator's command.
    pub made_by: Option<String>,
    #[serde(with = "crate::time::text")]
    pub created_at: Timestamp,
    #[serde(default, with = "crate::time::maybe")]
    pub last_used_at: Option<Timestamp>,
    #[serde(default, with = "crate::time::maybe")]
    pub expires_at: Option<Timestamp>,
    pub state: KeyState,
}

/// A key just made, with its secret: shown this once.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewApiKey {
    pub name: String,
    pub secret: String,
}

impl std::fmt::Debug for NewApiKey {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewApiKey(…)")
    }
}
