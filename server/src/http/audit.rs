//! `/audit/export`: the audit trail as a file.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::ports::Backend;
use http::header;

use super::AppState;
use super::guard::{ErrorJson, Member};

pub fn routes() -> Router<AppState> {
    Router::new().route("/audit/export", get(export))
}

async fn export(State(backend): State<Backend>, Member(caller): Member) -> Result<Response, ErrorJson> {
    let lines = backend.audit.export(&caller).await.map_err(ErrorJson)?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, lines).into_response())
}
