//! The inbox page: its three panes, its reads, and what live updates do to them.

use domain::live::Topic;
use leptos::prelude::*;
use leptos_meta::Title;
use ui::browser::visible;
use ui::live::Change;
use ui::{Live, t, use_session};

use crate::address::Address;
use crate::api::{list_conversations, read_thread};
use crate::composer::Composer;
use crate::divider::{Divider, Edge};
use crate::keys::Acts;
use crate::list::{ListPane, ListStore};
use crate::palette::{Help, Palette};
use crate::person::PersonPane;
use crate::presence::Typing;
use crate::thread::{ThreadPane, ThreadStore};

/// `/inbox` and `/inbox/:id`.
#[component]
pub fn InboxPage() -> impl IntoView {
    let address = Address::read();
    let me = use_session().with_value(|session| session.me.member);
    let list = ListStore::new(address);
    let thread = ThreadStore::new(me);
    let composer = Composer::new();
    let listed = Resource::new(
        move || (address.view.get(), address.search.get(), address.after.get()),
        |(view, search, after)| list_conversations(view.as_str().to_owned(), search, after),
    );
    let opened = Resource::new(
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
    follow(address, list, thread, typing);
    view! {
        <Title text=move || title(address, thread) />
        <div class="inbox" data-pane=move || if address.selected.get().is_some() { "thread" } else { "list" }>
            <ListPane address store=list resource=listed />
            <Divider edge=Edge::List label=t!(resize_list) />
            <ThreadPane address thread composer resource=opened />
            <Divider edge=Edge::Person label=t!(resize_person) />
            <PersonPane address thread composer resource=opened />
        </div>
        <Palette acts />
        <Help acts />
    }
}

fn title(address: Address, thread: ThreadStore) -> String {
    match address.selected.get().and_then(|_| thread.of_head(|head| head.title.clone())) {
        Some(name) => format!("{name} · {}", t!(inbox)),
        None => t!(inbox).to_owned(),
    }
}

/// Reads again what a change touches, and marks as read what somebody sees.
fn follow(address: Address, list: ListStore, thread: ThreadStore, typing: Typing) {
    if let Some(live) = use_context::<Live>() {
        live.on(move |Change { topic, version }| match topic {
            Topic::Reset => {
                list.refresh();
                thread.refresh();
            }
            Topic::Conversation(id) => {
                // Zero stands for a change that has no version.
                let version = version.filter(|version| *version > 0).unwrap_or(i64::MAX);
                if !list.shows(id, version) {
                    list.refresh();
                }
                if thread.is_open(id) && !thread.shows(id, version) {
                    thread.refresh();
                }
            }
            Topic::Presence(id) if thread.is_open(id) => typing.ask(),
            Topic::Presence(_) | Topic::Channels => {}
        });
    }
    // Opening a conversation, and each message that arrives while it is seen, is reading it.
    let newest = Memo::new(move |_| (thread.id.get(), thread.of_head(|head| head.last_inbound).flatten()));
    let read = move || {
        let open = newest.get_untracked().0;
        if open.is_some() && open == address.selected.get_untracked() && visible() {
            thread.read();
        }
    };
    Effect::new(move |_| {
        newest.track();
        read();
    });
    Effect::new(move |_| {
        let handle = window_event_listener_untyped("focus", move |_| read());
        on_cleanup(move || handle.remove());
    });
    Effect::new(move |_| list.remember_place(address.selected.get()));
    // What an earlier visit could not send.
    Effect::new(move |_| {
        if let Some(id) = thread.id.get() {
            thread.recall(id);
        }
    });
}
