//! The few things that only a browser can do. Call them from effects and event handlers, never while rendering.

use js_sys::Date;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What the browser remembers under `key` on this device.
pub fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Remembers `value`; an empty one is forgotten. A full or forbidden store is no reason to stop.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = if value.is_empty() { storage.remove_item(key) } else { storage.set_item(key, value) };
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// A random id from the browser's own source. (`crypto.randomUUID` is missing on plain HTTP; this is not.)
pub fn random_id() -> Uuid {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        bytes = Date::now().to_bits().to_le_bytes().repeat(2).try_into().unwrap_or_default();
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Seconds since 1970 by this device's clock.
pub fn now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds fit for a while")]
    let seconds = (Date::now() / 1000.0) as i64;
    seconds
}

/// Whether somebody can see this page now.
pub fn visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_none_or(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

/// Whether the pane of this name is laid out wide (so that a phone shows one pane at a time).
pub fn matches(query: &str) -> bool {
    web_sys::window().and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|list| list.matches())
}

/// Puts the focus on the first element that `selector` names.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        let _ = element.focus();
    }
}

/// The first element that `selector` names.
pub fn find(selector: &str) -> Option<HtmlElement> {
    web_sys::window()?.document()?.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// `text` in small letters. The browser knows how; the tables need not be fetched once more.
pub fn lower(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    let lower = js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    let lower = text.to_lowercase();
    lower
}

/// Whether keys now belong to a text that somebody is writing.
pub fn typing() -> bool {
    let Some(active) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element()) else {
        return false;
    };
    let field = match active.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(active.get_attribute("type").as_deref(), Some("file" | "checkbox" | "radio" | "button")),
        _ => false,
    };
    field || active.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}
