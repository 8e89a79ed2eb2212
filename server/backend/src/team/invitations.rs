//! Asking people in: a link by mail that expires, can be sent again and taken back, and works once.

use domain::accounts::{Email, NewPassword, Origin, line};
use domain::members::{Person, SessionOrigin};
use domain::ports::{SessionToken, SignedIn};
use domain::team::{InvitationPage, InvitationSent, InviteForm, Offered, RoleChoice};
use domain::{
    AccountId, Caller, Error, FieldErrors, InvitationId, MemberId, Permission, Role, RoleId, Timestamp, WorkspaceId,
};
use jiff::SignedDuration;
use serde_json::json;

use super::place::{self, Place};
use super::read::{choice, scope};
use crate::accounts::throttle::Throttle;
use crate::accounts::{letterhead, link, password, sessions};
use crate::audit::{self, Act, Action};
use crate::db::{Personal, Scoped};
use crate::fault::{Fault, Outcome};
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
    let before = open_to(&mut tx, email.as_str()).await?;
    let id: InvitationId = ids::fresh();
    let id = sqlx::query_scalar!(
        "insert into invitation (workspace_id, id, email, role, custom_role_id, scope, invited_by, created_at, sent_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
         on conflict (workspace_id, lower(email)) where accepted_at is null and revoked_at is null do update
            set role = excluded.role, custom_role_id = excluded.custom_role_id, scope = excluded.scope,
                sent_at = excluded.sent_at, expires_at = excluded.expires_at
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

/// What an open invitation to this address offers.
async fn open_to(tx: &mut Scoped, email: &str) -> Outcome<Option<(RoleChoice, domain::Scope)>> {
    let row = sqlx::query!(
        "select role, custom_role_id, scope from invitation
         where workspace_id = $1 and lower(email) = lower($2) and accepted_at is null and revoked_at is null",
        tx.workspace.0,
        email,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    row.map(|row| Ok((choice(&row.role, row.custom_role_id)?, scope(&row.scope)?))).transpose()
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

/// Who leads the team may give any role but the owner's, and none that can do more than they can themselves.
pub(crate) async fn may_give(tx: &mut Scoped, caller: &Caller, role: RoleChoice) -> Outcome<()> {
    let fits = (role.role == Role::Custom) == role.custom.is_some();
    if !fits || role.role == Role::Owner {
        return Err(Error::invalid("role", "Choose a role of the list.").into());
    }
    let permissions = match role.custom {
        Some(custom) => custom_permissions(tx, custom).await?,
        None => role.role.permissions().to_vec(),
    };
    if permissions.iter().any(|permission| !caller.may(*permission)) { Err(Error::Forbidden.into()) } else { Ok(()) }
}

async fn custom_permissions(tx: &mut Scoped, role: RoleId) -> Outcome<Vec<Permission>> {
    let words = sqlx::query_scalar!(
        "select permissions from role where workspace_id = $1 and id = $2 for key share",
        tx.workspace.0,
        role.0
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::invalid("role", "This role is no longer there."))?;
    Ok(words.iter().filter_map(|word| Permission::parse(word)).collect())
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

pub(super) async fn resend(core: &Core, throttle: &Throttle, caller: &Caller, id: InvitationId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    let email = sqlx::query_scalar!(
        "update invitation set sent_at = $3, expires_at = $4
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null returning email",
        tx.workspace.0,
        id.0,
        sql(now),
        sql(now.checked_add(LINK).unwrap_or(now)),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    take_mail(throttle, &email, now)?;
    send(core, &mut tx, caller, id).await?;
    audit::write(&mut tx, caller, now, Act::new(Action::InvitationSent, id.0)).await?;
    tx.commit().await
}

pub(super) async fn revoke(core: &Core, caller: &Caller, id: InvitationId) -> Outcome<()> {
    caller.require(Permission::ManageTeam)?;
    let now = core.clock.now();
    let mut tx = core.db.scoped(caller.workspace).await?;
    sqlx::query_scalar!(
        "update invitation set revoked_at = $3
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null returning id",
        tx.workspace.0,
        id.0,
        sql(now),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!("delete from invitation_route where workspace_id = $1 and invitation_id = $2", tx.workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    audit::write(&mut tx, caller, now, Act::new(Action::InvitationRevoked, id.0)).await?;
    tx.commit().await
}

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
        r#"select i.email, w.name as workspace, m.name as invited_by
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
    // Told only to who holds the link that was mailed to this address.
    let known = sqlx::query_scalar!(r#"select exists(select 1 from account_of($1)) as "known!""#, row.email)
        .fetch_one(&mut **tx)
        .await?;
    Ok(InvitationPage { workspace: row.workspace, invited_by: row.invited_by, email: row.email, known })
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
    Ok(Taken {
        email: row.email,
        role: choice(&row.role, row.custom_role_id)?,
        scope: scope(&row.scope)?,
        invited_by: row.invited_by.into(),
    })
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
    join(core, &mut tx, &open, &taken, sessions::seen(origin)).await?;
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
