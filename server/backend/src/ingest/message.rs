//! Incoming messages: the opt-out detector first, then the conversation.

use domain::consent::{ConsentState, Keyword, Purpose, classify};
use domain::gate::Intent;
use domain::messages::{Content, MediaState, Quote, Sender};
use domain::status::DeliveryStatus;
use domain::{AttachmentId, ContactId, ConversationId, Error, MessageId, Timestamp};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::apply::{Context, DELETED, Effects, show_change, take_up_changes};
use crate::consent;
use crate::contacts::{self, Found};
use crate::fault::{Fault, Outcome};
use crate::gate::{self, sql};
use crate::ids;
use crate::jobs;
use crate::outbound::{InboundMedia, InboundMessage, Payload, Person};
use crate::outbox::{self, Draft};

/// An entry about to be written.
struct Entry<'a> {
    direction: &'static str,
    sender: Sender,
    at: Timestamp,
    content: Content,
    media: Option<&'a InboundMedia>,
    provider_id: &'a str,
    reply_to: Option<&'a str>,
    raw: Option<&'a Value>,
}

/// A message of the customer. STOP and its kin take effect before anything else sees it (R-T10).
pub(super) async fn inbound(
    tx: &mut PgConnection,
    context: &Context,
    received: Timestamp,
    message: &InboundMessage,
    raw: &Value,
    effects: &mut Effects,
) -> Outcome<()> {
    let found = contacts::resolve(tx, context.workspace.0, &message.person, context.now).await?;
    let keyword = message.content.words().and_then(classify);
    let conversation = conversation(tx, context, found.contact, &found.title, message.at).await?;
    let was_open = match keyword {
        Some(Keyword::Stop) => could_be_written_to(tx, context, conversation).await?,
        _ => true,
    };
    let news = match keyword {
        Some(keyword) => keep_consent(tx, context, &found, keyword, message).await?,
        None => false,
    };
    let unsupported = matches!(message.content, Content::Unsupported { .. });
    let entry = Entry {
        direction: "in",
        sender: Sender::Customer,
        at: position(message.at, received),
        content: message.content.clone(),
        media: message.media.as_ref(),
        provider_id: &message.provider_id,
        reply_to: message.reply_to.as_deref(),
        raw: unsupported.then_some(raw),
    };
    let Some(Written { id, changed }) = write(tx, context, conversation, entry).await? else {
        return rename_if_needed(tx, context, &found, conversation, effects).await;
    };
    let version =
        arrived(tx, context, conversation, &found.title, id, &message.content, message.at, received, keyword).await?;
    effects.changed(context.workspace, conversation, version);
    if changed {
        show_change(tx, context, conversation, &message.provider_id).await?;
    }
    if let Some(keyword) = keyword {
        answer_keyword(tx, context, conversation, keyword, news, was_open, effects).await?;
    }
    Ok(())
}

/// Writes what a keyword says to the ledger. Answers whether it was new.
async fn keep_consent(
    tx: &mut PgConnection,
    context: &Context,
    found: &Found,
    keyword: Keyword,
    message: &InboundMessage,
) -> Outcome<bool> {
    let state = match keyword {
        Keyword::Stop => ConsentState::Revoked,
        Keyword::Start => ConsentState::Granted,
        Keyword::Help => return Ok(true),
    };
    let mut news = false;
    for purpose in Purpose::ALL {
        let event = consent::Event {
            workspace: context.workspace.0,
            identity: found.identity,
            channel_kind: &context.channel_kind,
            purpose,
            state,
            method: "keyword",
            evidence: json!({ "provider_id": message.provider_id, "text": message.content.words() }),
            occurred_at: message.at,
            recorded_at: context.now,
        };
        news |= consent::record(tx, event).await?;
    }
    Ok(news)
}

/// Whether this person could be written to before the present message.
async fn could_be_written_to(tx: &mut PgConnection, context: &Context, conversation: ConversationId) -> Outcome<bool> {
    let facts = gate::facts(tx, context.workspace, conversation, context.now).await?;
    Ok(facts.service.is_none_or(|service| {
        service.state == ConsentState::Granted || facts.last_request_at.is_some_and(|request| request > service.since)
    }))
}

