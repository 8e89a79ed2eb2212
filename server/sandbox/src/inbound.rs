//! What people do: write, tap, react, edit, delete, change number (sections 5.3, 5.4 and 8.5).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::config::Identity;
use crate::ids::Direction;
use crate::ledger::InboundEntry;
use crate::state::{Message, Person, State};
use crate::webhook::put;

/// The service window opens for a day (section 6.1).
const WINDOW_MS: i64 = 86_400_000;

/// A message of a person, as the control interface takes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Inbound {
    pub(crate) customer: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Body of a text.
    pub(crate) text: Option<String>,
    /// Id from `POST /control/media`.
    pub(crate) media_id: Option<String>,
    /// Instead of `media_id`: `photo`, `photo2`, `voice` or `document`.
    pub(crate) sample: Option<String>,
    pub(crate) caption: Option<String>,
    pub(crate) filename: Option<String>,
    pub(crate) voice: Option<bool>,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) emoji: Option<String>,
    /// Message that a reaction, edit or revocation is about.
    pub(crate) message_id: Option<String>,
    /// Message that is quoted.
    pub(crate) context: Option<String>,
    pub(crate) forwarded: bool,
    pub(crate) referral: Option<Value>,
    /// The object under the key equal to the type, verbatim; for types without a shorthand.
    pub(crate) content: Option<Value>,
    /// Further keys of the message, verbatim.
    pub(crate) extra: Option<Map<String, Value>>,
    /// Id to use instead of a minted one.
    pub(crate) id: Option<String>,
    pub(crate) count: Option<u32>,
}

impl State {
    /// A person writes. Gives the id, or says why not.
    pub(crate) fn write(&mut self, inbound: &Inbound) -> Result<String, String> {
        let person = self.person(&inbound.customer).cloned().ok_or("there is no such customer")?;
        let kind = inbound.kind.clone().unwrap_or_else(|| "text".to_owned());
        let content = match &inbound.content {
            Some(content) => content.clone(),
            None => self.content_of(&kind, inbound)?,
        };
        self.emit(&person, &kind, content, inbound)
    }

    fn emit(&mut self, person: &Person, kind: &str, content: Value, inbound: &Inbound) -> Result<String, String> {
        let id = match &inbound.id {
            Some(id) => id.clone(),
            None => self.minter.wamid(&person.customer.phone, Direction::FromCustomer),
        };
        let mut message = self.sender(person);
        message.insert("id".to_owned(), json!(id));
        message.insert("timestamp".to_owned(), json!(self.now_s().to_string()));
        message.insert("type".to_owned(), json!(kind));
        let too_large = content.get("sha256").is_some()
            && self.faults.strike("media_too_large", Some(&person.customer.id)).is_some();
        if too_large {
            message.insert("errors".to_owned(), json!([crate::graph::errors::webhook_error(131_052)]));
        } else if matches!(kind, "unsupported" | "unknown") {
            message.insert("errors".to_owned(), json!([crate::graph::errors::webhook_error(131_051)]));
            message.insert("unsupported".to_owned(), content.clone());
        } else if kind != "request_welcome" {
            message.insert(kind.to_owned(), content.clone());
        }
        put(&mut message, "context", self.context_of(inbound));
        put(&mut message, "referral", inbound.referral.clone());
        message.extend(inbound.extra.clone().unwrap_or_default());
        self.record(person, kind, &content, &id, inbound);
        let unit = self.inbound_unit(person, message, kind != "system");
        self.post(unit);
        self.tell(&person.customer.id);
        Ok(id)
    }

    fn context_of(&self, inbound: &Inbound) -> Option<Value> {
        let Some(quoted) = &inbound.context else { return inbound.forwarded.then(|| json!({"forwarded": true})) };
        let from_business = self.messages.get(quoted).is_none_or(|message| message.from_business);
        let from = if from_business {
            Some(self.display().to_owned())
        } else {
            self.person(&inbound.customer)
                .filter(|person| person.shows_phone())
                .map(|person| person.customer.phone.clone())
        };
        let mut context = Map::new();
        put(&mut context, "from", from);
        context.insert("id".to_owned(), json!(quoted));
        Some(Value::Object(context))
    }

