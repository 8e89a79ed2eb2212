//! The team's page.

use domain::team::{CustomRole, InvitationRow, RoleChoice, TeamMember, TeamPage, TeamRow};
use domain::{Caller, Permission, Role, Scope, Timestamp};
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::reach;
use crate::Core;
use crate::accounts::sessions::held;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::mail;

pub(super) async fn page(core: &Core, caller: &Caller) -> Outcome<TeamPage> {
    caller.require(Permission::ManageTeam)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let offered_to =
        sqlx::query_scalar!("select ownership_offered_to from workspace where workspace_id = $1", tx.workspace.0)
            .fetch_one(&mut **tx)
            .await?;
    Ok(TeamPage {
        members: members(&mut tx).await?,
        invitations: invitations(&mut tx, core.clock.now()).await?,
        roles: roles(&mut tx).await?,
        teams: teams(&mut tx).await?,
        offered_to: offered_to.map(Into::into),
    })
}

async fn members(tx: &mut Scoped) -> Outcome<Vec<TeamMember>> {
    let rows = sqlx::query!(
        r#"select m.id, m.name, m.avatar, m.email, m.role, m.custom_role_id, m.scope, m.deactivated_at, m.left_themselves,
                  array(select t.team_id from team_member t where t.workspace_id = m.workspace_id and t.member_id = m.id) as "teams!",
                  (select count(*) from conversation c
                   where c.workspace_id = m.workspace_id and c.assignee_id = m.id and c.status = 'open') as "open!",
                  (select count(*) from api_key k
                   where k.workspace_id = m.workspace_id and k.made_by = m.id and k.revoked_at is null) as "keys!",
                  greatest(m.last_seen_at, (select max(s.last_seen_at) from session s
                   where s.workspace_id = m.workspace_id and s.member_id = m.id)) as last_seen_at,
                  coalesce(has_two_factors(m.account_id), false) as "two_factors!",
                  exists(select 1 from sso_link l where l.workspace_id = m.workspace_id and l.member_id = m.id) as "linked!"
           from member m where m.workspace_id = $1 order by m.deactivated_at is not null, m.name, m.id"#,
        tx.workspace.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(TeamMember {
                id: row.id.into(),
                name: row.name,
                picture: row.avatar,
                email: row.email,
                role: choice(&row.role, row.custom_role_id)?,
                scope: scope(&row.scope)?,
                teams: row.teams.into_iter().map(Into::into).collect(),
                open: row.open,
                keys: row.keys,
                two_factors: row.two_factors,
                linked: row.linked,
                last_seen_at: row.last_seen_at.map(|at| at.to_jiff()),
                deactivated_at: row.deactivated_at.map(|at| at.to_jiff()),
                left: row.left_themselves,
            })
        })
        .collect()
}

async fn invitations(tx: &mut Scoped, now: Timestamp) -> Outcome<Vec<InvitationRow>> {
    let rows = sqlx::query!(
        r#"select i.id, i.email, i.role, i.custom_role_id, i.scope, i.sent_at, i.expires_at, i.expires_at < $2 as "expired!",
                  r.permissions as "offered?", m.role as inviters_role, b.permissions as "inviters?",
                  m.deactivated_at is not null as "inviter_gone!"
           from invitation i
           left join role r on r.workspace_id = i.workspace_id and r.id = i.custom_role_id
           join member m on m.workspace_id = i.workspace_id and m.id = i.invited_by
           left join role b on b.workspace_id = m.workspace_id and b.id = m.custom_role_id
           where i.workspace_id = $1 and i.accepted_at is null and i.revoked_at is null order by i.created_at"#,
        tx.workspace.0,
        now.to_sqlx() as _,
    )
    .fetch_all(&mut ***tx)
    .await?;
    let come_back = mail::are_bounced(tx, rows.iter().map(|row| row.email.as_str())).await?;
    rows.into_iter()
        .zip(come_back)
        .map(|(row, comes_back)| {
            let offered = held(&row.role, row.offered.as_deref())?;
            let invites = reach::invites(&held(&row.inviters_role, row.inviters.as_deref())?, &offered);
            Ok(InvitationRow {
                id: row.id.into(),
                email: row.email,
                role: choice(&row.role, row.custom_role_id)?,
                scope: scope(&row.scope)?,
                sent_at: row.sent_at.to_jiff(),
                expires_at: row.expires_at.to_jiff(),
                expired: row.expired,
                lapsed: row.inviter_gone || !invites,
                comes_back,
            })
        })
        .collect()
}

async fn roles(tx: &mut Scoped) -> Outcome<Vec<CustomRole>> {
    let rows = sqlx::query!(
        r#"select r.id, r.name, r.permissions, r.version,
                  (select count(*) from member m where m.workspace_id = r.workspace_id and m.custom_role_id = r.id)
                  + (select count(*) from invitation i where i.workspace_id = r.workspace_id and i.custom_role_id = r.id
                     and i.accepted_at is null and i.revoked_at is null) as "used!"
           from role r where r.workspace_id = $1 order by r.name"#,
        tx.workspace.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    let row = rows.into_iter().map(|row| CustomRole {
        id: row.id.into(),
        name: row.name,
        permissions: row.permissions.iter().filter_map(|word| Permission::parse(word)).collect(),
        version: row.version,
        used: row.used,
    });
    Ok(row.collect())
}

async fn teams(tx: &mut Scoped) -> Outcome<Vec<TeamRow>> {
    let rows = sqlx::query!("select id, name, version from team where workspace_id = $1 order by name", tx.workspace.0)
        .fetch_all(&mut ***tx)
        .await?;
    Ok(rows.into_iter().map(|row| TeamRow { id: row.id.into(), name: row.name, version: row.version }).collect())
}

pub(super) fn choice(role: &str, custom: Option<Uuid>) -> Outcome<RoleChoice> {
    let role = Role::parse(role).ok_or_else(|| Fault::internal("a stored role is unknown"))?;
    Ok(RoleChoice { role, custom: custom.map(Into::into) })
}

pub(super) fn scope(word: &str) -> Outcome<Scope> {
    Scope::parse(word).ok_or_else(|| Fault::internal("a stored scope is unknown"))
}
