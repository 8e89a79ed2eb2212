//! `/webhooks/whatsapp`: Meta's side of the door (contract 5.1). The operator's app comes there; every connection with an app of
//! its own has an address of its own below it.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use backend::Core;
use backend::connections::doors::{self, Knock};
use backend::ingest::Journal;
use channels::whatsapp::signature;
use domain::ConnectionId;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{AppState, Site};

/// Meta sends up to 3 MB (contract 5.1); a little more, so that the limit is theirs and not ours.
const BODY_LIMIT: usize = 3 * 1024 * 1024 + 64 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/webhooks/whatsapp", get(handshake).post(receive))
        .route("/webhooks/whatsapp/{hook}", get(handshake_at).post(receive_at))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
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

impl Handshake {
    /// The challenge, for who knows the verify token.
    fn answer(self, verify_token: &str) -> Option<String> {
        let given = self.verify_token.unwrap_or_default();
        let knows = !verify_token.is_empty() && bool::from(given.as_bytes().ct_eq(verify_token.as_bytes()));
        self.challenge.filter(|_| knows && self.mode.as_deref() == Some("subscribe"))
    }
}

/// Repeats the challenge to who knows the verify token.
async fn handshake(State(site): State<Site>, Query(query): Query<Handshake>) -> Response {
    match query.answer(&site.verify_token) {
        Some(challenge) => challenge.into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

async fn handshake_at(State(core): State<Core>, Path(hook): Path<String>, Query(query): Query<Handshake>) -> Response {
    let door = match doors::find(&core, &hook).await {
        Ok(Some(door)) => door,
        Ok(None) => return StatusCode::FORBIDDEN.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(challenge) = query.answer(&door.verify_token) else { return StatusCode::FORBIDDEN.into_response() };
    note(&core, &door, Knock::Handshake).await;
    challenge.into_response()
}

/// Answers 200 only when the body is durable. Unsigned or wrongly signed bodies leave no trace but a count.
async fn receive(
    State(site): State<Site>,
    State(journal): State<Journal>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if site.app_secret.is_empty() || !is_signed(&site.app_secret, &headers, &body) {
        return unsigned();
    }
    keep(&journal, body, None).await
}

async fn receive_at(
    State(core): State<Core>,
    State(journal): State<Journal>,
    Path(hook): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let door = match doors::find(&core, &hook).await {
        Ok(Some(door)) => door,
        Ok(None) => return unsigned(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
    };
    if !is_signed(&door.app_secret, &headers, &body) {
        note(&core, &door, Knock::Refused).await;
        return unsigned();
    }
    let status = keep(&journal, body, Some(door.connection)).await;
    note(&core, &door, Knock::Signed).await;
    status
}

fn is_signed(app_secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    signature::verify(app_secret, body, header)
}

fn unsigned() -> StatusCode {
    metrics::counter!("parley_webhooks_total", "outcome" => "unsigned").increment(1);
    StatusCode::UNAUTHORIZED
}

async fn keep(journal: &Journal, body: Bytes, door: Option<ConnectionId>) -> StatusCode {
    match journal.append(body, door).await {
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

/// For the screen that watches; nobody waits for it or misses it.
async fn note(core: &Core, door: &doors::Door, knock: Knock) {
    if let Err(fault) = doors::knock(core, door, knock).await {
        tracing::info!(error = %fault, "what happened at a webhook address could not be noted");
    }
}
