//! Who is signed in, as the screens know them.

use domain::accounts::WorkspaceRow;
use domain::members::{Me, MemberRow, Seal};
use domain::{MemberId, Permission};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The signed-in person and their colleagues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub me: Me,
    pub members: Vec<MemberRow>,
    /// What they write and have not sent is sealed with this in their browser.
    pub seal: Seal,
}

/// The signed-in person, whichever workspace they stand in, if any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    pub name: String,
    /// The hash of their picture.
    pub picture: Option<String>,
    pub seal: Seal,
    /// Where they are a member and may go on.
    pub session: Option<Session>,
    /// Their workspace waits for a second factor.
    pub second_factor_needed: bool,
    /// Where they belong.
    pub workspaces: Vec<WorkspaceRow>,
    /// The workspace to which their access ended last, where they stand in none.
    pub ended: Option<String>,
}

impl Session {
    /// Hides what would be refused; the use case decides.
    pub fn may(&self, permission: Permission) -> bool {
        self.me.permissions.contains(&permission)
    }

    /// The hash of a colleague's picture.
    pub fn picture_of(&self, id: MemberId) -> Option<String> {
        self.members.iter().find(|member| member.id == id).and_then(|member| member.picture.clone())
    }

    /// The name of a colleague; somebody who left has none.
    pub fn name_of(&self, id: MemberId) -> Option<&str> {
        self.members.iter().find(|member| member.id == id).map(|member| member.name.as_str())
    }
}

/// The session that the guard provides, for components below it.
pub fn use_session() -> StoredValue<Session> {
    #[expect(clippy::expect_used, reason = "only the guard renders signed-in screens, and it provides this")]
    use_context::<StoredValue<Session>>().expect("a signed-in screen outside the guard")
}

/// Where the signed-in person belongs, on pages of their own. Whether they stand in one of them or not.
pub fn workspaces() -> Vec<WorkspaceRow> {
    match maybe_session() {
        Some(session) => session.with_value(|session| session.me.workspaces.clone()),
        None => use_context::<StoredValue<Here>>()
            .map(|here| here.with_value(|here| here.workspaces.clone()))
            .unwrap_or_default(),
    }
}

/// The session where there may be none: on pages of a person's own.
pub fn maybe_session() -> Option<StoredValue<Session>> {
    use_context()
}
