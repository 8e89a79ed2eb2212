use domain::conversations::{ConversationList, ConversationRow, ConversationStatus, LIST_PAGE, ListQuery, ViewCounts};
use domain::messages::Direction;
use domain::page::{Cursor, Page};
use domain::status::DeliveryStatus;
use domain::{Caller, Scope};
use serde_json::Value;
use uuid::Uuid;

use crate::Core;
use crate::contacts::{position, tags_shown};
use crate::fault::Outcome;
use crate::gate::{sql, window_end};

/// A page of the inbox with the counters of its lists.
pub(super) async fn list(core: &Core, caller: &Caller, query: ListQuery) -> Outcome<ConversationList> {
    let limit = query.limit.map_or(LIST_PAGE, |limit| limit.clamp(1, 100) as usize);
    let rows = match query.search.trim() {
        "" => page(core, caller, &query, limit).await?,
        words => search(core, caller, words, limit).await?,
    };
    let page = Page::cut(rows, limit, |row| Cursor::new(row.last_at, row.id.0));
    Ok(ConversationList { page, counts: counts(core, caller).await? })
}

/// One round trip for who sees all: the function sets the workspace and reads. A scope costs another.
async fn page(core: &Core, caller: &Caller, query: &ListQuery, limit: usize) -> Outcome<Vec<ConversationRow>> {
    let (after_at, after_id) = position(query.after.clone())?;
    let select = sqlx::query_as!(
        Stored,
        r#"select id as "id!", contact_id as "contact_id!", title as "title!", status as "status!", assignee_id, unread as "unread!",
                  last_line as "last_line!", last_direction as "last_direction!", last_status, last_at as "last_at!",
                  last_inbound_at, sample as "sample!", contact_tags(workspace_id, contact_id) as tags, version as "version!",
                  member_of_message(workspace_id, last_message_id) as last_member
           from inbox_page($1, $2, $3, $4, $5, $6)"#,
        caller.workspace.0,
        query.view.as_str(),
        caller.member_id().map(|id| id.0),
        after_at.map(sql) as _,
        after_id,
        i32::try_from(limit + 1).unwrap_or(101),
    );
    let rows = match caller.scope {
        Scope::All => select.fetch_all(core.db.app()).await?,
        Scope::Team | Scope::Own => select.fetch_all(&mut **core.db.of(caller).await?).await?,
    };
    rows.into_iter().map(Stored::row).collect()
}

/// Conversations whose name begins with, or has a word that begins with, what was typed; newest first.
async fn search(core: &Core, caller: &Caller, words: &str, limit: usize) -> Outcome<Vec<ConversationRow>> {
    let mut tx = core.db.of(caller).await?;
    let rows = sqlx::query_as!(
        Stored,
        r#"select id as "id!", contact_id as "contact_id!", title as "title!", status as "status!", assignee_id, unread as "unread!",
                  last_line as "last_line!", last_direction as "last_direction!", last_status, last_at as "last_at!",
                  last_inbound_at, sample as "sample!", contact_tags(workspace_id, contact_id) as tags, version as "version!",
                  member_of_message(workspace_id, last_message_id) as last_member
           from search_conversations($1, $2, $3)"#,
        tx.workspace.0,
        words.to_lowercase(),
        i32::try_from(limit).unwrap_or(100),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Stored::row).collect()
}

async fn counts(core: &Core, caller: &Caller) -> Outcome<ViewCounts> {
    let mut tx = core.db.of(caller).await?;
    let row = sqlx::query!(
        r#"select coalesce(sum(open), 0)::bigint as "all!",
                  coalesce(sum(open) filter (where assignee_id = $2), 0)::bigint as "mine!",
                  coalesce(sum(open) filter (where assignee_id = '00000000-0000-0000-0000-000000000000'), 0)::bigint as "unassigned!"
           from inbox_counter where workspace_id = $1
             and (coalesce(current_setting('parley.scope', true), '') = '' or scope_sees(assignee_id))"#,
        tx.workspace.0,
        caller.member_id().map_or(Uuid::max(), |id| id.0),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(ViewCounts { mine: row.mine, unassigned: row.unassigned, all: row.all })
}

struct Stored {
    id: Uuid,
    contact_id: Uuid,
    title: String,
    status: String,
    assignee_id: Option<Uuid>,
    unread: i32,
    last_line: String,
    last_direction: String,
    last_status: Option<i16>,
    last_at: jiff_sqlx::Timestamp,
    last_inbound_at: Option<jiff_sqlx::Timestamp>,
    sample: bool,
    tags: Option<Value>,
    version: i64,
    last_member: Option<Uuid>,
}

impl Stored {
    fn row(self) -> Outcome<ConversationRow> {
        Ok(ConversationRow {
            id: self.id.into(),
            contact: self.contact_id.into(),
            title: self.title,
            status: status(&self.status),
            assignee: self.assignee_id.map(Into::into),
            unread: self.unread,
            last_line: self.last_line,
            last_direction: Direction::parse(&self.last_direction).unwrap_or(Direction::In),
            last_member: self.last_member.map(Into::into),
            last_status: self.last_status.and_then(DeliveryStatus::from_rank),
            last_at: self.last_at.to_jiff(),
            window_expires_at: window_end(self.last_inbound_at.map(|at| at.to_jiff())),
            sample: self.sample,
            tags: tags_shown(self.tags)?,
            version: self.version,
        })
    }
}

pub(super) fn status(word: &str) -> ConversationStatus {
    if word == "resolved" { ConversationStatus::Resolved } else { ConversationStatus::Open }
}
