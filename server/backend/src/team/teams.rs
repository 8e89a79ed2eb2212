//! Teams: who works together.

use std::collections::BTreeSet;

use domain::accounts::line;
use domain::team::Seen;
use domain::{Caller, Error, MemberId, Permission, TeamId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::roles::taken;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::{Core, ids};

pub(super) async fn save(
    core: &Core,
    caller: &Caller,
    seen: Option<Seen<TeamId>>,
    name: &str,
    members: Vec<MemberId>,
) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let name = line(name, "name", 40)?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    let (id, before) = match seen {
        Some(seen) => {
            let before = lock(&mut tx, seen).await?;
            change(&mut tx, seen.id, &name).await?;
            (seen.id.0, Some(before))
        }
        None => (make(&mut tx, &name, now).await?, None),
    };
    let members = fill(&mut tx, id, &members).await?;
    let act = Act::new(Action::TeamSaved, id).saved(before, describe(&name, members));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// For the audit trail.
fn describe(name: &str, mut members: Vec<Uuid>) -> Value {
    members.sort();
    json!({ "name": name, "members": members })
}

/// A team as it was, for the audit trail, if it is the one that was seen.
async fn lock(tx: &mut Scoped, seen: Seen<TeamId>) -> Outcome<Value> {
    let row = sqlx::query!(
        "select name, version from team where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        seen.id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::NotFound)?;
    seen.require(row.version)?;
    let members = sqlx::query_scalar!(
        "select member_id from team_member where workspace_id = $1 and team_id = $2",
        tx.workspace.0,
        seen.id.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(describe(&row.name, members))
}

async fn change(tx: &mut Scoped, id: TeamId, name: &str) -> Outcome<()> {
    sqlx::query!(
        "update team set name = $3, version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        id.0,
        name,
    )
    .execute(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?;
    Ok(())
}

async fn make(tx: &mut Scoped, name: &str, now: jiff::Timestamp) -> Outcome<Uuid> {
    sqlx::query_scalar!(
        "insert into team (workspace_id, id, name, created_at) values ($1, $2, $3, $4) returning id",
        tx.workspace.0,
        ids::fresh::<Uuid>(),
        name,
        sql(now),
    )
    .fetch_one(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))
}

/// Puts these people into the team, and nobody else. Says who of them are of the workspace.
async fn fill(tx: &mut Scoped, team: Uuid, members: &[MemberId]) -> Outcome<Vec<Uuid>> {
    sqlx::query!("delete from team_member where workspace_id = $1 and team_id = $2", tx.workspace.0, team)
        .execute(&mut ***tx)
        .await?;
    let chosen: BTreeSet<Uuid> = members.iter().map(|member| member.0).collect();
    let members = sqlx::query_scalar!(
        "insert into team_member (workspace_id, team_id, member_id)
         select m.workspace_id, $2, m.id from member m where m.workspace_id = $1 and m.id = any($3) and m.deactivated_at is null
         returning member_id",
        tx.workspace.0,
        team,
        &Vec::from_iter(chosen.iter().copied()),
    )
    .fetch_all(&mut ***tx)
    .await?;
    if members.len() < chosen.len() {
        return Err(
            Error::invalid("members", "Somebody you chose is no longer in your team. Load the page anew.").into()
        );
    }
    Ok(members)
}

pub(super) async fn delete(core: &Core, caller: &Caller, id: TeamId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let name = sqlx::query_scalar!(
        "delete from team where workspace_id = $1 and id = $2 returning name",
        tx.workspace.0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    let act = Act::new(Action::TeamDeleted, id.0).with(json!({ "name": name }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}
