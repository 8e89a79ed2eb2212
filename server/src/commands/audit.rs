//! `parley audit`: the audit trail.

use anyhow::{Result, bail};

use super::say;
use crate::config::{AuditAction, Settings};
use crate::system::Database;

pub async fn run(settings: &Settings, action: AuditAction) -> Result<()> {
    let database = Database::open(settings).await?;
    let pool = database.owner_pool(1).await?;
    let outcome = match action {
        AuditAction::Verify => backend::audit::verify(&pool).await,
    };
    pool.close().await;
    database.leave().await;
    let report = outcome?;
    say(&format!("{} events in {} chains were checked", report.events, report.chains));
    for broken in &report.broken {
        say(&format!("broken: workspace {} at event {}: {}", broken.workspace, broken.seq, broken.what));
    }
    if !report.broken.is_empty() {
        bail!("{} chains do not hold", report.broken.len());
    }
    Ok(())
}
