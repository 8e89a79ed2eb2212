//! A further business has the pages and the control interface of the main one, below `/b/{key}`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{any, get};
use http::{Method, StatusCode, Uri};
use tower::ServiceExt as _;

use crate::hub::Hub;
use crate::{Inner, control, page};

/// What every business has.
pub(crate) fn of_business(inner: &Arc<Inner>) -> Router {
    page::routes().nest("/control", control::routes()).with_state(Arc::clone(inner))
}

/// The further ones.
pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/b/{key}", get(with_slash))
        .route("/b/{key}/", any(|hub, Path(key): Path<String>, request| pass(hub, key, request)))
        .route("/b/{key}/{*rest}", any(|hub, Path((key, _)): Path<(String, String)>, request| pass(hub, key, request)))
}

async fn with_slash(State(hub): State<Arc<Hub>>, Path(key): Path<String>) -> Response {
    hub.by_key(&key).map_or_else(nothing, |business| Redirect::permanent(&business.base()).into_response())
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such business in this sandbox.").into_response()
}

/// Hands a request to its business as if that were alone.
async fn pass(State(hub): State<Arc<Hub>>, key: String, request: Request) -> Response {
    let Some(business) = hub.by_key(&key) else { return nothing() };
    let changes = request.method() != Method::GET;
    let (parts, body) = request.into_parts();
    let whole = parts.uri.path_and_query().map_or("", |whole| whole.as_str());
    // What follows `/b/{key}`, with its escapes as they are.
    let Some(Ok(uri)) = whole.splitn(4, '/').nth(3).map(|rest| format!("/{rest}").parse::<Uri>()) else {
        return nothing();
    };
    // A new request: the old one's extensions hold the parameters of this route.
    let mut request = Request::new(body);
    *request.method_mut() = parts.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = parts.headers;
    let Ok(response) = of_business(&business).oneshot(request).await;
    if changes {
        hub.save();
    }
    response
}
