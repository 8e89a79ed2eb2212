//! What members may do, and ending their sessions.

use domain::members::Person;
use domain::team::RoleChoice;
use domain::{Caller, Error, MemberId, Permission, Role, Scope};
use serde_json::json;

use super::alerts;
use super::reach::may_give;
use super::read::choice;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Outgoing};
use crate::{Core, accounts};

pub(super) async fn set_role(
    core: &Core,
    caller: &Caller,
    member: MemberId,
    role: RoleChoice,
    scope: Scope,
) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let before = lock(&mut tx, caller, member).await?;
    may_give(&mut tx, caller, role).await?;
    sqlx::query!(
        "update member set role = $3, custom_role_id = $4, scope = $5 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        member.0,
        role.role.as_str(),
        role.custom.map(|role| role.0),
        scope.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    if role.role == Role::Admin && before.role != Role::Admin.as_str() {
        let giver = caller.member_id().ok_or(Error::Forbidden)?;
        alerts::tell_of_admin(core, &mut tx, caller.workspace, giver, member).await?;
    }
    let act = Act::new(Action::MemberRoleChanged, member.0).changed(
        json!({ "role": before.role, "custom": before.custom_role_id, "scope": before.scope }),
        json!({ "role": role.role, "custom": role.custom, "scope": scope }),
    );
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// A member as they were when their row was locked.
pub(crate) struct Before {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) language: String,
    role: String,
    custom_role_id: Option<uuid::Uuid>,
    scope: String,
    pub(super) left_themselves: bool,
}

/// A member whom the caller may change: not the owner, and nobody who can do more than the caller.
pub(super) async fn lock(tx: &mut Scoped, caller: &Caller, member: MemberId) -> Outcome<Before> {
    let row = lock_any(tx, member).await?;
    let role = choice(&row.role, row.custom_role_id)?;
    if role.role == Role::Owner {
        return Err(Error::Forbidden.into());
    }
    may_give(tx, caller, role).await?;
    Ok(row)
}

/// A member whom the caller may change, or the caller.
pub(crate) async fn lock_within_reach(tx: &mut Scoped, caller: &Caller, member: MemberId) -> Outcome<Before> {
    if caller.member_id() == Some(member) { lock_any(tx, member).await } else { lock(tx, caller, member).await }
}

/// Locks several members in the one order that everybody takes who locks more than one.
pub(super) async fn lock_in_order(tx: &mut Scoped, members: &[MemberId]) -> Outcome<()> {
    let members: Vec<_> = members.iter().map(|member| member.0).collect();
    sqlx::query!(
        r#"select 1 as "one!" from member where workspace_id = $1 and id = any($2) order by id for no key update"#,
        tx.workspace.0,
        &members,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(())
}

async fn lock_any(tx: &mut Scoped, member: MemberId) -> Outcome<Before> {
    let row = sqlx::query_as!(
        Before,
        r#"select name, email, language_of(account_id) as "language!", role, custom_role_id, scope, left_themselves
           from member where workspace_id = $1 and id = $2 for no key update"#,
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(row.ok_or(Error::NotFound)?)
}

pub(super) async fn workspace_name(tx: &mut Scoped) -> Outcome<String> {
    let name = sqlx::query_scalar!("select name from workspace where workspace_id = $1", tx.workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    Ok(name)
}

/// Ends what a stolen session of somebody else's may still open here: those that stand here end, and one that stands in
/// another workspace, which is not this one's to end, has to be proved anew before it comes in. Their membership stays.
pub(super) async fn sign_out(core: &Core, person: &Person, member: MemberId) -> Outcome<()> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    caller.require(Permission::ManageTeam)?;
    person.require_fresh_proof(core.clock.now())?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let them = lock_within_reach(&mut tx, caller, member).await?;
    sqlx::query!(
        "update member set sessions_since = $3 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        member.0,
        sql(core.clock.now()),
    )
    .execute(&mut **tx)
    .await?;
    let ended =
        sqlx::query!("delete from session where workspace_id = $1 and member_id = $2", tx.workspace.0, member.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
    let kind = Kind::SignedOut {
        name: them.name,
        workspace: workspace_name(&mut tx).await?,
        occasion: accounts::occasion(core, None),
        security: accounts::security_page(core),
    };
    let language = Language::from_tag(&them.language);
    mail::queue(core, &mut tx, &Outgoing { to: them.email, language, kind }).await?;
    let act = Act::new(Action::MemberSignedOut, member.0).with(json!({ "sessions": ended }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}
