//! What members may do, and their leaving.

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
    name: String,
    email: String,
    role: String,
    custom_role_id: Option<uuid::Uuid>,
    scope: String,
    left_themselves: bool,
}

/// A member whom the caller may change: not the owner, and nobody who can do more than the caller.
async fn lock(tx: &mut Scoped, caller: &Caller, member: MemberId) -> Outcome<Before> {
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

async fn lock_any(tx: &mut Scoped, member: MemberId) -> Outcome<Before> {
    let row = sqlx::query_as!(
        Before,
        "select name, email, role, custom_role_id, scope, left_themselves from member where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(row.ok_or(Error::NotFound)?)
}

pub(super) async fn deactivate(core: &Core, caller: &Caller, member: MemberId, heir: Option<MemberId>) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let gone = lock(&mut tx, caller, member).await?;
    end(core, &mut tx, member, heir).await?;
    let workspace = workspace_name(&mut tx).await?;
    let kind = Kind::Deactivated { name: gone.name, workspace };
    mail::queue(core, &mut tx, &Outgoing { to: gone.email, language: Language::default(), kind }).await?;
    let act = Act::new(Action::MemberDeactivated, member.0).with(json!({ "heir": heir }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    core.live.reset(caller.workspace);
    Ok(())
}

async fn workspace_name(tx: &mut Scoped) -> Outcome<String> {
    let name = sqlx::query_scalar!("select name from workspace where workspace_id = $1", tx.workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    Ok(name)
}

/// Ends what a stolen session of somebody else's may still open here. Their membership stays, and so do their sessions in
/// other workspaces, which are not this one's to end.
pub(super) async fn sign_out(core: &Core, person: &Person, member: MemberId) -> Outcome<()> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    caller.require(Permission::ManageTeam)?;
    person.require_fresh_proof(core.clock.now())?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let them = lock_within_reach(&mut tx, caller, member).await?;
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
    mail::queue(core, &mut tx, &Outgoing { to: them.email, language: Language::default(), kind }).await?;
    let act = Act::new(Action::MemberSignedOut, member.0).with(json!({ "sessions": ended }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// Ends access, hands over what is open, and takes the member out of teams and off sessions.
async fn end(core: &Core, tx: &mut Scoped, member: MemberId, heir: Option<MemberId>) -> Outcome<()> {
    if heir == Some(member) {
        return Err(Error::invalid("heir", "Choose another colleague.").into());
    }
    if let Some(heir) = heir {
        sqlx::query_scalar!(
            r#"select 1 as "one!" from member where workspace_id = $1 and id = $2 and deactivated_at is null"#,
            tx.workspace.0,
            heir.0
        )
        .fetch_optional(&mut ***tx)
        .await?
        .ok_or(Error::invalid("heir", "This person is not in your team."))?;
    }
    sqlx::query!(
        "update conversation set assignee_id = $3, version = version + 1
         where workspace_id = $1 and assignee_id = $2 and status = 'open'",
        tx.workspace.0,
        member.0,
        heir.map(|heir| heir.0),
    )
    .execute(&mut ***tx)
    .await?;
    sqlx::query!(
        "update member set deactivated_at = $3 where workspace_id = $1 and id = $2 and deactivated_at is null",
        tx.workspace.0,
        member.0,
        sql(core.clock.now()),
    )
    .execute(&mut ***tx)
    .await?;
    sqlx::query!("delete from team_member where workspace_id = $1 and member_id = $2", tx.workspace.0, member.0)
        .execute(&mut ***tx)
        .await?;
    // What a provider vouched for was good for this workspace only.
    end_vouched(tx, member).await?;
    // Their sessions go on in another workspace of theirs, or in none; those of other workspaces are not touched.
    sqlx::query!(
        "update session s set (workspace_id, member_id) =
                (select other.workspace_id, other.member_id from places_of(s.account_id) other limit 1)
         where workspace_id = $1 and member_id = $2",
        tx.workspace.0,
        member.0,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Ends the sessions of a member that the workspace's provider vouched for.
pub(crate) async fn end_vouched(tx: &mut Scoped, member: MemberId) -> Outcome<()> {
    sqlx::query!(
        "delete from session where workspace_id = $1 and member_id = $2 and vouched_by is not null",
        tx.workspace.0,
        member.0,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

pub(super) async fn reactivate(core: &Core, caller: &Caller, member: MemberId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let them = lock(&mut tx, caller, member).await?;
    if them.left_themselves {
        let words = format!("{} left by themselves. Invite them: they decide whether they come back.", them.name);
        return Err(Error::invalid("member", words).into());
    }
    let back = sqlx::query_scalar!(
        "update member set deactivated_at = null where workspace_id = $1 and id = $2 and deactivated_at is not null returning id",
        tx.workspace.0,
        member.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    if back.is_none() {
        return Ok(());
    }
    let kind =
        Kind::Reactivated { name: them.name, workspace: workspace_name(&mut tx).await?, inbox: core.page("/inbox") };
    mail::queue(core, &mut tx, &Outgoing { to: them.email, language: Language::default(), kind }).await?;
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::MemberReactivated, member.0)).await?;
    tx.commit().await
}

pub(super) async fn leave(core: &Core, caller: &Caller) -> Outcome<()> {
    let member = caller.member_id().ok_or(Error::Forbidden)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let role = sqlx::query_scalar!(
        "select role from member where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        member.0
    )
    .fetch_one(&mut **tx)
    .await?;
    if role == Role::Owner.as_str() {
        return Err(Error::invalid("form", "Hand the workspace over to a colleague before you leave.").into());
    }
    end(core, &mut tx, member, None).await?;
    sqlx::query!(
        "update member set left_themselves = true where workspace_id = $1 and id = $2",
        tx.workspace.0,
        member.0
    )
    .execute(&mut **tx)
    .await?;
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::MemberLeft, member.0)).await?;
    tx.commit().await?;
    core.revoked();
    core.live.reset(caller.workspace);
    Ok(())
}
