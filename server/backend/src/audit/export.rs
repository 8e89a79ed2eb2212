//! The trail as a file: page after page, so that nothing holds it whole.

use async_trait::async_trait;
use domain::{Caller, Permission, Scope, WorkspaceId, ports};

use super::{Act, Action, write};
use crate::Core;
use crate::fault::{Fault, Outcome};

/// Lines of one piece.
const PAGE: i64 = 1000;

/// Begins an export: whoever may not have it learns so before its first line, and the act is written whatever becomes of it.
pub(super) async fn begin(core: &Core, caller: &Caller) -> Outcome<Lines> {
    caller.require(Permission::ReadAudit)?;
    caller.require(Permission::Export)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    // Numbers have no gaps and become visible in their order, so the highest one is a snapshot.
    let until = sqlx::query_scalar!(
        r#"select coalesce(max(seq), 0) as "until!" from audit_event where workspace_id = $1"#,
        tx.workspace.0
    )
    .fetch_one(&mut **tx)
    .await?;
    write(&mut tx, caller, core.clock.now(), Act::new(Action::AuditExported, caller.workspace.0)).await?;
    tx.commit().await?;
    // The names that contacts had are for whom may read them all. Such a line is shorter than what its hash covers.
    let reads_contacts = caller.may(Permission::ReadContacts) && caller.scope == Scope::All;
    let withheld = if reads_contacts { Vec::new() } else { vec![Action::ContactRenamed.as_str()] };
    Ok(Lines { core: core.clone(), workspace: caller.workspace, withheld, after: 0, until })
}

/// What is still to come of an export.
pub(super) struct Lines {
    core: Core,
    workspace: WorkspaceId,
    withheld: Vec<&'static str>,
    after: i64,
    until: i64,
}

impl Lines {
    /// A transaction a piece: whoever reads slowly keeps none open.
    async fn next(&mut self) -> Outcome<Option<String>> {
        if self.after >= self.until {
            return Ok(None);
        }
        let mut tx = self.core.db.scoped(self.workspace).await?;
        let rows = sqlx::query!(
            r#"select e.seq, (to_jsonb(e) - 'previous' - 'hash'
                   - case when e.action = any($5) then '{before,after}'::text[] else '{}' end
                   || jsonb_build_object('previous', encode(e.previous, 'hex'), 'hash', encode(e.hash, 'hex')))::text as "line!"
               from audit_event e where workspace_id = $1 and seq > $2 and seq <= $3 order by seq limit $4"#,
            tx.workspace.0,
            self.after,
            self.until,
            PAGE,
            &self.withheld as &[&str],
        )
        .fetch_all(&mut **tx)
        .await?;
        // Where the trail was cut while it was read, what is there is not all.
        let last = rows.last().ok_or(Fault::internal("the trail ends before its end"))?.seq;
        self.after = last;
        Ok(Some(rows.into_iter().map(|row| row.line + "\n").collect()))
    }
}

#[async_trait]
impl ports::AuditLines for Lines {
    async fn next(&mut self) -> domain::Result<Option<String>> {
        Ok(self.next().await?)
    }
}
