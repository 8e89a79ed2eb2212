//! The second factor: codes of an authenticator app (RFC 6238) and recovery codes.

use domain::accounts::{AppSetup, Origin};
use domain::members::{Person, SessionOrigin};
use domain::ports::{SessionToken, SignedIn};
use domain::{AccountId, Error, WorkspaceId};
use jiff::SignedDuration;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use super::sessions::Word;
use super::{AccountsPort, sessions};
use crate::audit::{self, Act, Action};
use crate::db::Personal;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{Kind, RecoveryCodes, SecondFactorChange};
use crate::vault::PEOPLE;
use crate::{Core, secret};

/// How long a sign-in waits for its second factor, and how many wrong codes it takes.
const WAIT: SignedDuration = SignedDuration::from_mins(10);
const ATTEMPTS: i32 = 5;
const ISSUER: &str = "Parley";
const SEED: &str = "account.totp_seed";
const RECOVERY_CODES: usize = 10;

/// What waits beside the account.
#[derive(Serialize, Deserialize)]
struct Waiting {
    #[serde(default)]
    vouched_by: Option<WorkspaceId>,
}

/// A sign-in whose first factor was right, waiting.
/// `vouched_by` is the workspace whose provider vouched for it so far.
pub(crate) async fn wait(core: &Core, account: AccountId, vouched_by: Option<WorkspaceId>) -> Outcome<String> {
    let (token, now) = (secret::token()?, core.clock.now());
    sqlx::query!(
        "insert into challenge (token_hash, account_id, kind, state, expires_at) values ($1, $2, 'second_factor', $3, $4)",
        secret::hash(&token),
        account.0,
        serde_json::to_value(Waiting { vouched_by })?,
        sql(now.checked_add(WAIT).unwrap_or(now)),
    )
    .execute(core.db.app())
    .await?;
    Ok(token)
}

/// The second step of a sign-in.
pub(super) async fn answer(port: &AccountsPort, waiting: &str, code: &str, origin: &Origin) -> Outcome<SignedIn> {
    let core = &port.core;
    let now = core.clock.now();
    // Counted before the code is looked at, so that many at once get no more tries.
    let row = sqlx::query!(
        r#"update challenge set attempts = attempts + 1
           where token_hash = $1 and kind = 'second_factor' and expires_at > $2 and attempts < $3 returning account_id as "account_id!", state"#,
        secret::hash(waiting),
        sql(now),
        ATTEMPTS,
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::Unauthenticated)?;
    let (account, state): (AccountId, Waiting) = (row.account_id.into(), serde_json::from_value(row.state)?);
    port.throttle.check(&account.to_string(), &origin.address, now)?;
    let mut tx = core.db.personal(account).await?;
    let right = is_right(core, &mut tx, code, origin).await?;
    port.throttle.note(&account.to_string(), &origin.address, right, now);
    super::note_try(core, "second factor", Some(account), right, origin);
    if !right {
        return Err(
            Error::invalid("code", "This code is not right, or it was used already. Wait for the next one.").into()
        );
    }
    sqlx::query!("delete from challenge where token_hash = $1", secret::hash(waiting)).execute(&mut **tx).await?;
    let signed_in = match state.vouched_by {
        Some(workspace) => {
            // The code is the person's own, and of this moment.
            let word = Word { workspace, factors: 2, proved_at: Some(now) };
            sessions::open_vouched(core, &mut tx, word, origin).await?
        }
        None => sessions::open(core, &mut tx, 2, origin).await?,
    };
    tx.commit().await?;
    Ok(signed_in)
}

/// Whether an authenticator app is set up.
pub(crate) async fn is_on(tx: &mut Personal) -> Outcome<bool> {
    let on = sqlx::query_scalar!(
        r#"select totp_confirmed_at is not null as "on!" from account where id = $1"#,
        tx.account.0
    )
    .fetch_one(&mut ***tx)
    .await?;
    Ok(on)
}

