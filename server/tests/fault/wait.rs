//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Asks until `condition` answers something. An error of a single look is what a fault looks like; only the last one
/// is told, when time is up.
pub async fn until<T>(what: &str, limit: Duration, mut condition: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        let last = match condition().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if started.elapsed() > limit {
            match last {
                Some(error) => bail!("{what}: not within {limit:?}; the last look failed: {error:#}"),
                None => bail!("{what}: not within {limit:?}"),
            }
        }
        ticks.tick().await;
    }
}
