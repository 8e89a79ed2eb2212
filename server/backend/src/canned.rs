//! Canned replies.

use async_trait::async_trait;
use domain::canned::{CannedReply, Draft};
use domain::{Caller, CannedReplyId, Error, Permission, ports};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::{Core, ids};

/// The composer reads them all at once.
const MOST: i64 = 300;

/// [`ports::Canned`] over PostgreSQL.
pub struct CannedPort {
    core: Core,
}

impl CannedPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn list(&self, caller: &Caller) -> Outcome<Vec<CannedReply>> {
        caller.require(Permission::SendMessages)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let rows = sqlx::query!(
            "select id, shortcut, title, body from canned_reply where workspace_id = $1 order by lower(shortcut)",
            tx.workspace.0
        )
        .fetch_all(&mut **tx)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| CannedReply { id: row.id.into(), shortcut: row.shortcut, title: row.title, body: row.body })
            .collect())
    }

    async fn save(&self, caller: &Caller, id: Option<CannedReplyId>, draft: Draft) -> Outcome<()> {
        caller.require(Permission::ManageWorkspace)?;
        let now = self.core.clock.now();
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let (saved, before) = match id {
            Some(id) => {
                let before = lock(&mut tx, id).await?;
                change(&mut tx, id, &draft, now).await?;
                (id.0, Some(describe(&before)))
            }
            None => (make(&mut tx, &draft, now).await?, None),
        };
        let act = Act::new(Action::CannedReplySaved, saved).saved(before, describe(&draft));
        audit::write(&mut tx, caller, now, act).await?;
        tx.commit().await
    }

    async fn delete(&self, caller: &Caller, id: CannedReplyId) -> Outcome<()> {
        caller.require(Permission::ManageWorkspace)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let shortcut = sqlx::query_scalar!(
            "delete from canned_reply where workspace_id = $1 and id = $2 returning shortcut",
            tx.workspace.0,
            id.0
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::NotFound))?;
        let act = Act::new(Action::CannedReplyDeleted, id.0).with(json!({ "shortcut": shortcut }));
        audit::write(&mut tx, caller, self.core.clock.now(), act).await?;
        tx.commit().await
    }
}

async fn make(tx: &mut Scoped, draft: &Draft, now: jiff::Timestamp) -> Outcome<Uuid> {
    sqlx::query_scalar!(
        "insert into canned_reply (workspace_id, id, shortcut, title, body, created_at)
         select $1, $2, $3, $4, $5, $6 where (select count(*) from canned_reply where workspace_id = $1) < $7 returning id",
        tx.workspace.0,
        ids::fresh::<Uuid>(),
        draft.shortcut,
        draft.title,
        draft.body,
        sql(now),
        MOST,
    )
    .fetch_optional(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?
    .ok_or_else(|| {
        Error::invalid("shortcut", format!("A workspace has at most {MOST} canned replies. Delete one first.")).into()
    })
}

/// For the audit trail.
fn describe(draft: &Draft) -> Value {
    json!({ "shortcut": draft.shortcut, "title": draft.title, "body": draft.body })
}

/// A reply as it was.
async fn lock(tx: &mut Scoped, id: CannedReplyId) -> Outcome<Draft> {
    sqlx::query_as!(
        Draft,
        "select shortcut, title, body from canned_reply where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))
}

async fn change(tx: &mut Scoped, id: CannedReplyId, draft: &Draft, now: jiff::Timestamp) -> Outcome<()> {
    sqlx::query!(
        "update canned_reply set shortcut = $3, title = $4, body = $5,
                changed_at = case when (shortcut, title, body) = ($3, $4, $5) then changed_at else $6 end
         where workspace_id = $1 and id = $2",
        tx.workspace.0,
        id.0,
        draft.shortcut,
        draft.title,
        draft.body,
        sql(now) as _,
    )
    .execute(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?;
    Ok(())
}

fn taken(fault: Fault) -> Fault {
    match fault.constraint() {
        Some("canned_reply_shortcut") => Error::invalid("shortcut", "Another reply has this shortcut.").into(),
        _ => fault,
    }
}

#[async_trait]
impl ports::Canned for CannedPort {
    async fn list(&self, caller: &Caller) -> domain::Result<Vec<CannedReply>> {
        Ok(self.list(caller).await?)
    }

    async fn save(&self, caller: &Caller, id: Option<CannedReplyId>, draft: Draft) -> domain::Result<()> {
        Ok(self.save(caller, id, draft).await?)
    }

    async fn delete(&self, caller: &Caller, id: CannedReplyId) -> domain::Result<()> {
        Ok(self.delete(caller, id).await?)
    }
}
