//! A person's place in a workspace, wherever it comes from: a workspace that they made, an invitation, single sign-on.

use domain::team::RoleChoice;
use domain::{MemberId, Scope, Timestamp, WorkspaceId};

use crate::db::Personal;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::ids;

/// What somebody is from now on.
pub(crate) struct Place {
    pub role: RoleChoice,
    pub scope: Scope,
    pub since: Timestamp,
}

/// Makes the transaction's person a member, as their profile shows them: by name, address and picture. A profile that is
/// being changed meanwhile comes first, or finds the new place when it spreads.
pub(crate) async fn take(tx: &mut Personal, workspace: WorkspaceId, place: &Place) -> Outcome<MemberId> {
    let member = sqlx::query_scalar!(
        "insert into member (workspace_id, id, account_id, name, email, avatar, role, custom_role_id, scope, created_at)
         select $1, $2, a.id, a.name, a.email, a.avatar_key, $4, $5, $6, $7 from account a where a.id = $3 for no key update
         returning id",
        workspace.0,
        ids::fresh::<MemberId>().0,
        tx.account.0,
        place.role.role.as_str(),
        place.role.custom.map(|role| role.0),
        place.scope.as_str(),
        sql(place.since),
    )
    .fetch_one(&mut ***tx)
    .await?;
    Ok(member.into())
}
