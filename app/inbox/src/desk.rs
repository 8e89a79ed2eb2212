//! Everything about the open conversation: thread, composer, person, keys. A chunk of its own, so that whoever opens
//! the inbox sees the list before any of it has to be fetched.

use domain::live::Topic;
use leptos::prelude::*;
use leptos_meta::Title;
use ui::browser::{kept_opened, visible};
use ui::live::Change;
use ui::reactive::{effect, memo, spawn};
use ui::{Live, Read, t, use_session, view};

use crate::address::Address;
use crate::api::read_thread;
use crate::composer::Composer;
use crate::divider::{Divider, Edge};
use crate::keys::Acts;
use crate::list::ListStore;
use crate::palette::{Help, Palette};
use crate::person::PersonPane;
use crate::presence::Typing;
use crate::thread::{ThreadPane, ThreadStore};

/// The panes beside the list. `asked` is the key that was pressed to get here, if one was.
#[lazy]
pub fn desk(address: Address, list: ListStore, asked: RwSignal<String>) -> AnyView {
    view! { <DeskPanes address list asked /> }
}

/// Fetches the chunk.
pub async fn preload() {
    #[cfg(target_arch = "wasm32")]
    __preload_desk().await;
}

#[component]
fn DeskPanes(address: Address, list: ListStore, asked: RwSignal<String>) -> impl IntoView {
    let me = use_session().with_value(|session| session.me.member);
    let ready = RwSignal::new(false);
    let thread = ThreadStore::new(me, ready);
    let composer = Composer::new(ready);
    let opened = Read::new(
        move || (address.selected.get(), address.before.get()),
        |(selected, before)| async move {
            match selected {
                Some(id) => read_thread(id, before).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let acts = Acts::provide(address, list, thread, composer);
    let typing = Typing::provide(thread);
    follow(thread, typing);
    mark_read(address, thread);
    recall(ready, thread, composer);
    effect(move || {
        let key = asked.get();
        acts.press(&key);
    });
    view! {
        {named(address, thread)}
        <Divider edge=Edge::List label=t!(resize_list) />
        <ThreadPane address thread composer resource=opened />
        <Divider edge=Edge::Person label=t!(resize_person) />
        <PersonPane address thread composer resource=opened />
        <Palette acts />
        <Help acts />
    }
}

/// The document's title follows the conversation in the browser. The server writes its head after the page's signals may
/// be gone, so there it is a plain word.
fn named(address: Address, thread: ThreadStore) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = {
        let _ = (address, thread);
        t!(inbox)
    };
    #[cfg(not(feature = "ssr"))]
    let text = move || title(address, thread);
    view! { <Title text /> }
}

/// The document's title outlives the page for a moment, so a thread that is gone is no reason to stop.
#[cfg(not(feature = "ssr"))]
fn title(address: Address, thread: ThreadStore) -> String {
    let name = thread.head.try_with(|head| head.as_ref().map(|head| head.title.clone())).flatten();
    match name.filter(|_| address.selected.get().is_some()) {
        Some(name) => format!("{name} · {}", t!(inbox)),
        None => t!(inbox).to_owned(),
    }
}

/// Reads the thread again when a change touches it.
fn follow(thread: ThreadStore, typing: Typing) {
    let Some(live) = use_context::<Live>() else { return };
    live.on(move |Change { topic, version }| match topic {
        Topic::Reset => thread.refresh(),
        Topic::Conversation(id) => {
            // Zero stands for a change that has no version.
            let version = version.filter(|version| *version > 0).unwrap_or(i64::MAX);
            if thread.is_open(id) && !thread.shows(id, version) {
                thread.refresh();
            }
        }
        Topic::Presence(id) if thread.is_open(id) => typing.ask(),
        Topic::Presence(_) | Topic::Channels => {}
    });
}

/// Opening a conversation, and each message that arrives while it is seen, is reading it.
fn mark_read(address: Address, thread: ThreadStore) {
    let newest = memo(move || (thread.id.get(), thread.of_head(|head| head.last_inbound).flatten()));
    let read = move || {
        let open = newest.get_untracked().0;
        if open.is_some() && open == address.selected.get_untracked() && visible() {
            thread.read();
        }
    };
    effect(move || {
        newest.track();
        read();
    });
    effect(move || {
        let handle = window_event_listener_untyped("focus", move |_| read());
        on_cleanup(move || handle.remove());
    });
}

/// What an earlier visit wrote and did not send, once it can be read.
fn recall(ready: RwSignal<bool>, thread: ThreadStore, composer: Composer) {
    effect(move || {
        spawn(async move {
            kept_opened().await;
            let _ = ready.try_set(true);
        });
    });
    effect(move || {
        if ready.get() {
            composer.take_up_kept();
        }
    });
    effect(move || {
        if let Some(id) = thread.id.get().filter(|_| ready.get()) {
            thread.recall(id, composer.returned(thread));
        }
    });
}
