//! The inbox page: the list, and beside it the desk of the open conversation, which is fetched when it is needed.

use domain::conversations::ConversationList;
use domain::live::Topic;
use leptos::prelude::*;
use leptos_meta::Title;
use ui::browser::{focus, typing};
use ui::live::Change;
use ui::reactive::{dynamic, effect, part};
use ui::{Live, Read, Skeleton, t, view};

use crate::address::Address;
use crate::api::list_conversations;
use crate::desk::desk;
use crate::list::{ListPane, ListStore};
use crate::nothing::NothingOpen;

/// Fetches what the page at `path` shows, so that it can wake up whole.
pub async fn preload(path: &str) {
    #[cfg(target_arch = "wasm32")]
    __preload_list_pane().await;
    if path.starts_with("/inbox/") {
        crate::desk::preload().await;
    }
}

/// The list, a chunk of its own: whoever signs in or only changes a setting need not fetch it.
#[lazy]
pub fn list_pane(address: Address, store: ListStore, resource: Read<ConversationList>) -> AnyView {
    view! { <ListPane address store resource /> }
}

/// `/inbox` and `/inbox/:id`.
#[component]
pub fn InboxPage() -> impl IntoView {
    let address = Address::get();
    let list = ListStore::new(address);
    let listed = Read::new(
        move || (address.view.get(), address.search.get(), address.after.get()),
        |(view, search, after)| list_conversations(view.as_str().to_owned(), search, after),
    );
    follow(list);
    effect(move || list.remember_place(address.selected.get()));
    // Once fetched, the desk stays.
    let asked = RwSignal::new(String::new());
    let needed = Memo::new(move |before: Option<&bool>| {
        let selected = address.selected.get().is_some();
        before.copied().unwrap_or_default() || selected || asked.with(|key| !key.is_empty())
    });
    first_key(needed, asked);
    view! {
        <Title text=t!(inbox) />
        <div
            class="inbox"
            data-pane=dynamic(move || if address.selected.get().is_some() { "thread" } else { "list" })
        >
            <Transition fallback=|| {
                view! {
                    <section class="pane pane-list">
                        <Skeleton rows=9 class="skeleton-list" />
                    </section>
                }
            }>{Suspend::new(async move { list_pane(address, list, listed).await })}</Transition>
            {beside(address, list, needed, asked)}
        </div>
    }
}

/// The desk at once where the address asks for it, or in place of a hint once it is needed. (Not one closure for
/// both: the server runs closures twice, and with them everything that they read.)
fn beside(address: Address, list: ListStore, needed: Memo<bool>, asked: RwSignal<String>) -> AnyView {
    if needed.get_untracked() {
        return view! { <Desk address list asked /> };
    }
    let beside = part(move || match needed.get() {
        true => view! { <Desk address list asked /> },
        false => view! { <NothingOpen /> },
    });
    beside.into_any()
}

#[component]
fn Desk(address: Address, list: ListStore, asked: RwSignal<String>) -> impl IntoView {
    view! {
        <Transition fallback=|| {
            view! {
                <section class="pane pane-thread">
                    <Skeleton rows=6 class="skeleton-thread" />
                </section>
            }
        }>{Suspend::new(async move { desk(address, list, asked).await })}</Transition>
    }
}

/// Before the desk is there, the first of its keys fetches it; it then does what the key says.
fn first_key(needed: Memo<bool>, asked: RwSignal<String>) {
    effect(move || {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            let idle =
                !event.default_prevented() && !event.is_composing() && !event.alt_key() && !needed.get_untracked();
            if !idle {
                return;
            }
            let (key, command) = (event.key(), event.ctrl_key() || event.meta_key());
            match key.as_str() {
                "k" | "K" if command => asked.set("palette".to_owned()),
                _ if command || typing() => return,
                "f" | "F" => focus("#search"),
                "j" | "J" | "ArrowDown" | "?" | "1" | "2" | "3" | "4" => asked.set(key),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
    });
}

/// Reads the list again when a change touches it.
fn follow(list: ListStore) {
    let Some(live) = use_context::<Live>() else { return };
    live.on(move |Change { topic, version }| match topic {
        Topic::Reset => list.refresh(),
        // Zero stands for a change that has no version.
        Topic::Conversation(id) if !list.shows(id, version.filter(|v| *v > 0).unwrap_or(i64::MAX)) => list.refresh(),
        Topic::Conversation(_) | Topic::Presence(_) | Topic::Channels => {}
    });
}
