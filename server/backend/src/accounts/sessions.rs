//! Sessions: opaque tokens, stored as hashes, that expire and can be ended.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use domain::members::Credentials;
use domain::ports::SessionToken;
use domain::{Caller, Error, Role, Timestamp};
use jiff::SignedDuration;
use tokio::sync::Semaphore;

use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::{Core, secret};

/// How long a session lasts without a new sign-in.
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a resolved session is remembered: an ended one loses its power within this time everywhere.
const REMEMBERED: SignedDuration = SignedDuration::from_millis(800);
/// Remembered sessions, at most.
const REMEMBER_MAX: usize = 10_000;
/// Password hashes computed at once: each takes 19 MiB, so a flood of sign-ins cannot take the memory.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Checks a password and opens a session. Unknown address and wrong password take the same path and time.
pub(super) async fn sign_in(core: &Core, credentials: &Credentials) -> Outcome<SessionToken> {
    let found = sqlx::query!(
        r#"select account_id as "account_id!", password_hash as "password_hash!", workspace_id as "workspace_id!", member_id as "member_id!"
           from sign_in_lookup($1)"#,
        credentials.email.trim(),
    )
    .fetch_optional(core.db.app())
    .await?;
    let stored = found.as_ref().map_or_else(|| decoy().to_owned(), |row| row.password_hash.clone());
    let password = credentials.password.clone();
    let _turn = HASHING.acquire().await.map_err(|_| Fault::internal("hashing is closed"))?;
    let right = tokio::task::spawn_blocking(move || secret::verify_password(&password, &stored))
        .await
        .map_err(|_| Fault::internal("password check"))?;
    let Some(found) = found.filter(|_| right) else {
        return Err(Error::invalid("password", "This email and password do not belong together.").into());
    };
    let token = SessionToken(secret::token()?);
    let now = core.clock.now();
    sqlx::query!(
        "insert into session (token_hash, workspace_id, member_id, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
        secret::hash(&token.0),
        found.workspace_id,
        found.member_id,
        sql(now),
        sql(now.checked_add(LIFETIME).unwrap_or(now)),
    )
    .execute(core.db.app())
    .await?;
    Ok(token)
}

/// A hash that no password fits, verified for unknown addresses so that they take as long as known ones.
fn decoy() -> &'static str {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| secret::hash_password("no one has this password").unwrap_or_default())
}

pub(super) async fn sign_out(core: &Core, token: &SessionToken) -> Outcome<()> {
    sqlx::query!("delete from session where token_hash = $1", secret::hash(&token.0)).execute(core.db.app()).await?;
    Ok(())
}

/// Sessions resolved a moment ago, so that the requests of one page ask the database once.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<Vec<u8>, (Caller, Timestamp)>>);

impl Cache {
    pub(super) async fn caller(&self, core: &Core, token: &SessionToken) -> Outcome<Caller> {
        let (hash, now) = (secret::hash(&token.0), core.clock.now());
        if let Some(caller) = self.remembered(&hash, now) {
            return Ok(caller);
        }
        let caller = load(core, &hash, now).await?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= REMEMBER_MAX {
            cache.clear();
        }
        cache.insert(hash, (caller.clone(), now));
        Ok(caller)
    }

    pub(super) fn forget(&self, token: &SessionToken) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&secret::hash(&token.0));
    }

    fn remembered(&self, hash: &[u8], now: Timestamp) -> Option<Caller> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(hash).filter(|(_, at)| now.duration_since(*at) < REMEMBERED).map(|(caller, _)| caller.clone())
    }
}

async fn load(core: &Core, hash: &[u8], now: Timestamp) -> Outcome<Caller> {
    let session = sqlx::query!(
        "select workspace_id, member_id from session where token_hash = $1 and expires_at > $2",
        hash,
        sql(now)
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::Unauthenticated)?;
    let mut tx = core.db.scoped(session.workspace_id.into()).await?;
    let member = sqlx::query!(
        "select name, role from member where workspace_id = $1 and id = $2 and deactivated_at is null",
        session.workspace_id,
        session.member_id,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::Unauthenticated)?;
    let role = Role::parse(&member.role).ok_or_else(|| Fault::internal("a stored role is unknown"))?;
    Ok(Caller::member(session.workspace_id.into(), session.member_id.into(), member.name, role))
}
