//! The Graph interface: reading a call, faults, authorisation and the choice of node (sections 0.4, 8.1 and 8.3).

pub(crate) mod callbacks;
pub(crate) mod errors;
mod media;
mod messages;
mod nodes;
mod number;
mod registration;
mod reply;
mod tokens;
mod validate;

use std::sync::Arc;

use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use crate::Inner;
use crate::crypto;
use crate::hub::{Caller, Hub};
use errors::GraphError;

pub(crate) use media::download;

/// Largest body: documents may have 100 MB.
const MOST_BYTES: usize = 110 * 1024 * 1024;

/// A call after its body has been read.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) version: u32,
    /// Path after the version.
    pub(crate) path: Vec<String>,
    /// Query parameters.
    pub(crate) query: Map<String, Value>,
    /// Query, form and JSON parameters together.
    pub(crate) params: Map<String, Value>,
    pub(crate) file: Option<File>,
    /// Body of an upload.
    pub(crate) raw: Bytes,
    pub(crate) headers: HeaderMap,
    /// The body was meant to be JSON and is not.
    pub(crate) malformed: bool,
}

/// The file of a multipart upload.
pub(crate) struct File {
    pub(crate) mime: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) bytes: Bytes,
}

/// What the request log says about a call.
#[derive(Default)]
pub(crate) struct Note {
    pub(crate) fault: Option<String>,
    pub(crate) wamid: Option<String>,
    pub(crate) code: Option<u32>,
}

impl Call {
    async fn read(path: &str, request: Request) -> Self {
        let mut segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let version = segments.first().and_then(|first| version_of(first)).unwrap_or(0);
        if segments.first().is_some_and(|first| first.starts_with('v')) {
            segments.remove(0);
        }
        let (parts, body) = request.into_parts();
        let query = pairs(parts.uri.query().unwrap_or_default());
        let mut call = Self {
            method: parts.method.clone(),
            version,
            path: segments,
            params: query.clone(),
            query,
            file: None,
            raw: Bytes::new(),
            headers: parts.headers.clone(),
            malformed: false,
        };
        let kind = header(&call.headers, "content-type");
        if kind.starts_with("multipart/form-data") {
            call.read_multipart(Request::from_parts(parts, body)).await;
        } else {
            let bytes = axum::body::to_bytes(body, MOST_BYTES).await.unwrap_or_default();
            call.read_body(&kind, &bytes);
            call.raw = bytes;
        }
        call
    }

    fn read_body(&mut self, kind: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if kind.starts_with("application/x-www-form-urlencoded") {
            self.params.extend(pairs(&String::from_utf8_lossy(bytes)));
            return;
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => self.params.extend(map),
            _ => self.malformed = true,
        }
    }

