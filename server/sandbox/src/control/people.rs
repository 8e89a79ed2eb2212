//! What people do with their phones.

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Refusal, Shared, done, not_found};
use crate::config::{Customer, Identity};
use crate::inbound::Inbound;
use crate::state::Person;

/// A person writes, `count` times.
pub(crate) async fn inbound(State(inner): Shared, Json(body): Json<Inbound>) -> Answer {
    let ids = inner.with(|state| {
        let many = body.count.unwrap_or(1).min(100_000);
        (0..many)
            .map(|number| {
                let text = body.text.as_ref().filter(|_| many > 1).map(|text| format!("{text} {}", number + 1));
                state.write(&Inbound { text: text.or_else(|| body.text.clone()), ..body.clone() })
            })
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Json(json!({"id": ids.first(), "ids": ids})))
}

/// A file from the phone page.
pub(crate) async fn upload(State(inner): Shared, mut parts: Multipart) -> Answer {
    while let Some(part) = parts.next_field().await.map_err(|error| error.to_string())? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().map(str::to_owned);
        let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(|error| error.to_string())?;
        // Recorders of browsers: WhatsApp would have recorded OGG.
        let ogg = mime.starts_with("audio/webm").then(|| crate::remux::webm_to_ogg(&bytes)).flatten();
        let (mime, bytes) = match ogg {
            Some(ogg) => ("audio/ogg; codecs=opus".to_owned(), ogg.into()),
            None => (mime, bytes),
        };
        // Files of people keep for seven days (section 3.1).
        let id = inner.with(|state| state.store_media(&mime, name, bytes, 7));
        return Ok(Json(json!({"id": id, "mime_type": mime})));
    }
    Err(Refusal::from("the part `file` is missing"))
}

