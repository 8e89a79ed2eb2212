//! One incoming item into the tables. Every function here may run twice and in any order.

use std::collections::{HashMap, HashSet};

use domain::consent::{ConsentState, Purpose};
use domain::messages::Content;
use domain::{ChannelId, ConversationId, Timestamp, WorkspaceId};
use sqlx::PgConnection;

use super::message;
use crate::consent;
use crate::contacts::{self, Found};
use crate::fault::Outcome;
use crate::gate::sql;
use crate::outbound::{Incoming, Item, Person};
use crate::outbox::settle;

/// What stands for a message that the customer deleted for everyone.
pub(super) const DELETED: &str = "Deleted message";

/// What all items of one number share.
pub(super) struct Context {
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    pub channel_kind: String,
    pub channel_name: String,
    pub now: Timestamp,
}

impl Context {
    pub(super) async fn load(
        tx: &mut PgConnection,
        workspace: WorkspaceId,
        channel: ChannelId,
        now: Timestamp,
    ) -> Outcome<Self> {
        let row =
            sqlx::query!("select kind, name from channel where workspace_id = $1 and id = $2", workspace.0, channel.0)
                .fetch_one(tx)
                .await?;
        Ok(Self { workspace, channel, channel_kind: row.kind, channel_name: row.name, now })
    }
}

/// What to tell after the commit.
#[derive(Default)]
pub(crate) struct Effects {
    /// Newest version by conversation.
    pub conversations: HashMap<(WorkspaceId, ConversationId), i64>,
    pub channels: HashSet<WorkspaceId>,
    /// Something was queued to be sent.
    pub queued: bool,
}

impl Effects {
    pub(super) fn changed(&mut self, workspace: WorkspaceId, conversation: ConversationId, version: i64) {
        let known = self.conversations.entry((workspace, conversation)).or_insert(version);
        *known = version.max(*known);
    }

    pub(super) fn absorb(&mut self, other: Self) {
        for ((workspace, conversation), version) in other.conversations {
            self.changed(workspace, conversation, version);
        }
        self.channels.extend(other.channels);
        self.queued |= other.queued;
    }
}

/// Locks the conversations that a batch is about to touch, as far as they exist (see [`gate::lock`]). Merges and
/// numbers that change hands may touch another; should that ever meet a second batch, one of the two is done again.
pub(super) async fn lock<'a>(
    tx: &mut PgConnection,
    context: &Context,
    batch: impl Iterator<Item = &'a Incoming>,
) -> Outcome<()> {
    let (mut people, mut messages, mut provider_ids) = (Vec::new(), Vec::new(), Vec::new());
    let mut person = |person: &Person| people.extend(person.bsuid.iter().chain(&person.phone).cloned());
    for incoming in batch {
        match &incoming.item {
            Item::Message(message) => person(&message.person),
            Item::Echo { to, .. } => person(to),
            Item::Status(news) => {
                messages.extend(news.message.map(|id| id.0));
                provider_ids.push(news.provider_id.clone());
                news.person.iter().for_each(&mut person);
            }
            Item::Reaction { person: who, target, .. } => {
                person(who);
                provider_ids.push(target.clone());
            }
            Item::Edit { target, .. } | Item::Revoke { target, .. } => provider_ids.push(target.clone()),
            Item::Moved { old, new, .. } => [old, new].into_iter().for_each(&mut person),
            Item::MarketingPreference { person: who, .. } => person(who),
            Item::Noted { .. } | Item::Bad { .. } => {}
        }
    }
    sqlx::query!(
        r#"select 1 as "one!" from conversation c
           where c.workspace_id = $1 and c.channel_id = $2 and c.id in (
                select k.id from identity i
                join conversation k on k.workspace_id = i.workspace_id and k.channel_id = $2 and k.contact_id = i.contact_id
                where i.workspace_id = $1 and i.kind in ('bsuid', 'phone') and i.value = any($3) and i.retired_at is null
                union
                select m.conversation_id from message m where m.workspace_id = $1 and m.id = any($4)
                union
                select m.conversation_id from message m
                where m.workspace_id = $1 and m.channel_id = $2 and m.provider_id = any($5))
           order by c.id for no key update"#,
        context.workspace.0,
        context.channel.0,
        &people,
        &messages,
        &provider_ids,
    )
    .fetch_all(tx)
    .await?;
    Ok(())
}

