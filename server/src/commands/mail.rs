//! `parley mail`.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use channels::email::read_report;

use super::say;
use crate::config::{MailAction, Settings};
use crate::system::{self, Database};

/// Larger than any report; the rest of a flood is not read.
const LARGEST: u64 = 2 * 1024 * 1024;

pub async fn run(settings: &Settings, action: MailAction) -> Result<()> {
    let MailAction::Bounce = action;
    let mut mail = Vec::new();
    std::io::stdin().take(LARGEST).read_to_end(&mut mail).context("the mail could not be read")?;
    let Some(report) = read_report(&mail) else {
        say("This is no report that a mail came back; nothing changed.");
        return Ok(());
    };
    let database = Database::open(settings).await?;
    let core = system::core(settings, &database)?;
    let ours = backend::mail::report(&core, &report).await;
    core.db.close().await;
    database.leave().await;
    say(if ours.context("the report could not be kept")? {
        "Noted."
    } else {
        "This is about no mail of the last 30 days; nothing changed."
    });
    Ok(())
}
