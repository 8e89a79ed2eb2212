//! `/files`: attachments up and down, for signed-in members.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, body::Body};
use domain::ports::{Backend, Upload};
use domain::{AttachmentId, Caller, ConversationId, Error};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

use super::AppState;
use super::guard::{ErrorJson, Member};

/// WhatsApp's largest file is 100 MB (contract 3.2); the form around it takes some more.
const BODY_LIMIT: usize = 101 * 1024 * 1024;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/files", post(upload).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/files/{id}", get(download))
}

#[derive(Deserialize)]
struct Target {
    conversation: ConversationId,
}

#[derive(Serialize)]
struct Uploaded {
    id: AttachmentId,
}

async fn upload(
    State(backend): State<Backend>,
    Member(caller): Member,
    Query(target): Query<Target>,
    form: Multipart,
) -> Result<Response, ErrorJson> {
    let upload = read(form).await.map_err(ErrorJson)?;
    let id = backend.inbox.upload(&caller, target.conversation, upload).await.map_err(ErrorJson)?;
    Ok(Json(Uploaded { id }).into_response())
}

async fn read(mut form: Multipart) -> Result<Upload, Error> {
    let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => Error::invalid("file", "WhatsApp takes files of at most 100 MB."),
        _ => Error::invalid("file", "The file did not arrive whole. Try it again."),
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let file_name = field.file_name().unwrap_or("file").to_owned();
            let mime = field.content_type().unwrap_or("application/octet-stream").to_owned();
            let bytes = field.bytes().await.map_err(broken)?.to_vec();
            return Ok(Upload { file_name, mime, bytes });
        }
    }
    Err(Error::invalid("file", "Choose a file first."))
}

#[derive(Deserialize)]
struct How {
    download: Option<String>,
}

/// Shown in place only for types that cannot run anything, if the contents are of that type; all else is saved. The policy
/// keeps even those inert.
async fn download(
    State(backend): State<Backend>,
    Member(caller): Member,
    Path(id): Path<String>,
    Query(how): Query<How>,
) -> Result<Response, ErrorJson> {
    let file = fetch(&backend, &caller, &id).await.map_err(ErrorJson)?;
    let shown = how.download.is_none() && file.genuine && is_inert(&file.mime);
    let unknown = HeaderValue::from_static("application/octet-stream");
    // Pictures are shown whatever the disposition says, and not as what they are not.
    let mime = if file.genuine { HeaderValue::from_str(&file.mime).unwrap_or(unknown) } else { unknown };
    let mut response = Response::new(Body::from(file.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CONTENT_DISPOSITION, disposition(shown, file.file_name.as_deref()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable"));
    // For this session alone: whoever signs in next at this browser asks anew.
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"),
    );
    Ok(response)
}

async fn fetch(backend: &Backend, caller: &Caller, id: &str) -> Result<domain::ports::Download, Error> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    backend.inbox.download(caller, id).await
}

fn is_inert(mime: &str) -> bool {
    let kind = mime.split(';').next().unwrap_or("").trim();
    matches!(kind, "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "application/pdf" | "text/plain")
        || kind.starts_with("audio/")
        || kind.starts_with("video/")
}

/// With the name in RFC 5987's form, which any character survives.
fn disposition(shown: bool, name: Option<&str>) -> HeaderValue {
    let kind = if shown { "inline" } else { "attachment" };
    let name: String = name.unwrap_or("file").bytes().map(encode).collect();
    HeaderValue::from_str(&format!("{kind}; filename*=UTF-8''{name}")).unwrap_or(HeaderValue::from_static("attachment"))
}

fn encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
