//! Power that is taken away anywhere is gone here at once: by another process on the same database, or by a command.
//!
//! The database rings (migration 0030). Whoever takes power away in this process rings by itself, without the way round
//! over the database.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio_util::sync::CancellationToken;

use crate::Core;

const BELL: &str = "parley_revocation";
/// The pause before a lost line is taken up again.
const PAUSE: Duration = Duration::from_millis(300);

/// Listens until `stop`.
pub async fn listen(core: Core, stop: CancellationToken) {
    loop {
        let lost = tokio::select! {
            () = stop.cancelled() => return,
            lost = hear(&core) => lost,
        };
        if let Err(error) = lost
            && !stop.is_cancelled()
        {
            tracing::debug!(fault = %crate::Fault::from(error), "the line for revocations is lost and taken up again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn hear(core: &Core) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(core.db.bells()).await?;
    // A new line begins with a look of its own, below.
    listener.eager_reconnect(false);
    listener.listen(BELL).await?;
    // What rang while nobody listened is not repeated.
    core.revoked();
    while listener.try_recv().await?.is_some() {
        core.revoked();
    }
    Ok(())
}