/// Applies one item. `received` is when its body became durable.
pub(super) async fn apply(
    tx: &mut PgConnection,
    context: &Context,
    received: Timestamp,
    incoming: &Incoming,
    effects: &mut Effects,
) -> Outcome<()> {
    match &incoming.item {
        Item::Message(inbound) => message::inbound(tx, context, received, inbound, &incoming.raw, effects).await,
        Item::Echo { to, provider_id, at, content, media } => {
            message::echo(tx, context, to, provider_id, *at, content, media.as_ref(), effects).await
        }
        Item::Status(news) => {
            if let Some(person) = &news.person {
                join(tx, context, person).await?;
            }
            if let Some(changed) = settle::status(tx, context.workspace, context.channel, news, context.now).await? {
                effects.changed(context.workspace, changed.conversation, changed.version);
            }
            Ok(())
        }
        Item::Reaction { target, emoji, at, .. } => reaction(tx, context, target, emoji.as_deref(), *at, effects).await,
        Item::Edit { target, content, at } => change(tx, context, target, "edit", Some(content), *at, effects).await,
        Item::Revoke { target, at } => change(tx, context, target, "revoke", None, *at, effects).await,
        Item::Moved { old, new, provider_id, at } => {
            moved(tx, context, received, old, new, provider_id, *at, effects).await
        }
        Item::MarketingPreference { person, stop, at } => preference(tx, context, person, *stop, *at, effects).await,
        Item::Noted { .. } | Item::Bad { .. } => Ok(()),
    }
}

/// A status that names its recipient by number and id joins the two (contract 5.6), if we know either.
async fn join(tx: &mut PgConnection, context: &Context, person: &Person) -> Outcome<()> {
    let known = sqlx::query_scalar!(
        r#"select count(*) as "n!" from identity
           where workspace_id = $1 and retired_at is null
             and ((kind = 'bsuid' and value = $2) or (kind = 'phone' and value = $3))"#,
        context.workspace.0,
        person.bsuid,
        person.phone,
    )
    .fetch_one(&mut *tx)
    .await?;
    if known > 0 && person.bsuid.is_some() && person.phone.is_some() {
        contacts::resolve(tx, context.workspace.0, person, context.now).await?;
    }
    Ok(())
}

/// Keeps the latest reaction to a message, and shows it on the message if that is here.
async fn reaction(
    tx: &mut PgConnection,
    context: &Context,
    target: &str,
    emoji: Option<&str>,
    at: Timestamp,
    effects: &mut Effects,
) -> Outcome<()> {
    let kept = sqlx::query!(
        "insert into reaction as r (workspace_id, channel_id, target_provider_id, ours, emoji, at)
         values ($1, $2, $3, false, $4, $5)
         on conflict (workspace_id, channel_id, target_provider_id, ours) do update set emoji = excluded.emoji, at = excluded.at
         where excluded.at > r.at or (excluded.at = r.at and excluded.emoji is distinct from r.emoji)",
        context.workspace.0,
        context.channel.0,
        target,
        emoji,
        sql(at),
    )
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    let shown = sqlx::query_scalar!(
        "update message set their_reaction = $4 where workspace_id = $1 and channel_id = $2 and provider_id = $3
         returning conversation_id",
        context.workspace.0,
        context.channel.0,
        target,
        emoji,
    )
    .fetch_optional(&mut *tx)
    .await?;
    match shown {
        Some(conversation) => bump(tx, context.workspace, conversation.into(), effects).await,
        None => Ok(()),
    }
}

/// Tells screens that a conversation changed.
pub(super) async fn bump(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    conversation: ConversationId,
    effects: &mut Effects,
) -> Outcome<()> {
    let version = sqlx::query_scalar!(
        "update conversation set version = version + 1 where workspace_id = $1 and id = $2 returning version",
        workspace.0,
        conversation.0,
    )
    .fetch_one(tx)
    .await?;
    effects.changed(workspace, conversation, version);
    Ok(())
}

/// An edit or deletion by the customer. One that comes before its message waits for it.
async fn change(
    tx: &mut PgConnection,
    context: &Context,
    target: &str,
    kind: &str,
    content: Option<&Content>,
    at: Timestamp,
    effects: &mut Effects,
) -> Outcome<()> {
    let content = content.map(serde_json::to_value).transpose()?;
    sqlx::query!(
        "insert into early_change as e (workspace_id, channel_id, target_provider_id, kind, content, at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id, channel_id, target_provider_id, kind) do update
         set content = excluded.content, at = excluded.at where excluded.at > e.at",
        context.workspace.0,
        context.channel.0,
        target,
        kind,
        content,
        sql(at),
    )
    .execute(&mut *tx)
    .await?;
    if let Some(conversation) = take_up_changes(tx, context, target).await? {
        show_change(tx, context, conversation, target).await?;
        bump(tx, context.workspace, conversation, effects).await?;
    }
    Ok(())
}

