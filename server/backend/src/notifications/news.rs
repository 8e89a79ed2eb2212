//! What has just happened, of what a member chose to hear of. Found by an ordinary read in the member's own scope, so
//! nobody hears of what they may not see.

use domain::notifications::{Choices, News, NewsPage, Notice};
use domain::status::DeliveryStatus;
use domain::{Caller, ConversationId, Error, MemberId, Permission, Timestamp};
use jiff::SignedDuration;
use jiff_sqlx::Timestamp as SqlTimestamp;

use super::{choices, is_quiet};
use crate::Core;
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;

/// Longer than any browser waits between two looks.
const RECENT: SignedDuration = SignedDuration::from_mins(10);
/// Of each kind. Whoever has more has no use for a bell.
const MOST: i64 = 20;

pub(super) async fn news(core: &Core, caller: &Caller) -> Outcome<NewsPage> {
    let member = caller.member_id().ok_or(Error::Forbidden)?;
    let now = core.clock.now();
    let mut tx = core.db.of(caller).await?;
    let chosen = choices(&mut tx, member).await?;
    let time_zone = sqlx::query_scalar!(
        r#"select time_zone_of(account_id) as "zone!" from member where workspace_id = $1 and id = $2"#,
        tx.workspace.0,
        member.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let since = sql(now.checked_sub(RECENT).unwrap_or(now));
    let wanted = Wanted { caller, chosen: &chosen };
    let mut news = Vec::new();
    if wanted.any(&[Notice::OwnMessage, Notice::UnassignedMessage], Permission::ReadConversations) {
        news.extend(messages(&mut tx, &wanted, member, now, since).await?);
    }
    if wanted.any(&[Notice::Assigned], Permission::ReadConversations) {
        news.extend(assigned(&mut tx, member, now, since).await?);
    }
    if wanted.any(&[Notice::SendFailed], Permission::ReadConversations) {
        news.extend(failed(&mut tx, member, now, since).await?);
    }
    if wanted.any(&[Notice::ChannelTrouble], Permission::ManageChannels) {
        news.extend(trouble(&mut tx, now, since).await?);
    }
    Ok(NewsPage {
        news,
        off: chosen.in_app.is_empty(),
        quiet: is_quiet(chosen.quiet, &time_zone, now),
        sound: chosen.sound,
        desktop: chosen.desktop,
    })
}

struct Wanted<'a> {
    caller: &'a Caller,
    chosen: &'a Choices,
}

impl Wanted<'_> {
    fn any(&self, notices: &[Notice], needed: Permission) -> bool {
        self.caller.may(needed) && notices.iter().any(|notice| self.chosen.in_app.contains(notice))
    }
}

/// One happening, as the database tells of it.
struct Row {
    what: uuid::Uuid,
    at: SqlTimestamp,
    conversation: uuid::Uuid,
    title: String,
}

fn about(notice: Notice, now: Timestamp, row: Row) -> News {
    let conversation: ConversationId = row.conversation.into();
    let key = format!("{}:{}", notice.as_str(), row.what);
    News { key, notice, ago: ago(now, row.at), conversation: Some(conversation), title: row.title }
}

fn ago(now: Timestamp, at: SqlTimestamp) -> i64 {
    now.duration_since(at.to_jiff()).as_secs()
}

/// By their arrival: what a weak line delivered late is news all the same.
async fn messages(
    tx: &mut Scoped,
    wanted: &Wanted<'_>,
    member: MemberId,
    now: Timestamp,
    since: SqlTimestamp,
) -> Outcome<Vec<News>> {
    let day = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let rows = sqlx::query!(
        r#"select c.id as conversation, c.title, c.assignee_id is not null as "own!", newest.id as "what!", newest.created_at as "at!"
           from conversation c
           cross join lateral (select m.id, m.created_at from message m
               where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.shown and m.direction = 'in'
               order by m.at desc, m.id desc limit 1) newest
           where c.workspace_id = $1 and c.status = 'open' and c.unread > 0 and c.last_at > $2 and newest.created_at > $3
             and ($4 and c.assignee_id = $6 or $5 and c.assignee_id is null)
           order by c.last_at desc limit $7"#,
        tx.workspace.0,
        sql(day),
        since as _,
        wanted.any(&[Notice::OwnMessage], Permission::ReadConversations),
        wanted.any(&[Notice::UnassignedMessage], Permission::ReadConversations),
        member.0,
        MOST,
    )
    .fetch_all(&mut ***tx)
    .await?;
    let row = rows.into_iter().map(|row| {
        let notice = if row.own { Notice::OwnMessage } else { Notice::UnassignedMessage };
        about(notice, now, Row { what: row.what, at: row.at, conversation: row.conversation, title: row.title })
    });
    Ok(row.collect())
}

/// What they took themselves is no news to them.
async fn assigned(tx: &mut Scoped, member: MemberId, now: Timestamp, since: SqlTimestamp) -> Outcome<Vec<News>> {
    let rows = sqlx::query_as!(
        Row,
        "select e.id as what, e.at, c.id as conversation, c.title from audit_event e
         join conversation c on c.workspace_id = e.workspace_id and c.id = e.subject and c.assignee_id = $3
         where e.workspace_id = $1 and e.at > $2 and e.action = 'conversation.assigned'
           and e.details ->> 'to' = $4 and e.actor ->> 'id' is distinct from $4
         order by e.at desc limit $5",
        tx.workspace.0,
        since as _,
        member.0,
        member.to_string(),
        MOST,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows.into_iter().map(|row| about(Notice::Assigned, now, row)).collect())
}

async fn failed(tx: &mut Scoped, member: MemberId, now: Timestamp, since: SqlTimestamp) -> Outcome<Vec<News>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id as what, m.failed_at as "at!", c.id as conversation, c.title from message m
         join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
         where m.workspace_id = $1 and m.failed_at > $2 and m.status = $3 and m.sender ->> 'id' = $4
         order by m.failed_at desc limit $5"#,
        tx.workspace.0,
        since as _,
        DeliveryStatus::Failed.rank(),
        member.to_string(),
        MOST,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows.into_iter().map(|row| about(Notice::SendFailed, now, row)).collect())
}

async fn trouble(tx: &mut Scoped, now: Timestamp, since: SqlTimestamp) -> Outcome<Vec<News>> {
    let rows = sqlx::query!(
        "select id, received_at from quarantine where workspace_id = $1 and resolved_at is null and received_at > $2
         order by received_at desc limit $3",
        tx.workspace.0,
        since as _,
        MOST,
    )
    .fetch_all(&mut ***tx)
    .await?;
    let notice = Notice::ChannelTrouble;
    let news = rows.into_iter().map(|row| News {
        key: format!("{}:{}", notice.as_str(), row.id),
        notice,
        ago: ago(now, row.received_at),
        conversation: None,
        title: String::new(),
    });
    Ok(news.collect())
}
