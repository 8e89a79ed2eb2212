//! Changing the address one signs in with: both addresses have to agree.

use domain::accounts::{Email, EmailChange};
use domain::members::Person;
use domain::{AccountId, Error};
use jiff::SignedDuration;
use serde_json::json;

use super::taken;
use crate::accounts::{self, throttle::Throttle};
use crate::audit::{self, Act, Action};
use crate::db::Personal;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Outgoing};
use crate::{Core, secret};

const LINK: SignedDuration = SignedDuration::from_hours(24);
const PAGE: &str = "/confirm-address";
const OLD: &str = "confirm_old_address";
const NEW: &str = "confirm_new_address";

/// Mails a link to each address. Whether the new one is somebody's already is not told here: whoever reads its mail
/// is told there.
pub(super) async fn begin(core: &Core, throttle: &Throttle, person: &Person, email: &str) -> Outcome<()> {
    let now = core.clock.now();
    person.require_fresh_proof(now)?;
    let new = Email::parse(email, "email")?;
    throttle.take_mail(new.as_str(), &person.account.to_string(), now)?;
    let mut tx = core.db.personal(person.account).await?;
    let sender = accounts::letterhead(&mut tx).await?;
    if sender.email.eq_ignore_ascii_case(new.as_str()) {
        return Err(Error::invalid("email", "This is your address already.").into());
    }
    forget_links(&mut tx).await?;
    sqlx::query!(
        "insert into email_change (account_id, new_email, expires_at) values ($1, $2, $3)
         on conflict (account_id) do update
            set new_email = excluded.new_email, old_confirmed_at = null, new_confirmed_at = null, expires_at = excluded.expires_at",
        person.account.0,
        new.as_str(),
        sql(now.checked_add(LINK).unwrap_or(now)),
    )
    .execute(&mut **tx)
    .await?;
    let old_link = accounts::proving_link(core, &mut tx, OLD, PAGE, LINK).await?;
    let new_link = accounts::proving_link(core, &mut tx, NEW, PAGE, LINK).await?;
    let (name, language) = (sender.name.clone(), sender.language);
    let kind = Kind::EmailChangeOld { name: sender.name, link: old_link, new_address: new.as_str().to_owned() };
    mail::queue(core, &mut tx, &Outgoing { to: sender.email, language: sender.language, kind }).await?;
    let kind = Kind::EmailChangeNew { name, link: new_link };
    mail::queue(core, &mut tx, &Outgoing { to: new.as_str().to_owned(), language, kind }).await?;
    tx.commit().await
}

/// Whose link it is, and to which mailbox it was sent.
async fn find(core: &Core, link: &str) -> Outcome<(AccountId, &'static str)> {
    for purpose in [NEW, OLD] {
        let owner =
            sqlx::query_scalar!("select link_of($1, $2, $3)", secret::hash(link), purpose, sql(core.clock.now()))
                .fetch_one(core.db.app())
                .await?;
        if let Some(owner) = owner {
            return Ok((owner.into(), purpose));
        }
    }
    Err(Error::NotFound.into())
}

/// Uses the link up: of two uses, one gets on.
async fn take(core: &Core, tx: &mut Personal, link: &str, purpose: &str) -> Outcome<()> {
    sqlx::query_scalar!("select take_link($1, $2, $3)", secret::hash(link), purpose, sql(core.clock.now()))
        .fetch_one(&mut ***tx)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(())
}

async fn forget_links(tx: &mut Personal) -> Outcome<()> {
    sqlx::query!("delete from account_link where account_id = $1 and purpose in ($2, $3)", tx.account.0, OLD, NEW)
        .execute(&mut ***tx)
        .await?;
    Ok(())
}

/// What a link is about, for the page behind it.
pub(super) async fn read(core: &Core, link: &str) -> Outcome<EmailChange> {
    let (account, purpose) = find(core, link).await?;
    let mut tx = core.db.personal(account).await?;
    let row = sqlx::query!(
        "select a.email, c.new_email from account a join email_change c on c.account_id = a.id
         where a.id = $1 and c.expires_at > $2",
        account.0,
        sql(core.clock.now()),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(EmailChange { before: (purpose == OLD).then_some(row.email), after: row.new_email })
}

/// Either mailbox ends the change. Whoever asked for it was signed in, so the person is told what to do about that.
pub(super) async fn refuse(core: &Core, link: &str) -> Outcome<()> {
    let (account, purpose) = find(core, link).await?;
    let mut tx = core.db.personal(account).await?;
    take(core, &mut tx, link, purpose).await?;
    forget_links(&mut tx).await?;
    let after = sqlx::query_scalar!("delete from email_change where account_id = $1 returning new_email", account.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Error::NotFound)?;
    let (occasion, reset) = (accounts::occasion(core, None), core.page("/forgot-password"));
    let new_address = after.clone();
    accounts::tell(core, &mut tx, |name| Kind::EmailChangeRefused { name, new_address, occasion, reset }).await?;
    let act = Act::own(Action::EmailChangeRefused).with(json!({ "now": after }));
    audit::write_everywhere(core, &mut tx, act).await?;
    tx.commit().await
}

/// One of the two links was followed; with the second the change is made. Answers whether it was.
pub(super) async fn confirm(core: &Core, link: &str) -> Outcome<bool> {
    let (account, purpose) = find(core, link).await?;
    let now = core.clock.now();
    let mut tx = core.db.personal(account).await?;
    take(core, &mut tx, link, purpose).await?;
    let row = sqlx::query!(
        "update email_change set old_confirmed_at = case when $2 then $4 else old_confirmed_at end,
                new_confirmed_at = case when $3 then $4 else new_confirmed_at end
         where account_id = $1 and expires_at > $4 returning new_email, old_confirmed_at, new_confirmed_at",
        account.0,
        purpose == OLD,
        purpose == NEW,
        sql(now),
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    if purpose == NEW {
        mail::arrived(&mut tx, &row.new_email).await?;
    }
    let complete = row.old_confirmed_at.is_some() && row.new_confirmed_at.is_some();
    if complete {
        change(core, &mut tx, &row.new_email).await?;
    }
    tx.commit().await?;
    core.revoked();
    Ok(complete)
}

async fn change(core: &Core, tx: &mut Personal, new: &str) -> Outcome<()> {
    let before = accounts::letterhead(tx).await?;
    sqlx::query!("update account set email = $2 where id = $1", tx.account.0, new)
        .execute(&mut ***tx)
        .await
        .map_err(|error| taken(error.into()))?;
    sqlx::query!("select spread_profile($1)", tx.account.0).execute(&mut ***tx).await?;
    sqlx::query!("delete from email_change where account_id = $1", tx.account.0).execute(&mut ***tx).await?;
    let kind = Kind::EmailChanged {
        name: before.name,
        new_address: new.to_owned(),
        occasion: accounts::occasion(core, None),
        security: accounts::security_page(core),
    };
    for to in [before.email.as_str(), new] {
        mail::queue(core, tx, &Outgoing { to: to.to_owned(), language: before.language, kind: kind.clone() }).await?;
    }
    // The links come from mailboxes, wherever those are read.
    let act = Act::own(Action::EmailChanged).changed(json!(before.email), json!(new));
    audit::write_everywhere(core, tx, act).await
}
