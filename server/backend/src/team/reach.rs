//! How far the power over others goes: never past what one may do oneself.

use domain::team::RoleChoice;
use domain::{Caller, Error, MemberId, Permission, Role, RoleId, WorkspaceId};
use sqlx::PgConnection;

use super::read::choice;
use crate::db::Scoped;
use crate::fault::Outcome;

/// Who leads the team may give any role but the owner's, and none that can do more than they can themselves.
pub(crate) async fn may_give(tx: &mut Scoped, caller: &Caller, role: RoleChoice) -> Outcome<()> {
    let fits = (role.role == Role::Custom) == role.custom.is_some();
    if !fits || role.role == Role::Owner {
        return Err(Error::invalid("role", "Choose a role of the list.").into());
    }
    let workspace = tx.workspace;
    Ok(within(caller, &opened_by(tx, workspace, role).await?)?)
}

/// Nobody gives, changes or takes away what can do more than they can themselves.
pub(super) fn within(caller: &Caller, permissions: &[Permission]) -> domain::Result<()> {
    if permissions.iter().all(|permission| caller.may(*permission)) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Whether a member may still invite as this. They are held to the end: whoever takes their power away comes before or after.
pub(super) async fn may_invite(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    member: MemberId,
    role: RoleChoice,
) -> Outcome<bool> {
    let row = sqlx::query!(
        "select role, custom_role_id from member
         where workspace_id = $1 and id = $2 and deactivated_at is null for share",
        workspace.0,
        member.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let held = opened_by(tx, workspace, choice(&row.role, row.custom_role_id)?).await?;
    Ok(invites(&held, &opened_by(tx, workspace, role).await?))
}

/// Whether these permissions are enough to ask somebody in who gets those.
pub(super) fn invites(held: &[Permission], offered: &[Permission]) -> bool {
    held.contains(&Permission::ManageTeam) && offered.iter().all(|permission| held.contains(permission))
}

async fn opened_by(tx: &mut PgConnection, workspace: WorkspaceId, role: RoleChoice) -> Outcome<Vec<Permission>> {
    match role.custom {
        Some(custom) => opened_by_own(tx, workspace, custom).await,
        None => Ok(role.role.permissions().to_vec()),
    }
}

async fn opened_by_own(tx: &mut PgConnection, workspace: WorkspaceId, role: RoleId) -> Outcome<Vec<Permission>> {
    let words = sqlx::query_scalar!(
        "select permissions from role where workspace_id = $1 and id = $2 for share",
        workspace.0,
        role.0
    )
    .fetch_optional(tx)
    .await?
    .ok_or(Error::invalid("role", "This role is no longer there."))?;
    Ok(known(&words))
}

/// What a stored role opens. A permission that this version does not know is not held by anybody.
pub(super) fn known(words: &[String]) -> Vec<Permission> {
    words.iter().filter_map(|word| Permission::parse(word)).collect()
}
