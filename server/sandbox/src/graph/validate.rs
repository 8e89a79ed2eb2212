//! Checks 3 and 4 of section 8.3: shape and limits of a send (sections 2.1, 2.3 to 2.5 and 2.11).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::errors::GraphError;

/// A send whose shape is right.
pub(crate) struct Outgoing {
    pub(crate) kind: String,
    pub(crate) content: Value,
    pub(crate) quote: Option<String>,
    pub(crate) biz: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) recipient: Option<String>,
}

const KINDS: &[&str] = &[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
];

type Checked = Result<(), GraphError>;

fn missing(name: &str) -> GraphError {
    GraphError::new(131_008, format!("Parameter '{name}' is mandatory"))
}

fn invalid(details: impl Into<String>) -> GraphError {
    GraphError::new(131_009, details)
}

fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str)
}

/// Counts code points against a limit; the text must not be empty.
fn required(value: &Value, path: &str, most: usize) -> Checked {
    match text(value, path) {
        None | Some("") => Err(missing(path.trim_start_matches('/'))),
        Some(_) => optional(value, path, most),
    }
}

fn optional(value: &Value, path: &str, most: usize) -> Checked {
    let length = text(value, path).map_or(0, |text| text.chars().count());
    if length > most {
        return Err(invalid(format!(
            "{} has {length} characters, at most {most} are allowed",
            path.trim_start_matches('/')
        )));
    }
    Ok(())
}

/// Checks the parameters of `POST /{pnid}/messages`.
pub(crate) fn check(params: &Map<String, Value>) -> Result<Outgoing, GraphError> {
    let string = |key: &str| params.get(key).and_then(Value::as_str).map(str::to_owned);
    if string("messaging_product").as_deref() != Some("whatsapp") {
        return Err(GraphError::new(100, "The parameter messaging_product is required and must be 'whatsapp'."));
    }
    let kind = string("type").unwrap_or_else(|| "text".to_owned());
    if !KINDS.contains(&kind.as_str()) {
        return Err(GraphError::new(100, format!("Param type must be one of {KINDS:?} - got \"{kind}\".")));
    }
    match string("recipient_type").as_deref() {
        None | Some("individual") => {}
        Some("group") => return Err(GraphError::new(131_020, "The group does not exist")),
        Some(other) => return Err(GraphError::new(100, format!("Unknown recipient_type {other}"))),
    }
    let (to, recipient) = (string("to"), string("recipient"));
    if to.is_none() && recipient.is_none() {
        return Err(missing("to"));
    }
    let content = params.get(&kind).cloned().ok_or_else(|| missing(&kind))?;
    if !(content.is_object() || (kind == "contacts" && content.is_array())) {
        return Err(GraphError::new(100, format!("Param {kind} must be a JSON object.")));
    }
    let biz = string("biz_opaque_callback_data");
    if biz.as_deref().is_some_and(|biz| biz.chars().count() > 512) {
        return Err(GraphError::new(100, "Param biz_opaque_callback_data must be at most 512 characters long."));
    }
    check_content(&kind, &content)?;
    let quote = params.get("context").and_then(|context| text(context, "/message_id")).map(str::to_owned);
    Ok(Outgoing { kind, content, quote, biz, to, recipient })
}

fn check_content(kind: &str, content: &Value) -> Checked {
    match kind {
        "text" => required(content, "/body", 4096),
        "image" | "video" | "document" => {
            one_source(content)?;
            optional(content, "/filename", 240)?;
            optional(content, "/caption", 1024)
        }
        "audio" | "sticker" => one_source(content),
        "location" => coordinates(content),
        "contacts" => cards(content),
        "reaction" => text(content, "/message_id").map(|_| ()).ok_or_else(|| missing("message_id")),
        "interactive" => interactive(content),
        _ => {
            required(content, "/name", 512)?;
            required(content, "/language/code", 20)
        }
    }
}

/// Exactly one of `id` and `link`.
fn one_source(content: &Value) -> Checked {
    match (text(content, "/id"), text(content, "/link")) {
        (Some(_), None) => Ok(()),
        (None, Some(link)) if link.starts_with("http://") || link.starts_with("https://") => Ok(()),
        (None, Some(_)) => Err(invalid("link must be an http or https address")),
        (Some(_), Some(_)) => Err(GraphError::new(100, "Only one of id and link can be given")),
        (None, None) => Err(GraphError::new(100, "One of id and link has to be given")),
    }
}

fn coordinates(content: &Value) -> Checked {
    for (key, most) in [("/latitude", 90.0), ("/longitude", 180.0)] {
        let value = content.pointer(key).ok_or_else(|| missing(key.trim_start_matches('/')))?;
        let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        if !number.is_some_and(|number: f64| number.abs() <= most) {
            return Err(invalid(format!("{} is not a coordinate", key.trim_start_matches('/'))));
        }
    }
    Ok(())
}

