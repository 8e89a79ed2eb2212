//! Incoming messages of every type (contract 5.3, 5.4) and echoes from the phone app (5.10).

use backend::outbound::{InboundMedia, InboundMessage, Item, Person};
use domain::messages::{ContactCard, Content, Media, MediaKind, MediaState};
use serde_json::Value;

use super::super::media::decode_sha256;
use super::lenient::{integer, list, number, text};
use super::{Contacts, required, required_time};

pub(super) fn parse(entry: &Value, contacts: &Contacts) -> Item {
    item(entry, contacts).unwrap_or_else(|reason| Item::Bad { kind: "message", reason })
}

fn item(entry: &Value, contacts: &Contacts) -> Result<Item, String> {
    let provider_id = required(entry, "id")?;
    let at = required_time(entry)?;
    let kind = entry.get("type").and_then(text).unwrap_or_else(|| "unknown".to_owned());
    let target = |key: &str, field: &str| {
        entry
            .get(key)
            .and_then(|value| value.get(field))
            .and_then(text)
            .ok_or_else(|| format!("a {key} without {field}"))
    };
    if kind == "system" {
        return moved(entry, provider_id, at);
    }
    let person = contacts.complete(Person {
        bsuid: entry.get("from_user_id").and_then(text),
        phone: entry.get("from").and_then(text),
        ..Person::default()
    });
    if person.bsuid.is_none() && person.phone.is_none() {
        return Err("the sender has neither an id nor a number".to_owned());
    }
    Ok(match kind.as_str() {
        "reaction" => Item::Reaction {
            person,
            target: target("reaction", "message_id")?,
            emoji: entry.pointer("/reaction/emoji").and_then(text),
            at,
        },
        "edit" => {
            let message = entry.pointer("/edit/message").unwrap_or(&Value::Null);
            let kind = message.get("type").and_then(text).unwrap_or_else(|| "text".to_owned());
            Item::Edit { target: target("edit", "original_message_id")?, content: content(&kind, message).0, at }
        }
        "revoke" => Item::Revoke { target: target("revoke", "original_message_id")?, at },
        kind => {
            let (content, media) = content(kind, entry);
            let reply_to = entry.pointer("/context/id").and_then(text);
            Item::Message(Box::new(InboundMessage { person, provider_id, at, content, media, reply_to }))
        }
    })
}

/// A changed number or id (contract 5.4). The old ids come in several places; `system` has the new ones.
fn moved(entry: &Value, provider_id: String, at: domain::Timestamp) -> Result<Item, String> {
    let system = entry.get("system").ok_or("a system message without content")?;
    let field = |key: &str| system.get(key).and_then(text);
    let kind = field("type").unwrap_or_default();
    let number_changed = matches!(kind.as_str(), "user_changed_number" | "customer_changed_number");
    if !number_changed && kind != "user_changed_user_id" {
        return Ok(Item::Noted { field: format!("system.{kind}") });
    }
    let new_id = field("user_id");
    let old_id = field("previous_user_id")
        .or_else(|| entry.get("from_user_id").and_then(text).filter(|id| Some(id) != new_id.as_ref()));
    let old = Person {
        bsuid: old_id,
        phone: entry.get("from").and_then(text).or_else(|| field("customer")),
        ..Person::default()
    };
    let new = Person { bsuid: new_id, phone: field("wa_id").or_else(|| field("new_wa_id")), ..Person::default() };
    if new.bsuid.is_none() && new.phone.is_none() {
        return Err("a change of number that names no new one".to_owned());
    }
    Ok(Item::Moved { old, new, provider_id, at })
}

/// A message that the business sent from its phone app.
pub(super) fn echo(entry: &Value) -> Item {
    let parsed = || -> Result<Item, String> {
        let kind = entry.get("type").and_then(text).unwrap_or_else(|| "unknown".to_owned());
        let to = Person {
            bsuid: entry.get("to_user_id").and_then(text),
            phone: entry.get("to").and_then(text),
            ..Person::default()
        };
        if to.bsuid.is_none() && to.phone.is_none() {
            return Err("the recipient has neither an id nor a number".to_owned());
        }
        let (content, media) = content(&kind, entry);
        Ok(Item::Echo { to, provider_id: required(entry, "id")?, at: required_time(entry)?, content, media })
    };
    parsed().unwrap_or_else(|reason| Item::Bad { kind: "echo", reason })
}

