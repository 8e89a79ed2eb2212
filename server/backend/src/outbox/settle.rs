//! Writing down what became of a message: from an attempt, and from the provider's later news.

use domain::consent::{ConsentState, Purpose};
use domain::messages::Failure;
use domain::status::DeliveryStatus;
use domain::{ChannelId, ConversationId, Error, IdentityId, MessageId, Timestamp, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::consent;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::outbound::StatusNews;

/// What changed for the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub conversation: ConversationId,
    pub version: i64,
}

/// One climb of a message.
pub(crate) struct Climb<'a> {
    pub message: MessageId,
    pub status: DeliveryStatus,
    pub at: Timestamp,
    pub provider_id: Option<&'a str>,
    pub failure: Option<&'a Failure>,
    pub pricing: Option<&'a serde_json::Value>,
}

/// Folds news into a message: the status climbs or stays, each time is the earliest told, and the conversation's row
/// follows when this is its last entry. Answers `None` when nothing changed.
pub(crate) async fn climb(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    climb: &Climb<'_>,
) -> Outcome<Option<Changed>> {
    use DeliveryStatus::{Accepted, Delivered, Failed, Played, Read, Sent};
    let at = |statuses: &[DeliveryStatus]| statuses.contains(&climb.status).then(|| sql(climb.at));
    let row = sqlx::query!(
        "with old as (
            select workspace_id, id, status, provider_id, sent_at, delivered_at, read_at from message
            where workspace_id = $1 and id = $2 and direction in ('out', 'echo') for no key update)
         update message m set
            status = greatest(m.status, $3),
            provider_id = coalesce(m.provider_id, $4),
            accepted_at = least(m.accepted_at, $5), sent_at = least(m.sent_at, $6),
            delivered_at = least(m.delivered_at, $7), read_at = least(m.read_at, $8),
            failed_at = case when greatest(m.status, $3) = $9 then coalesce(m.failed_at, $12) end,
            failure = case when greatest(m.status, $3) = $9 then coalesce(m.failure, $10) else null end,
            pricing = coalesce($11, m.pricing)
         from old
         where m.workspace_id = old.workspace_id and m.id = old.id
           and (m.status < $3 or (m.provider_id is null and $4::text is not null)
                or ($6::timestamptz is not null and m.sent_at is distinct from least(m.sent_at, $6))
                or ($7::timestamptz is not null and m.delivered_at is distinct from least(m.delivered_at, $7))
                or ($8::timestamptz is not null and m.read_at is distinct from least(m.read_at, $8)))
         returning m.conversation_id, m.status",
        workspace.0,
        climb.message.0,
        climb.status.rank(),
        climb.provider_id,
        at(&[Accepted]) as _,
        at(&[Sent]) as _,
        at(&[Delivered]) as _,
        at(&[Read, Played]) as _,
        Failed.rank(),
        climb.failure.map(serde_json::to_value).transpose()?,
        climb.pricing,
        at(&[Failed]) as _,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let version = sqlx::query_scalar!(
        "update conversation set version = version + 1,
                last_status = case when last_message_id = $3 then $4 else last_status end
         where workspace_id = $1 and id = $2 returning version",
        workspace.0,
        row.conversation_id,
        climb.message.0,
        row.status,
    )
    .fetch_one(tx)
    .await?;
    Ok(Some(Changed { conversation: row.conversation_id.into(), version }))
}

/// The provider took a message, as its answer or a later status tells. Settles doubt; also takes up statuses that
/// came before the answer.
pub(crate) async fn accepted(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
    provider_id: &str,
    at: Timestamp,
) -> Outcome<Option<Changed>> {
    sqlx::query!(
        "update outbox set state = 'accepted', lease_until = null, error_class = null, updated_at = $3
         where workspace_id = $1 and message_id = $2 and state <> 'accepted'",
        workspace.0,
        message.0,
        sql(at),
    )
    .execute(&mut *tx)
    .await?;
    let news = Climb {
        message,
        status: DeliveryStatus::Accepted,
        at,
        provider_id: Some(provider_id),
        failure: None,
        pricing: None,
    };
    let changed = climb(tx, workspace, &news).await?;
    Ok(take_up_strays(tx, workspace, message, provider_id).await?.or(changed))
}

