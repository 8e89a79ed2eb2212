//! Coming in by an invitation.

use domain::accounts::{NewPassword, Origin, line};
use domain::members::{Person, SessionOrigin};
use domain::ports::{SessionToken, SignedIn};
use domain::team::{InvitationPage, RoleChoice};
use domain::{AccountId, Caller, Error, FieldErrors, InvitationId, MemberId, Role, WorkspaceId};

use sqlx::PgConnection;

use super::place::{self, Place};
use super::read::{choice, scope};
use super::{alerts, reach};
use crate::accounts::{letterhead, password, sessions};
use crate::audit::{self, Act, Action};
use crate::db::Personal;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Outgoing};
use crate::{Core, ids, secret};

/// An invitation by its link.
struct Open {
    workspace: WorkspaceId,
    id: InvitationId,
}

async fn find(core: &Core, link: &str) -> Outcome<Open> {
    let row = sqlx::query!(
        "select workspace_id, invitation_id from invitation_route where token_hash = $1",
        secret::hash(link)
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Open { workspace: row.workspace_id.into(), id: row.invitation_id.into() })
}

pub(super) async fn read(core: &Core, link: &str) -> Outcome<InvitationPage> {
    let open = find(core, link).await?;
    let mut tx = core.db.scoped(open.workspace).await?;
    let row = sqlx::query!(
        r#"select i.email, i.role, i.custom_role_id, i.invited_by as inviter, w.name as workspace, m.name as invited_by
           from invitation i join workspace w on w.workspace_id = i.workspace_id
           join member m on m.workspace_id = i.workspace_id and m.id = i.invited_by
           where i.workspace_id = $1 and i.id = $2 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $3"#,
        open.workspace.0,
        open.id.0,
        sql(core.clock.now()),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    still_holds(&mut tx, open.workspace, row.inviter.into(), choice(&row.role, row.custom_role_id)?).await?;
    // Told only to who holds the link that was mailed to this address.
    let known = sqlx::query_scalar!(r#"select exists(select 1 from account_of($1)) as "known!""#, row.email)
        .fetch_one(&mut **tx)
        .await?;
    Ok(InvitationPage { workspace: row.workspace, invited_by: row.invited_by, email: row.email, known })
}

/// An invitation is its sender's word: it ends with the power to give it.
async fn still_holds(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    inviter: MemberId,
    role: RoleChoice,
) -> Outcome<()> {
    if reach::may_invite(tx, workspace, inviter, role).await? {
        return Ok(());
    }
    let why = "This invitation no longer holds: whoever sent it may no longer invite you as this. Ask the workspace for a new one.";
    Err(Error::invalid("link", why).into())
}

/// What was offered, taken: of two uses of one link, one gets it.
struct Taken {
    email: String,
    role: RoleChoice,
    scope: domain::Scope,
    invited_by: MemberId,
}

async fn take(core: &Core, tx: &mut Personal, link: &str, open: &Open) -> Outcome<Taken> {
    let now = core.clock.now();
    let row = sqlx::query!(
        "update invitation set accepted_at = $3
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > $3
         returning email, role, custom_role_id, scope, invited_by",
        open.workspace.0,
        open.id.0,
        sql(now),
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!("delete from invitation_route where token_hash = $1", secret::hash(link)).execute(&mut ***tx).await?;
    mail::arrived(tx, &row.email).await?;
    let taken = Taken {
        email: row.email,
        role: choice(&row.role, row.custom_role_id)?,
        scope: scope(&row.scope)?,
        invited_by: row.invited_by.into(),
    };
    still_holds(tx, open.workspace, taken.invited_by, taken.role).await?;
    Ok(taken)
}

pub(super) async fn accept_as_new(
    core: &Core,
    link: &str,
    name: &str,
    new: &str,
    origin: &Origin,
) -> Outcome<SignedIn> {
    let mut errors = FieldErrors::default();
    let name = errors.keep(line(name, "name", 80));
    let new = errors.keep(NewPassword::parse(new, "password"));
    let (Some(name), Some(new)) = (name, new) else { return Err(Error::Invalid(errors).into()) };
    let InvitationPage { email, workspace, .. } = read(core, link).await?;
    let hash = password::hash_new(&new, &[&name, &email, &workspace], "password").await?;
    let (open, account, now): (_, AccountId, _) = (find(core, link).await?, ids::fresh(), core.clock.now());
    let mut tx = core.db.personal(account).await?;
    tx.enter(open.workspace).await?;
    let taken = take(core, &mut tx, link, &open).await?;
    sqlx::query!(
        "insert into account (id, email, password_hash, name, terms_version, terms_accepted_at, created_at, password_changed_at,
             language)
         values ($1, $2, $3, $4, $5, $6, $6, $6, $7)",
        account.0,
        taken.email,
        hash,
        name,
        &*core.terms,
        sql(now),
        origin.language.tag(),
    )
    .execute(&mut **tx)
    .await
    .map_err(|error| already_known(error.into()))?;
    join(core, &mut tx, &open, &taken, origin.seen()).await?;
    let signed_in = sessions::open(core, &mut tx, 1, origin).await?;
    tx.commit().await?;
    Ok(signed_in)
}

fn already_known(fault: Fault) -> Fault {
    match fault.constraint() {
        Some("account_email") => Error::invalid(
            "password",
            "There is an account of this address already. Sign in, then open the link again.",
        )
        .into(),
        _ => fault,
    }
}

pub(super) async fn accept(core: &Core, person: &Person, link: &str) -> Outcome<SessionToken> {
    person.require_own_sign_in()?;
    let open = find(core, link).await?;
    let mut tx = core.db.personal(person.account).await?;
    let own = letterhead(&mut tx).await?;
    tx.enter(open.workspace).await?;
    let taken = take(core, &mut tx, link, &open).await?;
    // The link proves that somebody reads that mailbox, not that this person does.
    if !own.email.eq_ignore_ascii_case(&taken.email) {
        return Err(Error::invalid("link", "This invitation is for another address. Sign in with that one.").into());
    }
    let member = join(core, &mut tx, &open, &taken, person.origin.clone()).await?;
    let token = sessions::renew(&mut tx, person.session, Some((open.workspace, member))).await?;
    tx.commit().await?;
    core.revoked();
    Ok(token)
}

/// Becomes a member, or an active one again.
async fn join(core: &Core, tx: &mut Personal, open: &Open, taken: &Taken, origin: SessionOrigin) -> Outcome<MemberId> {
    let now = core.clock.now();
    let own = letterhead(tx).await?;
    let member = match back(tx, open, taken).await? {
        Some(member) => member,
        None => {
            let place = Place { role: taken.role, scope: taken.scope, since: now };
            place::take(tx, open.workspace, &place).await?
        }
    };
    tell_inviter(core, tx, open.workspace, taken.invited_by, &own.name).await?;
    if taken.role.role == Role::Admin {
        alerts::tell_of_admin(core, tx, open.workspace, taken.invited_by, member).await?;
    }
    let caller = Caller::member_with(open.workspace, member, own.name, Vec::new(), taken.scope);
    let act = Act::new(Action::InvitationAccepted, open.id.0).from(origin);
    audit::write(tx, &caller, now, act).await?;
    Ok(member)
}

/// Takes up the place that somebody had before.
async fn back(tx: &mut Personal, open: &Open, taken: &Taken) -> Outcome<Option<MemberId>> {
    let member = sqlx::query_scalar!(
        "update member set deactivated_at = null, left_themselves = false, role = $3, custom_role_id = $4, scope = $5
         where workspace_id = $1 and account_id = $2 and role <> 'owner' returning id",
        open.workspace.0,
        tx.account.0,
        taken.role.role.as_str(),
        taken.role.custom.map(|role| role.0),
        taken.scope.as_str(),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(member.map(Into::into))
}

async fn tell_inviter(
    core: &Core,
    tx: &mut Personal,
    workspace: WorkspaceId,
    inviter: MemberId,
    who: &str,
) -> Outcome<()> {
    let row = sqlx::query!(
        r#"select m.name, m.email, language_of(m.account_id) as "language!", w.name as workspace
           from member m join workspace w on w.workspace_id = m.workspace_id
           where m.workspace_id = $1 and m.id = $2 and m.deactivated_at is null"#,
        workspace.0,
        inviter.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let kind = Kind::InvitationAccepted {
        name: row.name,
        member: who.to_owned(),
        workspace: row.workspace,
        team: core.page("/settings/team"),
    };
    mail::queue(core, tx, &Outgoing { to: row.email, language: Language::from_tag(&row.language), kind }).await
}