    /// Ledger, window and the phone's own view of what was written.
    fn record(&mut self, person: &Person, kind: &str, content: &Value, id: &str, inbound: &Inbound) {
        let now = self.now_ms();
        let entry = InboundEntry {
            id: id.to_owned(),
            customer: person.customer.id.clone(),
            kind: kind.to_owned(),
            text: words(kind, content),
            posted: 0,
            acknowledged: false,
        };
        self.ledger.wrote(entry, now);
        if kind == "system" {
            return;
        }
        if let Some(person) = self.person_mut(&person.customer.id) {
            person.window_until_ms = now + WINDOW_MS;
            if !matches!(kind, "reaction" | "edit" | "revoke" | "request_welcome") {
                person.chat.push(id.to_owned());
            }
        }
        match kind {
            "reaction" => self.react(content),
            "edit" => self.edited(content),
            "revoke" => self.revoked(content),
            _ => {
                let message = Message {
                    id: id.to_owned(),
                    person: person.customer.id.clone(),
                    kind: kind.to_owned(),
                    content: content.clone(),
                    quote: inbound.context.clone(),
                    at_ms: now,
                    status: "pending".to_owned(),
                    ..Message::default()
                };
                self.messages.insert(id.to_owned(), message);
            }
        }
    }

    fn react(&mut self, content: &Value) {
        let text = |key: &str| content.get(key).and_then(Value::as_str).unwrap_or_default();
        let Some(target) = self.messages.get_mut(text("message_id")) else { return };
        if text("emoji").is_empty() {
            target.reactions.remove("customer");
        } else {
            target.reactions.insert("customer", text("emoji").to_owned());
        }
    }

    fn edited(&mut self, content: &Value) {
        let id = content.get("original_message_id").and_then(Value::as_str).unwrap_or_default();
        let new =
            content.pointer("/message/type").and_then(Value::as_str).and_then(|kind| content.get("message")?.get(kind));
        if let (Some(target), Some(new)) = (self.messages.get_mut(id), new) {
            target.content = new.clone();
            target.edited = true;
        }
    }

    fn revoked(&mut self, content: &Value) {
        let id = content.get("original_message_id").and_then(Value::as_str).unwrap_or_default();
        if let Some(target) = self.messages.get_mut(id) {
            target.revoked = true;
        }
    }

    fn content_of(&mut self, kind: &str, inbound: &Inbound) -> Result<Value, String> {
        let target = || inbound.message_id.clone().ok_or("message_id is needed");
        match kind {
            "text" => Ok(json!({"body": inbound.text.clone().ok_or("text is needed")?})),
            "image" | "video" | "audio" | "document" | "sticker" => self.media_content(kind, inbound),
            "location" => Ok(location(inbound)),
            "contacts" => Ok(
                json!([{"name": {"formatted_name": inbound.name.clone().unwrap_or_else(|| "Ada Lovelace".to_owned()),
                "first_name": "Ada"}, "phones": [{"phone": "+44 7700 900199", "type": "CELL", "wa_id": "447700900199"}], "origin": "other"}]),
            ),
            "reaction" => {
                let mut content = json!({"message_id": target()?});
                // A removed reaction has no emoji (section 5.3).
                if let (Some(emoji), Some(map)) =
                    (inbound.emoji.as_ref().filter(|emoji| !emoji.is_empty()), content.as_object_mut())
                {
                    map.insert("emoji".to_owned(), json!(emoji));
                }
                Ok(content)
            }
            "edit" => Ok(json!({"original_message_id": target()?,
                "message": {"type": "text", "text": {"body": inbound.text.clone().ok_or("text is needed")?}}})),
            "revoke" => Ok(json!({"original_message_id": target()?})),
            "order" => Ok(json!({"catalog_id": "3350000000000001", "text": inbound.text.clone().unwrap_or_default(),
                "product_items": [{"product_retailer_id": "key-safe", "quantity": 1, "item_price": 24.5, "currency": "GBP"}]})),
            "unsupported" | "unknown" => Ok(json!({"type": inbound.text.clone().unwrap_or_else(|| "poll".to_owned())})),
            "request_welcome" => Ok(Value::Null),
            _ => Err(format!("type {kind} needs content")),
        }
    }

