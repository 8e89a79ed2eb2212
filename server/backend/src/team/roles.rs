//! Roles that a workspace has named itself, and its teams.

use domain::accounts::line;
use domain::team::Seen;
use domain::{Caller, Error, FieldErrors, MemberId, Permission, Role, RoleId, TeamId};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Act, Action};
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
    let name = parse(name, &permissions)?;
    // Nobody makes a role that can do more than they can.
    if permissions.iter().any(|permission| !caller.may(*permission)) {
        return Err(Error::Forbidden.into());
    }
    let words: Vec<String> = permissions.iter().map(|permission| permission.as_str().to_owned()).collect();
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    let saved = match seen {
        Some(seen) => {
            sqlx::query_scalar!(
                "update role set name = $3, permissions = $4, version = version + 1
                 where workspace_id = $1 and id = $2 and version = $5 returning id",
                tx.workspace.0,
                seen.id.0,
                name,
                &words,
                seen.version,
            )
            .fetch_optional(&mut **tx)
            .await
        }
        None => {
            sqlx::query_scalar!(
                "insert into role (workspace_id, id, name, permissions, created_at) values ($1, $2, $3, $4, $5) returning id",
                tx.workspace.0,
                ids::fresh::<Uuid>(),
                name,
                &words,
                sql(now),
            )
            .fetch_optional(&mut **tx)
            .await
        }
    };
    let Some(saved) = saved.map_err(|error| taken(error.into()))? else {
        let there = sqlx::query_scalar!(
            r#"select exists(select 1 from role where workspace_id = $1 and id = $2) as "there!""#,
            tx.workspace.0,
            seen.map(|seen| seen.id.0),
        )
        .fetch_one(&mut **tx)
        .await?;
        return Err(passed_by(there));
    };
    let act = Act::new(Action::RoleSaved, saved).with(json!({ "name": name, "permissions": words }));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// A name that is no built-in role's, and something that the role opens.
fn parse(name: &str, permissions: &[Permission]) -> domain::Result<String> {
    let mut errors = FieldErrors::default();
    let own = line(name, "name", 40).and_then(|name| match Role::is_name(&name) {
        true => Err(Error::invalid("name", "Every workspace has a role of this name. Choose another one.")),
        false => Ok(name),
    });
    let name = errors.keep(own);
    let opens = match permissions {
        [] => Err(Error::invalid("permissions", "Choose at least one thing that the role opens.")),
        _ => Ok(()),
    };
    match (name, errors.keep(opens)) {
        (Some(name), Some(())) => Ok(name),
        _ => Err(Error::Invalid(errors)),
    }
}

/// Why the version that was seen is not there to be changed.
fn passed_by(there: bool) -> Fault {
    if there { Error::Conflict.into() } else { Error::NotFound.into() }
}

fn taken(fault: Fault) -> Fault {
    match fault.constraint() {
        Some("role_name" | "team_name") => Error::invalid("name", "This name is taken.").into(),
        _ => fault,
    }
}

pub(super) async fn delete(core: &Core, caller: &Caller, id: RoleId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
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
    let deleted = sqlx::query_scalar!(
        "delete from role where workspace_id = $1 and id = $2 returning name",
        tx.workspace.0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await
    .map_err(|error| match Fault::from(error) {
        fault if matches!(fault.constraint(), Some("member_custom_role" | "sso_provider_custom_role")) => in_use(),
        fault => fault,
    })?;
    let name = deleted.ok_or(Error::NotFound)?;
    let act = Act::new(Action::RoleDeleted, id.0).with(json!({ "name": name }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await
}

fn in_use() -> Fault {
    Error::invalid("role", "Somebody has this role. Give them another one first.").into()
}

pub(super) async fn save_team(
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
    let saved = match seen {
        Some(seen) => {
            sqlx::query_scalar!(
                "update team set name = $3, version = version + 1
                 where workspace_id = $1 and id = $2 and version = $4 returning id",
                tx.workspace.0,
                seen.id.0,
                name,
                seen.version,
            )
            .fetch_optional(&mut **tx)
            .await
        }
        None => {
            sqlx::query_scalar!(
                "insert into team (workspace_id, id, name, created_at) values ($1, $2, $3, $4) returning id",
                tx.workspace.0,
                ids::fresh::<Uuid>(),
                name,
                sql(now),
            )
            .fetch_optional(&mut **tx)
            .await
        }
    };
    let Some(id) = saved.map_err(|error| taken(error.into()))?.map(TeamId) else {
        let there = sqlx::query_scalar!(
            r#"select exists(select 1 from team where workspace_id = $1 and id = $2) as "there!""#,
            tx.workspace.0,
            seen.map(|seen| seen.id.0),
        )
        .fetch_one(&mut **tx)
        .await?;
        return Err(passed_by(there));
    };
    sqlx::query!("delete from team_member where workspace_id = $1 and team_id = $2", tx.workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    sqlx::query!(
        "insert into team_member (workspace_id, team_id, member_id)
         select m.workspace_id, $2, m.id from member m where m.workspace_id = $1 and m.id = any($3) and m.deactivated_at is null",
        tx.workspace.0,
        id.0,
        &members,
    )
    .execute(&mut **tx)
    .await?;
    let act = Act::new(Action::TeamSaved, id.0).with(json!({ "name": name, "members": members }));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

pub(super) async fn delete_team(core: &Core, caller: &Caller, id: TeamId) -> Outcome<()> {
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
