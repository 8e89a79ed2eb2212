//! The browser's entry: wakes the page that the server rendered.

use leptos::prelude::window;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the loader script once the module is there.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    app::preload(&window().location().pathname().unwrap_or_default()).await;
    leptos::mount::hydrate_lazy(app::App);
}
