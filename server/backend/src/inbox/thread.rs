use domain::conversations::{ConversationHead, THREAD_PAGE, Thread};
use domain::gate::{Intent, decide};
use domain::messages::{Content, Delivery, Direction, Failure, MessageRow, Quote, Sender};
use domain::page::{Cursor, Page};
use domain::status::DeliveryStatus;
use domain::{Caller, ConversationId, Error, MessageId, WorkspaceId};
use serde_json::Value;
use uuid::Uuid;

use super::list::status;
use crate::Core;
use crate::contacts::{self, position};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::{self, sql, window_end};

/// A conversation with the newest page of its entries.
pub(super) async fn open(core: &Core, caller: &Caller, id: ConversationId) -> Outcome<Thread> {
    let mut tx = core.db.of(caller).await?;
    let conversation = head(core, &mut tx, caller, id).await?;
    drop(tx);
    let messages = page(core, caller.workspace, id, None, THREAD_PAGE).await?;
    Ok(Thread { conversation, messages })
}

async fn head(core: &Core, tx: &mut Scoped, caller: &Caller, id: ConversationId) -> Outcome<ConversationHead> {
    let row = sqlx::query!(
        r#"select c.channel_id, ch.name as channel_name, c.title, c.status, c.assignee_id, c.contact_id, c.last_inbound_at, c.version,
                  (select m.id from message m where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.shown
                     and m.direction = 'in' order by m.at desc, m.id desc limit 1) as last_inbound
           from conversation c join channel ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
           where c.workspace_id = $1 and c.id = $2"#,
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let workspace = tx.workspace;
    let facts = gate::facts(tx, workspace, id, core.clock.now()).await?;
    Ok(ConversationHead {
        id,
        channel: row.channel_id.into(),
        channel_name: row.channel_name,
        title: row.title,
        status: status(&row.status),
        assignee: row.assignee_id.map(Into::into),
        window_expires_at: window_end(row.last_inbound_at.map(|at| at.to_jiff())),
        blocked: decide(&facts, Intent::FreeForm).err(),
        contact: contacts::panel(tx, caller, row.contact_id.into()).await?,
        last_inbound: row.last_inbound.map(Into::into),
        version: row.version,
    })
}

/// Entries before a position; a conversation of another workspace is `NotFound`.
pub(super) async fn messages(
    core: &Core,
    caller: &Caller,
    id: ConversationId,
    before: Option<Cursor>,
    limit: u32,
) -> Outcome<Page<MessageRow>> {
    let mut tx = core.db.of(caller).await?;
    exists(&mut tx, id).await?;
    drop(tx);
    page(core, caller.workspace, id, before, limit.clamp(1, 100) as usize).await
}

pub(super) async fn exists(tx: &mut Scoped, id: ConversationId) -> Outcome<()> {
    sqlx::query_scalar!(
        r#"select 1 as "one!" from conversation where workspace_id = $1 and id = $2"#,
        tx.workspace.0,
        id.0
    )
    .fetch_optional(&mut ***tx)
    .await?
    .map(|_| ())
    .ok_or(Fault::Plain(Error::NotFound))
}

/// One round trip: the function sets the workspace and reads. Newest first in, oldest first out. That the caller sees the
/// conversation was found out before.
async fn page(
    core: &Core,
    workspace: WorkspaceId,
    id: ConversationId,
    before: Option<Cursor>,
    limit: usize,
) -> Outcome<Page<MessageRow>> {
    let (before_at, before_id) = position(before)?;
    let rows = sqlx::query_as!(
        Stored,
        r#"select id as "id!", direction as "direction!", sender as "sender!", at as "at!", content as "content!", quote,
                  their_reaction, our_reaction, edited_at, revoked_at, status, sent_at, delivered_at, read_at, failure
           from thread_page($1, $2, $3, $4, $5)"#,
        workspace.0,
        id.0,
        before_at.map(sql) as _,
        before_id,
        i32::try_from(limit + 1).unwrap_or(101),
    )
    .fetch_all(core.db.app())
    .await?;
    let rows = rows.into_iter().map(Stored::row).collect::<Outcome<Vec<_>>>()?;
    let mut page = Page::cut(rows, limit, |row| Cursor::new(row.at, row.id.0));
    page.items.reverse();
    Ok(page)
}

pub(super) async fn message(core: &Core, caller: &Caller, id: MessageId) -> Outcome<MessageRow> {
    let mut tx = core.db.of(caller).await?;
    read_message(&mut tx, id).await
}

pub(super) async fn read_message(tx: &mut Scoped, id: MessageId) -> Outcome<MessageRow> {
    sqlx::query_as!(
        Stored,
        "select id, direction, sender, at, content, quote, their_reaction, our_reaction, edited_at, revoked_at, status, sent_at,
                delivered_at, read_at, failure
         from message where workspace_id = $1 and id = $2 and shown",
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?
    .row()
}

/// The provider's ids of those messages that have one.
pub(super) async fn provider_ids(core: &Core, caller: &Caller, ids: &[MessageId]) -> Outcome<Vec<(MessageId, String)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut tx = core.db.of(caller).await?;
    let rows = sqlx::query!(
        r#"select id, provider_id as "provider_id!" from message where workspace_id = $1 and id = any($2) and provider_id is not null"#,
        tx.workspace.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.provider_id)).collect())
}

struct Stored {
    id: Uuid,
    direction: String,
    sender: Value,
    at: jiff_sqlx::Timestamp,
    content: Value,
    quote: Option<Value>,
    their_reaction: Option<String>,
    our_reaction: Option<String>,
    edited_at: Option<jiff_sqlx::Timestamp>,
    revoked_at: Option<jiff_sqlx::Timestamp>,
    status: Option<i16>,
    sent_at: Option<jiff_sqlx::Timestamp>,
    delivered_at: Option<jiff_sqlx::Timestamp>,
    read_at: Option<jiff_sqlx::Timestamp>,
    failure: Option<Value>,
}

impl Stored {
    fn row(self) -> Outcome<MessageRow> {
        let failure: Option<Failure> = self.failure.map(serde_json::from_value).transpose()?;
        let delivery = self.status.and_then(DeliveryStatus::from_rank).map(|status| Delivery {
            status,
            sent_at: self.sent_at.map(|at| at.to_jiff()),
            delivered_at: self.delivered_at.map(|at| at.to_jiff()),
            read_at: self.read_at.map(|at| at.to_jiff()),
            failure,
        });
        Ok(MessageRow {
            id: self.id.into(),
            direction: match self.direction.as_str() {
                "echo" => Direction::Out,
                word => Direction::parse(word).ok_or_else(|| Fault::internal("a stored direction is unknown"))?,
            },
            sender: serde_json::from_value::<Sender>(self.sender)?,
            at: self.at.to_jiff(),
            content: serde_json::from_value::<Content>(self.content)?,
            quote: self.quote.map(serde_json::from_value::<Quote>).transpose()?,
            their_reaction: self.their_reaction,
            our_reaction: self.our_reaction,
            delivery,
            edited: self.edited_at.is_some(),
            revoked: self.revoked_at.is_some(),
        })
    }
}
