//! The few things that only a browser can do. Call them from effects and event handlers, never while rendering.

use domain::members::Seal;
use js_sys::{Date, Promise};
use uuid::Uuid;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
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

// `kept.js`. Should it be missing, nothing is kept and nothing else is wrong.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = parleyKept)]
    fn begin(seal: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = parleyKept)]
    fn opened() -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = parleyKept)]
    fn get(slot: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch, js_namespace = parleyKept)]
    fn set(slot: &str, text: &str) -> Result<(), JsValue>;
}

/// Opens what the person of this page wrote here earlier and did not send, and removes what anybody else did.
pub fn open_kept(seal: &Seal) {
    let _ = begin(&seal.0);
}

/// Waits until [`kept`] knows what was written earlier.
pub async fn kept_opened() {
    if let Ok(opened) = opened() {
        let _ = JsFuture::from(opened).await;
    }
}

/// What the person of this page wrote under `slot` and has not sent.
pub fn kept(slot: &str) -> Option<String> {
    get(slot).ok().flatten()
}

/// Keeps `text` on this device until it is sent, sealed so that only its writer's sessions read it; an empty one is forgotten.
pub fn keep(slot: &str, text: &str) {
    let _ = set(slot, text);
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

/// Scrolls what `selector` names into sight, no further than needed.
pub fn reveal(selector: &str) {
    if let Some(node) = find(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        node.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Closes every opened `details` that `selector` names.
pub fn fold(selector: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    while let Ok(Some(open)) = document.query_selector(selector) {
        if open.remove_attribute("open").is_err() {
            return;
        }
    }
}

/// Empties every form that `selector` names, or puts back what it came with.
pub fn reset(selector: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(forms) = document.query_selector_all(selector) else { return };
    for at in 0..forms.length() {
        if let Some(form) = forms.item(at).and_then(|node| node.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            form.reset();
        }
    }
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

/// What is typed into the field that `selector` names.
pub fn value(selector: &str) -> Option<String> {
    Some(find(selector)?.dyn_into::<web_sys::HtmlInputElement>().ok()?.value())
}

/// Puts `text` on the clipboard. Whether the browser let it is not told; without HTTPS there is none.
pub fn copy(text: &str) {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return };
    let Ok(clipboard) = js_sys::Reflect::get(&navigator, &"clipboard".into()) else { return };
    let write = js_sys::Reflect::get(&clipboard, &"writeText".into()).ok().and_then(|write| write.dyn_into().ok());
    let Some(write) = write else { return };
    let write: js_sys::Function = write;
    let Some(promise) = write.call1(&clipboard, &text.into()).ok().and_then(|it| it.dyn_into::<js_sys::Promise>().ok())
    else {
        return;
    };
    let refused = wasm_bindgen::closure::Closure::<dyn FnMut(wasm_bindgen::JsValue)>::new(|_| {});
    let _ = promise.catch(&refused);
    refused.forget();
}

/// Tells scripts of the page that something happened (`notices.js` listens).
pub fn announce(name: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(name)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// Leaves for another page, with a memory of its own.
pub fn leave(path: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().replace(path);
    }
}

/// Opens the browser's print dialog.
pub fn print() {
    if let Some(window) = web_sys::window() {
        let _ = window.print();
    }
}

fn intl(name: &str) -> Option<js_sys::Function> {
    let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    js_sys::Reflect::get(&intl, &name.into()).ok()?.dyn_into().ok()
}

/// The time zone of this device, as the IANA database names it.
pub fn time_zone() -> Option<String> {
    let format = intl("DateTimeFormat")?.call0(&wasm_bindgen::JsValue::UNDEFINED).ok()?;
    let options = js_sys::Reflect::get(&format, &"resolvedOptions".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    let resolved = options.call0(&format).ok()?;
    js_sys::Reflect::get(&resolved, &"timeZone".into()).ok()?.as_string()
}

/// The time zones that this browser knows.
pub fn time_zones() -> Vec<String> {
    let known = intl("supportedValuesOf")
        .and_then(|values| values.call1(&wasm_bindgen::JsValue::UNDEFINED, &"timeZone".into()).ok())
        .and_then(|list| list.dyn_into::<js_sys::Array>().ok());
    known.map(|list| list.iter().filter_map(|zone| zone.as_string()).collect()).unwrap_or_default()
}