fn cards(content: &Value) -> Checked {
    let cards = content.as_array().filter(|cards| !cards.is_empty()).ok_or_else(|| missing("contacts"))?;
    if cards.len() > 257 {
        return Err(invalid("at most 257 contacts can be sent"));
    }
    for card in cards {
        required(card, "/name/formatted_name", 1024)?;
        let parts = ["/name/first_name", "/name/last_name", "/name/middle_name", "/name/prefix", "/name/suffix"];
        if !parts.iter().any(|part| text(card, part).is_some_and(|part| !part.is_empty())) {
            return Err(GraphError::new(100, "name needs formatted_name and at least one other part"));
        }
    }
    Ok(())
}

fn interactive(content: &Value) -> Checked {
    let kind = text(content, "/type").ok_or_else(|| missing("interactive.type"))?;
    if kind == "contact_request" {
        return Err(GraphError::new(100, "Param interactive.type: use request_contact_info"));
    }
    let known = [
        "button",
        "list",
        "cta_url",
        "flow",
        "product",
        "product_list",
        "catalog_message",
        "location_request_message",
        "address_message",
        "call_permission_request",
        "voice_call",
        "request_contact_info",
        "carousel",
        "order_details",
        "order_status",
    ];
    if !known.contains(&kind) {
        return Err(GraphError::new(100, format!("Param interactive.type has the unknown value {kind}")));
    }
    if !matches!(kind, "product" | "order_details" | "order_status" | "call_permission_request") {
        required(content, "/body/text", if kind == "list" { 4096 } else { 1024 })?;
    }
    optional(content, "/footer/text", 60)?;
    header(content, kind)?;
    match kind {
        "button" => buttons(content),
        "list" => list(content),
        "cta_url" => {
            required(content, "/action/parameters/display_text", 20)?;
            required(content, "/action/parameters/url", 2000)
        }
        "flow" => required(content, "/action/parameters/flow_cta", 30),
        "carousel" => carousel(content),
        "location_request_message" | "request_contact_info" | "address_message" | "voice_call" => {
            required(content, "/action/name", 60)
        }
        _ => Ok(()),
    }
}

fn header(content: &Value, kind: &str) -> Checked {
    let Some(header) = content.get("header") else { return Ok(()) };
    match text(header, "/type") {
        Some("text") => required(header, "/text", 60),
        Some(media @ ("image" | "video" | "document")) if kind != "list" => {
            header.get(media).ok_or_else(|| missing(media)).and_then(one_source)
        }
        _ => Err(invalid("this header is not allowed here")),
    }
}

fn array<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn unique<'a>(items: impl Iterator<Item = Option<&'a str>>) -> bool {
    let mut seen = HashSet::new();
    items.flatten().all(|item| seen.insert(item))
}

fn buttons(content: &Value) -> Checked {
    let buttons = array(content, "/action/buttons");
    if !(1..=3).contains(&buttons.len()) {
        return Err(invalid("between 1 and 3 buttons are required"));
    }
    for button in buttons {
        required(button, "/reply/title", 20)?;
        required(button, "/reply/id", 256)?;
    }
    let titles = unique(buttons.iter().map(|button| text(button, "/reply/title")));
    let ids = unique(buttons.iter().map(|button| text(button, "/reply/id")));
    if titles && ids { Ok(()) } else { Err(invalid("titles and ids of buttons must be unique")) }
}

fn list(content: &Value) -> Checked {
    required(content, "/action/button", 20)?;
    let sections = array(content, "/action/sections");
    if !(1..=10).contains(&sections.len()) {
        return Err(invalid("between 1 and 10 sections are required"));
    }
    for section in sections {
        optional(section, "/title", 24)?;
        if sections.len() > 1 {
            required(section, "/title", 24)?;
        }
    }
    let rows: Vec<&Value> = sections.iter().flat_map(|section| array(section, "/rows")).collect();
    if !(1..=10).contains(&rows.len()) {
        return Err(invalid("between 1 and 10 rows in total are required"));
    }
    for row in &rows {
        required(row, "/id", 200)?;
        required(row, "/title", 24)?;
        optional(row, "/description", 72)?;
    }
    if unique(rows.iter().map(|row| text(row, "/id"))) { Ok(()) } else { Err(invalid("ids of rows must be unique")) }
}

fn carousel(content: &Value) -> Checked {
    let cards = array(content, "/action/cards");
    if !(2..=10).contains(&cards.len()) {
        return Err(invalid("between 2 and 10 cards are required"));
    }
    cards.iter().try_for_each(|card| optional(card, "/body/text", 160))
}
