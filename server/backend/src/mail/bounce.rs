//! Addresses that mails come back from.
//!
//! A marked one gets no more mails but those that prove an address, which somebody asked for who expects them. The mark
//! goes when a link of such a mail is followed or a delivery is reported; and when a server that had refused the address
//! takes it again.

use domain::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::{Fate, MailReport};
use crate::{Core, secret};

/// Whether mails to an address come back.
pub async fn is_bounced(connection: &mut PgConnection, address: &str) -> Outcome<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from mail_bounce where address_hash = $1) as "known!""#,
        address_hash(address)
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}

/// Of several addresses, which ones mails come back from, in their order.
pub(crate) async fn are_bounced<'a>(
    connection: &mut PgConnection,
    addresses: impl Iterator<Item = &'a str>,
) -> Outcome<Vec<bool>> {
    let hashes: Vec<Vec<u8>> = addresses.map(address_hash).collect();
    let marked =
        sqlx::query_scalar!("select address_hash from mail_bounce where address_hash = any($1)", hashes.as_slice())
            .fetch_all(connection)
            .await?;
    Ok(hashes.iter().map(|hash| marked.contains(hash)).collect())
}

/// Somebody has followed a link that was mailed to an address: mails arrive there.
pub(crate) async fn arrived(connection: &mut PgConnection, address: &str) -> Outcome<()> {
    sqlx::query!("delete from mail_bounce where address_hash = $1", address_hash(address)).execute(connection).await?;
    Ok(())
}

/// A server took a mail. That contradicts its own refusal, and says nothing where it took the last one too.
pub(super) async fn taken(connection: &mut PgConnection, address: &str) -> Outcome<()> {
    sqlx::query!("delete from mail_bounce where address_hash = $1 and not reported", address_hash(address))
        .execute(connection)
        .await?;
    Ok(())
}

/// Remembers an address as one that mails come back from; `reported` when its server had taken the mail first.
pub(super) async fn mark(
    connection: &mut PgConnection,
    address: &str,
    at: Timestamp,
    reason: &str,
    reported: bool,
) -> Outcome<()> {
    sqlx::query!(
        "insert into mail_bounce (address_hash, at, reason, reported) values ($1, $2, $3, $4)
         on conflict (address_hash) do update set at = excluded.at, reason = excluded.reason, reported = excluded.reported",
        address_hash(address),
        sql(at) as _,
        reason,
        reported,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes note of what a mail server says of a mail of ours. Answers whether it is one: the report is believed because it
/// knows the mail's id, and it is the mail's own address that is marked, whatever the report calls it.
pub async fn report(core: &Core, report: &MailReport) -> Outcome<bool> {
    let Some(id) = report.message_id.split('@').next().and_then(|id| Uuid::try_parse(id).ok()) else {
        return Ok(false);
    };
    let (came_back, words) = match &report.fate {
        Fate::Delivered => (false, String::new()),
        Fate::CameBack { code, .. } => {
            (true, code.as_ref().map_or_else(|| "it came back".to_owned(), |code| format!("it came back ({code})")))
        }
    };
    let mut tx = core.db.worker().begin().await?;
    let address = sqlx::query_scalar!(
        "update mail set state = case when $3 and state = 'sent' then 'failed' else state end,
                failure = case when $3 and state = 'sent' then $4 else failure end
         where id = $1 and message_id = $2 returning to_address",
        id,
        format!("<{}>", report.message_id),
        came_back,
        words,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(address) = address else { return Ok(false) };
    match report.fate {
        Fate::Delivered => arrived(&mut tx, &address).await?,
        Fate::CameBack { no_such_address: true, .. } => mark(&mut tx, &address, core.clock.now(), &words, true).await?,
        Fate::CameBack { no_such_address: false, .. } => {}
    }
    tx.commit().await?;
    let outcome = if came_back { "came_back" } else { "delivered" };
    metrics::counter!("parley_mails_total", "outcome" => outcome).increment(1);
    Ok(true)
}

/// What an address is remembered by. Case does not tell two mailboxes apart anywhere that matters.
fn address_hash(address: &str) -> Vec<u8> {
    secret::hash(&address.trim().to_lowercase())
}