async fn take_up_strays(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
    provider_id: &str,
) -> Outcome<Option<Changed>> {
    let strays = sqlx::query!(
        "delete from stray_status s using message m
         where m.workspace_id = $1 and m.id = $2 and s.workspace_id = $1 and s.channel_id = m.channel_id and s.provider_id = $3
         returning s.status, s.at, s.failure, s.pricing",
        workspace.0,
        message.0,
        provider_id,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut changed = None;
    for stray in strays {
        let Some(status) = DeliveryStatus::from_rank(stray.status) else { continue };
        let failure: Option<Failure> = stray.failure.map(serde_json::from_value).transpose()?;
        let news = Climb {
            message,
            status,
            at: stray.at.to_jiff(),
            provider_id: Some(provider_id),
            failure: failure.as_ref(),
            pricing: stray.pricing.as_ref(),
        };
        changed = climb(tx, workspace, &news).await?.or(changed);
    }
    Ok(changed)
}

/// A message will not leave: refused by the provider, or by the gate's second look.
pub(crate) async fn failed(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
    failure: &Failure,
    at: Timestamp,
) -> Outcome<Option<Changed>> {
    sqlx::query!(
        "update outbox set state = 'failed', lease_until = null, updated_at = $3
         where workspace_id = $1 and message_id = $2 and state not in ('accepted', 'failed')",
        workspace.0,
        message.0,
        sql(at),
    )
    .execute(&mut *tx)
    .await?;
    let news =
        Climb { message, status: DeliveryStatus::Failed, at, provider_id: None, failure: Some(failure), pricing: None };
    climb(tx, workspace, &news).await
}

/// It may or may not be out. Only later news can tell.
pub(crate) async fn in_doubt(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
    at: Timestamp,
) -> Outcome<Option<Changed>> {
    let news = Climb { message, status: DeliveryStatus::InDoubt, at, provider_id: None, failure: None, pricing: None };
    climb(tx, workspace, &news).await
}

/// Applies a status webhook. Found by our echoed id first, by the provider's id second; else it is kept as a stray.
pub(crate) async fn status(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    channel: ChannelId,
    news: &StatusNews,
    now: Timestamp,
) -> Outcome<Option<Changed>> {
    let Some(message) = find(tx, workspace, channel, news).await? else {
        keep_stray(tx, workspace, channel, news, now).await?;
        return Ok(None);
    };
    let mut changed = accepted(tx, workspace, message, &news.provider_id, news.at).await?;
    let news_climb = Climb {
        message,
        status: news.status,
        at: news.at,
        provider_id: Some(&news.provider_id),
        failure: news.failure.as_ref(),
        pricing: news.pricing.as_ref(),
    };
    changed = climb(tx, workspace, &news_climb).await?.or(changed);
    if news.marketing_stopped {
        stop_marketing(tx, workspace, message, news.at, now).await?;
    }
    Ok(changed)
}

async fn find(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    channel: ChannelId,
    news: &StatusNews,
) -> Outcome<Option<MessageId>> {
    let found = sqlx::query_scalar!(
        "select id from message
         where workspace_id = $1 and channel_id = $2 and direction in ('out', 'echo')
           and (id = $3 and (provider_id is null or provider_id = $4) or provider_id = $4)
         limit 1",
        workspace.0,
        channel.0,
        news.message.map(|id| id.0),
        news.provider_id,
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.map(Into::into))
}

async fn keep_stray(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    channel: ChannelId,
    news: &StatusNews,
    now: Timestamp,
) -> Outcome<()> {
    sqlx::query!(
        "insert into stray_status (workspace_id, channel_id, provider_id, status, at, failure, pricing, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (workspace_id, channel_id, provider_id, status) do nothing",
        workspace.0,
        channel.0,
        news.provider_id,
        news.status.rank(),
        sql(news.at),
        news.failure.as_ref().map(serde_json::to_value).transpose()?,
        news.pricing,
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The recipient stopped marketing in WhatsApp itself (131050): that is a revocation (contract 7.3).
pub(crate) async fn stop_marketing(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
    at: Timestamp,
    now: Timestamp,
) -> Outcome<()> {
    let identity: Option<Uuid> = sqlx::query_scalar!(
        "select i.id from message m
         join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
         join identity i on i.workspace_id = c.workspace_id and i.contact_id = c.contact_id and i.retired_at is null
         where m.workspace_id = $1 and m.id = $2
         order by i.kind limit 1",
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let identity = identity.ok_or(Fault::Plain(Error::NotFound))?;
    consent::record(
        tx,
        consent::Event {
            workspace: workspace.0,
            identity: IdentityId(identity),
            channel_kind: "whatsapp",
            purpose: Purpose::Marketing,
            state: ConsentState::Revoked,
            method: "provider_131050",
            evidence: serde_json::json!({ "message": message }),
            occurred_at: at,
            recorded_at: now,
        },
    )
    .await?;
    Ok(())
}
