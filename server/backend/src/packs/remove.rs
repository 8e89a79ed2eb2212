use std::collections::BTreeMap;

use domain::packs::{Part, Removal, Share, Why};
use domain::{Caller, Permission, StarterPackId};
use uuid::Uuid;

use super::present;
use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};

/// One thing that a pack made, and why it stays if it does.
struct Made {
    part: Part,
    id: Uuid,
    stays: Option<Why>,
}

/// What removing a pack would do now. The same reading decides when it is removed.
pub(super) async fn weigh(tx: &mut Scoped, pack: StarterPackId) -> Outcome<Removal> {
    Ok(summed(&made(tx, pack).await?))
}

/// Takes away what nobody has changed or used since. What stays is the workspace's own from here on.
pub(super) async fn remove(core: &Core, caller: &Caller) -> Outcome<Removal> {
    caller.require(Permission::ManageWorkspace)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let Some(present) = present(&mut tx).await? else { return Ok(Removal::default()) };
    lock(&mut tx, present.id).await?;
    let made = made(&mut tx, present.id).await?;
    for part in [Part::Sample, Part::Tag, Part::Reply, Part::Pipeline] {
        let gone: Vec<Uuid> =
            made.iter().filter(|made| made.part == part && made.stays.is_none()).map(|made| made.id).collect();
        delete(&mut tx, part, &gone).await?;
    }
    let removed =
        sqlx::query!("delete from starter_pack where workspace_id = $1 and id = $2", tx.workspace.0, present.id.0)
            .execute(&mut **tx)
            .await?;
    if removed.rows_affected() == 0 {
        // Somebody else removed it while this one waited for the locks.
        return Ok(Removal::default());
    }
    let removal = summed(&made);
    let details = serde_json::json!({ "trade": present.trade, "goes": removal.goes, "stays": removal.stays });
    let act = Act::new(Action::PackRemoved, present.id.0).with(details);
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.live.reset(caller.workspace);
    Ok(removal)
}

/// Holds everything of the pack until the end, so that nothing is used or changed between the reading and the deleting.
/// A tag that is being put on, or a note that is being written, comes first and is seen, or finds its target gone.
async fn lock(tx: &mut Scoped, pack: StarterPackId) -> Outcome<()> {
    let workspace = tx.workspace.0;
    sqlx::query!(
        r#"select 1 as "one!" from conversation v join contact c on c.workspace_id = v.workspace_id and c.id = v.contact_id
           where v.workspace_id = $1 and c.pack_id = $2 order by v.channel_id, v.id for update"#,
        workspace,
        pack.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    sqlx::query!(
        r#"select 1 as "one!" from tag where workspace_id = $1 and pack_id = $2 order by id for update"#,
        workspace,
        pack.0
    )
    .fetch_all(&mut ***tx)
    .await?;
    sqlx::query!(
        r#"select 1 as "one!" from canned_reply where workspace_id = $1 and pack_id = $2 order by id for update"#,
        workspace,
        pack.0
    )
    .fetch_all(&mut ***tx)
    .await?;
    sqlx::query!(
        r#"select 1 as "one!" from pipeline where workspace_id = $1 and pack_id = $2 order by id for update"#,
        workspace,
        pack.0
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(())
}

async fn made(tx: &mut Scoped, pack: StarterPackId) -> Outcome<Vec<Made>> {
    let rows =
        sqlx::query!(r#"select what as "what!", id as "id!", stays from pack_parts($1, $2)"#, tx.workspace.0, pack.0)
            .fetch_all(&mut ***tx)
            .await?;
    rows.into_iter()
        .map(|row| {
            let part = Part::parse(&row.what).ok_or_else(|| Fault::internal("a pack made something unknown"))?;
            Ok(Made { part, id: row.id, stays: row.stays.as_deref().and_then(Why::parse) })
        })
        .collect()
}

fn summed(made: &[Made]) -> Removal {
    let mut counts: BTreeMap<(Part, Option<Why>), i64> = BTreeMap::new();
    for one in made {
        *counts.entry((one.part, one.stays)).or_default() += 1;
    }
    let shares = counts.into_iter().map(|((part, why), count)| Share { part, count, why });
    let (goes, stays) = shares.partition(|share| share.why.is_none());
    Removal { goes, stays }
}

async fn delete(tx: &mut Scoped, part: Part, gone: &[Uuid]) -> Outcome<()> {
    let workspace = tx.workspace.0;
    match part {
        Part::Sample => sqlx::query!("select remove_samples($1, $2)", workspace, gone).execute(&mut ***tx).await?,
        Part::Tag => {
            sqlx::query!("delete from tag where workspace_id = $1 and id = any($2)", workspace, gone)
                .execute(&mut ***tx)
                .await?
        }
        Part::Reply => {
            sqlx::query!("delete from canned_reply where workspace_id = $1 and id = any($2)", workspace, gone)
                .execute(&mut ***tx)
                .await?
        }
        Part::Pipeline => {
            sqlx::query!("delete from pipeline where workspace_id = $1 and id = any($2)", workspace, gone)
                .execute(&mut ***tx)
                .await?
        }
    };
    Ok(())
}
