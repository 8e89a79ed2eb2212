//! Asking people in: a link by mail that expires, can be sent again and taken back, and works once ([`super::joining`]).

use domain::accounts::Email;
use domain::team::{InvitationSent, InviteForm, Offered, RoleChoice};
use domain::{Caller, Error, InvitationId, Permission, RoleId, Timestamp};
use jiff::SignedDuration;
use serde_json::json;

use super::reach::may_give;
use super::read::{choice, scope};
use crate::accounts::link;
use crate::accounts::throttle::Throttle;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Outgoing};
use crate::{Core, ids, secret};

const LINK: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) async fn invite(
    core: &Core,
    throttle: &Throttle,
    caller: &Caller,
    form: InviteForm,
) -> Outcome<InvitationSent> {
    caller.require(Permission::ManageTeam)?;
    let inviter = caller.member_id().ok_or(Error::Forbidden)?;
    let email = Email::parse(&form.email, "email")?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    may_give(&mut tx, caller, form.role).await?;
    refuse_members(&mut tx, email.as_str()).await?;
    take_mail(throttle, email.as_str(), now)?;
    let before = open_to(&mut tx, caller, email.as_str()).await?;
    let id: InvitationId = ids::fresh();
    let id = sqlx::query_scalar!(
        "insert into invitation (workspace_id, id, email, role, custom_role_id, scope, invited_by, created_at, sent_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
         on conflict (workspace_id, lower(email)) where accepted_at is null and revoked_at is null do update
            set role = excluded.role, custom_role_id = excluded.custom_role_id, scope = excluded.scope,
                invited_by = excluded.invited_by, sent_at = excluded.sent_at, expires_at = excluded.expires_at
         returning id",
        tx.workspace.0,
        id.0,
        email.as_str(),
        form.role.role.as_str(),
        form.role.custom.map(|role| role.0),
        form.scope.as_str(),
        inviter.0,
        sql(now),
        sql(now.checked_add(LINK).unwrap_or(now)),
    )
    .fetch_one(&mut **tx)
    .await?;
    send(core, &mut tx, caller, id.into()).await?;
    let act = Act::new(Action::InvitationSent, id).with(json!({ "email": email.as_str(), "role": form.role.word() }));
    audit::write(&mut tx, caller, now, act).await?;
    let changed = match before {
        Some(before) if before != (form.role, form.scope) => Some(Offered {
            role: form.role.role,
            own_role: own_role(&mut tx, form.role.custom).await?,
            scope: form.scope,
        }),
        _ => None,
    };
    tx.commit().await?;
    Ok(InvitationSent { email: email.as_str().to_owned(), changed })
}

/// What an open invitation to this address offers. Who asks in again changes it, so it must not offer more than they have.
async fn open_to(tx: &mut Scoped, caller: &Caller, email: &str) -> Outcome<Option<(RoleChoice, domain::Scope)>> {
    let row = sqlx::query!(
        "select role, custom_role_id, scope from invitation
         where workspace_id = $1 and lower(email) = lower($2) and accepted_at is null and revoked_at is null
         for no key update",
        tx.workspace.0,
        email,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let role = choice(&row.role, row.custom_role_id)?;
    may_give(tx, caller, role).await?;
    Ok(Some((role, scope(&row.scope)?)))
}

/// Locks an open invitation that the caller may change: none that offers more than they have.
async fn lock(tx: &mut Scoped, caller: &Caller, id: InvitationId) -> Outcome<()> {
    let row = sqlx::query!(
        "select role, custom_role_id from invitation
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null for no key update",
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::NotFound)?;
    may_give(tx, caller, choice(&row.role, row.custom_role_id)?).await
}

async fn own_role(tx: &mut Scoped, role: Option<RoleId>) -> Outcome<Option<String>> {
    let Some(role) = role else { return Ok(None) };
    let name = sqlx::query_scalar!("select name from role where workspace_id = $1 and id = $2", tx.workspace.0, role.0)
        .fetch_optional(&mut ***tx)
        .await?;
    Ok(name)
}

/// A stranger's mailbox is not filled by inviting it again and again, from whichever workspace.
fn take_mail(throttle: &Throttle, email: &str, now: Timestamp) -> domain::Result<()> {
    throttle.take_mail(email, &format!("invited:{}", email.to_lowercase()), now)
}

async fn refuse_members(tx: &mut Scoped, email: &str) -> Outcome<()> {
    let there = sqlx::query_scalar!(
        r#"select exists(select 1 from member where workspace_id = $1 and lower(email) = lower($2) and deactivated_at is null) as "there!""#,
        tx.workspace.0,
        email,
    )
    .fetch_one(&mut ***tx)
    .await?;
    if there { Err(Error::invalid("email", "This person is in your team already.").into()) } else { Ok(()) }
}

/// Mails a fresh link; an earlier one no longer works.
async fn send(core: &Core, tx: &mut Scoped, caller: &Caller, id: InvitationId) -> Outcome<()> {
    let token = secret::token()?;
    sqlx::query!("delete from invitation_route where workspace_id = $1 and invitation_id = $2", tx.workspace.0, id.0)
        .execute(&mut ***tx)
        .await?;
    sqlx::query!(
        "insert into invitation_route (token_hash, workspace_id, invitation_id) values ($1, $2, $3)",
        secret::hash(&token),
        tx.workspace.0,
        id.0,
    )
    .execute(&mut ***tx)
    .await?;
    // Whoever has no account yet is written to as whoever invites them writes.
    let row = sqlx::query!(
        r#"select i.email, w.name,
                  coalesce((select language from account_of(i.email)), language_of(m.account_id)) as "language!"
           from invitation i join workspace w on w.workspace_id = i.workspace_id
           join member m on m.workspace_id = i.workspace_id and m.id = coalesce($3, i.invited_by)
           where i.workspace_id = $1 and i.id = $2"#,
        tx.workspace.0,
        id.0,
        caller.member_id().map(|member| member.0),
    )
    .fetch_one(&mut ***tx)
    .await?;
    let inviter = match &caller.actor {
        domain::members::Actor::Member { name, .. } | domain::members::Actor::ApiKey { name, .. } => name.clone(),
    };
    let kind = Kind::Invitation { inviter, workspace: row.name, link: link(core, "/invitation", &token, LINK) };
    mail::queue(core, tx, &Outgoing { to: row.email, language: Language::from_tag(&row.language), kind }).await
}

/// Whoever sends it again stands for it from now on.
pub(super) async fn resend(core: &Core, throttle: &Throttle, caller: &Caller, id: InvitationId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let inviter = caller.member_id().ok_or(Error::Forbidden)?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock(&mut tx, caller, id).await?;
    let email = sqlx::query_scalar!(
        "update invitation set invited_by = $5, sent_at = $3, expires_at = $4
         where workspace_id = $1 and id = $2 returning email",
        tx.workspace.0,
        id.0,
        sql(now),
        sql(now.checked_add(LINK).unwrap_or(now)),
        inviter.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    take_mail(throttle, &email, now)?;
    send(core, &mut tx, caller, id).await?;
    audit::write(&mut tx, caller, now, Act::new(Action::InvitationSent, id.0)).await?;
    tx.commit().await
}

pub(super) async fn revoke(core: &Core, caller: &Caller, id: InvitationId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock(&mut tx, caller, id).await?;
    sqlx::query!(
        "update invitation set revoked_at = $3 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        id.0,
        sql(now),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from invitation_route where workspace_id = $1 and invitation_id = $2", tx.workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    audit::write(&mut tx, caller, now, Act::new(Action::InvitationRevoked, id.0)).await?;
    tx.commit().await
}
