//! Members of a workspace, and the caller on whose behalf a use case runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::WorkspaceRow;
use crate::error::{Error, Result};
use crate::ids::{AccountId, ApiKeyId, MemberId, SessionId, WorkspaceId};
use crate::permissions::{Permission, Role, Scope};

/// Who asks. Every use case takes it first; it is made only from a session or an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub workspace: WorkspaceId,
    pub actor: Actor,
    pub scope: Scope,
    /// The workspace's own provider vouched for them: nothing of theirs beyond the workspace is theirs to see.
    pub vouched: bool,
    /// Where the request came from. `None` where nobody asked.
    pub origin: Option<SessionOrigin>,
    /// Where their session was opened. `None` for a program.
    pub signed_in: Option<SessionOrigin>,
    permissions: Vec<Permission>,
}

/// Where a session was opened or a request came from, as a person recognises it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionOrigin {
    /// The browser and system in words, for example `Firefox on Linux`.
    pub device: String,
    /// The family and the first half of the address.
    pub network: String,
}

/// The person or program behind a [`Caller`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Member { id: MemberId, name: String },
    ApiKey { id: ApiKeyId, name: String },
}

impl Actor {
    pub fn name(&self) -> &str {
        match self {
            Self::Member { name, .. } | Self::ApiKey { name, .. } => name,
        }
    }
}

impl Caller {
    pub fn member(workspace: WorkspaceId, id: MemberId, name: impl Into<String>, role: Role) -> Self {
        Self::member_with(workspace, id, name, role.permissions().to_vec(), Scope::All)
    }

    /// A member whose role or scope is their workspace's own choice.
    pub fn member_with(
        workspace: WorkspaceId,
        id: MemberId,
        name: impl Into<String>,
        permissions: Vec<Permission>,
        scope: Scope,
    ) -> Self {
        Self {
            workspace,
            actor: Actor::Member { id, name: name.into() },
            scope,
            vouched: false,
            origin: None,
            signed_in: None,
            permissions,
        }
    }

    pub fn api_key(
        workspace: WorkspaceId,
        id: ApiKeyId,
        name: impl Into<String>,
        permissions: Vec<Permission>,
    ) -> Self {
        Self {
            workspace,
            actor: Actor::ApiKey { id, name: name.into() },
            scope: Scope::All,
            vouched: false,
            origin: None,
            signed_in: None,
            permissions,
        }
    }

    /// The same caller, whose request came from `here`.
    #[must_use]
    pub fn asking_from(mut self, here: SessionOrigin) -> Self {
        self.origin = Some(here);
        self
    }

    /// The same caller without any permission but `kept`; the permission suite walks every port with it.
    pub fn restricted_to(mut self, kept: &[Permission]) -> Self {
        self.permissions.retain(|permission| kept.contains(permission));
        self
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Refuses with [`Error::Forbidden`] unless the caller holds `permission`.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    pub fn member_id(&self) -> Option<MemberId> {
        match self.actor {
            Actor::Member { id, .. } => Some(id),
            Actor::ApiKey { .. } => None,
        }
    }

    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }
}

/// A signed-in person, whichever workspace they stand in, if any. What concerns only themselves takes this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub account: AccountId,
    pub session: SessionId,
    pub name: String,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// By how many factors they signed in.
    pub factors: u8,
    /// Where the request came from.
    pub origin: SessionOrigin,
    /// Where they signed in.
    pub signed_in: SessionOrigin,
    /// Their place in the workspace they stand in.
    pub caller: Option<Caller>,
    /// The workspace they stand in asks for a second factor, and this session has one only.
    pub needs_second_factor: bool,
    /// The workspace they stand in lets its members in through its provider only, and this session came otherwise.
    pub needs_single_sign_on: bool,
    /// The workspace whose provider vouched for them. Such a session is good for that workspace and nothing else.
    pub vouched_by: Option<WorkspaceId>,
    /// The workspace to which their access ended last, where they stand in none.
    pub ended: Option<String>,
}

impl Person {
    /// The same person, whose request came from `here`: a session does not show where it is used.
    #[must_use]
    pub fn asking_from(mut self, here: SessionOrigin) -> Self {
        self.caller = self.caller.map(|caller| caller.asking_from(here.clone()));
        self.origin = here;
        self
    }

    /// Refuses with [`Error::OwnSignInNeeded`] a session that a workspace's provider vouched for: whoever runs that provider
    /// must not reach what the person has elsewhere.
    pub fn require_own_sign_in(&self) -> Result<()> {
        if self.vouched_by.is_none() { Ok(()) } else { Err(Error::OwnSignInNeeded) }
    }

    /// Refuses with [`Error::ProofNeeded`] when it is too long ago that they proved who they are.
    pub fn require_fresh_proof(&self, now: Timestamp) -> Result<()> {
        let age = now.duration_since(self.proved_at);
        if age <= FRESH_PROOF { Ok(()) } else { Err(Error::ProofNeeded) }
    }
}

/// Before dangerous acts the last proof may be this old.
pub const FRESH_PROOF: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// What the signed-in person's screen needs to know about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub member: MemberId,
    pub name: String,
    pub email: String,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
    /// The workspaces they can switch to, this one included.
    pub workspaces: Vec<WorkspaceRow>,
    /// The hash of their picture.
    #[serde(default)]
    pub picture: Option<String>,
    /// Enter sends (else Ctrl/Cmd+Enter does and Enter makes a new line).
    pub enter_sends: bool,
    /// They came through the workspace's own provider.
    pub vouched: bool,
    /// The sandbox's phone that writes to this workspace, if it has one.
    pub phone: Option<String>,
}

/// A colleague, as lists and menus show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    pub id: MemberId,
    pub name: String,
    pub role: Role,
    /// The hash of their picture.
    #[serde(default)]
    pub picture: Option<String>,
}

/// What a person's browser seals with what they write and have not sent: who they are there, and the key that only
/// their sessions in this workspace get. Only `kept.js` reads it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seal(pub String);

impl std::fmt::Debug for Seal {
    /// Keeps the key out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// What a person types to sign in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    /// Keeps the password out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}