    async fn read_multipart(&mut self, request: Request) {
        let Ok(mut parts) = axum::extract::Multipart::from_request(request, &()).await else {
            self.malformed = true;
            return;
        };
        while let Ok(Some(field)) = parts.next_field().await {
            let name = field.name().unwrap_or_default().to_owned();
            let filename = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.unwrap_or_default();
            if name == "file" {
                self.file = Some(File { mime, name: filename, bytes });
            } else {
                self.params.insert(name, json!(String::from_utf8_lossy(&bytes)));
            }
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.params.get(key).and_then(Value::as_str)
    }

    pub(crate) fn token(&self) -> Option<String> {
        let header = header(&self.headers, "authorization");
        let bearer = header.split_once(' ').filter(|(scheme, _)| matches!(*scheme, "Bearer" | "OAuth"));
        bearer.map(|(_, token)| token.trim().to_owned()).or_else(|| self.text("access_token").map(str::to_owned))
    }

    pub(crate) fn segment(&self, index: usize) -> &str {
        self.path.get(index).map_or("", String::as_str)
    }

    /// Which faults concern the call.
    fn area(&self) -> &'static str {
        match (self.method.as_str(), self.segment(1)) {
            ("POST", "messages" | "marketing_messages") if self.text("status") == Some("read") => "read",
            ("POST", "messages" | "marketing_messages") => "messages",
            (_, "media") => "media",
            _ => "other",
        }
    }
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// `v21.0` to `v26.0` (section 8.1).
fn version_of(segment: &str) -> Option<u32> {
    let number = segment.strip_prefix('v')?.strip_suffix(".0")?.parse().ok()?;
    (21..=26).contains(&number).then_some(number)
}

/// Parameters of a query or form; values that are JSON objects or lists are taken as such.
fn pairs(text: &str) -> Map<String, Value> {
    let Ok(url) = reqwest::Url::parse(&format!("http://localhost/?{text}")) else { return Map::new() };
    url.query_pairs()
        .map(|(key, value)| {
            let structured = value.starts_with(['{', '[']).then(|| serde_json::from_str(&value).ok()).flatten();
            (key.into_owned(), structured.unwrap_or_else(|| Value::String(value.into_owned())))
        })
        .collect()
}

/// Answers every call under `/graph`. Its token tells which business is meant.
pub(crate) async fn handle(State(hub): State<Arc<Hub>>, Path(path): Path<String>, request: Request) -> Response {
    let call = Call::read(&path, request).await;
    let caller = call.token().and_then(|token| hub.caller(&token));
    let inner = concerned(&hub, &call, caller.as_ref());
    let mut note = Note::default();
    let response = answer(&hub, &inner, caller, &call, &mut note).await;
    if call.method != Method::GET && call.area() == "other" {
        hub.save();
    }
    let response = reply::decorate(&inner, &call, response);
    inner.with(|state| {
        let mut shown = call.query.clone();
        shown.retain(|key, _| {
            !matches!(
                key.as_str(),
                "access_token" | "appsecret_proof" | "input_token" | "client_secret" | "code" | "verify_token"
            )
        });
        let entry = json!({
            "at_ms": state.now_ms(), "method": call.method.as_str(), "path": path, "query": shown, "area": call.area(),
            "status": response.status().as_u16(), "code": note.code, "fault": note.fault, "wamid": note.wamid,
            "to": call.params.get("to").or_else(|| call.params.get("recipient")), "type": call.params.get("type"),
            "biz_opaque_callback_data": call.params.get("biz_opaque_callback_data"),
            "user_agent": header(&call.headers, "user-agent"),
        });
        state.log_request(entry);
    });
    response
}

/// The business whose faults and logs a call concerns; the main one's when the call names none.
fn concerned(hub: &Hub, call: &Call, caller: Option<&Caller>) -> Arc<Inner> {
    let named = match call.segment(0) {
        "debug_token" => call.text("input_token").and_then(|token| hub.by_token(token)),
        "oauth" => call.text("client_id").and_then(|app| hub.by_app(app)),
        _ => None,
    };
    named.or_else(|| caller.map(|caller| Arc::clone(&caller.business))).unwrap_or_else(|| Arc::clone(&hub.main))
}

async fn answer(hub: &Hub, inner: &Arc<Inner>, caller: Option<Caller>, call: &Call, note: &mut Note) -> Response {
    if let Some(response) = reply::fault_before(inner, call.area(), note).await {
        return response;
    }
    match route(hub, caller, call, note).await {
        Ok(value) => reply::fault_after(inner, call.area(), value, note).await,
        Err(error) => {
            note.code = Some(error.code);
            error.respond(&inner.with(|state| state.minter.trace()))
        }
    }
}

async fn route(hub: &Hub, caller: Option<Caller>, call: &Call, note: &mut Note) -> Result<Value, GraphError> {
    if call.version == 0 {
        return Err(GraphError::new(2500, "Unknown path components or version: use v21.0 to v26.0"));
    }
    match call.segment(0) {
        // These two take other tokens and check them themselves.
        "debug_token" => tokens::debug_token(hub, call),
        "oauth" => tokens::access_token(hub, call),
        _ => {
            let caller = authorise(caller, call)?;
            of_business(&caller, call, note).await
        }
    }
}

fn authorise(caller: Option<Caller>, call: &Call) -> Result<Caller, GraphError> {
    let Some(token) = call.token() else {
        return Err(GraphError::new(
            2500,
            "An active access token must be used to query information about the current user.",
        ));
    };
    let caller = caller.ok_or_else(GraphError::wrong_token)?;
    let inner = &caller.business;
    let unknown = || GraphError::unknown_object(call.method.as_str(), call.segment(0));
    check_proof(inner, call, &token)?;
    if caller.by_app {
        // An app's own token says nothing about people or businesses.
        return if call.segment(0) == inner.app.id { Ok(caller) } else { Err(unknown()) };
    }
    match inner.with(|state| state.settings.token_state.clone()).as_str() {
        "expired" => Err(GraphError::token("Error validating access token: Session has expired.", Some(463))),
        "revoked" => {
            Err(GraphError::token("Error validating access token: The session has been invalidated.", Some(467)))
        }
        "missing_scope" | "missing_management" => {
            Err(GraphError::new(10, "The app does not have permission for this action"))
        }
        "no_asset" => Err(unknown()),
        _ => Ok(caller),
    }
}

fn check_proof(inner: &Inner, call: &Call, token: &str) -> Result<(), GraphError> {
    match call.text("appsecret_proof") {
        Some(proof) if crypto::same(proof, &crypto::proof(&inner.app.secret, token)) => Ok(()),
        Some(_) => Err(GraphError::proof("Invalid appsecret_proof provided in the API argument")),
        None if inner.with(|state| state.settings.require_proof) => {
            Err(GraphError::proof("API calls from the server require an appsecret_proof argument"))
        }
        None => Ok(()),
    }
}

/// A node of the business whose token it is; those of others do not exist for it.
async fn of_business(caller: &Caller, call: &Call, note: &mut Note) -> Result<Value, GraphError> {
    let inner = &caller.business;
    let node = call.segment(0);
    if node == inner.config.phone_number_id && inner.with(|state| state.number.display.is_some()) {
        return match (call.method.as_str(), call.segment(1)) {
            ("POST", edge @ ("messages" | "marketing_messages")) => messages::post(inner, call, edge, note).await,
            ("POST", "media") => media::upload(inner, call),
            _ => number::answer(inner, call).await,
        };
    }
    match node {
        _ if node == inner.app.id && call.segment(1) == "uploads" => media::start_upload(inner, call),
        _ if node == inner.app.id => callbacks::app(inner, call, caller.by_app).await,
        _ if node.starts_with("upload:") => media::resume_upload(inner, call),
        _ if node == inner.config.waba_id => nodes::account(inner, call).await,
        _ if inner.with(|state| state.media.contains_key(node)) => media::node(inner, call),
        _ => nodes::template(inner, call),
    }
}
