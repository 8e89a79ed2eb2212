use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use backend::secret;
use domain::members::Actor;
use domain::messages::{Content, Direction, MessageRow, SendForm};
use domain::page::Cursor;
use domain::ports::Backend;
use domain::{Caller, ClientKey, ConversationId, Error, MessageId};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{ApiCaller, Body, Id, Params};
use super::problem::Problem;
use super::{Page, PageQuery};

/// An entry of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    id: Uuid,
    /// The provider's id, once there is one. Opaque, and personal: WhatsApp's contains the phone number.
    provider_id: Option<String>,
    /// `in`, `out` or `note`.
    direction: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// What it says, by `type`.
    #[schema(value_type = Object)]
    content: Content,
    /// For `out`: queued, in_doubt, accepted, failed, sent, delivered, read or played.
    status: Option<&'static str>,
    /// For `failed`: what happened and what to do.
    failure: Option<String>,
    edited: bool,
    revoked: bool,
}

impl Message {
    fn new(row: MessageRow, provider_id: Option<String>) -> Self {
        Self {
            id: row.id.0,
            provider_id,
            direction: match row.direction {
                Direction::In => "in",
                Direction::Out => "out",
                Direction::Note => "note",
            },
            at: row.at.to_string(),
            content: row.content,
            status: row.delivery.as_ref().map(|delivery| delivery.status.as_str()),
            failure: row
                .delivery
                .and_then(|delivery| delivery.failure)
                .map(|failure| format!("{} {}", failure.what, failure.advice)),
            edited: row.edited,
            revoked: row.revoked,
        }
    }
}

async fn with_provider_ids(backend: &Backend, caller: &Caller, rows: Vec<MessageRow>) -> Result<Vec<Message>, Problem> {
    let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
    let mut known: HashMap<MessageId, String> = backend.inbox.provider_ids(caller, &ids).await?.into_iter().collect();
    Ok(rows.into_iter().map(|row| (known.remove(&row.id), row)).map(|(id, row)| Message::new(row, id)).collect())
}

/// The entries of a conversation, newest page first, each page in reading order. `next` reads further back.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "messages", operation_id = "listMessages", params(("id" = Uuid, Path), PageQuery), responses(
    (status = 200, description = "A page of entries", body = Page<Message>),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ConversationId>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Message>>, Problem> {
    let limit = query.limit()?;
    let page = backend.inbox.messages(&caller, id, query.after.map(Cursor), limit).await?;
    let next = page.next.map(|cursor| cursor.0);
    Ok(Json(Page { data: with_provider_ids(&backend, &caller, page.items).await?, next }))
}

/// One entry.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", operation_id = "readMessage", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The entry", body = Message),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<MessageId>,
) -> Result<Json<Message>, Problem> {
    let row = backend.inbox.message(&caller, id).await?;
    one(&backend, &caller, row).await
}

async fn one(backend: &Backend, caller: &Caller, row: MessageRow) -> Result<Json<Message>, Problem> {
    let message = with_provider_ids(backend, caller, vec![row]).await?.into_iter().next();
    message.map(Json).ok_or(Problem::from(Error::NotFound))
}

/// A text message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Up to 4,096 characters.
    #[schema(min_length = 1, max_length = 4096, pattern = "[^\\s\\x00]")]
    text: String,
    /// The entry to answer.
    #[serde(default)]
    reply_to: Option<Uuid>,
}

/// Queues a message. With the same `Idempotency-Key` again the first message is answered: a repeated request is one
/// message.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "messages", operation_id = "sendMessage", request_body = NewMessage,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header, description = "Your own name of this message, up to 200 characters", min_length = 1, max_length = 200)),
    responses((status = 202, description = "Queued", body = Message),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn send(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(conversation): Id<ConversationId>,
    headers: HeaderMap,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    let form = SendForm {
        conversation,
        client_key: client_key(&caller, &headers)?,
        body: new.text.clone(),
        attachment: None,
        reply_to: new.reply_to.map(MessageId),
        seen: None,
    };
    let row = backend.inbox.send(&caller, form).await?;
    let same = matches!(&row.content, Content::Text { body } if *body == new.text.replace('\0', "").replace("\r\n", "\n").trim());
    if !same {
        return Err(Problem::conflict("Key used before", "This Idempotency-Key was used for another message."));
    }
    Ok((StatusCode::ACCEPTED, one(&backend, &caller, row).await?))
}

/// Keys are scoped to the API key, so that two programs cannot meet.
fn client_key(caller: &Caller, headers: &HeaderMap) -> Result<ClientKey, Problem> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim);
    let key = key.filter(|key| (1..=200).contains(&key.len()));
    let key = key.ok_or(Error::invalid(
        "Idempotency-Key",
        "Name this message with a key of 1 to 200 characters, so that repeating the request cannot double it.",
    ))?;
    let owner = match &caller.actor {
        Actor::ApiKey { id, .. } => id.to_string(),
        Actor::Member { id, .. } => id.to_string(),
    };
    let digest = secret::hash(&format!("{owner}:{key}"));
    let bytes: [u8; 16] = digest.get(..16).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    Ok(ClientKey(Uuid::from_bytes(bytes)))
}
