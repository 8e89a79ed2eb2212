//! `/webhooks/whatsapp`: Meta's side of the door (contract 5.1).

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use channels::whatsapp::signature;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{AppState, Site};
use backend::ingest::Journal;

/// Meta sends up to 3 MB (contract 5.1); a little more, so that the limit is theirs and not ours.
const BODY_LIMIT: usize = 3 * 1024 * 1024 + 64 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new().route("/webhooks/whatsapp", get(handshake).post(receive)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
    #[serde(rename = "hub.verify_token")]
    verify_token: Option<String>,
}

/// Repeats the challenge to who knows the verify token.
async fn handshake(State(site): State<Site>, Query(query): Query<Handshake>) -> Response {
    let knows = query.verify_token.is_some_and(|token| {
        !site.verify_token.is_empty() && bool::from(token.as_bytes().ct_eq(site.verify_token.as_bytes()))
    });
    match query.challenge {
        Some(challenge) if knows && query.mode.as_deref() == Some("subscribe") => challenge.into_response(),
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// Answers 200 only when the body is durable. Unsigned or wrongly signed bodies leave no trace but a count.
async fn receive(
    State(site): State<Site>,
    State(journal): State<Journal>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    if site.app_secret.is_empty() || !signature::verify(&site.app_secret, &body, header) {
        metrics::counter!("parley_webhooks_total", "outcome" => "unsigned").increment(1);
        return StatusCode::UNAUTHORIZED;
    }
    match journal.append(body).await {
        Ok(_) => {
            metrics::counter!("parley_webhooks_total", "outcome" => "durable").increment(1);
            StatusCode::OK
        }
        // Meta repeats what was not answered with 200.
        Err(_) => {
            metrics::counter!("parley_webhooks_total", "outcome" => "failed").increment(1);
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
