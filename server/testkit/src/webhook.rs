//! Builders of webhook bodies as Meta sends them (contract section 5).

use bytes::Bytes;
use serde_json::{Value, json};

/// A body with any number of items for one number.
pub struct Webhook {
    number: String,
    contacts: Vec<Value>,
    items: Vec<(&'static str, Value)>,
}

impl Webhook {
    pub fn to(number: &str) -> Self {
        Self { number: number.to_owned(), contacts: Vec::new(), items: Vec::new() }
    }

    /// Names a person in the body's contact list.
    pub fn person(mut self, name: &str, phone: Option<&str>, user_id: Option<&str>) -> Self {
        let mut contact = json!({ "profile": { "name": name } });
        if let Some(phone) = phone {
            contact["wa_id"] = phone.into();
        }
        if let Some(id) = user_id {
            contact["user_id"] = id.into();
        }
        self.contacts.push(contact);
        self
    }

    pub fn message(mut self, message: Value) -> Self {
        self.items.push(("messages", message));
        self
    }

    pub fn status(mut self, status: Value) -> Self {
        self.items.push(("statuses", status));
        self
    }

    pub fn item(mut self, key: &'static str, item: Value) -> Self {
        self.items.push((key, item));
        self
    }

    pub fn body(self) -> Bytes {
        let mut value = json!({ "messaging_product": "whatsapp", "metadata": { "phone_number_id": self.number } });
        if !self.contacts.is_empty() {
            value["contacts"] = self.contacts.into();
        }
        for (key, item) in self.items {
            match value[key].as_array_mut() {
                Some(items) => items.push(item),
                None => value[key] = json!([item]),
            }
        }
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] });
        body.to_string().into()
    }
}

/// A text message of a person known by phone number.
pub fn message(id: &str, phone: &str, second: i64, text: &str) -> Value {
    json!({ "from": phone, "id": id, "timestamp": second.to_string(), "type": "text", "text": { "body": text } })
}

/// A status of a message that we sent.
pub fn status(provider_id: &str, word: &str, second: i64) -> Value {
    json!({ "id": provider_id, "status": word, "timestamp": second.to_string() })
}
