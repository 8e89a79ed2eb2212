//! Acts of whoever runs the installation, by a command. The pool is of the owner of the schema, who sees all.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Act, Action, append, operator};
use crate::Core;
use crate::fault::Outcome;
use domain::Timestamp;

/// Writes an act down in a workspace, and leaves the transaction there.
pub(crate) async fn write_for_operator(
    tx: &mut PgConnection,
    workspace: Uuid,
    now: Timestamp,
    act: Act,
) -> Outcome<()> {
    sqlx::query_scalar!("select set_config('parley.workspace', $1, true)", workspace.to_string())
        .fetch_one(&mut *tx)
        .await?;
    append(tx, operator(), now, act).await
}

/// The installation's master key was replaced: an act in every workspace, each in a transaction of its own.
pub async fn write_master_key(core: &Core, pool: &PgPool) -> Outcome<()> {
    let workspaces =
        sqlx::query_scalar!("select workspace_id from workspace order by workspace_id").fetch_all(pool).await?;
    for workspace in workspaces {
        let mut tx = pool.begin().await?;
        write_for_operator(&mut tx, workspace, core.clock.now(), Act::new(Action::MasterKeyRotated, workspace)).await?;
        tx.commit().await?;
    }
    Ok(())
}
