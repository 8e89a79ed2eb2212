//! The plain port: it leads browsers to the public address and answers nothing else.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode};

/// Leads to `public_url`, never to what the request calls its host.
///
/// Programs are told instead: one that follows would go on sending its key in the clear, and nobody would notice.
pub fn router(public_url: String) -> Router {
    Router::new().fallback(lead).with_state(public_url)
}

async fn lead(State(public_url): State<String>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let for_browsers = matches!(*request.method(), Method::GET | Method::HEAD)
        && path.starts_with('/')
        && !["/api/", "/webhooks/"].iter().any(|programs| path.starts_with(programs));
    if for_browsers {
        return Redirect::permanent(&format!("{public_url}{path}")).into_response();
    }
    (StatusCode::FORBIDDEN, format!("This is not encrypted. Use {public_url} instead.\n")).into_response()
}
