//! Whom a provider's word lets in, and as whom.

use domain::accounts::{Email, Origin, line};
use domain::ports::SignedIn;
use domain::sso::{SsoProblem, domain_of};
use domain::{AccountId, Caller, Language, MemberId, Role, Scope, WorkspaceId};
use serde_json::json;

use super::{Provider, domains};
use crate::accounts::sessions::Word;
use crate::accounts::{letterhead, occasion, second_factor, security_page, sessions};
use crate::audit::{self, Act, Action};
use crate::db::{Personal, Scoped};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Outgoing};
use crate::outbound::Vouched;
use crate::team::place::{self, Place};
use crate::{Core, ids, team};

/// By how many factors a session is proved that the provider vouched for.
const ONE: i16 = 1;
const TWO: i16 = 2;
/// More than a password or a push, in a provider's own words (RFC 8176, section 2).
const SEVERAL_FACTORS: &str = "mfa";

/// Who somebody is to the workspace.
enum Known {
    /// The provider has been taken at its word before: from then on its subject counts and the address does not.
    Linked { account: AccountId },
    /// A member with the vouched address who comes this way for the first time.
    Member { account: AccountId, member: MemberId },
    /// Somebody new who may come in.
    New { email: Email },
}

type Verdict<T> = Result<T, SsoProblem>;

pub(super) async fn admit(
    core: &Core,
    workspace: WorkspaceId,
    provider: &Provider,
    vouched: &Vouched,
    origin: &Origin,
) -> Outcome<Verdict<SignedIn>> {
    let mut tx = core.db.scoped(workspace).await?;
    let known = match recognise(&mut tx, provider, vouched).await? {
        Ok(known) => known,
        Err(problem) => return Ok(Err(problem)),
    };
    let two_factors = sqlx::query_scalar!("select two_factors from workspace where workspace_id = $1", workspace.0)
        .fetch_one(&mut **tx)
        .await?;
    drop(tx);
    let counted = provider.counts_two_factors || vouched.methods.iter().any(|method| method == SEVERAL_FACTORS);
    let factors = if counted { TWO } else { ONE };
    let (mut tx, new_account) = match &known {
        Known::Linked { account } | Known::Member { account, .. } => (core.db.personal(*account).await?, false),
        Known::New { email } => open_account(core, email, vouched, origin.language).await?,
    };
    tx.enter(workspace).await?;
    // Looked at before anything is written: who cannot come in is not made a member either.
    let own_factor = two_factors && factors < TWO && second_factor::is_on(&mut tx).await?;
    if two_factors && factors < TWO && !own_factor {
        return Ok(Err(SsoProblem::Factors));
    }
    match &known {
        Known::Linked { .. } => touch_link(core, &mut tx, workspace, vouched).await?,
        Known::Member { member, .. } => {
            link(core, &mut tx, workspace, *member, vouched).await?;
            tell(core, &mut tx, workspace, false).await?;
        }
        Known::New { email } => {
            join(core, &mut tx, workspace, provider, vouched, email).await?;
            if !new_account {
                tell(core, &mut tx, workspace, true).await?;
            }
        }
    }
    if own_factor {
        let account = tx.account;
        tx.commit().await?;
        return Ok(Ok(SignedIn::SecondFactor(second_factor::wait(core, account, Some(workspace)).await?)));
    }
    let word = Word { workspace, factors, proved_at: vouched.signed_in_at };
    let signed_in = sessions::open_vouched(core, &mut tx, word, origin).await?;
    tx.commit().await?;
    Ok(Ok(signed_in))
}

/// A member of the workspace, as far as they matter here.
struct Found {
    account: AccountId,
    member: MemberId,
    owner: bool,
    deactivated: bool,
    /// The provider knows them under a subject, perhaps another one.
    linked: bool,
}

impl Found {
    /// Whoever chooses the provider could become anybody in the workspace, and may not become its owner.
    fn may_enter(&self, provider: &Provider) -> Verdict<()> {
        if self.deactivated {
            return Err(SsoProblem::Deactivated);
        }
        if self.owner && provider.connected_by != self.member { Err(SsoProblem::Owner) } else { Ok(()) }
    }
}

async fn recognise(tx: &mut Scoped, provider: &Provider, vouched: &Vouched) -> Outcome<Verdict<Known>> {
    if let Some(found) = by_subject(tx, &vouched.subject).await? {
        return Ok(found.may_enter(provider).map(|()| Known::Linked { account: found.account }));
    }
    let Some(email) = proved_address(tx, vouched).await? else { return Ok(Err(SsoProblem::Address)) };
    let Some(found) = by_address(tx, &email).await? else {
        let verdict = if provider.admits_new { Ok(Known::New { email }) } else { Err(SsoProblem::NoMember) };
        return Ok(verdict);
    };
    if found.linked {
        return Ok(Err(SsoProblem::Taken));
    }
    let (account, member) = (found.account, found.member);
    Ok(found.may_enter(provider).map(|()| Known::Member { account, member }))
}

