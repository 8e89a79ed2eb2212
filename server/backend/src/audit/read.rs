//! Reading and exporting the trail.

use async_trait::async_trait;
use domain::audit::{AuditQuery, AuditRow};
use domain::page::{Cursor, Page};
use domain::{Caller, Permission, ports};
use serde_json::Value;

use super::{Act, write};
use crate::Core;
use crate::contacts::position;
use crate::fault::Outcome;
use crate::gate::sql;

const PAGE: usize = 50;
/// An export is one answer: this many events fit a file that a person can open.
const EXPORT: i64 = 100_000;

/// [`ports::Audit`] over PostgreSQL.
pub struct AuditPort {
    core: Core,
}

impl AuditPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn page(&self, caller: &Caller, query: AuditQuery) -> Outcome<Page<AuditRow>> {
        caller.require(Permission::ReadAudit)?;
        let (at, id) = position(query.after)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let rows = sqlx::query!(
            r#"select e.id, e.seq, e.at, e.actor, e.action, e.details, e.before, e.after, m.avatar as "avatar?"
               from audit_event e left join member m
                 on m.workspace_id = e.workspace_id and e.actor ->> 'kind' = 'member' and m.id = (e.actor ->> 'id')::uuid
               where e.workspace_id = $1
                 and ($2 = '' or strpos(lower(action), lower($2)) > 0 or strpos(lower(actor ->> 'name'), lower($2)) > 0)
                 and ($3::timestamptz is null or (e.at, e.id) < ($3, $4))
               order by e.at desc, e.id desc limit $5"#,
            tx.workspace.0,
            query.search.trim(),
            at.map(sql) as _,
            id,
            i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut **tx)
        .await?;
        let rows = rows.into_iter().map(|row| {
            let name = row.actor.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let text = |value: Option<Value>| value.map(|value| value.to_string());
            let audit = AuditRow {
                seq: row.seq,
                at: row.at.to_jiff(),
                actor: name,
                picture: row.avatar,
                action: row.action,
                details: row.details.to_string(),
                before: text(row.before),
                after: text(row.after),
            };
            (row.id, audit)
        });
        let page = Page::cut(rows.collect(), PAGE, |(id, row)| Cursor::new(row.at, *id));
        Ok(Page { items: page.items.into_iter().map(|(_, row)| row).collect(), next: page.next })
    }

    async fn export(&self, caller: &Caller) -> Outcome<String> {
        caller.require(Permission::ReadAudit)?;
        caller.require(Permission::Export)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let lines = sqlx::query_scalar!(
            r#"select (to_jsonb(e) - 'previous' - 'hash' || jsonb_build_object(
                   'previous', encode(e.previous, 'hex'), 'hash', encode(e.hash, 'hex')))::text as "line!"
               from audit_event e where workspace_id = $1 order by seq limit $2"#,
            tx.workspace.0,
            EXPORT,
        )
        .fetch_all(&mut **tx)
        .await?;
        write(&mut tx, caller, self.core.clock.now(), Act::new("audit.exported", caller.workspace.0)).await?;
        tx.commit().await?;
        Ok(lines.join("\n") + "\n")
    }
}

#[async_trait]
impl ports::Audit for AuditPort {
    async fn page(&self, caller: &Caller, query: AuditQuery) -> domain::Result<Page<AuditRow>> {
        Ok(self.page(caller, query).await?)
    }

    async fn export(&self, caller: &Caller) -> domain::Result<String> {
        Ok(self.export(caller).await?)
    }
}
