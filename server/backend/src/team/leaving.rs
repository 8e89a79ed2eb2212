//! The end of a membership, and taking somebody back.

use domain::{Caller, Error, MemberId, Permission, Role};
use serde_json::json;

use super::members::{lock, lock_in_order, workspace_name};
use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::{self, sql};
use crate::mail::{self, Kind, Language, Outgoing};

pub(super) async fn deactivate(core: &Core, caller: &Caller, member: MemberId, heir: Option<MemberId>) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock_in_order(&mut tx, &[Some(member), heir].into_iter().flatten().collect::<Vec<_>>()).await?;
    let gone = lock(&mut tx, caller, member).await?;
    end(core, &mut tx, member, heir).await?;
    let workspace = workspace_name(&mut tx).await?;
    let kind = Kind::Deactivated { name: gone.name, workspace };
    let language = Language::from_tag(&gone.language);
    mail::queue(core, &mut tx, &Outgoing { to: gone.email, language, kind }).await?;
    let act = Act::new(Action::MemberDeactivated, member.0).with(json!({ "heir": heir }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    core.live.reset(caller.workspace);
    Ok(())
}

/// Ends access, hands over what was assigned, and takes the member out of teams and off sessions.
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
    hand_over(tx, member, heir).await?;
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

/// Gives what was assigned to a member to their heir, or to nobody: what is resolved too, as it opens again when the customer
/// writes. Whoever assigns holds the member, so nothing comes in between.
async fn hand_over(tx: &mut Scoped, member: MemberId, heir: Option<MemberId>) -> Outcome<()> {
    let assigned = sqlx::query_scalar!(
        "select id from conversation where workspace_id = $1 and assignee_id = $2",
        tx.workspace.0,
        member.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    let workspace = tx.workspace;
    gate::lock(tx, workspace, &assigned).await?;
    sqlx::query!(
        "update conversation set assignee_id = $3, version = version + 1
         where workspace_id = $1 and id = any($4) and assignee_id = $2",
        tx.workspace.0,
        member.0,
        heir.map(|heir| heir.0),
        &assigned,
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
    let language = Language::from_tag(&them.language);
    mail::queue(core, &mut tx, &Outgoing { to: them.email, language, kind }).await?;
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::MemberReactivated, member.0)).await?;
    tx.commit().await
}

pub(super) async fn leave(core: &Core, caller: &Caller, sure: bool) -> Outcome<()> {
    let member = caller.member_id().ok_or(Error::Forbidden)?;
    if !sure {
        return Err(Error::invalid("sure", "Tick the box if you are sure.").into());
    }
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
