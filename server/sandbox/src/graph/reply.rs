//! Responses with Meta's headers, and the faults that spoil them (section 8.7).

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::errors::GraphError;
use super::{Call, Note};
use crate::Inner;

/// Ends the connection without an answer: a body that fails before its first byte makes the server drop the response.
fn reset() -> Response {
    Response::new(Body::from_stream(stream::once(async { Err::<bytes::Bytes, _>(io::Error::other("injected reset")) })))
}

fn transient(inner: &Inner, code: u32) -> Response {
    GraphError::new(code, "Something went wrong. Please try again.").respond(&inner.with(|state| state.minter.trace()))
}

/// A fault that strikes before the call has any effect.
pub(crate) async fn fault_before(inner: &Inner, area: &str, note: &mut Note) -> Option<Response> {
    let kinds = ["slow", "reset_before", "http_429", "http_500", "http_503_html", "token_expired", "token_revoked"];
    for kind in kinds {
        let Some(fault) = inner.with(|state| state.faults.strike_on(kind, area)) else { continue };
        note.fault = Some(kind.to_owned());
        let response = match kind {
            "slow" => {
                tokio::time::sleep(Duration::from_millis(fault.milliseconds(3.0))).await;
                continue;
            }
            "reset_before" => reset(),
            "http_429" => throttled(inner, &fault),
            "http_500" => respond_500(inner),
            "http_503_html" => html_503(),
            "token_expired" => refuse(inner, "Error validating access token: Session has expired.", 463),
            _ => refuse(inner, "Error validating access token: The session has been invalidated.", 467),
        };
        return Some(response);
    }
    None
}

fn respond_500(inner: &Inner) -> Response {
    transient(inner, 131_000)
}

fn refuse(inner: &Inner, message: &str, subcode: u32) -> Response {
    GraphError::token(message, Some(subcode)).respond(&inner.with(|state| state.minter.trace()))
}

fn throttled(inner: &Inner, fault: &crate::faults::Fault) -> Response {
    let error =
        GraphError { status: 429, ..GraphError::new(130_429, "Cloud API message throughput has been reached.") };
    let mut response = error.respond(&inner.with(|state| state.minter.trace()));
    if let Some(seconds) = fault.seconds
        && let Ok(value) = HeaderValue::from_str(&format!("{seconds:.0}"))
    {
        response.headers_mut().insert("retry-after", value);
    }
    response
}

fn html_503() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>";
    (StatusCode::SERVICE_UNAVAILABLE, [("content-type", "text/html; charset=utf-8")], page).into_response()
}

/// The answer to a call that succeeded, unless a fault makes it look otherwise.
pub(crate) async fn fault_after(inner: &Inner, area: &str, value: Value, note: &mut Note) -> Response {
    if area == "messages" {
        let kinds = [
            "status_before_response",
            "reset_after_accept",
            "timeout_after_accept",
            "error_500_after_accept",
            "truncated_json",
        ];
        for kind in kinds {
            let Some(fault) = inner.with(|state| state.faults.strike_on(kind, area)) else { continue };
            note.fault = Some(kind.to_owned());
            let wamid = note.wamid.clone().unwrap_or_default();
            inner.with(|state| state.ledger.faulted(&wamid, kind));
            match kind {
                "status_before_response" => {
                    status_first(inner, &wamid).await;
                    continue;
                }
                "timeout_after_accept" => {
                    tokio::time::sleep(Duration::from_millis(fault.milliseconds(35.0))).await;
                    return reset();
                }
                "reset_after_accept" => return reset(),
                "truncated_json" => return truncated(&value),
                _ => return respond_500(inner),
            }
        }
    }
    axum::Json(value).into_response()
}

fn truncated(value: &Value) -> Response {
    let text = value.to_string();
    let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
    ([("content-type", "application/json")], half).into_response()
}

/// Waits until the webhook with `sent` was answered, at most two seconds.
async fn status_first(inner: &Inner, wamid: &str) {
    let mark = format!("{wamid}:sent");
    inner.with(|state| state.hurry(wamid));
    for _ in 0..200 {
        let waiting = inner.with(|state| state.deliveries.values().any(|delivery| delivery.statuses.contains(&mark)));
        if !waiting {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Adds the headers of sections 6.5 and 8.1.
pub(crate) fn decorate(inner: &Inner, call: &Call, mut response: Response) -> Response {
    let (trace, calls) = inner.with(|state| {
        state.graph_calls += 1;
        (state.minter.trace(), state.graph_calls)
    });
    let usage = json!({"call_count": (calls / 50).min(60), "total_cputime": 1, "total_time": 1});
    let account = json!({inner.config.waba_id.as_str(): [{"type": "whatsapp", "call_count": (calls / 50).min(60),
        "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": 0}]});
    let version = format!("v{}.0", call.version.max(21));
    for (name, value) in [
        ("facebook-api-version", version),
        ("x-fb-trace-id", trace.clone()),
        ("x-fb-request-id", trace),
        ("x-fb-rev", "1030000001".to_owned()),
        ("x-app-usage", usage.to_string()),
        ("x-business-use-case-usage", account.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
