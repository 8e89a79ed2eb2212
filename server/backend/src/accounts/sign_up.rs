//! Signing up. Until the link in the mail was followed there is no account, and the form's answer is always the same.

use domain::accounts::{Origin, SignUp, SignUpForm};
use domain::ports::SignedIn;
use domain::{AccountId, Error};
use jiff::SignedDuration;

use super::{AccountsPort, password, sessions};
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Outgoing};
use crate::{Core, ids, secret};

/// How long the link in the mail works.
const LINK: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn sign_up(port: &AccountsPort, form: &SignUpForm, origin: &Origin) -> Outcome<()> {
    let core = &port.core;
    let form = form.parse()?;
    port.throttle.take_mail(form.email.as_str(), &origin.address, core.clock.now())?;
    super::evenly(begin(core, &form, origin.language)).await
}

/// `language` is the browser's. Whoever has an account is written to in their own.
async fn begin(core: &Core, form: &SignUp, language: Language) -> Outcome<()> {
    // Hashed for known addresses too.
    let hash =
        password::hash_new(&form.password, &[&form.name, form.email.as_str(), &form.organisation], "password").await?;
    let known = super::find(core, form.email.as_str()).await?;
    let mut tx = core.db.outside().await?;
    let (language, kind) = if let Some(known) = known {
        (known.language, Kind::AlreadyRegistered { sign_in: core.page("/sign-in") })
    } else {
        let token = keep(core, &mut tx, form, &hash, language).await?;
        (language, Kind::VerifyEmail { link: super::link(core, "/sign-up/confirm", &token, LINK) })
    };
    let letter = Outgoing { to: form.email.as_str().to_owned(), language, kind };
    mail::queue(core, &mut tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}

async fn keep(
    core: &Core,
    tx: &mut sqlx::PgConnection,
    form: &SignUp,
    hash: &str,
    language: Language,
) -> Outcome<String> {
    let (token, now) = (secret::token()?, core.clock.now());
    sqlx::query!(
        "insert into sign_up (token_hash, email, name, password_hash, organisation, job_title, terms_version, accepted_at, expires_at,
             language)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        secret::hash(&token),
        form.email.as_str(),
        form.name,
        hash,
        form.organisation,
        form.job_title,
        &*core.terms,
        sql(now),
        sql(now.checked_add(LINK).unwrap_or(now)),
        language.tag(),
    )
    .execute(tx)
    .await?;
    Ok(token)
}

/// Makes the account of a sign-up whose link was followed. Of two uses of a link, and of two links to one address, one
/// makes it.
pub(super) async fn confirm(core: &Core, link: &str, origin: &Origin) -> Outcome<SignedIn> {
    let account: AccountId = ids::fresh();
    let now = core.clock.now();
    let mut tx = core.db.personal(account).await?;
    let row = sqlx::query!(
        r#"select email as "email!", name as "name!", password_hash as "password_hash!", job_title as "job_title!",
                  organisation as "organisation!", terms_version as "terms_version!", accepted_at as "accepted_at!",
                  language as "language!"
           from take_sign_up($1, $2)"#,
        secret::hash(link),
        sql(now),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!(
        "insert into account (id, email, password_hash, name, job_title, organisation, terms_version, terms_accepted_at, created_at,
             password_changed_at, language)
         values ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $9, $10)",
        account.0,
        row.email,
        row.password_hash,
        row.name,
        row.job_title,
        row.organisation,
        row.terms_version,
        row.accepted_at as _,
        sql(now),
        row.language,
    )
    .execute(&mut **tx)
    .await
    .map_err(|error| taken(error.into()))?;
    mail::arrived(&mut tx, &row.email).await?;
    let signed_in = sessions::open(core, &mut tx, 1, origin).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// An account of this address was made meanwhile: the link has nothing left to do.
fn taken(fault: Fault) -> Fault {
    if fault.constraint() == Some("account_email") { Error::NotFound.into() } else { fault }
}
