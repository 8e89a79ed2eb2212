//! Deleting what has served its time.

use jiff::SignedDuration;

use crate::Core;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail;

/// Raw webhook bodies are kept this long (consent contract, retention table); Meta repeats for at most 7 days.
const JOURNAL: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) async fn clean(core: &Core) -> Outcome<()> {
    let now = core.clock.now();
    sqlx::query!("delete from session where expires_at < $1", sql(now)).execute(core.db.worker()).await?;
    let old = now.checked_sub(JOURNAL).unwrap_or(now);
    sqlx::query!("delete from journal where applied_at is not null and received_at < $1", sql(old))
        .execute(core.db.worker())
        .await?;
    sqlx::query!("select forget_people($1)", sql(now)).execute(core.db.worker()).await?;
    mail::clean(core).await?;
    Ok(())
}