    fn media_content(&mut self, kind: &str, inbound: &Inbound) -> Result<Value, String> {
        let id = match (&inbound.media_id, &inbound.sample) {
            (Some(id), _) => id.clone(),
            (None, sample) => self.store_sample(sample.as_deref().unwrap_or(match kind {
                "audio" => "voice",
                "document" => "document",
                _ => "photo",
            }))?,
        };
        let media = self.media.get(&id).ok_or("there is no such media")?.clone();
        let wrong = self.faults.strike("media_wrong_sha", Some(&inbound.customer)).is_some();
        let sha256 = if wrong { vec![0; 32] } else { media.sha256 };
        let mut content = Map::new();
        content.insert("id".to_owned(), json!(id));
        content.insert("mime_type".to_owned(), json!(media.mime));
        content.insert("sha256".to_owned(), json!(crate::crypto::base64(&sha256)));
        put(&mut content, "url", self.settings.media_url.then(|| self.media_url(&id)));
        match kind {
            "audio" => put(&mut content, "voice", Some(inbound.voice.unwrap_or(true))),
            "sticker" => put(&mut content, "animated", Some(false)),
            _ => put(&mut content, "caption", inbound.caption.clone()),
        }
        if kind == "document" {
            put(
                &mut content,
                "filename",
                inbound.filename.clone().or(media.filename).or_else(|| Some("file".to_owned())),
            );
        }
        Ok(Value::Object(content))
    }

    fn store_sample(&mut self, name: &str) -> Result<String, String> {
        let sample = crate::samples::all().into_iter().find(|sample| sample.name == name);
        let sample = sample.ok_or_else(|| format!("there is no sample {name}"))?;
        Ok(self.store_media(sample.mime, Some(sample.filename.to_owned()), sample.bytes.into(), 7))
    }

    /// A tap on a button or list row of a message from the business (section 8.5).
    pub(crate) fn tap(&mut self, wamid: &str, choice: &str) -> Result<String, String> {
        let message = self.messages.get(wamid).cloned().ok_or("there is no such message")?;
        let (kind, content) = reply_to(&message, choice)?;
        let inbound = Inbound {
            customer: message.person,
            context: Some(wamid.to_owned()),
            kind: Some(kind),
            content: Some(content),
            ..Inbound::default()
        };
        self.write(&inbound)
    }

    /// A new number: the old one and the new one are told in a system message (section 5.4).
    pub(crate) fn change_number(&mut self, id: &str, phone: &str) -> Result<(), String> {
        let good = (7..=15).contains(&phone.len()) && phone.bytes().all(|byte| byte.is_ascii_digit());
        if !good || self.by_phone(phone).is_some() {
            return Err("phone must be 7 to 15 digits that nobody has".to_owned());
        }
        let old = self.person(id).cloned().ok_or("there is no such customer")?;
        let portfolio = self.config.waba_id.clone();
        let Some(person) = self.person_mut(id) else { return Ok(()) };
        phone.clone_into(&mut person.customer.phone);
        person.epoch += 1;
        let (new_user, new_parent) = (person.user_id(&portfolio), person.parent_user_id());
        let hidden = old.customer.identity == Identity::UsernameOnly;
        let kind = if hidden { "user_changed_user_id" } else { "user_changed_number" };
        let mut system = Map::new();
        let body = if hidden {
            format!("User {} changed their user id", old.customer.name)
        } else {
            format!("User {} changed from {} to {phone}", old.customer.name, old.customer.phone)
        };
        system.insert("body".to_owned(), json!(body));
        system.insert("type".to_owned(), json!(kind));
        put(&mut system, "wa_id", (!hidden).then_some(phone));
        put(&mut system, "user_id", new_user);
        put(&mut system, "parent_user_id", new_parent);
        put(&mut system, "previous_user_id", old.user_id(&portfolio));
        put(&mut system, "previous_parent_user_id", old.parent_user_id());
        let inbound = Inbound { customer: id.to_owned(), ..Inbound::default() };
        // The message still comes from the old number.
        self.emit(&old, "system", Value::Object(system), &inbound).map(|_| ())
    }

