//! News of messages that we sent (contract 5.5).

use backend::outbound::{Item, Person, StatusNews};
use domain::status::DeliveryStatus;
use serde_json::Value;

use super::super::codes;
use super::lenient::{integer, list, text};
use super::{Contacts, required, required_time};

pub(super) fn parse(entry: &Value, contacts: &Contacts) -> Item {
    item(entry, contacts).unwrap_or_else(|reason| Item::Bad { kind: "status", reason })
}

fn item(entry: &Value, contacts: &Contacts) -> Result<Item, String> {
    let provider_id = required(entry, "id")?;
    let at = required_time(entry)?;
    if entry.get("type").and_then(Value::as_str) == Some("call") {
        return Ok(Item::Noted { field: "call status".to_owned() });
    }
    let status = match required(entry, "status")?.as_str() {
        "sent" => DeliveryStatus::Sent,
        "delivered" => DeliveryStatus::Delivered,
        "read" => DeliveryStatus::Read,
        "played" => DeliveryStatus::Played,
        "failed" => DeliveryStatus::Failed,
        // A word that this version does not know: kept in the journal, nothing climbs.
        other => return Ok(Item::Noted { field: format!("status {}", other.chars().take(40).collect::<String>()) }),
    };
    let code = list(entry, "errors").iter().find_map(|error| error.get("code").and_then(integer));
    Ok(Item::Status(StatusNews {
        provider_id,
        status,
        at,
        message: entry.get("biz_opaque_callback_data").and_then(Value::as_str).and_then(|id| id.parse().ok()),
        failure: (status == DeliveryStatus::Failed).then(|| codes::failure(code.unwrap_or(131_000))),
        marketing_stopped: code == Some(131_050),
        person: recipient(entry, contacts),
        pricing: entry.get("pricing").cloned(),
    }))
}

/// The recipient, if the status names them by both a number and an id.
fn recipient(entry: &Value, contacts: &Contacts) -> Option<Person> {
    let named = Person {
        bsuid: entry.get("recipient_user_id").and_then(text),
        phone: entry.get("recipient_id").and_then(text),
        ..Person::default()
    };
    let person = contacts.complete(named);
    (person.bsuid.is_some() && person.phone.is_some()).then_some(person)
}