/// The list shows the last message as it reads now; a deleted one is not quoted any longer.
pub(super) async fn show_change(
    tx: &mut PgConnection,
    context: &Context,
    conversation: ConversationId,
    target: &str,
) -> Outcome<()> {
    let row = sqlx::query!(
        "select id, content, revoked_at from message where workspace_id = $1 and channel_id = $2 and provider_id = $3",
        context.workspace.0,
        context.channel.0,
        target,
    )
    .fetch_one(&mut *tx)
    .await?;
    let line = match row.revoked_at {
        Some(_) => DELETED.to_owned(),
        None => serde_json::from_value::<Content>(row.content)?.preview(),
    };
    sqlx::query!(
        "update conversation set last_line = $4 where workspace_id = $1 and id = $2 and last_message_id = $3",
        context.workspace.0,
        conversation.0,
        row.id,
        line,
    )
    .execute(&mut *tx)
    .await?;
    // Quotes are copies too: what the customer took back must not live on in them.
    sqlx::query!(
        "update message set quote = jsonb_set(quote, '{preview}', to_jsonb($4::text))
         where workspace_id = $1 and conversation_id = $2 and quote ->> 'id' = $3",
        context.workspace.0,
        conversation.0,
        row.id.to_string(),
        line,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Applies what is known of a message's edits and deletion. A deletion takes the content away for good.
pub(super) async fn take_up_changes(
    tx: &mut PgConnection,
    context: &Context,
    target: &str,
) -> Outcome<Option<ConversationId>> {
    let conversation = sqlx::query_scalar!(
        r#"with changes as (
                select max(at) filter (where kind = 'edit') as edited, max(at) filter (where kind = 'revoke') as revoked,
                       (array_agg(content) filter (where kind = 'edit'))[1] as content
                from early_change where workspace_id = $1 and channel_id = $2 and target_provider_id = $3)
           update message m set
                content = case when c.revoked is not null then '{"type":"text","body":""}'::jsonb else coalesce(c.content, m.content) end,
                raw = case when c.revoked is not null then null else m.raw end,
                edited_at = c.edited, revoked_at = c.revoked
           from changes c
           where m.workspace_id = $1 and m.channel_id = $2 and m.provider_id = $3
             and (m.edited_at is distinct from c.edited or m.revoked_at is distinct from c.revoked)
           returning m.conversation_id"#,
        context.workspace.0,
        context.channel.0,
        target,
    )
    .fetch_optional(tx)
    .await?;
    Ok(conversation.map(Into::into))
}

/// The person's number or id changed. An entry of the thread tells it.
#[expect(clippy::too_many_arguments, reason = "the item's fields, as they come")]
async fn moved(
    tx: &mut PgConnection,
    context: &Context,
    received: Timestamp,
    old: &Person,
    new: &Person,
    provider_id: &str,
    at: Timestamp,
    effects: &mut Effects,
) -> Outcome<()> {
    let found = contacts::move_person(tx, context.workspace.0, old, new, context.now).await?;
    let text = if old.phone != new.phone {
        "The customer changed their phone number."
    } else {
        "The customer's WhatsApp identity changed."
    };
    let content = Content::Event { text: text.to_owned() };
    message::event(tx, context, received, &found, provider_id, at, &content, effects).await
}

/// The person's choice in WhatsApp's own settings goes to the ledger (R-W2).
async fn preference(
    tx: &mut PgConnection,
    context: &Context,
    person: &Person,
    stop: bool,
    at: Timestamp,
    effects: &mut Effects,
) -> Outcome<()> {
    let found: Found = contacts::resolve(tx, context.workspace.0, person, context.now).await?;
    let state = if stop { ConsentState::Revoked } else { ConsentState::Granted };
    let event = consent::Event {
        workspace: context.workspace.0,
        identity: found.identity,
        channel_kind: &context.channel_kind,
        purpose: Purpose::Marketing,
        state,
        method: "whatsapp_preference",
        evidence: serde_json::json!({ "field": "user_preferences" }),
        occurred_at: at,
        recorded_at: context.now,
    };
    if consent::record(tx, event).await? {
        let conversation = sqlx::query_scalar!(
            "select id from conversation where workspace_id = $1 and channel_id = $2 and contact_id = $3",
            context.workspace.0,
            context.channel.0,
            found.contact.0,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(conversation) = conversation {
            bump(tx, context.workspace, conversation.into(), effects).await?;
        }
    }
    Ok(())
}
