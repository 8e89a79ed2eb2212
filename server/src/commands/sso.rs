//! `parley sso`: the operator's say about single sign-on.

use anyhow::{Result, anyhow};
use domain::WorkspaceId;

use super::say;
use crate::config::{Settings, SsoAction};
use crate::system::{self, Database};

pub async fn run(settings: &Settings, action: SsoAction) -> Result<()> {
    let SsoAction::Claim { domain, workspace } = action;
    let database = Database::open(settings).await?;
    let owner = database.owner_pool(1).await?;
    let core = system::core(settings, &database)?;
    let given = backend::sso::give_domain(&core, &owner, WorkspaceId(workspace), &domain).await;
    owner.close().await;
    core.db.close().await;
    database.leave().await;
    given.map_err(|fault| match fault.into() {
        domain::Error::NotFound => {
            anyhow!("this workspace has no sign-in provider. Connect one under Settings, Business first")
        }
        other => anyhow!("{other}"),
    })?;
    say(&format!("The sign-in provider of workspace {workspace} now speaks for {domain}"));
    Ok(())
}
