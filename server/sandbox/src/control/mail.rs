//! The mails that the stand-in of a mail server took.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal, Shared, done, not_found};

#[derive(Deserialize)]
pub(crate) struct Wanted {
    to: Option<String>,
}

/// All mails, or those to one address; newest first.
pub(crate) async fn list(State(inner): Shared, Query(query): Query<Wanted>) -> Json<Value> {
    let mails = inner.with(|state| state.mails.newest_first(query.to.as_deref()));
    let views: Vec<Value> = mails.iter().map(crate::smtp::Mail::view).collect();
    Json(json!({ "mails": views, "smtp": inner.smtp.map(|address| address.to_string()) }))
}

pub(crate) async fn clear(State(inner): Shared) -> Answer {
    inner.with(|state| {
        state.mails.clear();
        state.tell("mail");
    });
    done()
}

/// Styles of the mail itself and nothing else: no script, no picture, no request. Its links open beside the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// The HTML of one mail, for the frame of the page. A document of its own, because a frame's inline document would take
/// over the page's policy, which allows no inline styles.
pub(crate) async fn html(State(inner): Shared, Path(id): Path<u64>) -> Result<impl IntoResponse, Refusal> {
    let mail = inner.with(|state| state.mails.get(id)).ok_or_else(|| not_found("mail"))?;
    let html = mail.html().ok_or_else(|| not_found("HTML in this mail"))?;
    let headers = [("content-security-policy", POLICY), ("x-frame-options", "SAMEORIGIN")];
    Ok((headers, Html(beside(&html))))
}

/// Makes links open in a tab of their own; the frame is too small for them.
fn beside(html: &str) -> String {
    const TARGET: &str = "<base target=\"_blank\">";
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{TARGET}{after}"),
        None => format!("{TARGET}{html}"),
    }
}
