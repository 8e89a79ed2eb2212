//! `/api/v1`: the REST interface. The same use cases as the screens; problems as RFC 9457; described by OpenAPI.

mod contacts;
mod conversations;
mod extract;
mod messages;
mod problem;

use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use problem::Problem;

/// The description, without its paths: those come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(title = "Parley", description = "Conversations, messages and contacts of one workspace. Authorise with `Authorization: Bearer <key>`; make keys in the settings, or with `parley api-key create`. A key that asks too often (by default 1,200 times a minute in the long run and 100 times at once) gets 429, and `Retry-After` says when to come back."),
    modifiers(&BearerKey),
    security(("key" = []))
)]
struct Description;

struct BearerKey;

impl Modify for BearerKey {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

pub fn routes() -> Router<AppState> {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .routes(routes!(conversations::list))
                .routes(routes!(conversations::read))
                .routes(routes!(conversations::assign))
                .routes(routes!(conversations::resolve))
                .routes(routes!(conversations::reopen))
                .routes(routes!(messages::list, messages::send))
                .routes(routes!(messages::read))
                .routes(routes!(contacts::list))
                .routes(routes!(contacts::read)),
        )
        .split_for_parts();
    router
        .route("/api/v1/openapi.json", get(move || async move { Json(description) }))
        .route("/api/v1/{*rest}", axum::routing::any(|| async { Problem::from(domain::Error::NotFound) }))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
}

/// Where a page begins and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The `next` of the page before.
    #[param(pattern = "^[0-9]{1,17}[.][0-9a-f]{32}$")]
    pub after: Option<String>,
    /// Rows, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<u32>,
}

impl PageQuery {
    fn limit(&self) -> Result<u32, Problem> {
        check_limit(self.limit)
    }
}

fn check_limit(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(25) {
        limit @ 1..=100 => Ok(limit),
        _ => Err(domain::Error::invalid("limit", "A page has 1 to 100 rows.").into()),
    }
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Pass as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    fn of<S>(page: domain::page::Page<S>, convert: impl Fn(S) -> T) -> Self {
        Self { data: page.items.into_iter().map(convert).collect(), next: page.next.map(|cursor| cursor.0) }
    }
}
