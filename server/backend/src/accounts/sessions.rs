//! Sessions: opaque tokens, stored as hashes, that expire, can be ended, and are renewed when power changes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::accounts::Origin;
use domain::members::{Person, SessionOrigin};
use domain::ports::{SessionToken, SignedIn};
use domain::{AccountId, Caller, Error, MemberId, Permission, Role, Scope, SessionId, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use uuid::Uuid;

use serde_json::{Value, json};

use super::network;
use crate::audit::{self, Act, Action};
use crate::db::Personal;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{Kind, Occasion};
use crate::{Core, ids, secret};

/// How long a session lasts without a new sign-in.
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// And one that a provider vouched for: a working day, then the provider is asked again whether the person still is there.
const VOUCHED_LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How long it lasts unused.
const IDLE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The last use is noted when the noted one is older than this: a request that only reads should not write.
const NOTED: SignedDuration = SignedDuration::from_mins(5);
/// How long a resolved session is remembered: an ended one loses its power within this time everywhere.
const REMEMBERED: SignedDuration = SignedDuration::from_millis(800);
/// Remembered sessions, at most.
const REMEMBER_MAX: usize = 10_000;

/// Opens a session in the first of the person's workspaces that it may enter, if they have any, in place of the one that the
/// browser brought, and knows the browser from now on.
pub(crate) async fn open(core: &Core, tx: &mut Personal, factors: i16, origin: &Origin) -> Outcome<SignedIn> {
    let now = core.clock.now();
    end_brought(tx, origin).await?;
    let place = place(tx, None).await?;
    let place = place.map(|place| place.at);
    let (session, token) = insert(tx, place, Proof { factors, vouched_by: None, at: now }, now).await?;
    remember_origin(tx, session, origin).await?;
    let device = know_device(core, tx, origin, now).await?;
    if let Some(place) = place {
        note(core, tx, place, json!({ "factors": factors }), origin).await?;
    }
    Ok(SignedIn::Done { session: token, device })
}

/// What a workspace's provider vouched for.
pub(crate) struct Word {
    pub workspace: WorkspaceId,
    pub factors: i16,
    /// When the person proved who they are. Where nobody said, it counts as long ago.
    pub proved_at: Option<Timestamp>,
}

/// Opens a session that a workspace's provider vouched for. It is good for that workspace alone, and says nothing of the
/// browser: whoever runs the provider must not make theirs a known one.
pub(crate) async fn open_vouched(core: &Core, tx: &mut Personal, word: Word, origin: &Origin) -> Outcome<SignedIn> {
    let Word { workspace, factors, proved_at } = word;
    tx.enter(workspace).await?;
    end_brought(tx, origin).await?;
    // The provider may be gone since it vouched.
    sqlx::query_scalar!(r#"select 1 as "one!" from sso_provider where workspace_id = $1 for key share"#, workspace.0)
        .fetch_optional(&mut ***tx)
        .await?
        .ok_or(Error::Unauthenticated)?;
    let place = place(tx, Some(workspace)).await?.ok_or(Error::Unauthenticated)?.at;
    let now = core.clock.now();
    let at = proved_at.map_or(Timestamp::UNIX_EPOCH, |at| at.min(now));
    let proof = Proof { factors, vouched_by: Some(workspace), at };
    let (session, token) = insert(tx, Some(place), proof, now).await?;
    remember_origin(tx, session, origin).await?;
    note(core, tx, place, json!({ "factors": factors, "single_sign_on": true }), origin).await?;
    Ok(SignedIn::Done { session: token, device: None })
}

/// A new session takes the place of the one that the browser brought.
async fn end_brought(tx: &mut Personal, origin: &Origin) -> Outcome<()> {
    match &origin.session {
        Some(brought) => end(tx, brought).await,
        None => Ok(()),
    }
}

async fn remember_origin(tx: &mut Personal, session: SessionId, origin: &Origin) -> Outcome<()> {
    sqlx::query!(
        "insert into session_origin (session_id, account_id, device, network) values ($1, $2, $3, $4)",
        session.0,
        tx.account.0,
        origin.device,
        network(&origin.address),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// A sign-in is an act in the workspace that it leads to.
async fn note(core: &Core, tx: &mut Personal, (workspace, member): Place, how: Value, origin: &Origin) -> Outcome<()> {
    let name = super::letterhead(tx).await?.name;
    tx.enter(workspace).await?;
    let act = Act::new(Action::SessionOpened, member.0).with(how).from(origin.seen());
    audit::append(tx, json!({ "kind": "member", "id": member, "name": name }), core.clock.now(), act).await
}

type Place = (WorkspaceId, MemberId);

struct Found {
    at: Place,
    /// It opens through its provider only.
    single_sign_on: bool,
}

/// Where the person stands: in the wanted workspace, or in the first they joined of those that their own means open. Where none
/// does, in the first, whose provider they are led to.
async fn place(tx: &mut Personal, wanted: Option<WorkspaceId>) -> Outcome<Option<Found>> {
    let rows = sqlx::query!(
        r#"select workspace_id as "workspace_id!", member_id as "member_id!", single_sign_on as "single_sign_on!"
           from places_of($1)"#,
        tx.account.0
    )
    .fetch_all(&mut ***tx)
    .await?;
    let found = rows.into_iter().find(|row| wanted.is_none_or(|wanted| wanted.0 == row.workspace_id));
    Ok(found
        .map(|row| Found { at: (row.workspace_id.into(), row.member_id.into()), single_sign_on: row.single_sign_on }))
}

/// How it was shown whose session it is.
#[derive(Clone, Copy)]
struct Proof {
    factors: i16,
    /// The workspace whose provider said so. `None` for the person's own means.
    vouched_by: Option<WorkspaceId>,
    at: Timestamp,
}

async fn insert(
    tx: &mut Personal,
    place: Option<Place>,
    proof: Proof,
    now: Timestamp,
) -> Outcome<(SessionId, SessionToken)> {
    let (id, token): (SessionId, _) = (ids::fresh(), SessionToken(secret::token()?));
    let lifetime = if proof.vouched_by.is_some() { VOUCHED_LIFETIME } else { LIFETIME };
    sqlx::query!(
        "insert into session (token_hash, id, account_id, workspace_id, member_id, created_at, last_seen_at, proved_at, factors, expires_at, vouched_by)
         values ($1, $2, $3, $4, $5, $6, $6, $10, $7, $8, $9)",
        secret::hash(&token.0),
        id.0,
        tx.account.0,
        place.map(|place| place.0.0),
        place.map(|place| place.1.0),
        sql(now),
        proof.factors,
        sql(now.checked_add(lifetime).unwrap_or(now)),
        proof.vouched_by.map(|workspace| workspace.0),
        sql(proof.at),
    )
    .execute(&mut ***tx)
    .await?;
    Ok((id, token))
}

/// A new browser gets a secret of its own, and its person a mail, unless it is their first browser ever.
async fn know_device(core: &Core, tx: &mut Personal, origin: &Origin, now: Timestamp) -> Outcome<Option<String>> {
    let known = sqlx::query_scalar!(
        "update device set last_seen_at = $3 where account_id = $1 and token_hash = $2 returning account_id",
        tx.account.0,
        secret::hash(origin.device_token.as_deref().unwrap_or_default()),
        sql(now),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    if known.is_some() {
        return Ok(None);
    }
    let first = sqlx::query_scalar!(
        r#"select not exists(select 1 from device where account_id = $1) as "first!""#,
        tx.account.0
    )
    .fetch_one(&mut ***tx)
    .await?;
    let token = secret::token()?;
    sqlx::query!(
        "insert into device (account_id, token_hash, first_seen_at, last_seen_at) values ($1, $2, $3, $3)",
        tx.account.0,
        secret::hash(&token),
        sql(now),
    )
    .execute(&mut ***tx)
    .await?;
    if !first {
        let occasion = super::occasion(core, Some(&origin.device));
        let occasion = Occasion { network: domain::network::place(&origin.address), ..occasion };
        let security = super::security_page(core);
        super::tell(core, tx, |name| Kind::NewDevice { name, occasion, security }).await?;
    }
    Ok(Some(token))
}

/// A new secret for the same session, in another place if wanted: a stolen old one is worth nothing after power
/// changed (ASVS 5.0, 7.2.4). The caller tells [`Core::revoked`] after its commit.
pub(crate) async fn renew(tx: &mut Personal, session: SessionId, place: Option<Place>) -> Outcome<SessionToken> {
    let token = SessionToken(secret::token()?);
    let renewed = sqlx::query_scalar!(
        "update session set token_hash = $3, workspace_id = coalesce($4, workspace_id), member_id = coalesce($5, member_id)
         where account_id = $1 and id = $2 returning id",
        tx.account.0,
        session.0,
        secret::hash(&token.0),
        place.map(|place| place.0.0),
        place.map(|place| place.1.0),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    renewed.map(|_| token).ok_or(Fault::Plain(Error::Unauthenticated))
}

/// Stands the session in another of the person's workspaces.
pub(super) async fn switch(core: &Core, person: &Person, workspace: WorkspaceId) -> Outcome<SessionToken> {
    person.require_own_sign_in()?;
    let mut tx = core.db.personal(person.account).await?;
    let place = place(&mut tx, Some(workspace)).await?.ok_or(Error::NotFound)?;
    // Standing there would open nothing.
    if place.single_sign_on {
        return Err(Error::SingleSignOnNeeded.into());
    }
    require_proof_since(&mut tx, person.session, place.at).await?;
    let token = renew(&mut tx, person.session, Some(place.at)).await?;
    tx.enter(workspace).await?;
    let member = place.at.1;
    let act = Act::new(Action::SessionSwitched, member.0).by(person);
    audit::append(&mut tx, json!({ "kind": "member", "id": member, "name": person.name }), core.clock.now(), act)
        .await?;
    tx.commit().await?;
    core.revoked();
    Ok(token)
}

/// Somebody may have ended the person's sessions there: one that was proved before is none there.
async fn require_proof_since(tx: &mut Personal, session: SessionId, (workspace, member): Place) -> Outcome<()> {
    tx.enter(workspace).await?;
    let counts = sqlx::query_scalar!(
        r#"select coalesce(greatest(s.created_at, s.proved_at) >= m.sessions_since, true) as "counts!"
           from session s, member m where s.id = $1 and m.workspace_id = $2 and m.id = $3"#,
        session.0,
        workspace.0,
        member.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::Unauthenticated)?;
    let why = "Your sessions there were ended. Sign out here, then sign in again to go there.";
    if counts { Ok(()) } else { Err(Error::invalid("workspace", why).into()) }
}

pub(super) async fn sign_out(core: &Core, token: &SessionToken) -> Outcome<()> {
    end(&mut *core.db.app().acquire().await?, token).await?;
    core.revoked();
    Ok(())
}

async fn end(connection: &mut sqlx::PgConnection, token: &SessionToken) -> Outcome<()> {
    sqlx::query!("delete from session where token_hash = $1", secret::hash(&token.0)).execute(connection).await?;
    Ok(())
}

/// Ends every session of a person but `kept`. The caller tells [`Core::revoked`] after its commit.
pub(crate) async fn end_all(tx: &mut Personal, kept: Option<SessionId>) -> Outcome<()> {
    sqlx::query!(
        "delete from session where account_id = $1 and id is distinct from $2",
        tx.account.0,
        kept.map(|session| session.0)
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Notes that the person has just proved who they are.
pub(crate) async fn proved(core: &Core, tx: &mut Personal, session: SessionId, factors: i16) -> Outcome<()> {
    sqlx::query!(
        "update session set proved_at = $3, factors = greatest(factors, $4) where account_id = $1 and id = $2",
        tx.account.0,
        session.0,
        sql(core.clock.now()),
        factors,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// Sessions resolved a moment ago, so that the requests of one page ask the database once.
#[derive(Default)]
pub(super) struct Cache(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    /// Of [`Core::revocations`]; whatever was read before the present one may no longer hold.
    revocation: u64,
    people: HashMap<Vec<u8>, (Person, Timestamp)>,
}

impl Cache {
    pub(super) async fn person(&self, core: &Core, token: &SessionToken) -> Outcome<Person> {
        let (hash, now, revocation) = (secret::hash(&token.0), core.clock.now(), core.revocation());
        if let Some(person) = self.remembered(&hash, now, revocation) {
            return Ok(person);
        }
        let person = load(core, &hash, now).await?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.people.len() >= REMEMBER_MAX {
            cache.people.clear();
        }
        // Not if something was revoked while this was read.
        if cache.revocation == revocation {
            cache.people.insert(hash, (person.clone(), now));
        }
        Ok(person)
    }

    fn remembered(&self, hash: &[u8], now: Timestamp, revocation: u64) -> Option<Person> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.revocation != revocation {
            *cache = Remembered { revocation, ..Remembered::default() };
        }
        cache.people.get(hash).filter(|(_, at)| now.duration_since(*at) < REMEMBERED).map(|(person, _)| person.clone())
    }
}

struct Stored {
    id: Uuid,
    account: AccountId,
    place: Option<Place>,
    proved_at: Timestamp,
    factors: i16,
    vouched_by: Option<WorkspaceId>,
    origin: SessionOrigin,
}

async fn load(core: &Core, hash: &[u8], now: Timestamp) -> Outcome<Person> {
    let session = find(core, hash, now).await?;
    let standing = match session.place {
        Some(place) => in_workspace(core, session.id, place).await?,
        None => None,
    };
    let standing = match standing {
        // What a provider vouched for goes nowhere else.
        None if session.vouched_by.is_none() => stand_anew(core, &session).await?,
        found => found,
    };
    let ended = if standing.is_none() { ended(core, session.account).await? } else { None };
    let name = match &standing {
        Some(standing) => standing.name.clone(),
        None => super::name_of(core, session.account).await?,
    };
    let vouched = session.vouched_by.is_some();
    let needs_single_sign_on = !vouched && standing.as_ref().is_some_and(|standing| standing.wants_single_sign_on);
    let needs_second_factor =
        session.factors < 2 && standing.as_ref().is_some_and(|standing| standing.wants_two_factors);
    let caller = standing.map(|standing| {
        let mut caller = standing.caller;
        caller.vouched = vouched;
        caller.origin = Some(session.origin.clone());
        caller.signed_in = Some(session.origin.clone());
        caller
    });
    Ok(Person {
        account: session.account,
        session: session.id.into(),
        name,
        proved_at: session.proved_at,
        factors: u8::try_from(session.factors).unwrap_or(1),
        origin: session.origin.clone(),
        signed_in: session.origin,
        caller: caller.filter(|_| !needs_second_factor && !needs_single_sign_on),
        needs_second_factor,
        needs_single_sign_on,
        vouched_by: session.vouched_by,
        ended,
    })
}

/// A session without a place, or whose place is gone, goes on in the first workspace that is open to its person: another one,
/// or the same that took them back.
async fn stand_anew(core: &Core, session: &Stored) -> Outcome<Option<Standing>> {
    let mut tx = core.db.personal(session.account).await?;
    let Some(Found { at: place, .. }) = place(&mut tx, None).await? else { return Ok(None) };
    let stands = sqlx::query!(
        "update session set workspace_id = $3, member_id = $4
         where account_id = $1 and id = $2 and workspace_id is not distinct from $5",
        tx.account.0,
        session.id,
        place.0.0,
        place.1.0,
        session.place.map(|place| place.0.0),
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await?;
    // They went elsewhere meanwhile, with a new secret: this one is worth nothing by now.
    if stands.rows_affected() == 0 { Ok(None) } else { in_workspace(core, session.id, place).await }
}

/// The name of the workspace to which the person's access ended last.
async fn ended(core: &Core, account: AccountId) -> Outcome<Option<String>> {
    Ok(sqlx::query_scalar!("select ended_membership_of($1) as name", account.0).fetch_one(core.db.app()).await?)
}

async fn find(core: &Core, hash: &[u8], now: Timestamp) -> Outcome<Stored> {
    let row = sqlx::query!(
        r#"select s.id, s.account_id, s.workspace_id, s.member_id, s.proved_at, s.factors, s.last_seen_at, s.vouched_by,
                  o.device as "device?", o.network as "network?"
           from session s left join lateral origin_of(s.id) o on true
           where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3"#,
        hash,
        sql(now),
        sql(now.checked_sub(IDLE).unwrap_or(now)),
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::Unauthenticated)?;
    if now.duration_since(row.last_seen_at.to_jiff()) > NOTED {
        sqlx::query!("update session set last_seen_at = $2 where token_hash = $1", hash, sql(now))
            .execute(core.db.app())
            .await?;
    }
    Ok(Stored {
        id: row.id,
        account: row.account_id.into(),
        place: row.workspace_id.zip(row.member_id).map(|(workspace, member)| (workspace.into(), member.into())),
        proved_at: row.proved_at.to_jiff(),
        factors: row.factors,
        vouched_by: row.vouched_by.map(Into::into),
        origin: SessionOrigin { device: row.device.unwrap_or_default(), network: row.network.unwrap_or_default() },
    })
}

/// A member in their place, and what the workspace asks of their session.
struct Standing {
    name: String,
    caller: Caller,
    wants_two_factors: bool,
    wants_single_sign_on: bool,
}

/// Nothing for who was deactivated. A session that was proved before the member's sessions were ended here is none here.
async fn in_workspace(core: &Core, session: Uuid, (workspace, member): Place) -> Outcome<Option<Standing>> {
    let now = core.clock.now();
    let mut tx = core.db.scoped(workspace).await?;
    let row = sqlx::query!(
        r#"select m.name, m.role, m.scope, r.permissions as "permissions?", w.two_factors, m.last_seen_at,
                  coalesce(p.required, false) as "single_sign_on!",
                  m.sessions_since is null or coalesce(greatest(s.created_at, s.proved_at) >= m.sessions_since, false) as "counts!"
         from member m left join session s on s.id = $3 join workspace w on w.workspace_id = m.workspace_id
         left join role r on r.workspace_id = m.workspace_id and r.id = m.custom_role_id
         left join sso_provider p on p.workspace_id = m.workspace_id
         where m.workspace_id = $1 and m.id = $2 and m.deactivated_at is null"#,
        workspace.0,
        member.0,
        session,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if !row.counts {
        return Err(Error::Unauthenticated.into());
    }
    if row.last_seen_at.is_none_or(|at| now.duration_since(at.to_jiff()) > NOTED) {
        sqlx::query!(
            "update member set last_seen_at = $3 where workspace_id = $1 and id = $2",
            workspace.0,
            member.0,
            sql(now)
        )
        .execute(&mut **tx)
        .await?;
        tx.commit().await?;
    }
    let permissions = held(&row.role, row.permissions.as_deref())?;
    let scope = Scope::parse(&row.scope).ok_or_else(|| Fault::internal("a stored scope is unknown"))?;
    let caller = Caller::member_with(workspace, member, row.name.clone(), permissions, scope);
    Ok(Some(Standing {
        name: row.name,
        caller,
        wants_two_factors: row.two_factors,
        // The way in of last resort, should the provider fail.
        wants_single_sign_on: row.single_sign_on && row.role != Role::Owner.as_str(),
    }))
}

/// The permissions of a stored role. One that this version does not know is not held.
pub(crate) fn held(role: &str, custom: Option<&[String]>) -> Outcome<Vec<Permission>> {
    let role = Role::parse(role).ok_or_else(|| Fault::internal("a stored role is unknown"))?;
    Ok(match custom {
        Some(words) => words.iter().filter_map(|word| Permission::parse(word)).collect(),
        None => role.permissions().to_vec(),
    })
}
