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

use inbox::{Address, InboxPage};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::{Lazy, SsrMode, path};
use server_fn::ServerFn;
use ui::view;
use ui::{Clock, Toaster, Toasts, WayOut};
use wasm_bindgen::JsCast;

use api::SignOut;
use guard::Guarded;
use not_found::NotFound;
use routes::{inside, outside, setup, workshop};
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
    view! {
            <FlatRoutes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=|| view! { <Redirect path="/inbox" /> } ssr=SsrMode::Async />
                <Route path=path!("/inbox/:id?") view=Inbox ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view={Lazy::<outside::SignIn>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-in/second-factor") view={Lazy::<outside::SecondFactor>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-in/sso") view={Lazy::<outside::SingleSignOn>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view={Lazy::<outside::SignUp>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-up/sent") view={Lazy::<outside::Sent>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-up/confirm") view={Lazy::<outside::Confirm>::new()} ssr=SsrMode::Async />
                <Route path=path!("/forgot-password") view={Lazy::<outside::ForgotPassword>::new()} ssr=SsrMode::Async />
                <Route path=path!("/reset-password") view={Lazy::<outside::ResetPassword>::new()} ssr=SsrMode::Async />
                <Route path=path!("/confirm-address") view={Lazy::<outside::ConfirmAddress>::new()} ssr=SsrMode::Async />
                <Route path=path!("/invitation") view={Lazy::<outside::Invitation>::new()} ssr=SsrMode::Async />
                <Route path=path!("/welcome") view={Lazy::<inside::Welcome>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/profile") view={Lazy::<inside::Profile>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/security") view={Lazy::<inside::Security>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/notifications") view={Lazy::<workshop::Notifications>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/api-keys") view={Lazy::<workshop::ApiKeys>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/team") view={Lazy::<inside::Team>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/business") view={Lazy::<inside::Business>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/audit") view={Lazy::<inside::Audit>::new()} ssr=SsrMode::Async />
                <Route path=path!("/start") view={Lazy::<setup::Start>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/channels") view={Lazy::<setup::Channels>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/channels/connect") view={Lazy::<setup::Connect>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/channels/:id") view={Lazy::<setup::Connection>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/starter-pack") view={Lazy::<setup::StarterPack>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/tags") view={Lazy::<setup::Tags>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/canned-replies") view={Lazy::<setup::Canned>::new()} ssr=SsrMode::Async />
            </FlatRoutes>
    }
}

fn titled(text: &str) -> String {
    if text.is_empty() { "Parley".to_owned() } else { format!("{text} · Parley") }
}

#[component]
fn Inbox() -> impl IntoView {
    view! { <Guarded page=|| view! { <InboxPage /> } /> }
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
