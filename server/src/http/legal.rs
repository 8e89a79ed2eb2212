//! `/terms` and `/privacy`: what a person accepts who opens an account. The operator's own documents, if there are some; else
//! short ones that say what Parley itself does.

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::AppState;

const TERMS: &str = include_str!("legal/terms.html");
const PRIVACY: &str = include_str!("legal/privacy.html");

pub fn routes() -> Router<AppState> {
    Router::new().route("/terms", get(terms)).route("/privacy", get(privacy))
}

async fn terms(State(state): State<AppState>) -> Response {
    document(state.site.terms_url.as_deref(), TERMS)
}

async fn privacy(State(state): State<AppState>) -> Response {
    document(state.site.privacy_url.as_deref(), PRIVACY)
}

fn document(own: Option<&str>, ours: &'static str) -> Response {
    match own {
        Some(url) => Redirect::to(url).into_response(),
        None => Html(ours).into_response(),
    }
}
