//! From a webhook body to items (contract section 5).
//!
//! Tolerant: unknown fields are ignored, unknown types become `Unsupported` with their original kept, numbers may come
//! as text and the other way round, every id may be missing. One bad item never spoils its neighbours.

mod lenient;
mod message;
mod status;

use backend::outbound::{Incoming, Item, ParseProblem, Person};
use domain::Timestamp;
use domain::accounts::visible;
use serde::Deserialize;
use serde_json::{Value, json};

use lenient::{clean, list, seconds, text};

#[derive(Deserialize)]
struct Envelope {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    field: String,
    #[serde(default)]
    value: Value,
}

/// Takes a verified webhook body apart.
pub fn envelope(body: &[u8]) -> Result<Vec<Incoming>, ParseProblem> {
    let text = std::str::from_utf8(body).map_err(|_| ParseProblem("not UTF-8"))?;
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ParseProblem("JSON, but no webhook envelope"),
        _ => ParseProblem("not JSON, or nested too deeply"),
    })?;
    let changes = envelope.entry.into_iter().flat_map(|entry| entry.changes);
    Ok(changes.flat_map(|change| self::change(&change.field, clean(change.value))).collect())
}

/// The items of one change. Dispatches on the keys present rather than on the field's name, which Meta has printed
/// wrongly in places (contract 5.7); `standby` nests one level deeper and is only observed.
fn change(field: &str, value: Value) -> Vec<Incoming> {
    let number = value.pointer("/metadata/phone_number_id").and_then(text);
    let contacts = Contacts::of(&value);
    let mut items = Vec::new();
    let mut push = |key: &str, entry: &Value, item: Item| {
        items.push(Incoming { number: number.clone(), item, raw: json!({ "field": field, (key): entry }) });
    };
    if field != "standby" {
        for entry in list(&value, "messages") {
            push("messages", entry, message::parse(entry, &contacts));
        }
        for entry in list(&value, "statuses") {
            push("statuses", entry, status::parse(entry, &contacts));
        }
        for entry in list(&value, "message_echoes") {
            push("message_echoes", entry, message::echo(entry));
        }
        for entry in list(&value, "user_preferences") {
            push("user_preferences", entry, preference(entry, &contacts));
        }
    }
    if items.is_empty() {
        items.push(Incoming { number, item: Item::Noted { field: field.to_owned() }, raw: json!({ "field": field }) });
    }
    items
}

/// Marketing stopped or resumed in WhatsApp itself (contract 5.9).
fn preference(entry: &Value, contacts: &Contacts) -> Item {
    let person = contacts.complete(Person {
        bsuid: entry.get("user_id").and_then(text),
        phone: entry.get("wa_id").and_then(text),
        ..Person::default()
    });
    let at = entry.get("timestamp").and_then(seconds);
    match (entry.get("value").and_then(text).as_deref(), at) {
        (Some("stop"), Some(at)) => Item::MarketingPreference { person, stop: true, at },
        (Some("resume" | "signup"), Some(at)) => Item::MarketingPreference { person, stop: false, at },
        (Some(_), Some(_)) => Item::Noted { field: "user_preferences".to_owned() },
        _ => Item::Bad { kind: "preference", reason: "a preference without value or time".to_owned() },
    }
}

/// The people that a change names, to be matched with its items.
struct Contacts(Vec<Person>);

impl Contacts {
    fn of(value: &Value) -> Self {
        Self(list(value, "contacts").iter().map(person).collect())
    }

    /// Adds what the contact list knows of the item's person: found by either id, or the only one there is.
    fn complete(&self, item: Person) -> Person {
        let same = |known: &&Person| {
            (known.bsuid.is_some() && known.bsuid == item.bsuid) || (known.phone.is_some() && known.phone == item.phone)
        };
        let only = match self.0.as_slice() {
            [only] if item.bsuid.is_none() && item.phone.is_none() => Some(only),
            _ => None,
        };
        let Some(known) = self.0.iter().find(same).or(only) else { return item };
        Person {
            bsuid: item.bsuid.or_else(|| known.bsuid.clone()),
            phone: item.phone.or_else(|| known.phone.clone()),
            username: item.username.or_else(|| known.username.clone()),
            profile_name: item.profile_name.or_else(|| known.profile_name.clone()),
        }
    }
}

fn person(contact: &Value) -> Person {
    let at = |pointer: &str| contact.pointer(pointer).and_then(text);
    Person {
        bsuid: at("/user_id"),
        phone: at("/wa_id"),
        username: at("/profile/username").as_deref().and_then(domain::identity::username),
        profile_name: at("/profile/name").map(|name| visible(&name)).filter(|name| !name.trim().is_empty()),
    }
}

/// A time that an item must have.
fn required_time(entry: &Value) -> Result<Timestamp, String> {
    entry.get("timestamp").and_then(seconds).ok_or_else(|| "no readable timestamp".to_owned())
}

/// A text that an item must have.
fn required(entry: &Value, key: &str) -> Result<String, String> {
    entry.get(key).and_then(text).ok_or_else(|| format!("no {key}"))
}

#[cfg(test)]
mod tests;