/// A code of the app, or a recovery code; each works once.
async fn is_right(core: &Core, tx: &mut Personal, code: &str, origin: &Origin) -> Outcome<bool> {
    let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    if code.len() == 6 && code.chars().all(|c| c.is_ascii_digit()) {
        return matches_app(core, tx, &code, true).await;
    }
    use_recovery_code(core, tx, &code, &origin.seen()).await
}

/// Compares with the app's codes now, a step before and a step after. A step counts once: `totp_last_step` only climbs.
async fn matches_app(core: &Core, tx: &mut Personal, code: &str, confirmed: bool) -> Outcome<bool> {
    let row =
        sqlx::query!("select totp_seed, totp_confirmed_at from account where id = $1 for no key update", tx.account.0)
            .fetch_one(&mut ***tx)
            .await?;
    let Some(sealed) = row.totp_seed.filter(|_| row.totp_confirmed_at.is_some() == confirmed) else { return Ok(false) };
    let seed = core.vault.open(core.db.app(), PEOPLE, SEED, tx.account.0, &sealed).await?;
    let now = u64::try_from(core.clock.now().as_second()).unwrap_or_default();
    let Some(step) = totp(&seed, "")?.check(code, now).and_then(|step| i64::try_from(step).ok()) else {
        return Ok(false);
    };
    let fresh = sqlx::query_scalar!(
        "update account set totp_last_step = $2 where id = $1 and coalesce(totp_last_step, 0) < $2 returning id",
        tx.account.0,
        step
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(fresh.is_some())
}

async fn use_recovery_code(core: &Core, tx: &mut Personal, code: &str, origin: &SessionOrigin) -> Outcome<bool> {
    let used = sqlx::query_scalar!(
        "update recovery_code set used_at = $3 where account_id = $1 and code_hash = $2 and used_at is null returning account_id",
        tx.account.0,
        secret::hash(code),
        sql(core.clock.now()),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    if used.is_none() {
        return Ok(false);
    }
    let left = recovery_codes_left(tx).await?;
    tell_of_codes(core, tx, RecoveryCodes::Used { left }, origin).await?;
    let act = Act::own(Action::RecoveryCodeUsed).with(json!({ "left": left })).from(origin.clone());
    audit::write_everywhere(core, tx, act).await?;
    Ok(true)
}

pub(crate) async fn recovery_codes_left(tx: &mut Personal) -> Outcome<u32> {
    let left = sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_code where account_id = $1 and used_at is null"#,
        tx.account.0
    )
    .fetch_one(&mut ***tx)
    .await?;
    Ok(u32::try_from(left).unwrap_or_default())
}

/// Makes a seed that waits for its first code.
pub(crate) async fn begin(core: &Core, person: &Person) -> Outcome<AppSetup> {
    person.require_fresh_proof(core.clock.now())?;
    let mut seed = [0u8; 20];
    getrandom::fill(&mut seed).map_err(|_| Fault::internal("the system has no randomness"))?;
    let sealed = core.vault.seal(core.db.app(), PEOPLE, SEED, person.account.0, &seed).await?;
    let mut tx = core.db.personal(person.account).await?;
    let email = sqlx::query_scalar!(
        "update account set totp_seed = $2, totp_last_step = null where id = $1 and totp_confirmed_at is null returning email",
        person.account.0,
        sealed,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::Conflict)?;
    tx.commit().await?;
    let uri = totp(&seed, &email)?.to_url().map_err(|_| Fault::internal("the app's address"))?;
    let picture = QrCode::new(uri.as_bytes())
        .map_err(|_| Fault::internal("the app's picture"))?
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .build();
    Ok(AppSetup { secret: Secret::from(seed.to_vec()).to_base32(), uri, picture })
}

/// The first code of the app: from now on it is asked for. This session counts as proved by both factors.
pub(crate) async fn confirm(core: &Core, person: &Person, code: &str) -> Outcome<(Vec<String>, SessionToken)> {
    let now = core.clock.now();
    person.require_fresh_proof(now)?;
    let mut tx = core.db.personal(person.account).await?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    if !matches_app(core, &mut tx, &code, false).await? {
        return Err(Error::invalid("code", "This code is not right. Is the clock of your phone right?").into());
    }
    sqlx::query!("update account set totp_confirmed_at = $2 where id = $1", person.account.0, sql(now))
        .execute(&mut **tx)
        .await?;
    let codes = fresh_recovery_codes(&mut tx).await?;
    sessions::proved(core, &mut tx, person.session, 2).await?;
    let token = sessions::renew(&mut tx, person.session, None).await?;
    tell_of_change(core, &mut tx, SecondFactorChange::TurnedOn, &person.origin).await?;
    audit::write_everywhere(core, &mut tx, Act::own(Action::AppAdded).by(person)).await?;
    tx.commit().await?;
    core.revoked();
    Ok((codes, token))
}

pub(crate) async fn remove(core: &Core, person: &Person) -> Outcome<()> {
    person.require_fresh_proof(core.clock.now())?;
    let mut tx = core.db.personal(person.account).await?;
    sqlx::query!(
        "update account set totp_seed = null, totp_confirmed_at = null, totp_last_step = null where id = $1",
        person.account.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from recovery_code where account_id = $1", person.account.0).execute(&mut **tx).await?;
    sqlx::query!("update session set factors = 1 where account_id = $1", person.account.0).execute(&mut **tx).await?;
    tell_of_change(core, &mut tx, SecondFactorChange::TurnedOff, &person.origin).await?;
    audit::write_everywhere(core, &mut tx, Act::own(Action::AppRemoved).by(person)).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// Replaces the recovery codes.
pub(crate) async fn renew_recovery_codes(core: &Core, person: &Person) -> Outcome<Vec<String>> {
    person.require_fresh_proof(core.clock.now())?;
    let mut tx = core.db.personal(person.account).await?;
    if !is_on(&mut tx).await? {
        return Err(Error::Conflict.into());
    }
    let codes = fresh_recovery_codes(&mut tx).await?;
    tell_of_codes(core, &mut tx, RecoveryCodes::Made, &person.origin).await?;
    audit::write_everywhere(core, &mut tx, Act::own(Action::RecoveryCodesMade).by(person)).await?;
    tx.commit().await?;
    Ok(codes)
}

/// 120 bits each, so that a plain hash of them is enough, in groups that are easy to copy.
async fn fresh_recovery_codes(tx: &mut Personal) -> Outcome<Vec<String>> {
    sqlx::query!("delete from recovery_code where account_id = $1", tx.account.0).execute(&mut ***tx).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = secret::word(24)?;
        sqlx::query!(
            "insert into recovery_code (account_id, code_hash) values ($1, $2)",
            tx.account.0,
            secret::hash(&code)
        )
        .execute(&mut ***tx)
        .await?;
        let groups: Vec<String> =
            code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

async fn tell_of_change(
    core: &Core,
    tx: &mut Personal,
    change: SecondFactorChange,
    origin: &SessionOrigin,
) -> Outcome<()> {
    let (occasion, security) = (super::occasion(core, Some(&origin.device)), super::security_page(core));
    super::tell(core, tx, |name| Kind::SecondFactorChanged { name, change, occasion, security }).await
}

async fn tell_of_codes(core: &Core, tx: &mut Personal, what: RecoveryCodes, origin: &SessionOrigin) -> Outcome<()> {
    let (occasion, security) = (super::occasion(core, Some(&origin.device)), super::security_page(core));
    super::tell(core, tx, |name| Kind::RecoveryCodes { name, what, occasion, security }).await
}

fn totp(seed: &[u8], account: &str) -> Outcome<Totp> {
    // A colon would end the issuer in the app's address.
    let account = account.replace(':', "");
    Builder::new()
        .with_secret(seed.to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(account)
        .build()
        .map_err(|_| Fault::internal("the app's parameters"))
}