/// What a message says, and where its file is. Nothing is dropped: what this version does not know is `Unsupported`.
fn content(kind: &str, entry: &Value) -> (Content, Option<InboundMedia>) {
    let body = entry.get(kind).unwrap_or(&Value::Null);
    let known = match kind {
        "text" => body.get("body").and_then(Value::as_str).map(|body| Content::Text { body: body.to_owned() }),
        "image" | "video" | "audio" | "document" | "sticker" => return media(kind, body, entry),
        "location" => location(body),
        "contacts" => Some(Content::Contacts { cards: list(entry, "contacts").iter().map(card).collect() }),
        "button" => body
            .get("text")
            .and_then(text)
            .map(|title| Content::Reply { title, payload: body.get("payload").and_then(text) }),
        "interactive" => interactive(body),
        "order" => Some(Content::Order {
            items: u32::try_from(list(body, "product_items").len()).unwrap_or(u32::MAX),
            text: body.get("text").and_then(text),
        }),
        "request_welcome" => {
            Some(Content::Event { text: "The customer opened the chat for the first time.".to_owned() })
        }
        _ => None,
    };
    (known.unwrap_or_else(|| unsupported(kind, entry)), None)
}

fn unsupported(kind: &str, entry: &Value) -> Content {
    let what = entry.pointer("/unsupported/type").and_then(text).unwrap_or_else(|| kind.to_owned());
    Content::Unsupported { what: what.chars().take(40).collect() }
}

fn media(kind: &str, body: &Value, entry: &Value) -> (Content, Option<InboundMedia>) {
    let Some(media_id) = body.get("id").and_then(text) else {
        return (missing_media(kind, body, entry), None);
    };
    let sha256 = body.get("sha256").and_then(Value::as_str).and_then(decode_sha256);
    let content = Content::Media(Media {
        kind: media_kind(kind, body),
        attachment: None,
        state: MediaState::Waiting,
        mime: body.get("mime_type").and_then(text).unwrap_or_else(|| "application/octet-stream".to_owned()),
        file_name: body.get("filename").and_then(text),
        caption: body.get("caption").and_then(text),
        size: None,
        width: None,
        height: None,
    });
    (content, Some(InboundMedia { media_id, sha256 }))
}

/// A file that came without an id, for example because it was too large (131052).
fn missing_media(kind: &str, body: &Value, entry: &Value) -> Content {
    let too_large = list(entry, "errors").iter().any(|error| error.get("code").and_then(integer) == Some(131_052));
    let reason = if too_large {
        "WhatsApp could not hand over this file: it is too large."
    } else {
        "WhatsApp did not hand over this file."
    };
    Content::Media(Media {
        kind: media_kind(kind, body),
        attachment: None,
        state: MediaState::Missing { reason: reason.to_owned() },
        mime: body.get("mime_type").and_then(text).unwrap_or_default(),
        file_name: body.get("filename").and_then(text),
        caption: body.get("caption").and_then(text),
        size: None,
        width: None,
        height: None,
    })
}

fn media_kind(kind: &str, body: &Value) -> MediaKind {
    match kind {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "audio" if body.get("voice").and_then(Value::as_bool) == Some(true) => MediaKind::Voice,
        "audio" => MediaKind::Audio,
        "sticker" => MediaKind::Sticker,
        _ => MediaKind::Document,
    }
}

fn location(body: &Value) -> Option<Content> {
    Some(Content::Location {
        latitude: body.get("latitude").and_then(number)?,
        longitude: body.get("longitude").and_then(number)?,
        name: body.get("name").and_then(text),
        address: body.get("address").and_then(text),
    })
}

fn card(contact: &Value) -> ContactCard {
    let all = |key: &str, field: &str| {
        list(contact, key).iter().filter_map(|one| one.get(field).and_then(text)).collect::<Vec<_>>()
    };
    let phones = all("phones", "phone");
    let name = contact.pointer("/name/formatted_name").and_then(text).or_else(|| phones.first().cloned());
    ContactCard { name: name.unwrap_or_else(|| "Contact".to_owned()), phones, emails: all("emails", "email") }
}

fn interactive(body: &Value) -> Option<Content> {
    let reply = |key: &str| {
        let reply = body.get(key)?;
        Some(Content::Reply { title: reply.get("title").and_then(text)?, payload: reply.get("id").and_then(text) })
    };
    match body.get("type").and_then(Value::as_str)? {
        "button_reply" => reply("button_reply"),
        "list_reply" => reply("list_reply"),
        "nfm_reply" => form(body.pointer("/nfm_reply/response_json")?.as_str()?),
        "call_permission_reply" => {
            let accepted = body.pointer("/call_permission_reply/response").and_then(Value::as_str) == Some("accept");
            let text = if accepted { "The customer allows calls." } else { "The customer declines calls." };
            Some(Content::Event { text: text.to_owned() })
        }
        _ => None,
    }
}

/// A filled-in form; its token is no answer of the person's.
fn form(response: &str) -> Option<Content> {
    let Value::Object(fields) = serde_json::from_str(response).ok()? else { return None };
    let shown = |value: &Value| text(value).unwrap_or_else(|| value.to_string());
    let fields =
        fields.iter().filter(|(key, _)| *key != "flow_token").map(|(key, value)| (key.clone(), shown(value))).collect();
    Some(Content::Form { fields })
}
