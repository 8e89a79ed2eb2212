//! Samples that somebody worked on outlive their pack. They are made up all the same, so they can go: all of them, on a word
//! of their own. One that turned out to be somebody real, with a conversation on a real channel, is a customer and stays.

use domain::{Caller, Permission};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::{Core, jobs};

/// How many there are.
pub(super) async fn count(tx: &mut Scoped) -> Outcome<i64> {
    Ok(i64::try_from(made_up(tx).await?.len()).unwrap_or(i64::MAX))
}

/// Takes them away with what was noted and put beside them, and says how many went.
pub(super) async fn remove(core: &Core, caller: &Caller) -> Outcome<i64> {
    caller.require(Permission::ManageWorkspace)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock(&mut tx).await?;
    let gone = made_up(&mut tx).await?;
    if gone.is_empty() {
        return Ok(0);
    }
    let files = files(&mut tx, &gone).await?;
    sqlx::query!("select remove_samples($1, $2)", tx.workspace.0, &gone).execute(&mut **tx).await?;
    let count = i64::try_from(gone.len()).unwrap_or(i64::MAX);
    let act = Act::new(Action::SamplesRemoved, caller.workspace.0).with(json!({ "count": count }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    jobs::delete_files(&mut tx, files).await?;
    tx.commit().await?;
    core.live.reset(caller.workspace);
    Ok(count)
}

/// Whoever writes to one of them right now comes first and is seen, or begins anew as somebody else. First the conversations, as
/// everybody does who locks both.
async fn lock(tx: &mut Scoped) -> Outcome<()> {
    sqlx::query!(
        r#"select 1 as "one!" from conversation where workspace_id = $1 and sample order by channel_id, id for update"#,
        tx.workspace.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    sqlx::query!(
        r#"select 1 as "one!" from contact where workspace_id = $1 and sample and pack_id is null order by id for update"#,
        tx.workspace.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(())
}

async fn made_up(tx: &mut Scoped) -> Outcome<Vec<Uuid>> {
    let people = sqlx::query_scalar!(
        "select c.id from contact c where c.workspace_id = $1 and c.sample and c.pack_id is null
            and not exists (select 1 from conversation v where v.workspace_id = $1 and v.contact_id = c.id and not v.sample)",
        tx.workspace.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(people)
}

async fn files(tx: &mut Scoped, people: &[Uuid]) -> Outcome<Vec<String>> {
    let keys = sqlx::query_scalar!(
        r#"select a.object_key as "key!" from attachment a
           join conversation v on v.workspace_id = a.workspace_id and v.id = a.conversation_id
           where a.workspace_id = $1 and v.contact_id = any($2) and a.object_key is not null"#,
        tx.workspace.0,
        people,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(keys)
}
