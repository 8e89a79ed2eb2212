use axum::Json;
use axum::extract::State;
use domain::ContactId;
use domain::contacts::{ConsentRow, ContactPanel, ContactRow, IdentityRow};
use domain::page::Cursor;
use domain::ports::Backend;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{ApiCaller, Id, Params};
use super::problem::Problem;
use super::{Page, PageQuery};

/// A person the business talks to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    id: Uuid,
    name: Option<String>,
    identities: Vec<Identity>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// One way to reach a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    /// `phone` or `bsuid`.
    kind: &'static str,
    value: String,
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        Self { kind: row.kind.as_str(), value: row.shown }
    }
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            identities: row.identities.into_iter().map(Identity::from).collect(),
            created_at: row.created_at.to_string(),
        }
    }
}

/// A person with what they agreed to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactDetail {
    id: Uuid,
    name: Option<String>,
    profile_name: Option<String>,
    username: Option<String>,
    identities: Vec<Identity>,
    consents: Vec<Consent>,
    /// Processing of this person's data is restricted.
    restricted: bool,
    /// A starter pack made this person up; nothing can be sent.
    sample: bool,
    /// Names of the person's tags.
    tags: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What a person agreed to or took back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    channel: String,
    /// `marketing` or `service`.
    purpose: &'static str,
    /// `granted` or `revoked`.
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
    method: String,
}

impl From<ConsentRow> for Consent {
    fn from(row: ConsentRow) -> Self {
        Self {
            channel: row.channel,
            purpose: row.purpose.as_str(),
            state: row.state.as_str(),
            since: row.since.to_string(),
            method: row.method,
        }
    }
}

impl From<ContactPanel> for ContactDetail {
    fn from(panel: ContactPanel) -> Self {
        Self {
            id: panel.id.0,
            name: panel.name,
            profile_name: panel.profile_name,
            username: panel.username,
            identities: panel.identities.into_iter().map(Identity::from).collect(),
            consents: panel.consents.into_iter().map(Consent::from).collect(),
            restricted: panel.restricted,
            sample: panel.sample,
            tags: panel.tags.into_iter().map(|tag| tag.name).collect(),
            created_at: panel.created_at.map(|at| at.to_string()).unwrap_or_default(),
        }
    }
}

/// Contacts, newest first.
#[utoipa::path(get, path = "/contacts", tag = "contacts", operation_id = "listContacts", params(PageQuery), responses(
    (status = 200, description = "A page of contacts", body = Page<Contact>),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Contact>>, Problem> {
    let limit = query.limit()?;
    let page = backend.contacts.list(&caller, query.after.map(Cursor), limit).await?;
    Ok(Json(Page::of(page, Contact::from)))
}

/// One contact.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", operation_id = "readContact", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The contact", body = ContactDetail),
    (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(backend): State<Backend>,
    ApiCaller(caller): ApiCaller,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactDetail>, Problem> {
    Ok(Json(backend.contacts.get(&caller, id).await?.into()))
}