    /// Stops or resumes marketing in the chat's settings (section 5.9).
    pub(crate) fn prefer(&mut self, id: &str, stop: bool) {
        let Some(person) = self.person_mut(id) else { return };
        person.marketing_stopped = stop;
        let person = person.clone();
        let number = self.minter.node("999");
        let entry = InboundEntry {
            id: format!("preference.{number}"),
            customer: id.to_owned(),
            kind: "user_preferences".to_owned(),
            text: None,
            posted: 0,
            acknowledged: false,
        };
        let unit = self.preference_unit(&person, entry.id.clone(), stop);
        self.ledger.wrote(entry, self.clock.now_ms());
        self.post(unit);
    }
}

fn location(inbound: &Inbound) -> Value {
    let mut content = Map::new();
    content.insert("latitude".to_owned(), json!(inbound.latitude.unwrap_or(50.1541)));
    content.insert("longitude".to_owned(), json!(inbound.longitude.unwrap_or(-5.0711)));
    put(&mut content, "name", inbound.name.clone());
    put(&mut content, "address", inbound.address.clone());
    Value::Object(content)
}

/// The reply that a tap makes: its type and content.
fn reply_to(message: &Message, choice: &str) -> Result<(String, Value), String> {
    let none = || "the message has no such choice".to_owned();
    let array = |path: &str| message.content.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    let has = |value: &Value, key: &str| value.get(key).and_then(Value::as_str) == Some(choice);
    if message.kind == "template" {
        let buttons = message.rendered.as_ref().and_then(|view| view.get("buttons")).and_then(Value::as_array);
        let button = buttons
            .and_then(|list| list.iter().find(|one| has(one, "text") || has(one, "payload")))
            .ok_or_else(none)?;
        return Ok(("button".to_owned(), json!({"payload": button.get("payload"), "text": button.get("text")})));
    }
    let interactive = |value: Value| Ok(("interactive".to_owned(), value));
    match message.content.get("type").and_then(Value::as_str).unwrap_or_default() {
        "button" => {
            let buttons = array("/action/buttons");
            let reply = buttons
                .iter()
                .filter_map(|one| one.get("reply"))
                .find(|one| has(one, "id") || has(one, "title"))
                .ok_or_else(none)?;
            interactive(
                json!({"type": "button_reply", "button_reply": {"id": reply.get("id"), "title": reply.get("title")}}),
            )
        }
        "list" => {
            let sections = array("/action/sections");
            let rows = sections.iter().filter_map(|section| section.get("rows").and_then(Value::as_array)).flatten();
            let row = rows.into_iter().find(|row| has(row, "id") || has(row, "title")).ok_or_else(none)?;
            interactive(json!({"type": "list_reply", "list_reply": row}))
        }
        "flow" => interactive(json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent",
            "response_json": json!({"flow_token": message.content.pointer("/action/parameters/flow_token"), "answer": choice}).to_string()}})),
        "location_request_message" => Ok(("location".to_owned(), location(&Inbound::default()))),
        "request_contact_info" => Ok((
            "contacts".to_owned(),
            json!([{"name": {"formatted_name": "Me"}, "origin": "contact_request",
            "phones": [{"phone": message.to_phone.clone().unwrap_or_default(), "type": "CELL"}]}]),
        )),
        _ => Err(none()),
    }
}

/// What a message says in words, for the ledger and the list of chats.
pub(crate) fn words(kind: &str, content: &Value) -> Option<String> {
    let paths: &[&str] = match kind {
        "text" => &["/body"],
        "interactive" => &["/button_reply/title", "/list_reply/title", "/nfm_reply/body", "/body/text"],
        "button" => &["/text"],
        "edit" => &["/message/text/body"],
        "system" => &["/body"],
        _ => &["/caption", "/filename", "/name", "/emoji"],
    };
    paths.iter().find_map(|path| content.pointer(path).and_then(Value::as_str)).map(str::to_owned)
}
