use domain::gate::Intent;
use domain::members::Actor;
use domain::messages::{Content, Media, MediaKind, MediaState, MessageRow, Outgoing, Quote, SendForm, Sender};
use domain::{AttachmentId, Caller, ClientKey, ConversationId, Error, MessageId, Refusal, Timestamp};

use super::thread;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::ingest::author;
use crate::outbound::Payload;
use crate::outbox::{self, Draft};
use crate::{Core, ids};

/// Queues a message. The same client key again answers the first message: a flaky line cannot double it.
pub(super) async fn send(core: &Core, caller: &Caller, form: SendForm) -> Outcome<MessageRow> {
    let outgoing = Outgoing::parse(&form.body, form.attachment)?;
    let mut tx = core.db.of(caller).await?;
    lock(&mut tx, form.conversation).await?;
    if let Some(first) = already(&mut tx, form.conversation, form.client_key).await? {
        return thread::read_message(&mut tx, first).await;
    }
    if let Some(seen) = form.seen {
        nobody_answered_since(&mut tx, caller, form.conversation, seen).await?;
    }
    let (content, payload) = match outgoing {
        Outgoing::Text(body) => (Content::Text { body: body.clone() }, Payload::Text { body }),
        Outgoing::Media { attachment, caption } => media(&mut tx, form.conversation, attachment, caption).await?,
        Outgoing::Template { .. } => return Err(Error::invalid("body", "Send a template through its own form.").into()),
    };
    let reply = match form.reply_to {
        Some(target) => Some(reply_to(&mut tx, form.conversation, target).await?),
        None => None,
    };
    let draft = Draft {
        conversation: form.conversation,
        intent: Intent::FreeForm,
        sender: sender(caller),
        content,
        payload,
        client_key: Some(form.client_key),
        reply,
        shown: true,
    };
    queue(core, tx, caller, draft).await
}

/// Admits a draft that is shown, and answers its row.
pub(super) async fn queue(core: &Core, mut tx: Scoped, caller: &Caller, draft: Draft) -> Outcome<MessageRow> {
    let conversation = draft.conversation;
    let message = outbox::admit(&mut tx, caller.workspace, draft, core.clock.now()).await?;
    let row = thread::read_message(&mut tx, message).await?;
    publish(core, tx, conversation).await?;
    Ok(row)
}

/// Commits what was admitted, rings the dispatcher and tells the screens.
async fn publish(core: &Core, mut tx: Scoped, conversation: ConversationId) -> Outcome<()> {
    let workspace = tx.workspace;
    let version = version(&mut tx, conversation).await?;
    tx.commit().await?;
    core.outbox_bell.notify_one();
    core.live.conversation(workspace, conversation, version);
    Ok(())
}

pub(super) fn sender(caller: &Caller) -> Sender {
    match &caller.actor {
        Actor::Member { id, name } => Sender::Member { id: *id, name: name.clone() },
        Actor::ApiKey { name, .. } => Sender::Api { name: name.clone() },
    }
}

/// Two requests with one client key wait for each other here, so that the second finds the first's message.
pub(super) async fn lock(tx: &mut Scoped, conversation: ConversationId) -> Outcome<()> {
    sqlx::query_scalar!(
        r#"select 1 as "one!" from conversation where workspace_id = $1 and id = $2 for no key update"#,
        tx.workspace.0,
        conversation.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .map(|_| ())
    .ok_or(Fault::Plain(Error::NotFound))
}

pub(super) async fn already(
    tx: &mut Scoped,
    conversation: ConversationId,
    key: ClientKey,
) -> Outcome<Option<MessageId>> {
    let found = sqlx::query_scalar!(
        "select id from message where workspace_id = $1 and conversation_id = $2 and client_key = $3",
        tx.workspace.0,
        conversation.0,
        key.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(found.map(Into::into))
}

/// A colleague's answer that the sender had not seen asks first.
async fn nobody_answered_since(
    tx: &mut Scoped,
    caller: &Caller,
    conversation: ConversationId,
    seen: Timestamp,
) -> Outcome<()> {
    let answered = sqlx::query_scalar!(
        r#"select exists(select 1 from message where workspace_id = $1 and conversation_id = $2 and shown and at > $3
              and direction in ('out', 'echo') and sender ->> 'kind' in ('member', 'phone_app')
              and sender ->> 'id' is distinct from $4) as "answered!""#,
        tx.workspace.0,
        conversation.0,
        sql(seen),
        caller.member_id().map(|id| id.to_string()),
    )
    .fetch_one(&mut ***tx)
    .await?;
    if answered { Err(Fault::Plain(Error::Conflict)) } else { Ok(()) }
}

async fn version(tx: &mut Scoped, conversation: ConversationId) -> Outcome<i64> {
    Ok(sqlx::query_scalar!(
        "select version from conversation where workspace_id = $1 and id = $2",
        tx.workspace.0,
        conversation.0
    )
    .fetch_one(&mut ***tx)
    .await?)
}

/// An uploaded file that is still free becomes the message's.
async fn media(
    tx: &mut Scoped,
    conversation: ConversationId,
    attachment: AttachmentId,
    caption: Option<String>,
) -> Outcome<(Content, Payload)> {
    let row = sqlx::query!(
        "select mime, file_name, size from attachment
         where workspace_id = $1 and id = $2 and conversation_id = $3 and state = 'ready' and message_id is null",
        tx.workspace.0,
        attachment.0,
        conversation.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::invalid("attachment", "This file is no longer there. Attach it again.")))?;
    let kind = MediaKind::of_mime(&row.mime);
    let media = Media {
        kind,
        attachment: Some(attachment),
        state: MediaState::Ready,
        mime: row.mime.clone(),
        file_name: row.file_name.clone(),
        caption: caption.clone(),
        size: row.size.and_then(|size| u64::try_from(size).ok()),
        width: None,
        height: None,
    };
    Ok((Content::Media(media), Payload::Media { kind, attachment, mime: row.mime, file_name: row.file_name, caption }))
}

