//! Mails of Parley's own: sign-up, passwords, invitations. Messages to customers are the [`outbox`](crate::outbox)'s.
//!
//! [`queue`] writes the mail and its job in the transaction of what caused it, so that a mail goes out if and only if that
//! happened. The job names the row and nothing else; the row's `data`, which may hold a secret link, is readable by the
//! worker alone, sealed ([`vault`](crate::vault)), and deleted once the mail is sent, given up or past its link's life.
//!
//! Mail has no idempotency: a server that took a mail and fell silent may get it again. The same message id lets receivers
//! drop the second copy, and a password mail that comes twice is better than one that never comes.

mod bounce;
mod kind;
mod layout;
#[cfg(test)]
mod samples;
mod send;
mod words;

pub use domain::Language;
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) use bounce::{are_bounced, arrived};
pub use bounce::{is_bounced, report};
pub use kind::{Kind, Link, Occasion, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
pub use layout::{Rendered, render};
pub(crate) use send::{clean, deliver};

use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::jobs::{self, SendMail};
use crate::vault::PEOPLE;
use crate::{Core, ids};

/// Where a mail's data is sealed for.
const DATA: &str = "mail.data";

/// A mail that somebody wants sent.
#[derive(Clone)]
pub struct Outgoing {
    /// The bare address.
    pub to: String,
    /// The recipient's.
    pub language: Language,
    pub kind: Kind,
}

/// Queues a mail in the caller's transaction: it is sent if and only if that commits. Either role may call it.
pub async fn queue(core: &Core, tx: &mut PgConnection, mail: &Outgoing) -> Outcome<()> {
    if mail.to.chars().any(char::is_control) {
        return Err(Fault::internal("a mail's address is more than one line"));
    }
    let id: Uuid = ids::fresh();
    let clear = serde_json::to_vec(&mail.kind)?;
    let data = core.vault.seal(core.db.app(), PEOPLE, DATA, id, &clear).await?;
    sqlx::query!(
        "insert into mail (id, to_address, kind, language, data, expires_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        mail.to,
        mail.kind.word(),
        mail.language.tag(),
        data,
        mail.kind.link().map(|link| sql(link.until)) as _,
    )
    .execute(&mut *tx)
    .await?;
    jobs::enqueue(tx, &SendMail { mail: id }).await
}
