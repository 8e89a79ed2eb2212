//! The phone page, the page for developers, the window of Embedded Signup and the page of mails. Their files are part of the binary and work under a strict content security policy.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use crate::Inner;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page at both addresses of the mount, and its files.
pub(crate) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/", get(phone))
        .route("/app", get(app))
        .route("/app.css", get(|| asset("text/css; charset=utf-8", include_str!("../assets/app.css"))))
        .route("/app.js", get(|| asset(SCRIPT, include_str!("../assets/app.js"))))
        .route("/phone.css", get(|| asset("text/css; charset=utf-8", include_str!("../assets/phone.css"))))
        .route("/phone.js", get(|| asset(SCRIPT, include_str!("../assets/phone.js"))))
        .route("/chat.js", get(|| asset(SCRIPT, include_str!("../assets/chat.js"))))
        .route("/panel.js", get(|| asset(SCRIPT, include_str!("../assets/panel.js"))))
}

/// The page of mails and the window of Embedded Signup, which are the whole sandbox's.
pub(crate) fn of_main() -> Router<Arc<Inner>> {
    Router::new()
        .route("/mail", get(mail))
        .route("/mail.css", get(|| asset("text/css; charset=utf-8", include_str!("../assets/mail.css"))))
        .route("/mail.js", get(|| asset(SCRIPT, include_str!("../assets/mail.js"))))
        .route("/embedded-signup", get(signup))
        .route("/signup.js", get(|| asset(SCRIPT, include_str!("../assets/signup.js"))))
        .route("/sdk.js", get(|| asset(SCRIPT, include_str!("../assets/sdk.js"))))
        .merge(crate::control::of_mails())
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([("content-type", kind), ("cache-control", "no-cache"), ("x-content-type-options", "nosniff")], text)
}

/// Scripts and styles of the page itself, nothing else; no `base` element is needed, so none is allowed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      media-src 'self' blob:; frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

async fn phone(State(inner): State<Arc<Inner>>) -> impl IntoResponse {
    filled(&inner, include_str!("../assets/phone.html"))
}

async fn app(State(inner): State<Arc<Inner>>) -> impl IntoResponse {
    filled(&inner, include_str!("../assets/app.html"))
}

/// Like Meta's, the window keeps its opener only if the opener's page allows popups.
async fn signup(State(inner): State<Arc<Inner>>) -> impl IntoResponse {
    ([("cross-origin-opener-policy", "unsafe-none")], filled(&inner, include_str!("../assets/signup.html")))
}

async fn mail(State(inner): State<Arc<Inner>>) -> impl IntoResponse {
    filled(&inner, include_str!("../assets/mail.html"))
}

/// The phone page is reached with and without a slash at the end of the mount, so the pages' files get absolute paths.
fn filled(inner: &Inner, page: &str) -> impl IntoResponse + use<> {
    let html = page
        .replace("{{base}}", &escape(&inner.base()))
        .replace("{{root}}", &escape(&inner.root()))
        .replace("{{business}}", &escape(&inner.config.business_name));
    ([("content-security-policy", POLICY)], Html(html))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
