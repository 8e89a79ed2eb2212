//! Reading the trail.

use async_trait::async_trait;
use domain::audit::{AuditQuery, AuditRow};
use domain::page::{Cursor, Page};
use domain::{Caller, Permission, ports};
use serde_json::Value;
use uuid::Uuid;

use super::action::said;
use super::said::{Names, facts, ids};
use super::{Action, export, search};
use crate::Core;
use crate::contacts::position;
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;

const PAGE: usize = 50;

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
        let (at, id) = position(query.after.clone())?;
        let mut tx = self.core.db.of(caller).await?;
        let search = search::parse(&mut tx, caller, &query).await?;
        let rows = sqlx::query_as!(
            Stored,
            r#"select e.id, e.seq, e.at as "at: _", e.actor, e.action, e.subject, e.details, e.origin, e.before, e.after,
                      m.avatar as "avatar?"
               from audit_event e left join member m
                 on m.workspace_id = e.workspace_id and e.actor ->> 'kind' = 'member' and m.id = (e.actor ->> 'id')::uuid
               where e.workspace_id = $1
                 and ($2 = '' or e.action = any($3) or strpos(lower(e.actor ->> 'name'), lower($2)) > 0)
                 and ($4::timestamptz is null or (e.at, e.id) < ($4, $5))
                 and ($7::uuid[] is null or e.subject = any($7))
                 and ($8::timestamptz is null or e.at >= $8) and ($9::timestamptz is null or e.at < $9)
                 and ($10 = '' or strpos(lower(concat_ws(', ', e.origin ->> 'device', e.origin ->> 'network',
                     e.origin #>> '{signed_in,device}', e.origin #>> '{signed_in,network}')), lower($10)) > 0)
               order by e.at desc, e.id desc limit $6"#,
            tx.workspace.0,
            search.words,
            &search.actions,
            at.map(sql) as _,
            id,
            i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
            search.subjects.as_deref(),
            search.since.map(sql) as _,
            search.before.map(sql) as _,
            search.origin,
        )
        .fetch_all(&mut **tx)
        .await?;
        let names = names(&mut tx, caller, &rows).await?;
        let rows = rows.into_iter().map(|row| (row.id, row.read(&names)));
        let page = Page::cut(rows.collect(), PAGE, |(id, row)| Cursor::new(row.at, *id));
        Ok(Page { items: page.items.into_iter().map(|(_, row)| row).collect(), next: page.next })
    }
}

struct Stored {
    id: Uuid,
    seq: i64,
    at: jiff_sqlx::Timestamp,
    actor: Value,
    action: String,
    subject: Option<Uuid>,
    details: Value,
    origin: Value,
    before: Option<Value>,
    after: Option<Value>,
    avatar: Option<String>,
}

impl Stored {
    fn actor_id(&self) -> Option<Uuid> {
        self.actor.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok())
    }

    fn read(mut self, names: &Names) -> AuditRow {
        // The names that a contact had are for whom may know the one it has.
        if self.action == Action::ContactRenamed.as_str() && self.subject.is_none_or(|id| !names.contains_key(&id)) {
            (self.before, self.after) = (None, None);
        }
        let subject = self.subject.filter(|subject| Some(*subject) != self.actor_id());
        let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = |value: &Value| {
            let words = [word(value, "device"), word(value, "network")];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
        };
        let name = |subject: Uuid| names.get(&subject).cloned().or_else(|| nameless(&self.action));
        AuditRow {
            seq: self.seq,
            at: self.at.to_jiff(),
            actor: word(&self.actor, "name"),
            picture: self.avatar,
            said: said(&self.action, self.after.as_ref()),
            subject: subject.and_then(name),
            action: self.action,
            origin: place(&self.origin),
            signed_in: self.origin.get("signed_in").map(place).unwrap_or_default(),
            facts: facts(&self.details, self.before.as_ref(), self.after.as_ref(), names),
        }
    }
}

/// Whom an act was done to whose name is not there, or not for this reader.
fn nameless(action: &str) -> Option<String> {
    let of_a_contact = ["contact.", "conversation."].iter().any(|noun| action.starts_with(noun));
    of_a_contact.then(|| "a contact".to_owned())
}

/// The people, roles, teams, tags and replies that the acts of a page name. Reading the trail opens no contact: one is named for whom
/// may read contacts, or the conversation that it is about, and sees it.
async fn names(tx: &mut Scoped, caller: &Caller, rows: &[Stored]) -> Outcome<Names> {
    let values = rows.iter().flat_map(|row| [Some(&row.details), row.before.as_ref(), row.after.as_ref()]).flatten();
    let wanted: Vec<Uuid> = ids(values).into_iter().chain(rows.iter().filter_map(|row| row.subject)).collect();
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!" from member where workspace_id = $1 and id = any($2)
           union all
           select id, coalesce(name, profile_name, 'a contact without a name') from contact
           where workspace_id = $1 and id = any($2) and $3
           union all
           select v.id, coalesce(c.name, c.profile_name, 'a contact without a name')
           from conversation v join contact c on c.workspace_id = v.workspace_id and c.id = v.contact_id
           where v.workspace_id = $1 and v.id = any($2) and $4
           union all
           select id, name from role where workspace_id = $1 and id = any($2)
           union all
           select id, name from team where workspace_id = $1 and id = any($2)
           union all
           select id, name from tag where workspace_id = $1 and id = any($2)
           union all
           select id, '/' || shortcut from canned_reply where workspace_id = $1 and id = any($2)"#,
        tx.workspace.0,
        &wanted,
        caller.may(Permission::ReadContacts),
        caller.may(Permission::ReadConversations),
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

#[async_trait]
impl ports::Audit for AuditPort {
    async fn page(&self, caller: &Caller, query: AuditQuery) -> domain::Result<Page<AuditRow>> {
        Ok(self.page(caller, query).await?)
    }

    async fn export(&self, caller: &Caller) -> domain::Result<Box<dyn ports::AuditLines>> {
        Ok(Box::new(export::begin(&self.core, caller).await?))
    }
}
