use axum::Json;
use axum::extract::State;
use domain::conversations::{ConversationHead, ConversationRow, ConversationStatus, ListQuery, View};
use domain::page::Cursor;
use domain::ports::Backend;
use domain::{ConversationId, MemberId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::{ApiCaller, Body, Id, Params};
use super::problem::Problem;
use super::{Page, check_limit};

/// A conversation: one contact on one channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    id: Uuid,
    contact_id: Uuid,
    /// The person's name, or a masked number.
    title: String,
    #[schema(example = "open")]
    status: &'static str,
    assignee_id: Option<Uuid>,
    unread: i32,
    /// The last entry in one line.
    last_line: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    last_at: String,
    /// Until when free-form messages may be sent.
    #[schema(format = DateTime)]
    window_expires_at: Option<String>,
    /// A starter pack made this person up; nothing can be sent.
    sample: bool,
    /// Names of the person's tags.
    tags: Vec<String>,
}

fn word(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Open => "open",
        ConversationStatus::Resolved => "resolved",
    }
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id.0,
            contact_id: row.contact.0,
            title: row.title,
            status: word(row.status),
            assignee_id: row.assignee.map(|id| id.0),
            unread: row.unread,
            last_line: row.last_line,
            last_at: row.last_at.to_string(),
            window_expires_at: row.window_expires_at.map(|at| at.to_string()),
            sample: row.sample,
            tags: row.tags.into_iter().map(|tag| tag.name).collect(),
        }
    }
}

/// The lists that a program can ask for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListView {
    All,
    Unassigned,
    Resolved,
}

/// Which conversations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Open ones, those of them that are nobody's, or resolved ones.
    #[param(inline)]
    view: Option<ListView>,
    /// The `next` of the page before.
    #[param(pattern = "^[0-9]{1,17}[.][0-9a-f]{32}$")]
    after: Option<String>,
    /// Rows, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
}

/// Conversations, newest first.
#[utoipa::path(get, path = "/conversations", tag = "conversations", operation_id = "listConversations", params(Filter), responses(
    (status = 200, description = "A page of conversations", body = Page<Conversation>),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Params(filter): Params<Filter>,
) -> Result<Json<Page<Conversation>>, Problem> {
    let view = match filter.view {
        None | Some(ListView::All) => View::All,
        Some(ListView::Unassigned) => View::Unassigned,
        Some(ListView::Resolved) => View::Resolved,
    };
    let query = ListQuery {
        view,
        search: String::new(),
        after: filter.after.map(Cursor),
        limit: Some(check_limit(filter.limit)?),
    };
    let list = backend.inbox.list(&caller, query).await?;
    Ok(Json(Page::of(list.page, Conversation::from)))
}

/// A conversation with what the gate says about writing in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationDetail {
    id: Uuid,
    contact_id: Uuid,
    channel_id: Uuid,
    title: String,
    #[schema(example = "open")]
    status: &'static str,
    assignee_id: Option<Uuid>,
    #[schema(format = DateTime)]
    window_expires_at: Option<String>,
    /// Why a free-form message would be refused now; absent when it would leave.
    blocked: Option<String>,
}

impl From<ConversationHead> for ConversationDetail {
    fn from(head: ConversationHead) -> Self {
        Self {
            id: head.id.0,
            contact_id: head.contact.id.0,
            channel_id: head.channel.0,
            title: head.title,
            status: word(head.status),
            assignee_id: head.assignee.map(|id| id.0),
            window_expires_at: head.window_expires_at.map(|at| at.to_string()),
            blocked: head.blocked.map(|refusal| refusal.code().to_owned()),
        }
    }
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", operation_id = "readConversation", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The conversation", body = ConversationDetail),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationDetail>, Problem> {
    let thread = backend.inbox.thread(&caller, id).await?;
    Ok(Json(thread.conversation.into()))
}

/// Whose a conversation becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// A member of the workspace, or null for nobody.
    #[schema(required)]
    #[serde(deserialize_with = "nullable")]
    member_id: Option<Uuid>,
}

/// Null is a value; leaving the field out is a mistake.
fn nullable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    Option::deserialize(deserializer)
}

/// Gives a conversation to a member, or to nobody.
#[utoipa::path(post, path = "/conversations/{id}/assign", tag = "conversations", operation_id = "assignConversation", params(("id" = Uuid, Path)),
    request_body = Assignment, responses((status = 204, description = "Done"),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn assign(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ConversationId>,
    Body(body): Body<Assignment>,
) -> Result<StatusCode, Problem> {
    match backend.inbox.assign(&caller, id, body.member_id.map(MemberId)).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(domain::Error::Invalid(_)) => {
            Err(Problem::conflict("No such member", "This person is not in the workspace."))
        }
        Err(error) => Err(error.into()),
    }
}

/// Resolves a conversation. It reopens by itself when the customer writes.
#[utoipa::path(post, path = "/conversations/{id}/resolve", tag = "conversations", operation_id = "resolveConversation", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Done"),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn resolve(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, Problem> {
    backend.inbox.resolve(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reopens a resolved conversation.
#[utoipa::path(post, path = "/conversations/{id}/reopen", tag = "conversations", operation_id = "reopenConversation", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Done"),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn reopen(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, Problem> {
    backend.inbox.reopen(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
