//! `/webhooks/mail`: where the mail server hands over what it gets for the sender of Parley's own mails.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::post;
use backend::{Core, mail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use channels::email::read_report;
use http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq as _;

use super::super::{AppState, Site};

/// Our mails are small, and a report has one of them in it at most.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new().route("/webhooks/mail", post(receive)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Takes one mail as it came. Whoever knows the secret is told whether it was kept, not what it was: a mail that is no
/// report is done with too, and must not come again.
async fn receive(State(core): State<Core>, State(site): State<Site>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !knows(&site.mail_hook_secret, &headers) {
        return StatusCode::UNAUTHORIZED;
    }
    let Some(report) = read_report(&body) else { return StatusCode::NO_CONTENT };
    match mail::report(&core, &report).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(fault) => {
            tracing::warn!("a report of a mail could not be kept: {fault}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// The secret is a bearer's token, or the password of any user: that is what addresses like
/// `https://parley:secret@crm.example/webhooks/mail` become. In the path it would be in every log on the way.
fn knows(secret: &str, headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return false };
    let given = match given.split_once(' ') {
        Some(("Bearer", token)) => Some(token.as_bytes().to_vec()),
        Some(("Basic", pair)) => BASE64_STANDARD.decode(pair).ok().and_then(|pair| {
            let colon = pair.iter().position(|byte| *byte == b':')?;
            pair.get(colon + 1..).map(<[u8]>::to_vec)
        }),
        _ => None,
    };
    !secret.is_empty() && given.is_some_and(|given| given.ct_eq(secret.as_bytes()).into())
}
