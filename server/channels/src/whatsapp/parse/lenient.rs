//! Reading values that Meta writes in more than one way.

use domain::Timestamp;
use serde_json::Value;

/// Text or a number, as non-empty text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, or text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// An integer, or text that is one.
pub(super) fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Unix seconds as text or number (contract 0.3).
pub(super) fn seconds(value: &Value) -> Option<Timestamp> {
    Timestamp::from_second(integer(value)?).ok()
}

/// An array under a key; anything else is an empty one.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Replaces NUL, which PostgreSQL cannot store, by the character that stands for what is unreadable (U+FFFD).
pub(super) fn clean(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(items) => Value::Array(items.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(key, value)| (key.replace('\0', "\u{fffd}"), clean(value))).collect(),
        ),
        other => other,
    }
}
