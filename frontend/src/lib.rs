//! The browser's entry: wakes the page that the server rendered.

use leptos::prelude::window;
use wasm_bindgen::prelude::wasm_bindgen;

/// Room in the module's data, which nobody reads. Splitting gives each chunk its own constants only if they fit where they
/// came from, and those that two chunks share take their place twice; without room to spare, the whole data of all chunks
/// goes into what everybody fetches first.
#[used]
static ROOM: [u8; 16 * 1024] = [0; 16 * 1024];

/// Called by the loader script once the module is there.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    app::preload(&window().location().pathname().unwrap_or_default()).await;
    leptos::mount::hydrate_lazy(app::App);
}
