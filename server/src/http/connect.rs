//! `/connect/whatsapp`: the one page on which Meta's script runs, with a policy of its own. Everything else on it is ours
//! and static; what it does, server functions decide.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;

use super::AppState;

const PAGE: &str = include_str!("connect.html");
/// Meta's script loads more of itself and talks to Meta; the window is a window, not a frame of ours.
const POLICY: &str = "default-src 'self'; script-src 'self' https://connect.facebook.net; \
    connect-src 'self' https://*.facebook.com; frame-src https://*.facebook.com; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

pub fn routes() -> Router<AppState> {
    Router::new().route("/connect/whatsapp", get(page))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The window answers to who opened it.
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups"),
    ];
    (headers, PAGE).into_response()
}