/// The bytes of a file, for the phone page.
pub(crate) async fn media(State(inner): Shared, Path(id): Path<String>, asked: HeaderMap) -> Response {
    let Some(media) = inner.with(|state| state.media.get(&id).cloned()) else {
        return not_found("media").into_response();
    };
    // Documents are downloaded, never shown: they come from strangers and would run in the page's origin.
    let shown =
        ["image/png", "image/jpeg", "image/webp", "audio/", "video/"].iter().any(|kind| media.mime.starts_with(kind));
    let disposition = if shown { "inline" } else { "attachment" };
    let total = media.bytes.len();
    let mut headers = vec![
        ("content-type", media.mime),
        ("content-disposition", disposition.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("accept-ranges", "bytes".to_owned()),
    ];
    // Players ask for parts to learn how long a recording is.
    let (status, bytes) = match range(&asked, total) {
        Some((first, last)) => {
            headers.push(("content-range", format!("bytes {first}-{last}/{total}")));
            (StatusCode::PARTIAL_CONTENT, media.bytes.slice(first..=last))
        }
        None => (StatusCode::OK, media.bytes),
    };
    let mut response = (status, bytes).into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// First and last byte of a `Range` with one part.
fn range(headers: &HeaderMap, total: usize) -> Option<(usize, usize)> {
    let text = headers.get("range")?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = text.split_once('-')?;
    let end = total.checked_sub(1)?;
    let (first, last) = if first.is_empty() {
        (total.saturating_sub(last.parse().ok()?), end)
    } else {
        (first.parse().ok()?, last.parse().map_or(end, |last: usize| last.min(end)))
    };
    (first <= last).then_some((first, last))
}

#[derive(Deserialize)]
pub(crate) struct Tap {
    message_id: String,
    /// Id, title or text of the button or row.
    choice: String,
}

pub(crate) async fn tap(State(inner): Shared, Json(body): Json<Tap>) -> Answer {
    let id = inner.with(|state| state.tap(&body.message_id, &body.choice))?;
    Ok(Json(json!({"id": id})))
}

#[derive(Deserialize)]
pub(crate) struct React {
    customer: String,
    message_id: String,
    #[serde(default)]
    emoji: String,
}

pub(crate) async fn react(State(inner): Shared, Json(body): Json<React>) -> Answer {
    let reaction = Inbound {
        customer: body.customer,
        kind: Some("reaction".to_owned()),
        message_id: Some(body.message_id),
        emoji: Some(body.emoji),
        ..Inbound::default()
    };
    let id = inner.with(|state| state.write(&reaction))?;
    Ok(Json(json!({"id": id})))
}

#[derive(Deserialize)]
pub(crate) struct Read {
    customer: String,
    /// The chat stays on screen for a while: new messages give `read` without `delivered`.
    #[serde(default)]
    open: bool,
    seconds: Option<i64>,
}

pub(crate) async fn read(State(inner): Shared, Json(body): Json<Read>) -> Answer {
    let count = inner.with(|state| {
        let until = state.now_ms() + body.seconds.unwrap_or(45).clamp(0, 86_400) * 1000;
        let person = state.person_mut(&body.customer).ok_or_else(|| not_found("customer"))?;
        person.open_until_ms = if body.open { until } else { 0 };
        if person.offline {
            return Ok(0);
        }
        Ok::<_, Refusal>(state.read_chat(&body.customer))
    })?;
    Ok(Json(json!({"read": count})))
}

#[derive(Deserialize)]
pub(crate) struct Play {
    message_id: String,
}

pub(crate) async fn play(State(inner): Shared, Json(body): Json<Play>) -> Answer {
    Ok(Json(json!({"played": inner.with(|state| state.play(&body.message_id))})))
}

#[derive(Deserialize)]
pub(crate) struct NewCustomer {
    id: Option<String>,
    name: String,
    phone: Option<String>,
    #[serde(default)]
    identity: Identity,
    username: Option<String>,
    #[serde(default)]
    about: String,
}

pub(crate) async fn add(State(inner): Shared, Json(body): Json<NewCustomer>) -> Answer {
    inner.with(|state| {
        let number = state.people.len();
        let id = body.id.unwrap_or_else(|| format!("person-{number}"));
        let phone = body.phone.unwrap_or_else(|| format!("4477009{:05}", 200 + number));
        let customer = Customer {
            id: id.clone(),
            name: body.name,
            phone,
            identity: body.identity,
            username: body.username,
            about: body.about,
        };
        if state.by_phone(&customer.phone).is_some() || !state.add_person(Person::new(customer)) {
            return Err(Refusal::from("somebody has this id or phone already"));
        }
        state.tell("reset");
        let view = state.person(&id).map(|person| state.person_view(person));
        Ok(Json(json!({"customer": view})))
    })
}

/// Changes of a person; absent keys change nothing.
#[derive(Deserialize)]
pub(crate) struct Changes {
    offline: Option<bool>,
    read_receipts: Option<bool>,
    blocked: Option<bool>,
    on_whatsapp: Option<bool>,
    name: Option<String>,
    identity: Option<Identity>,
    /// An empty text clears it.
    username: Option<String>,
    /// A new number, with its system message.
    phone: Option<String>,
    /// `stop` or `resume`.
    marketing: Option<String>,
    /// Closes the service window, or opens it for a day, without a message.
    window_open: Option<bool>,
    /// Anything else is refused, so that a misspelt key does not pass silently.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

pub(crate) async fn change(State(inner): Shared, Path(id): Path<String>, Json(body): Json<Changes>) -> Answer {
    if let Some(key) = body.rest.keys().next() {
        return Err(Refusal::from(format!("unknown key {key}")));
    }
    inner.with(|state| {
        let now = state.now_ms();
        let person = state.person_mut(&id).ok_or_else(|| not_found("customer"))?;
        person.offline |= body.offline == Some(true);
        person.read_receipts = body.read_receipts.unwrap_or(person.read_receipts);
        person.blocked = body.blocked.unwrap_or(person.blocked);
        person.on_whatsapp = body.on_whatsapp.unwrap_or(person.on_whatsapp);
        person.customer.identity = body.identity.unwrap_or(person.customer.identity);
        if let Some(open) = body.window_open {
            person.window_until_ms = if open { now + 86_400_000 } else { 0 };
        }
        if let Some(name) = body.name {
            person.customer.name = name;
        }
        if let Some(username) = body.username {
            person.customer.username = Some(username).filter(|name| !name.is_empty());
        }
        if body.offline == Some(false) {
            state.come_online(&id);
        }
        if let Some(phone) = &body.phone {
            state.change_number(&id, phone)?;
        }
        match body.marketing.as_deref() {
            Some("stop") => state.prefer(&id, true),
            Some("resume") => state.prefer(&id, false),
            Some(_) => return Err(Refusal::from("marketing is stop or resume")),
            None => {}
        }
        state.tell(&id);
        Ok::<_, Refusal>(())
    })?;
    done()
}
