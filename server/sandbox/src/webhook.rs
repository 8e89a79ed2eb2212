//! Shapes of webhook bodies (sections 5.1 to 5.5 and 5.9).

use serde_json::{Map, Value, json};

use crate::engine::Unit;
use crate::state::{Message, Person, State};

/// Writes JSON as Meta does: non-ASCII as `\uXXXX` and `/` as `\/`, so that a receiver that serialises again before it
/// checks the signature fails.
pub(crate) fn encode(value: &Value, escape: bool) -> Vec<u8> {
    let text = value.to_string();
    if !escape {
        return text.into_bytes();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '/' => out.push_str("\\/"),
            _ if letter.is_ascii() => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.into_bytes()
}

/// The envelope around changes.
pub(crate) fn envelope(waba_id: &str, units: &[Unit]) -> Value {
    let changes: Vec<Value> = units.iter().map(|unit| json!({"field": unit.field, "value": unit.value})).collect();
    json!({"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": changes}]})
}

/// Puts a key only when there is a value: absent identifiers are omitted, never empty (section 5.6).
pub(crate) fn put(map: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value.into());
    }
}

impl State {
    pub(crate) fn metadata(&self) -> Value {
        json!({"display_phone_number": self.display(), "phone_number_id": self.config.phone_number_id})
    }

    /// An item of `contacts`.
    pub(crate) fn contact(&self, person: &Person, with_username: bool) -> Value {
        let mut profile = Map::new();
        profile.insert("name".to_owned(), json!(person.customer.name));
        if with_username && person.shows_username() {
            put(&mut profile, "username", person.customer.username.as_ref().map(|name| format!("@{name}")));
        }
        let mut contact = Map::new();
        contact.insert("profile".to_owned(), Value::Object(profile));
        put(&mut contact, "wa_id", person.shows_phone().then(|| person.customer.phone.clone()));
        put(&mut contact, "user_id", person.user_id(&self.config.waba_id));
        put(&mut contact, "parent_user_id", person.parent_user_id());
        Value::Object(contact)
    }

    /// Sender keys of an inbound message.
    pub(crate) fn sender(&self, person: &Person) -> Map<String, Value> {
        let mut map = Map::new();
        put(&mut map, "from", person.shows_phone().then(|| person.customer.phone.clone()));
        put(&mut map, "from_user_id", person.user_id(&self.config.waba_id));
        put(&mut map, "from_parent_user_id", person.parent_user_id());
        map
    }

    /// A `messages` change with one inbound message.
    pub(crate) fn inbound_unit(&self, person: &Person, message: Map<String, Value>, with_contacts: bool) -> Unit {
        let id = message.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut value = json!({"messaging_product": "whatsapp", "metadata": self.metadata(), "messages": [message]});
        if with_contacts && let Some(map) = value.as_object_mut() {
            map.insert("contacts".to_owned(), json!([self.contact(person, true)]));
        }
        Unit {
            field: "messages".to_owned(),
            value,
            person: Some(person.customer.id.clone()),
            inbound: vec![id],
            statuses: Vec::new(),
        }
    }

    /// A `messages` change with one status (section 5.5).
    pub(crate) fn status_unit(&self, message: &Message, status: &str, priced: bool) -> Unit {
        let person = self.person(&message.person);
        let mut item = Map::new();
        item.insert("id".to_owned(), json!(message.id));
        item.insert("status".to_owned(), json!(status));
        item.insert("timestamp".to_owned(), json!(self.now_s().to_string()));
        self.put_recipient(&mut item, message, person, status);
        put(&mut item, "biz_opaque_callback_data", message.biz.clone());
        if priced {
            self.put_pricing(&mut item, message, status);
        }
        if let Some(code) = message.error.filter(|_| status == "failed") {
            item.insert("errors".to_owned(), json!([crate::graph::errors::webhook_error(code)]));
        }
        let mut value = json!({"messaging_product": "whatsapp", "metadata": self.metadata(), "statuses": [item]});
        // Contacts came in 2026 and are never sent with failures; usernames only once the phone has the message.
        if status != "failed"
            && let (Some(person), Some(map)) = (person, value.as_object_mut())
        {
            map.insert("contacts".to_owned(), json!([self.contact(person, status != "sent")]));
        }
        Unit {
            field: "messages".to_owned(),
            value,
            person: Some(message.person.clone()),
            inbound: Vec::new(),
            statuses: vec![format!("{}:{status}", message.id)],
        }
    }

    fn put_recipient(&self, item: &mut Map<String, Value>, message: &Message, person: Option<&Person>, status: &str) {
        let shared = person.filter(|person| person.shows_phone()).map(|person| person.customer.phone.clone());
        put(item, "recipient_id", message.to_phone.clone().or(shared));
        if status == "failed" && message.to_phone.is_some() {
            return;
        }
        put(item, "recipient_user_id", person.and_then(|person| person.user_id(&self.config.waba_id)));
        put(item, "recipient_parent_user_id", person.and_then(Person::parent_user_id));
    }

    /// Pricing by virtual date (section 6.3) and, for old payload versions, the conversation.
    fn put_pricing(&self, item: &mut Map<String, Value>, message: &Message, status: &str) {
        /// 2026-10-01: from then on service messages are charged.
        const SERVICE_CHARGED_FROM: i64 = 1_790_812_800;
        let charged_by_date = self.now_s() >= SERVICE_CHARGED_FROM;
        let open = self.person(&message.person).is_some_and(|person| person.window_until_ms > self.now_ms());
        let free = match message.category.as_str() {
            "service" => !charged_by_date || message.allowance,
            "utility" => !charged_by_date && open,
            _ => false,
        };
        let kind = if free { "free_customer_service" } else { "regular" };
        item.insert(
            "pricing".to_owned(),
            json!({"billable": !free, "pricing_model": "PMP", "type": kind, "category": message.category}),
        );
        if self.settings.webhook_version < 24 {
            let id = hex::encode(crate::crypto::sha256(message.id.as_bytes()));
            let mut conversation = json!({"id": id.get(..32), "origin": {"type": message.category}});
            if status == "sent"
                && let Some(map) = conversation.as_object_mut()
            {
                map.insert("expiration_timestamp".to_owned(), json!((self.now_s() + 86_400).to_string()));
            }
            item.insert("conversation".to_owned(), conversation);
        }
    }

    /// A `user_preferences` change (section 5.9).
    pub(crate) fn preference_unit(&self, person: &Person, id: String, stop: bool) -> Unit {
        let mut item = Map::new();
        put(&mut item, "wa_id", person.shows_phone().then(|| person.customer.phone.clone()));
        put(&mut item, "user_id", person.user_id(&self.config.waba_id));
        put(&mut item, "parent_user_id", person.parent_user_id());
        let (word, detail) = if stop { ("stop", "stop") } else { ("resume", "resume") };
        item.insert("detail".to_owned(), json!(format!("User requested to {detail} marketing messages")));
        item.insert("category".to_owned(), json!("marketing_messages"));
        item.insert("value".to_owned(), json!(word));
        item.insert("timestamp".to_owned(), json!(self.now_s()));
        Unit {
            field: "user_preferences".to_owned(),
            value: json!({"messaging_product": "whatsapp", "metadata": self.metadata(),
                "contacts": [self.contact(person, true)], "user_preferences": [item]}),
            person: Some(person.customer.id.clone()),
            inbound: vec![id],
            statuses: Vec::new(),
        }
    }
}
