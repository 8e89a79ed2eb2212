//! What is stored of an act, as people read it.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::Fact;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The names of whatever the acts of a page name by their ids.
pub(super) type Names = BTreeMap<Uuid, String>;

/// Every id among values.
pub(super) fn ids<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<Uuid> {
    let mut found = BTreeSet::new();
    for value in values {
        match value {
            Value::String(text) => found.extend(id(text)),
            Value::Array(items) => found.extend(ids(items)),
            Value::Object(fields) => found.extend(ids(fields.values())),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

/// What was noted, and what a change changed.
pub(super) fn facts(details: &Value, before: Option<&Value>, after: Option<&Value>, names: &Names) -> Vec<Fact> {
    let noted = fields(details).into_iter().map(|(name, value)| Fact {
        name: words(name),
        before: None,
        value: value_of(name, value, names),
    });
    noted.chain(changes(before, after, names)).collect()
}

fn changes(before: Option<&Value>, after: Option<&Value>, names: &Names) -> Vec<Fact> {
    match (before, after) {
        (None, None) => Vec::new(),
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            changed_fields(&one_role(before), &one_role(after), names)
        }
        (before, after) => {
            let value = |value: Option<&Value>| text(value.unwrap_or(&Value::Null), names);
            vec![Fact { name: String::new(), before: Some(value(before)), value: value(after) }]
        }
    }
}

/// A role of the workspace's own is stored as `custom` and which one; read, it is one thing.
fn one_role(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = fields.clone();
    if let Some(own) = fields.remove("custom").filter(|own| !own.is_null()) {
        fields.insert("role".to_owned(), own);
    }
    fields
}

fn changed_fields(before: &Map<String, Value>, after: &Map<String, Value>, names: &Names) -> Vec<Fact> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let pairs = keys.into_iter().map(|key| {
        let of = |fields: &Map<String, Value>| fields.get(key).cloned().unwrap_or(Value::Null);
        (key, of(before), of(after))
    });
    let changed = pairs.filter(|(_, before, after)| before != after);
    changed
        .map(|(key, before, after)| Fact {
            name: words(key),
            before: Some(value_of(key, &before, names)),
            value: value_of(key, &after, names),
        })
        .collect()
}

fn fields(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().map(|fields| fields.iter().collect()).unwrap_or_default()
}

/// Words that this program stores are said as words; whatever people typed stays as it is.
fn value_of(name: &str, value: &Value, names: &Names) -> String {
    let text = text(value, names);
    let named = value.as_str().and_then(id).is_some_and(|id| names.contains_key(&id));
    if matches!(name, "role" | "permissions" | "scope") && !named { words(&text) } else { text }
}

fn text(value: &Value, names: &Names) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => id(text).and_then(|id| names.get(&id)).unwrap_or(text).clone(),
        Value::Array(items) if items.is_empty() => "–".to_owned(),
        Value::Array(items) => items.iter().map(|item| text(item, names)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            said.map(|(name, value)| format!("{}: {}", words(name), text(value, names))).collect::<Vec<_>>().join(", ")
        }
    }
}

fn id(text: &str) -> Option<Uuid> {
    // The one form that values are written in; a number of 32 digits is none.
    (text.len() == 36).then(|| Uuid::parse_str(text).ok()).flatten()
}

/// `number_ids` as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
