//! `parley api-key`.

use anyhow::{Context as _, Result, bail};
use domain::WorkspaceId;
use uuid::Uuid;

use super::say;
use crate::config::{ApiKeyAction, Settings};
use crate::system::{self, Database};

pub async fn run(settings: &Settings, action: ApiKeyAction) -> Result<()> {
    let ApiKeyAction::Create { name, scope, workspace } = action;
    let database = Database::open(settings).await?;
    let pool = database.owner_pool(1).await?;
    let workspace = choose(&pool, workspace).await?;
    pool.close().await;
    let core = system::core(settings, &database)?;
    let key = backend::api_keys::create_for_operator(&core, workspace, &name, &scope).await.map_err(|fault| {
        match domain::Error::from(fault) {
            domain::Error::Invalid(fields) => {
                anyhow::anyhow!("{}", fields.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" "))
            }
            error => anyhow::anyhow!("{error}"),
        }
    })?;
    core.db.close().await;
    database.leave().await;
    say(&key);
    Ok(())
}

/// The workspace named, or the only one.
async fn choose(pool: &sqlx::PgPool, named: Option<Uuid>) -> Result<WorkspaceId> {
    if let Some(id) = named {
        return Ok(id.into());
    }
    let ids: Vec<Uuid> = sqlx::query_scalar("select distinct workspace_id from channel_route limit 2")
        .fetch_all(pool)
        .await
        .context("is the database migrated?")?;
    match ids.as_slice() {
        [only] => Ok((*only).into()),
        [] => bail!("there is no workspace yet. Run `parley seed` or set one up first"),
        _ => bail!("there are several workspaces. Name one with --workspace"),
    }
}