/// The one confirmation of an opt-out (R-T5), or the answer to HELP (R-X3) and START. Refused by the gate (for example
/// because the window is closed: an old message came late) it is simply not sent.
async fn answer_keyword(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    keyword: Keyword,
    news: bool,
    was_open: bool,
    effects: &mut Effects,
) -> Outcome<()> {
    let business = &context.channel_name;
    let body = match keyword {
        Keyword::Stop if news && was_open => {
            format!("You will get no more messages from {business}. Reply START if you change your mind.")
        }
        Keyword::Start if news => {
            format!("Welcome back. You will get messages from {business} again. Reply STOP to end them.")
        }
        Keyword::Help => format!(
            "You are talking to {business}. Write your question and a person will answer. Reply STOP to get no more messages."
        ),
        Keyword::Stop | Keyword::Start => return Ok(()),
    };
    let draft = Draft {
        conversation,
        intent: Intent::KeywordAnswer,
        sender: Sender::System,
        content: Content::Text { body: body.clone() },
        payload: Payload::Text { body },
        client_key: None,
        reply: None,
        shown: true,
    };
    match outbox::admit(tx, context.workspace, draft, context.now).await {
        Ok(_) => effects.queued = true,
        Err(Fault::Plain(Error::Refused(refusal))) => tracing::info!(reason = refusal.code(), "no keyword answer"),
        Err(fault) => return Err(fault),
    }
    Ok(())
}

/// A message that the business sent from its phone app beside Parley.
#[expect(clippy::too_many_arguments, reason = "the item's fields, as they come")]
pub(super) async fn echo(
    tx: &mut PgConnection,
    context: &Context,
    to: &Person,
    provider_id: &str,
    at: Timestamp,
    content: &Content,
    media: Option<&InboundMedia>,
    effects: &mut Effects,
) -> Outcome<()> {
    let found = contacts::resolve(tx, context.workspace.0, to, context.now).await?;
    let conversation = conversation(tx, context, found.contact, &found.title, at).await?;
    let entry = Entry {
        direction: "echo",
        sender: Sender::PhoneApp,
        at,
        content: content.clone(),
        media,
        provider_id,
        reply_to: None,
        raw: None,
    };
    let Some(Written { id, .. }) = write(tx, context, conversation, entry).await? else { return Ok(()) };
    let version = shown_last(tx, context, conversation, id, "out", content, at, Some(DeliveryStatus::Sent)).await?;
    effects.changed(context.workspace, conversation, version);
    Ok(())
}

/// Something that the channel tells, as an entry of the thread.
#[expect(clippy::too_many_arguments, reason = "the item's fields, as they come")]
pub(super) async fn event(
    tx: &mut PgConnection,
    context: &Context,
    received: Timestamp,
    found: &Found,
    provider_id: &str,
    at: Timestamp,
    content: &Content,
    effects: &mut Effects,
) -> Outcome<()> {
    let conversation = conversation(tx, context, found.contact, &found.title, at).await?;
    let entry = Entry {
        direction: "in",
        sender: Sender::System,
        at: position(at, received),
        content: content.clone(),
        media: None,
        provider_id,
        reply_to: None,
        raw: None,
    };
    if let Some(Written { id, .. }) = write(tx, context, conversation, entry).await? {
        let version = shown_last(tx, context, conversation, id, "in", content, at, None).await?;
        effects.changed(context.workspace, conversation, version);
    }
    Ok(())
}

