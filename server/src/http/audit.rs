//! `/audit/export`: the audit trail as a file.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::Error;
use domain::ports::Backend;
use futures::stream;
use http::header;

use super::AppState;
use super::guard::{ErrorJson, Member};

pub fn routes() -> Router<AppState> {
    Router::new().route("/audit/export", get(export))
}

/// A trail that breaks off breaks the download too: nothing must look like the whole that is not.
async fn export(State(backend): State<Backend>, Member(caller): Member) -> Result<Response, ErrorJson> {
    let lines = backend.audit.export(&caller).await.map_err(ErrorJson)?;
    let pieces =
        stream::try_unfold(lines, async |mut lines| Ok::<_, Error>(lines.next().await?.map(|piece| (piece, lines))));
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