/// The quoted message, or a refusal when it is gone.
async fn reply_to(tx: &mut Scoped, conversation: ConversationId, target: MessageId) -> Outcome<(String, Quote)> {
    let row = sqlx::query!(
        "select provider_id, sender, content from message
         where workspace_id = $1 and conversation_id = $2 and id = $3 and revoked_at is null and direction <> 'note'",
        tx.workspace.0,
        conversation.0,
        target.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::from(Refusal::ReplyTargetGone))?;
    let provider_id = row.provider_id.ok_or(Fault::from(Refusal::ReplyTargetGone))?;
    let quote = Quote {
        id: Some(target),
        author: author(&serde_json::from_value(row.sender)?),
        preview: serde_json::from_value::<Content>(row.content)?.preview(),
    };
    Ok((provider_id, quote))
}

/// Reacts to a message through the gate like any other message, without a bubble of its own.
pub(super) async fn react(core: &Core, caller: &Caller, target: MessageId, emoji: Option<String>) -> Outcome<()> {
    if emoji.as_ref().is_some_and(|emoji| emoji.is_empty() || emoji.chars().count() > 10) {
        return Err(Error::invalid("emoji", "Choose one emoji.").into());
    }
    let now = core.clock.now();
    let mut tx = core.db.of(caller).await?;
    let row = sqlx::query!(
        "update message set our_reaction = $3 where workspace_id = $1 and id = $2 and shown and direction <> 'note'
         returning conversation_id, channel_id, provider_id",
        tx.workspace.0,
        target.0,
        emoji,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let provider_id = row.provider_id.ok_or(Fault::from(Refusal::ReplyTargetGone))?;
    sqlx::query!(
        "insert into reaction (workspace_id, channel_id, target_provider_id, ours, emoji, at) values ($1, $2, $3, true, $4, $5)
         on conflict (workspace_id, channel_id, target_provider_id, ours) do update set emoji = excluded.emoji, at = excluded.at",
        tx.workspace.0,
        row.channel_id,
        provider_id,
        emoji,
        sql(now),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update conversation set version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace.0,
        row.conversation_id
    )
    .execute(&mut **tx)
    .await?;
    let draft = Draft {
        conversation: row.conversation_id.into(),
        intent: Intent::FreeForm,
        sender: sender(caller),
        content: Content::Text { body: emoji.clone().unwrap_or_default() },
        payload: Payload::Reaction { target: provider_id, emoji },
        client_key: None,
        reply: None,
        shown: false,
    };
    let conversation = draft.conversation;
    outbox::admit(&mut tx, caller.workspace, draft, now).await?;
    publish(core, tx, conversation).await
}

/// Writes an internal note. It has no way out: notes have no permit and no outbox row.
pub(super) async fn note(
    core: &Core,
    caller: &Caller,
    conversation: ConversationId,
    body: &str,
    key: ClientKey,
) -> Outcome<MessageRow> {
    let body = domain::messages::parse_note(body)?;
    let now = core.clock.now();
    let mut tx = core.db.of(caller).await?;
    lock(&mut tx, conversation).await?;
    if let Some(first) = already(&mut tx, conversation, key).await? {
        return thread::read_message(&mut tx, first).await;
    }
    let (id, content): (MessageId, _) = (ids::fresh(), Content::Text { body });
    sqlx::query!(
        "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, client_key, created_at)
         select c.workspace_id, $2, c.id, c.channel_id, 'note', $4, $5, $6, $7, $5
         from conversation c where c.workspace_id = $1 and c.id = $3",
        tx.workspace.0,
        id.0,
        conversation.0,
        serde_json::to_value(sender(caller))?,
        sql(now),
        serde_json::to_value(&content)?,
        key.0,
    )
    .execute(&mut **tx)
    .await?;
    let version = sqlx::query_scalar!(
        "update conversation set last_line = $3, last_direction = 'note', last_message_id = $4, last_status = null,
                last_at = greatest(last_at, $5), version = version + 1
         where workspace_id = $1 and id = $2 returning version",
        tx.workspace.0,
        conversation.0,
        content.preview(),
        id.0,
        sql(now),
    )
    .fetch_one(&mut **tx)
    .await?;
    let row = thread::read_message(&mut tx, id).await?;
    tx.commit().await?;
    core.live.conversation(caller.workspace, conversation, version);
    Ok(row)
}
