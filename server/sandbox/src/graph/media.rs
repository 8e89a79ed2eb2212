//! Media (section 3).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::GraphError;
use super::{Call, header};
use crate::Inner;
use crate::hub::Hub;

const MEGABYTE: usize = 1024 * 1024;

/// Largest size for a type (section 3.2); none when the type is not accepted.
fn limit(mime: &str) -> Option<usize> {
    let base = mime.split(';').next().unwrap_or_default().trim();
    match base {
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => Some(16 * MEGABYTE),
        "image/jpeg" | "image/png" => Some(5 * MEGABYTE),
        "image/webp" => Some(500 * 1024),
        "video/mp4" | "video/3gpp" => Some(16 * MEGABYTE),
        _ if base.starts_with("application/") || base.starts_with("text/") => Some(100 * MEGABYTE),
        _ => None,
    }
}

/// `POST /{pnid}/media`.
pub(crate) fn upload(inner: &Inner, call: &Call) -> Result<Value, GraphError> {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::new(100, "The parameter messaging_product is required."));
    }
    let file = call.file.as_ref().ok_or_else(|| GraphError::new(100, "The parameter file is required."))?;
    let mime = file.mime.clone().or_else(|| call.text("type").map(str::to_owned)).unwrap_or_default();
    let most = limit(&mime).ok_or_else(|| {
        GraphError::new(
            100,
            "Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, \
             audio/ogg, image/jpeg, image/png, image/webp, video/mp4, video/3gpp, text/plain or a document type",
        )
    })?;
    if file.bytes.is_empty() || file.bytes.len() > most {
        return Err(GraphError::new(
            131_053,
            format!("The file has {} bytes; 1 to {most} are allowed", file.bytes.len()),
        ));
    }
    let id = inner.with(|state| state.store_media(&mime, file.name.clone(), file.bytes.clone(), 30));
    Ok(json!({"id": id}))
}

/// `GET` and `DELETE /{media}`.
pub(crate) fn node(inner: &Inner, call: &Call) -> Result<Value, GraphError> {
    let id = call.segment(0);
    let unknown = || GraphError::unknown_object(call.method.as_str(), id);
    if call.text("phone_number_id").is_some_and(|number| number != inner.config.phone_number_id) {
        return Err(unknown());
    }
    inner.with(|state| {
        let Some(media) = state.media.get(id).filter(|media| media.until_ms > state.now_ms()).cloned() else {
            return Err(unknown());
        };
        match call.method.as_str() {
            "GET" => {
                let wrong = state.faults.strike("media_wrong_sha", None).is_some();
                let sha256 = if wrong { vec![0; 32] } else { media.sha256.clone() };
                Ok(json!({"messaging_product": "whatsapp", "id": id, "url": state.media_url(id), "mime_type": media.mime,
                    "sha256": hex::encode(sha256), "file_size": media.bytes.len()}))
            }
            "DELETE" => {
                state.media.remove(id);
                Ok(json!({"success": true}))
            }
            _ => Err(unknown()),
        }
    })
}

/// `POST /{app}/uploads` (section 3.4).
pub(crate) fn start_upload(inner: &Inner, call: &Call) -> Result<Value, GraphError> {
    if !["application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"]
        .contains(&call.text("file_type").unwrap_or_default())
    {
        return Err(GraphError::new(100, "file_type must be pdf, jpeg, png or mp4"));
    }
    let id = inner.with(|state| {
        let id = format!("upload:{}", crate::crypto::base64_url(state.minter.node("3").as_bytes()));
        state.uploads.insert(id.clone(), Vec::new());
        id
    });
    Ok(json!({"id": id}))
}

/// `POST` appends bytes at `file_offset` and gives the handle; `GET` tells how many bytes there are.
pub(crate) fn resume_upload(inner: &Inner, call: &Call) -> Result<Value, GraphError> {
    let id = call.segment(0);
    inner.with(|state| {
        let Some(bytes) = state.uploads.get_mut(id) else {
            return Err(GraphError::unknown_object(call.method.as_str(), id));
        };
        if call.method == "GET" {
            return Ok(json!({"id": id, "file_offset": bytes.len()}));
        }
        let offset: usize = header(&call.headers, "file_offset").parse().unwrap_or(0);
        if offset != bytes.len() {
            return Err(GraphError::new(100, format!("file_offset must be {}", bytes.len())));
        }
        bytes.extend_from_slice(&call.raw);
        Ok(json!({"h": format!("4::{}", crate::crypto::base64_url(&crate::crypto::sha256(bytes)))}))
    })
}

/// Query of a download address.
#[derive(Deserialize)]
pub(crate) struct Address {
    #[serde(default)]
    mid: String,
    #[serde(default)]
    ext: i64,
    #[serde(default)]
    hash: String,
}

/// `GET <url>`: the bytes, for the holder of the token and for five minutes.
pub(crate) async fn download(State(hub): State<Arc<Hub>>, Query(at): Query<Address>, headers: HeaderMap) -> Response {
    let token = header(&headers, "authorization");
    let token = token.split_once(' ').map_or("", |(_, token)| token.trim());
    let Some(inner) = hub.by_token(token) else { return StatusCode::UNAUTHORIZED.into_response() };
    if let Some(fault) = inner.with(|state| state.faults.strike("media_slow", None)) {
        tokio::time::sleep(Duration::from_millis(fault.milliseconds(5.0))).await;
    }
    let found = inner.with(|state| {
        let valid = at.ext > state.now_s() && crate::crypto::same(&at.hash, &state.media_hash(&at.mid, at.ext));
        let spoiled = state.faults.strike("media_404", None).is_some();
        state.media.get(&at.mid).filter(|_| valid && !spoiled).cloned()
    });
    let Some(media) = found else { return StatusCode::NOT_FOUND.into_response() };
    ([("content-type", media.mime)], Body::from(media.bytes)).into_response()
}
