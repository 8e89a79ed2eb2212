//! A forgotten password: a link by mail, once and for half an hour, that ends every session.

use domain::accounts::{NewPassword, Origin};
use domain::{AccountId, Error};
use jiff::SignedDuration;

use super::{AccountsPort, password, sessions};
use crate::audit::{self, Act, Action};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Outgoing};
use crate::{Core, secret};

const LINK: SignedDuration = SignedDuration::from_mins(30);
const PURPOSE: &str = "reset_password";

/// Mails a link, if the address is known. Nobody learns which: mail is queued, never sent while somebody waits.
pub(super) async fn forgot(port: &AccountsPort, email: &str, origin: &Origin) -> Outcome<()> {
    port.throttle.take_mail(email, &origin.address, port.core.clock.now())?;
    super::evenly(mail_link(&port.core, email)).await
}

async fn mail_link(core: &Core, email: &str) -> Outcome<()> {
    let Some(found) = super::find(core, email).await? else { return Ok(()) };
    let mut tx = core.db.personal(found.account).await?;
    sqlx::query!("delete from account_link where account_id = $1 and purpose = $2", found.account.0, PURPOSE)
        .execute(&mut **tx)
        .await?;
    let link = super::proving_link(core, &mut tx, PURPOSE, "/reset-password", LINK).await?;
    let person = super::letterhead(&mut tx).await?;
    let kind = Kind::ResetPassword { name: person.name, link };
    mail::queue(core, &mut tx, &Outgoing { to: person.email, language: person.language, kind }).await?;
    tx.commit().await
}

pub(super) async fn works(core: &Core, link: &str) -> Outcome<bool> {
    let owner = sqlx::query_scalar!("select link_of($1, $2, $3)", secret::hash(link), PURPOSE, sql(core.clock.now()))
        .fetch_one(core.db.app())
        .await?;
    Ok(owner.is_some())
}

/// Sets the password and ends every session. The second factor stays: whoever reads a person's mail has not got in yet.
pub(super) async fn reset(core: &Core, link: &str, new: &str, origin: &Origin) -> Outcome<()> {
    let new = NewPassword::parse(new, "password")?;
    let owner = sqlx::query_scalar!("select link_of($1, $2, $3)", secret::hash(link), PURPOSE, sql(core.clock.now()))
        .fetch_one(core.db.app())
        .await?;
    let account: AccountId = owner.ok_or(Error::NotFound)?.into();
    let mut tx = core.db.personal(account).await?;
    let person = super::letterhead(&mut tx).await?;
    let hash = password::hash_new(&new, &[&person.name, &person.email], "password").await?;
    // Used up only now, so that a refused password costs no link; of two uses at once, one gets it.
    let taken = sqlx::query_scalar!("select take_link($1, $2, $3)", secret::hash(link), PURPOSE, sql(core.clock.now()))
        .fetch_one(&mut **tx)
        .await?;
    taken.filter(|owner| *owner == account.0).ok_or(Error::NotFound)?;
    mail::arrived(&mut tx, &person.email).await?;
    super::set_password(&mut tx, &hash, core.clock.now()).await?;
    sessions::end_all(&mut tx, None).await?;
    super::tell_of_password(core, &mut tx, Some(&origin.device)).await?;
    audit::write_everywhere(core, &mut tx, Act::own(Action::PasswordReset).from(origin.seen())).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}
