//! The application: its document, its routes and the way in.

#![recursion_limit = "256"]

pub mod api;
mod frame;
mod guard;
mod not_found;
#[cfg(feature = "ssr")]
mod shell;
mod sign_in;

use inbox::{Address, InboxPage};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};
use server_fn::ServerFn;
use settings::{ChannelsPage, ProfilePage};
use ui::view;
use ui::{Clock, Toaster, Toasts};
use wasm_bindgen::JsCast;

use api::SignOut;
use guard::Guarded;
use not_found::NotFound;
#[cfg(feature = "ssr")]
pub use shell::shell;
use sign_in::SignInPage;

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
                <Route path=path!("/sign-in") view={Lazy::<SignInRoute>::new()} ssr=SsrMode::Async />
                <Route path=path!("/inbox/:id?") view=Inbox ssr=SsrMode::Async />
                <Route path=path!("/settings/channels") view={Lazy::<Channels>::new()} ssr=SsrMode::Async />
                <Route path=path!("/settings/profile") view={Lazy::<Profile>::new()} ssr=SsrMode::Async />
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

/// `/sign-in`, which works before it is fetched and is seen once a month.
struct SignInRoute;

#[lazy_route]
impl LazyRoute for SignInRoute {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let _ = this;
        view! { <SignInPage /> }
    }
}

/// `/settings/channels`, fetched when it is opened: operators come rarely.
struct Channels;

#[lazy_route]
impl LazyRoute for Channels {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let _ = this;
        view! { <Guarded page=|| view! { <ChannelsPage /> } /> }.into_any()
    }
}

/// `/settings/profile`, fetched when it is opened.
struct Profile;

#[lazy_route]
impl LazyRoute for Profile {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let _ = this;
        view! { <Guarded page=|| view! { <ProfilePage sign_out=SignOut::url() /> } /> }.into_any()
    }
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
