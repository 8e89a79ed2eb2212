//! As whom the provider knows members.

use domain::members::Person;
use domain::{Error, MemberId};

use super::SsoPort;
use super::settings::administrator;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::team::{end_vouched, lock_within_reach};

pub(super) async fn count(tx: &mut Scoped) -> Outcome<i64> {
    let links =
        sqlx::query_scalar!(r#"select count(*) as "links!" from sso_link where workspace_id = $1"#, tx.workspace.0)
            .fetch_one(&mut ***tx)
            .await?;
    Ok(links)
}

/// For a member whom the provider knows as somebody else by now. Whose link goes away is free for whoever has their address, so
/// nobody does this to somebody who may do more than they.
pub(super) async fn forget(port: &SsoPort, person: &Person, member: MemberId) -> Outcome<()> {
    let (caller, _) = administrator(port, person)?;
    let core = &port.core;
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock_within_reach(&mut tx, caller, member).await?;
    let forgotten =
        sqlx::query!("delete from sso_link where workspace_id = $1 and member_id = $2", tx.workspace.0, member.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
    if forgotten == 0 {
        return Err(Error::NotFound.into());
    }
    end_vouched(&mut tx, member).await?;
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::SsoForgotten, member.0)).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// Another provider's subjects are other people: links end, and what came of them.
pub(super) async fn forget_all(tx: &mut Scoped) -> Outcome<()> {
    let workspace = tx.workspace;
    sqlx::query!("delete from sso_link where workspace_id = $1", workspace.0).execute(&mut ***tx).await?;
    sqlx::query!("delete from session where vouched_by = $1", workspace.0).execute(&mut ***tx).await?;
    Ok(())
}
