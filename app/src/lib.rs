//! The application: its document, its routes and the way in.

#![recursion_limit = "256"]

mod address;
mod alone;
pub mod api;
mod frame;
mod guard;
mod invitation;
mod not_found;
mod passkey;
mod password;
mod routes;
#[cfg(feature = "ssr")]
mod shell;
mod sign_in;
mod sign_up;
mod single_sign_on;

use inbox::Address;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Router};
use server_fn::ServerFn;
use ui::view;
use ui::{Clock, Toaster, Toasts, WayOut};
use wasm_bindgen::JsCast;

use api::SignOut;
use not_found::NotFound;
use routes::routes;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// Fetches what the page at `path` shows, so that it can wake up in one go.
pub async fn preload(path: &str) {
    if path == "/inbox" || path.starts_with("/inbox/") {
        inbox::preload(path).await;
    }
}

/// The root component, the same on both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Toasts::provide();
    Clock::provide();
    provide_context(WayOut(SignOut::url()));
    close_menus();
    view! {
        <Title formatter=|text: String| titled(&text) />
        <Router>
            <Pages />
        </Router>
        <Toaster />
    }
}

#[component]
fn Pages() -> impl IntoView {
    Address::provide();
    view! { <FlatRoutes fallback=|| view! { <NotFound /> } children=ToChildren::to_children(routes) /> }
}

fn titled(text: &str) -> String {
    if text.is_empty() { "Parley".to_owned() } else { format!("{text} · Parley") }
}

/// Menus are `details`, which nothing closes by itself: a click elsewhere, Escape and a choice do.
fn close_menus() {
    Effect::new(|_| {
        let close = |keep: Option<web_sys::Node>| {
            let Ok(open) = document().query_selector_all("details.menu[open]") else { return };
            for at in 0..open.length() {
                let Some(menu) = open.item(at) else { continue };
                let inside = keep.as_ref().is_some_and(|node| menu.contains(Some(node)));
                if !inside && let Some(menu) = menu.dyn_ref::<web_sys::Element>() {
                    let _ = menu.remove_attribute("open");
                }
            }
        };
        let click = window_event_listener(leptos::ev::click, move |event| {
            close(event.target().and_then(|target| target.dyn_into().ok()));
        });
        let key = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" {
                close(None);
            }
        });
        on_cleanup(move || {
            click.remove();
            key.remove();
        });
    });
}
