//! Webhook faults that change what is said, not how it is carried (section 8.7).

use serde_json::{Value, json};

use crate::engine::Unit;
use crate::state::State;

/// Applies content faults to a change and returns changes to send besides it.
pub(crate) fn apply(state: &mut State, unit: &mut Unit) -> Vec<Unit> {
    let person = unit.person.clone();
    let person = person.as_deref();
    let mut extra = Vec::new();
    let messages = unit.field == "messages" && !unit.inbound.is_empty();
    let statuses = !unit.statuses.is_empty();
    if state.faults.strike("missing_contacts", person).is_some() {
        remove(&mut unit.value, "contacts");
    }
    if messages && state.faults.strike("missing_from", person).is_some() {
        each(&mut unit.value, "messages", |message| remove(message, "from"));
    }
    if messages && state.faults.strike("unknown_type", person).is_some() {
        each(&mut unit.value, "messages", |message| {
            put(message, "type", json!("hologram"));
            put(message, "hologram", json!({"depth": 3}));
        });
    }
    if messages && state.faults.strike("timestamp_number", person).is_some() {
        each(&mut unit.value, "messages", timestamp_as_number);
    }
    if statuses && state.faults.strike("unknown_enum", person).is_some() {
        let mut copy = unit.clone();
        each(&mut copy.value, "statuses", |status| put(status, "status", json!("teleported")));
        copy.statuses.clear();
        extra.push(copy);
        each(&mut unit.value, "statuses", |status| {
            if let Some(pricing) = status.get_mut("pricing") {
                put(pricing, "type", json!("regular_plus"));
            }
        });
    }
    if state.faults.strike("unknown_field", person).is_some() {
        put(&mut unit.value, "future_key", json!({"nested": [1, 2, 3]}));
        extra.push(Unit {
            field: "future_field".to_owned(),
            value: json!({"messaging_product": "whatsapp", "surprise": {"level": 7}}),
            person: None,
            inbound: Vec::new(),
            statuses: Vec::new(),
        });
    }
    extra
}

fn each(value: &mut Value, list: &str, change: impl Fn(&mut Value)) {
    if let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(change);
    }
}

fn put(value: &mut Value, key: &str, new: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), new);
    }
}

fn remove(value: &mut Value, key: &str) {
    if let Some(map) = value.as_object_mut() {
        map.remove(key);
    }
}

fn timestamp_as_number(message: &mut Value) {
    let number = message.get("timestamp").and_then(Value::as_str).and_then(|text| text.parse::<i64>().ok());
    if let Some(number) = number {
        put(message, "timestamp", json!(number));
    }
}
