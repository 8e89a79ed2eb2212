//! The control interface: what a tester or the phone page does (sections 8.1, 8.7 and 8.8). See the crate's README for
//! the JSON of each endpoint.

mod app;
pub(crate) mod businesses;
mod mail;
mod people;
pub(crate) mod signup;
mod tools;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::{Stream, stream};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::Inner;

type Shared = State<Arc<Inner>>;

/// A refusal of the control interface.
pub(crate) struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"error": self.1}))).into_response()
    }
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(why: T) -> Self {
        Self(StatusCode::BAD_REQUEST, why.into())
    }
}

pub(crate) fn not_found(what: &str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, format!("there is no such {what}"))
}

pub(crate) type Answer = Result<axum::Json<Value>, Refusal>;

pub(crate) fn done() -> Answer {
    Ok(axum::Json(json!({"success": true})))
}

/// All routes below `/control`.
pub(crate) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/state", get(state))
        .route("/chat/{customer}", get(chat))
        .route("/events", get(events))
        .route("/inbound", post(people::inbound))
        .route("/media", post(people::upload))
        .route("/media/{id}", get(people::media))
        .route("/tap", post(people::tap))
        .route("/react", post(people::react))
        .route("/read", post(people::read))
        .route("/play", post(people::play))
        .route("/customer", post(people::add))
        .route("/customer/{id}", post(people::change))
        .route("/faults", get(tools::faults).post(tools::add_faults).delete(tools::clear_faults))
        .route("/settings", get(tools::settings).post(tools::change_settings))
        .route("/template", post(tools::template))
        .route("/clock", get(tools::clock).post(tools::advance))
        .route("/burst", post(tools::burst))
        .route("/ledger", get(tools::ledger))
        .route("/requests", get(tools::requests))
        .route("/webhooks", get(tools::webhooks))
        .route("/idle", get(tools::idle))
        .route("/retry", post(tools::retry))
        .route("/raw_webhook", post(tools::raw_webhook))
        .route("/change", post(tools::change))
        .route("/handshake", post(tools::handshake))
        .route("/reset", post(tools::reset))
        .route("/app", get(app::look))
        .route("/app/callback", post(app::set_callback))
        .route("/app/field", post(app::set_field))
        .route("/app/account", post(app::set_account))
}

/// Mails are the whole sandbox's: only the main business has them.
pub(crate) fn of_mails() -> Router<Arc<Inner>> {
    Router::new()
        .route("/control/mail", get(mail::list).delete(mail::clear))
        .route("/control/mail/{id}/html", get(mail::html))
}

#[derive(Deserialize)]
struct Chats {
    chats: Option<bool>,
}

async fn state(State(inner): Shared, Query(query): Query<Chats>) -> axum::Json<Value> {
    axum::Json(inner.with(|state| state.view(query.chats.unwrap_or(true))))
}

async fn chat(State(inner): Shared, Path(id): Path<String>) -> Answer {
    inner.with(|state| {
        let person = state.person(&id).ok_or_else(|| not_found("customer"))?;
        Ok(axum::Json(json!({"customer": state.person_view(person), "messages": state.messages_view(person), "now_ms": state.now_ms()})))
    })
}

/// Server-sent events: names of chats that changed, or `mail`, `number`, `webhooks`, `settings`, `reset`. The page fetches the rest.
async fn events(State(inner): Shared) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (receiver, stop) = (inner.with(|state| state.events.subscribe()), inner.stop.subscribe());
    let changes = stream::unfold((receiver, stop), |(mut receiver, mut stop)| async move {
        let what = tokio::select! {
            what = receiver.recv() => what,
            // Open streams must not hold up the end of the server.
            _ = stop.changed() => return None,
        };
        let what = match what {
            Ok(what) => what,
            // Too slow: tell the page to fetch everything.
            Err(RecvError::Lagged(_)) => "reset".to_owned(),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(Event::default().data(what)), (receiver, stop)))
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}
