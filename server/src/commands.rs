//! What `parley` can be asked to do.

mod api_key;
mod audit;
mod doctor;
mod keys;
mod mail;
mod serve;
mod sso;

use std::io::Write as _;

use anyhow::Result;

use crate::config::{Cli, Command};
use crate::demo;
use crate::system::{self, Database};

pub async fn run(cli: Cli) -> Result<()> {
    let settings = cli.settings;
    match cli.command {
        Command::Serve { demo } => serve::serve(settings, demo).await,
        Command::Migrate => {
            let database = Database::open(&settings).await?;
            let outcome = database.migrate().await;
            database.leave().await;
            outcome
        }
        Command::Seed => {
            let _lock = system::DataLock::take(&settings.data_dir())?;
            let database = Database::open(&settings).await?;
            database.migrate().await?;
            let system = system::System::build(&settings, &database).await?;
            let made = demo::seed(&system, &settings).await?;
            say(if made {
                "The demonstration workspace is there."
            } else {
                "There was a workspace already; nothing changed."
            });
            drop(system);
            database.leave().await;
            Ok(())
        }
        Command::Doctor => doctor::examine(&settings).await,
        Command::Keys { action } => keys::run(&settings, action).await,
        Command::Mail { action } => mail::run(&settings, action).await,
        Command::Audit { action } => audit::run(&settings, action).await,
        Command::ApiKey { action } => api_key::run(&settings, action).await,
        Command::Sso { action } => sso::run(&settings, action).await,
        Command::Sandbox { callback, ledger, smtp, test } => {
            demo::run_sandbox_alone(&settings, callback, ledger, smtp, test).await
        }
    }
}

/// Tells the person at the terminal something.
pub fn say(words: &str) {
    let _ = writeln!(std::io::stdout(), "{words}");
}