/// The conversation of a contact on this channel, made if there is none.
async fn conversation(
    tx: &mut PgConnection,
    context: &Context,
    contact: ContactId,
    title: &str,
    at: Timestamp,
) -> Outcome<ConversationId> {
    let known = sqlx::query_scalar!(
        "select id from conversation where workspace_id = $1 and channel_id = $2 and contact_id = $3",
        context.workspace.0,
        context.channel.0,
        contact.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = known {
        return Ok(id.into());
    }
    let fresh: ConversationId = ids::fresh();
    let id = sqlx::query_scalar!(
        "insert into conversation (workspace_id, id, channel_id, contact_id, title, last_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (workspace_id, channel_id, contact_id) do update set title = conversation.title
         returning id",
        context.workspace.0,
        fresh.0,
        context.channel.0,
        contact.0,
        title,
        sql(at),
        sql(context.now),
    )
    .fetch_one(tx)
    .await?;
    Ok(id.into())
}

/// An entry that was not here before.
struct Written {
    id: MessageId,
    /// An edit or a deletion had come before it.
    changed: bool,
}

/// Writes an entry with its attachment; `None` when it was already here.
async fn write(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    mut entry: Entry<'_>,
) -> Outcome<Option<Written>> {
    let id: MessageId = ids::fresh();
    let attachment = entry.media.map(|_| ids::fresh::<AttachmentId>());
    if let Content::Media(media) = &mut entry.content {
        media.attachment = attachment;
    }
    let quote = match entry.reply_to {
        Some(target) => Some(quote(tx, context, target).await?),
        None => None,
    };
    let status = (entry.direction == "echo").then_some(DeliveryStatus::Sent.rank());
    let written = sqlx::query_scalar!(
        r#"insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, raw, provider_id,
                reply_provider_id, quote, status, their_reaction, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                (select emoji from reaction where workspace_id = $1 and channel_id = $4 and target_provider_id = $10 and not ours), $14)
         on conflict (workspace_id, channel_id, provider_id) where provider_id is not null do nothing
         returning exists(select 1 from early_change where workspace_id = $1 and channel_id = $4 and target_provider_id = $10) as "early!""#,
        context.workspace.0,
        id.0,
        conversation.0,
        context.channel.0,
        entry.direction,
        serde_json::to_value(&entry.sender)?,
        sql(entry.at),
        serde_json::to_value(&entry.content)?,
        entry.raw,
        entry.provider_id,
        entry.reply_to,
        quote.map(serde_json::to_value).transpose()?,
        status,
        sql(context.now),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(early) = written else { return Ok(None) };
    let changed = early && take_up_changes(tx, context, entry.provider_id).await?.is_some();
    if let (Some(attachment), Some(media), Content::Media(content)) = (attachment, entry.media, &entry.content)
        && content.state == MediaState::Waiting
    {
        await_file(tx, context, conversation, id, attachment, media, content).await?;
    }
    Ok(Some(Written { id, changed }))
}

/// Registers a file that is still with the provider, and the job that fetches it.
async fn await_file(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    message: MessageId,
    attachment: AttachmentId,
    media: &InboundMedia,
    content: &domain::messages::Media,
) -> Outcome<()> {
    sqlx::query!(
        "insert into attachment (workspace_id, id, conversation_id, message_id, mime, file_name, sha256, provider_media_id, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9)",
        context.workspace.0,
        attachment.0,
        conversation.0,
        message.0,
        content.mime,
        content.file_name,
        media.sha256,
        media.media_id,
        sql(context.now),
    )
    .execute(&mut *tx)
    .await?;
    jobs::enqueue(tx, &jobs::FetchMedia { workspace: context.workspace, attachment }).await
}

/// How the quoted message looks. One that is not here is said so.
async fn quote(tx: &mut PgConnection, context: &Context, target: &str) -> Outcome<Quote> {
    let row = sqlx::query!(
        "select id, sender, content, revoked_at from message where workspace_id = $1 and channel_id = $2 and provider_id = $3",
        context.workspace.0,
        context.channel.0,
        target,
    )
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else {
        return Ok(Quote { id: None, author: String::new(), preview: "The original message is not here.".to_owned() });
    };
    let preview = if row.revoked_at.is_some() {
        DELETED.to_owned()
    } else {
        serde_json::from_value::<Content>(row.content)?.preview()
    };
    Ok(Quote { id: Some(row.id.into()), author: author(&serde_json::from_value(row.sender)?), preview })
}

/// The name above a quote.
pub(crate) fn author(sender: &Sender) -> String {
    match sender {
        Sender::Customer => "Customer".to_owned(),
        Sender::Member { name, .. } | Sender::Api { name } => name.clone(),
        Sender::System => "Automatic".to_owned(),
        Sender::PhoneApp => "Phone app".to_owned(),
    }
}

/// Where an incoming message stands in the thread. WhatsApp's times have whole seconds, so one that comes at once
/// stands at its arrival, behind what was said earlier in the same second.
fn position(at: Timestamp, received: Timestamp) -> Timestamp {
    let late = received.as_second() - at.as_second();
    if (0..3).contains(&late) { received } else { at }
}

/// The conversation after an incoming message: newest line, unread count, service window, reopened. What belonged to somebody
/// who is no longer there is nobody's, so that somebody sees it.
#[expect(clippy::too_many_arguments, reason = "one statement's values")]
async fn arrived(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    title: &str,
    message: MessageId,
    content: &Content,
    at: Timestamp,
    received: Timestamp,
    keyword: Option<Keyword>,
) -> Outcome<i64> {
    let request = (keyword != Some(Keyword::Stop)).then(|| sql(at));
    let version = sqlx::query_scalar!(
        "update conversation c set
            title = $3, status = 'open', version = version + 1,
            assignee_id = (select m.id from member m
                           where m.workspace_id = c.workspace_id and m.id = c.assignee_id and m.deactivated_at is null),
            unread = unread + case when read_until is null or $7 > read_until then 1 else 0 end,
            last_line = case when $7 >= last_at or last_message_id is null then $5 else last_line end,
            last_direction = case when $7 >= last_at or last_message_id is null then 'in' else last_direction end,
            last_status = case when $7 >= last_at or last_message_id is null then null else last_status end,
            last_message_id = case when $7 >= last_at or last_message_id is null then $4 else last_message_id end,
            last_at = greatest(last_at, $7),
            last_inbound_at = greatest(last_inbound_at, $6),
            last_request_at = greatest(last_request_at, $8)
         where workspace_id = $1 and id = $2
         returning version",
        context.workspace.0,
        conversation.0,
        title,
        message.0,
        content.preview(),
        sql(at),
        sql(position(at, received)),
        request as _,
    )
    .fetch_one(tx)
    .await?;
    Ok(version)
}

#[expect(clippy::too_many_arguments, reason = "one statement's values")]
async fn shown_last(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    message: MessageId,
    direction: &str,
    content: &Content,
    at: Timestamp,
    status: Option<DeliveryStatus>,
) -> Outcome<i64> {
    let version = sqlx::query_scalar!(
        "update conversation set version = version + 1,
            last_line = case when $5 >= last_at or last_message_id is null then $4 else last_line end,
            last_direction = case when $5 >= last_at or last_message_id is null then $6 else last_direction end,
            last_status = case when $5 >= last_at or last_message_id is null then $7 else last_status end,
            last_message_id = case when $5 >= last_at or last_message_id is null then $3 else last_message_id end,
            last_at = greatest(last_at, $5)
         where workspace_id = $1 and id = $2
         returning version",
        context.workspace.0,
        conversation.0,
        message.0,
        content.preview(),
        sql(at),
        direction,
        status.map(DeliveryStatus::rank),
    )
    .fetch_one(tx)
    .await?;
    Ok(version)
}

/// A repeated message may still bring a newer profile name.
async fn rename_if_needed(
    tx: &mut PgConnection,
    context: &Context,
    found: &Found,
    conversation: ConversationId,
    effects: &mut Effects,
) -> Outcome<()> {
    if !found.renamed {
        return Ok(());
    }
    let version = sqlx::query_scalar!(
        "update conversation set title = $3, version = version + 1 where workspace_id = $1 and id = $2 and title <> $3 returning version",
        context.workspace.0,
        conversation.0,
        found.title,
    )
    .fetch_optional(tx)
    .await?;
    if let Some(version) = version {
        effects.changed(context.workspace, conversation, version);
    }
    Ok(())
}
