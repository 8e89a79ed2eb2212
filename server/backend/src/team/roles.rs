//! Roles that a workspace has named itself.

use domain::team::{RoleDraft, Seen};
use domain::{Caller, Error, Permission, RoleId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reach;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::{Core, ids};

pub(super) async fn save(
    core: &Core,
    caller: &Caller,
    seen: Option<Seen<RoleId>>,
    name: &str,
    permissions: Vec<Permission>,
) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let draft = RoleDraft::parse(name, permissions)?;
    reach::within(caller, draft.permissions())?;
    let words: Vec<String> = draft.permissions().iter().map(|permission| permission.as_str().to_owned()).collect();
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    let (id, before) = match seen {
        Some(seen) => {
            let before = lock(&mut tx, caller, seen.id).await?;
            seen.require(before.version)?;
            change(&mut tx, seen.id, draft.name(), &words).await?;
            (seen.id.0, Some(describe(&before.name, &before.permissions)))
        }
        None => (make(&mut tx, draft.name(), &words, now).await?, None),
    };
    let act = Act::new(Action::RoleSaved, id).saved(before, describe(draft.name(), &words));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// For the audit trail.
fn describe(name: &str, permissions: &[String]) -> Value {
    let mut permissions = permissions.to_vec();
    permissions.sort();
    json!({ "name": name, "permissions": permissions })
}

/// A role as it was when its row was locked.
struct Before {
    name: String,
    permissions: Vec<String>,
    version: i64,
}

/// A role that the caller may change: none that can do more than they can.
async fn lock(tx: &mut Scoped, caller: &Caller, id: RoleId) -> Outcome<Before> {
    let row = sqlx::query_as!(
        Before,
        "select name, permissions, version from role where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::NotFound)?;
    reach::within(caller, &reach::known(&row.permissions))?;
    Ok(row)
}

async fn change(tx: &mut Scoped, id: RoleId, name: &str, permissions: &[String]) -> Outcome<()> {
    sqlx::query!(
        "update role set name = $3, permissions = $4, version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        id.0,
        name,
        permissions,
    )
    .execute(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?;
    Ok(())
}

async fn make(tx: &mut Scoped, name: &str, permissions: &[String], now: jiff::Timestamp) -> Outcome<Uuid> {
    sqlx::query_scalar!(
        "insert into role (workspace_id, id, name, permissions, created_at) values ($1, $2, $3, $4, $5) returning id",
        tx.workspace.0,
        ids::fresh::<Uuid>(),
        name,
        permissions,
        sql(now),
    )
    .fetch_one(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))
}

/// Of the names of roles and of teams, each is there once.
pub(super) fn taken(fault: Fault) -> Fault {
    match fault.constraint() {
        Some("role_name" | "team_name") => Error::invalid("name", "This name is taken.").into(),
        _ => fault,
    }
}

pub(super) async fn delete(core: &Core, caller: &Caller, id: RoleId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let name = lock(&mut tx, caller, id).await?.name;
    // Invitations that nobody can accept any more hold nothing up.
    sqlx::query!(
        "delete from invitation where workspace_id = $1 and custom_role_id = $2 and (accepted_at is not null or revoked_at is not null)",
        tx.workspace.0,
        id.0
    )
    .execute(&mut **tx)
    .await?;
    let used = sqlx::query_scalar!(
        r#"select exists(select 1 from invitation where workspace_id = $1 and custom_role_id = $2) as "used!""#,
        tx.workspace.0,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    if used {
        return Err(in_use());
    }
    sqlx::query!("delete from role where workspace_id = $1 and id = $2", tx.workspace.0, id.0)
        .execute(&mut **tx)
        .await
        .map_err(|error| match Fault::from(error) {
            fault if matches!(fault.constraint(), Some("member_custom_role" | "sso_provider_custom_role")) => in_use(),
            fault => fault,
        })?;
    let act = Act::new(Action::RoleDeleted, id.0).with(json!({ "name": name }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await
}

fn in_use() -> Fault {
    Error::invalid("role", "Somebody has this role. Give them another one first.").into()
}