async fn by_subject(tx: &mut Scoped, subject: &str) -> Outcome<Option<Found>> {
    let row = sqlx::query!(
        r#"select m.id, m.account_id, m.role, m.deactivated_at is not null as "deactivated!"
           from sso_link l join member m on m.workspace_id = l.workspace_id and m.id = l.member_id
           where l.workspace_id = $1 and l.subject = $2"#,
        tx.workspace.0,
        subject,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(row.map(|row| Found {
        account: row.account_id.into(),
        member: row.id.into(),
        owner: row.role == Role::Owner.as_str(),
        deactivated: row.deactivated,
        linked: true,
    }))
}

async fn by_address(tx: &mut Scoped, email: &Email) -> Outcome<Option<Found>> {
    let row = sqlx::query!(
        r#"select m.id, m.account_id, m.role, m.deactivated_at is not null as "deactivated!", l.subject is not null as "linked!"
           from member m left join sso_link l on l.workspace_id = m.workspace_id and l.member_id = m.id
           where m.workspace_id = $1 and lower(m.email) = lower($2)"#,
        tx.workspace.0,
        email.as_str(),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(row.map(|row| Found {
        account: row.account_id.into(),
        member: row.id.into(),
        owner: row.role == Role::Owner.as_str(),
        deactivated: row.deactivated,
        linked: row.linked,
    }))
}

/// The vouched address, if the provider has verified it and speaks for its domain.
async fn proved_address(tx: &mut Scoped, vouched: &Vouched) -> Outcome<Option<Email>> {
    let email = vouched.email.as_deref().filter(|_| vouched.email_verified);
    let Some(email) = email.and_then(|email| Email::parse(email, "email").ok()) else { return Ok(None) };
    let workspace = tx.workspace;
    let spoken_for = domains(tx, workspace).await?;
    let own = domain_of(email.as_str()).is_some_and(|domain| spoken_for.contains(&domain));
    Ok(Some(email).filter(|_| own))
}

/// The account of somebody new: the one of their address if there is one, else a fresh one without a password. Making it a
/// member's opens nothing of it: the session stays in this workspace. Says whether it is fresh.
async fn open_account(core: &Core, email: &Email, vouched: &Vouched, language: Language) -> Outcome<(Personal, bool)> {
    let there = sqlx::query_scalar!(r#"select account_id as "account_id!" from account_of($1)"#, email.as_str())
        .fetch_optional(core.db.app())
        .await?;
    if let Some(account) = there {
        return Ok((core.db.personal(account.into()).await?, false));
    }
    let account: AccountId = ids::fresh();
    let mut tx = core.db.personal(account).await?;
    sqlx::query!(
        "insert into account (id, email, name, created_at, language) values ($1, $2, $3, $4, $5)",
        account.0,
        email.as_str(),
        name_of(email, vouched),
        sql(core.clock.now()),
        language.tag(),
    )
    .execute(&mut **tx)
    .await?;
    Ok((tx, true))
}

/// What the provider calls them, or how their address begins.
fn name_of(email: &Email, vouched: &Vouched) -> String {
    let told = vouched.name.as_deref().and_then(|name| line(name, "name", 80).ok());
    told.unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default().to_owned())
}

async fn join(
    core: &Core,
    tx: &mut Personal,
    workspace: WorkspaceId,
    provider: &Provider,
    vouched: &Vouched,
    email: &Email,
) -> Outcome<()> {
    let place = Place { role: provider.role, scope: Scope::All, since: core.clock.now() };
    let member = place::take(tx, workspace, &place).await?;
    link(core, tx, workspace, member, vouched).await?;
    if provider.role.role == Role::Admin {
        team::tell_of_admin(core, tx, workspace, provider.connected_by, member).await?;
    }
    let act = Act::new(Action::MemberAdmitted, member.0).with(json!({ "email": email, "role": provider.role.role }));
    audit::append(tx, by(provider), place.since, act).await
}

async fn link(
    core: &Core,
    tx: &mut Personal,
    workspace: WorkspaceId,
    member: MemberId,
    vouched: &Vouched,
) -> Outcome<()> {
    let now = core.clock.now();
    sqlx::query!(
        "insert into sso_link (workspace_id, subject, member_id, linked_at, last_used_at) values ($1, $2, $3, $4, $4)",
        workspace.0,
        vouched.subject,
        member.0,
        sql(now),
    )
    .execute(&mut ***tx)
    .await?;
    let name = letterhead(tx).await?.name;
    let who = Caller::member_with(workspace, member, name, Vec::new(), Scope::All);
    audit::write(tx, &who, now, Act::new(Action::SsoLinked, member.0)).await
}

async fn touch_link(core: &Core, tx: &mut Personal, workspace: WorkspaceId, vouched: &Vouched) -> Outcome<()> {
    sqlx::query!(
        "update sso_link set last_used_at = $3 where workspace_id = $1 and subject = $2",
        workspace.0,
        vouched.subject,
        sql(core.clock.now()),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Whoever had an account learns that there is a new way in, and that it made them a member, if it did.
async fn tell(core: &Core, tx: &mut Personal, workspace: WorkspaceId, joined: bool) -> Outcome<()> {
    let person = letterhead(tx).await?;
    let workspace = sqlx::query_scalar!("select name from workspace where workspace_id = $1", workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    let (occasion, security) = (occasion(core, None), security_page(core));
    let kind = Kind::SingleSignOnLinked { name: person.name, workspace, joined, occasion, security };
    mail::queue(core, tx, &Outgoing { to: person.email, language: person.language, kind }).await
}

fn by(provider: &Provider) -> serde_json::Value {
    json!({ "kind": "provider", "name": provider.issuer })
}

/// Whoever looks after single sign-on finds out why somebody was not let in.
pub(super) async fn note_refusal(
    core: &Core,
    workspace: WorkspaceId,
    provider: &Provider,
    vouched: &Vouched,
    problem: SsoProblem,
) -> Outcome<()> {
    let mut tx = core.db.scoped(workspace).await?;
    let act =
        Act::new(Action::SsoRefused, workspace.0).with(json!({ "problem": problem.as_str(), "email": vouched.email }));
    audit::append(&mut tx, by(provider), core.clock.now(), act).await?;
    tx.commit().await
}
