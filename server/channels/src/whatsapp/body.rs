//! Request bodies of `POST /{number}/messages` (contract section 2).

use backend::outbound::{Admitted, Payload};
use backend::outbox::Address;
use domain::messages::MediaKind;
use serde_json::{Map, Value, json};

/// The body of a message. `media_id` is that of an uploaded file.
pub(super) fn message(message: &Admitted, media_id: Option<&str>) -> Value {
    let mut body = Map::new();
    body.insert("messaging_product".into(), "whatsapp".into());
    body.insert("recipient_type".into(), "individual".into());
    match message.address() {
        Address::Phone(digits) => body.insert("to".into(), digits.as_str().into()),
        Address::Bsuid(id) => body.insert("recipient".into(), id.as_str().into()),
    };
    body.insert("biz_opaque_callback_data".into(), message.message().to_string().into());
    let (kind, content) = content(message.payload(), media_id);
    body.insert("type".into(), kind.into());
    body.insert(kind.into(), content);
    // Reactions take no context (contract 2.1).
    if let Some(target) = message.reply_to().filter(|_| kind != "reaction") {
        body.insert("context".into(), json!({ "message_id": target }));
    }
    Value::Object(body)
}

fn content(payload: &Payload, media_id: Option<&str>) -> (&'static str, Value) {
    match payload {
        Payload::Text { body } => {
            ("text", json!({ "body": body, "preview_url": body.contains("https://") || body.contains("http://") }))
        }
        Payload::Media { kind, file_name, caption, .. } => {
            media(*kind, media_id, file_name.as_deref(), caption.as_deref())
        }
        Payload::Reaction { target, emoji } => {
            ("reaction", json!({ "message_id": target, "emoji": emoji.as_deref().unwrap_or("") }))
        }
        Payload::Template { name, language, parameters } => ("template", template(name, language, parameters)),
        Payload::Interactive { body, options } => ("interactive", interactive(body, options)),
    }
}

fn media(kind: MediaKind, id: Option<&str>, file_name: Option<&str>, caption: Option<&str>) -> (&'static str, Value) {
    let mut object = Map::new();
    object.insert("id".into(), id.unwrap_or_default().into());
    let word = match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    };
    // Audio and stickers take no caption (contract 2.3).
    if let Some(caption) = caption.filter(|_| matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document))
    {
        object.insert("caption".into(), caption.into());
    }
    if let Some(name) = file_name.filter(|_| kind == MediaKind::Document) {
        object.insert("filename".into(), name.into());
    }
    if kind == MediaKind::Voice {
        object.insert("voice".into(), true.into());
    }
    (word, Value::Object(object))
}

/// Places called 1, 2, … are positional, others named (contract 2.6).
fn template(name: &str, language: &str, parameters: &[(String, String)]) -> Value {
    let values: Vec<Value> = parameters
        .iter()
        .map(|(place, text)| {
            if place.bytes().all(|b| b.is_ascii_digit()) {
                json!({ "type": "text", "text": text })
            } else {
                json!({ "type": "text", "parameter_name": place, "text": text })
            }
        })
        .collect();
    let components = if values.is_empty() { json!([]) } else { json!([{ "type": "body", "parameters": values }]) };
    json!({ "name": name, "language": { "code": language }, "components": components })
}

/// Up to three options are buttons, more a list (contract 2.5).
fn interactive(body: &str, options: &[domain::messages::ReplyOption]) -> Value {
    if options.len() <= 3 {
        let buttons: Vec<Value> = options
            .iter()
            .map(|option| json!({ "type": "reply", "reply": { "id": option.id, "title": option.title } }))
            .collect();
        return json!({ "type": "button", "body": { "text": body }, "action": { "buttons": buttons } });
    }
    let rows: Vec<Value> = options.iter().map(|option| json!({ "id": option.id, "title": option.title })).collect();
    json!({ "type": "list", "body": { "text": body }, "action": { "button": "Choose", "sections": [{ "rows": rows }] } })
}

/// The body of a read receipt, with or without the typing indicator (contract 2.7).
pub(super) fn receipt(provider_id: &str, typing: bool) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": provider_id });
    if let Some(fields) = body.as_object_mut().filter(|_| typing) {
        fields.insert("typing_indicator".into(), json!({ "type": "text" }));
    }
    body
}
