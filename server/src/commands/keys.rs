//! `parley keys`: the master key.

use anyhow::Result;

use super::say;
use crate::config::{KeysAction, Settings};
use crate::keys;
use crate::system::{self, Database};

pub async fn run(settings: &Settings, action: KeysAction) -> Result<()> {
    match action {
        KeysAction::Rotate => rotate(settings).await,
    }
}

/// A running server reads the file again when it meets a data key under the new master key.
async fn rotate(settings: &Settings) -> Result<()> {
    let kept_in_file = settings.master_key.is_none();
    if kept_in_file {
        keys::add_to_file(settings)?;
    }
    let database = Database::open(settings).await?;
    let core = system::core(settings, &database)?;
    let pool = database.owner_pool(1).await?;
    let rewrapped = core.vault.rewrap(&pool).await?;
    if kept_in_file {
        keys::drop_old_from_file(settings)?;
    }
    backend::audit::write_master_key(&core, &pool).await?;
    backend::team::tell_of_master_key(&core, &pool).await?;
    say(&format!("{rewrapped} data keys are now wrapped by the first master key"));
    pool.close().await;
    core.db.close().await;
    database.leave().await;
    Ok(())
}
