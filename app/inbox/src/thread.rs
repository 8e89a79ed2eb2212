//! The middle pane: a conversation from its end upwards.

mod bubble;
mod content;
mod head;
mod items;
mod media;
mod outgoing;
mod pending;
mod scroll;
mod store;
mod ticks;
mod viewer;

use domain::conversations::ConversationStatus;
use leptos::html;
use leptos::prelude::*;
use ui::icon::ARROW_DOWN;
use ui::reactive::{click, dynamic, effect, memo, part, rows, scroll};
use ui::view;
use ui::{Clock, Failed, Icon, LoadOnce, Read, Shape, Skeleton, Time, t};

use crate::address::Address;
use crate::api::OpenThread;
use crate::composer::{Composer, ComposerPane};
use crate::nothing::NothingText;
use crate::presence::PresenceLine;
use bubble::EntryItem;
use head::{NoThreadHead, ThreadHead};
use items::{Item, items};
use outgoing::OutgoingItems;
use scroll::{NEAR, hold_position};
use viewer::{Viewer, ViewerDialog};

pub use bubble::{QuoteLine, anchor};
pub use media::size_words;
pub use pending::{Pending, PendingState, Returned};
use store::Shown;
pub use store::ThreadStore;

/// The pane of the selected conversation.
#[component]
pub fn ThreadPane(
    address: Address,
    thread: ThreadStore,
    composer: Composer,
    resource: Read<Option<OpenThread>>,
) -> impl IntoView {
    let viewer = Viewer::provide();
    Effect::new(move |before: Option<()>| {
        let read = resource.get();
        if before.is_some()
            && let Some(read) = read
        {
            thread.show(read);
        }
    });
    let retry = Callback::new(move |()| resource.refetch());
    let now = Clock::now();
    // Only a page that is alive opens another conversation in place.
    let opening = move || now.get().is_some() && address.selected.get().is_some_and(|id| thread.id.get() != Some(id));
    let body = move || {
        part(move || match thread.shown.get() {
            Shown::Nothing => view! { <NothingText /> },
            Shown::Failed(error) => view! {
                <NoThreadHead address />
                <Failed error retry />
            }
            .into_any(),
            Shown::Thread => view! {
                <ThreadHead address thread />
                <Entries address thread composer />
                <PresenceLine thread />
                <ComposerPane address thread composer />
            }
            .into_any(),
        })
    };
    view! {
        <section class="pane pane-thread" class:opening=opening aria-label=t!(conversation)>
            <LoadOnce
                resource
                skeleton=|| view! { <Skeleton rows=6 class="skeleton-thread" /> }
                children=move |read| {
                    thread.start(read);
                    body().into_any()
                }
            />
            <ViewerDialog viewer thread />
        </section>
    }
}

/// The scroller grows upwards (`column-reverse`): it opens at the end without scripts, and older entries put on top
/// move nothing.
#[component]
fn Entries(address: Address, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let up = RwSignal::new(false);
    let seen = RwSignal::new(thread.arrived.get_untracked());
    let on_scroll = move |_| {
        let Some(node) = scroller.get_untracked() else { return };
        let from_end = -node.scroll_top();
        up.set(from_end > NEAR);
        if from_end <= NEAR {
            seen.set(thread.arrived.get_untracked());
        }
        if node.scroll_height() - node.client_height() - from_end < 300 {
            thread.older();
        }
    };
    hold_position(thread, scroller);
    // Another conversation opens at its end.
    effect(move || {
        thread.id.track();
        up.set(false);
        seen.set(0);
        if let Some(node) = scroller.get_untracked() {
            node.set_scroll_top(0);
        }
    });
    view! {
        <div class="thread-scroll" node_ref=scroller on:scroll=scroll(on_scroll) tabindex="0" aria-label=t!(messages)>
            <ol class="entries">
                <Older address thread />
                <Items thread composer />
                <OutgoingItems thread composer />
                <Resolved thread />
            </ol>
        </div>
        <ToNewest address thread up seen scroller />
        <Announcer thread />
    }
}

#[component]
fn Items(thread: ThreadStore, composer: Composer) -> impl IntoView {
    let now = Clock::now();
    let alive = memo(move || now.get().is_some());
    rows(
        move || thread.entries.with(|entries| items(entries, alive.get())),
        move |item| item.key(alive.get_untracked()),
        move |item| match item {
            Item::Day(at) => view! { <DayLine at /> },
            Item::Entry { entry, follows } => view! { <EntryItem entry follows thread composer /> },
        },
    )
}

#[component]
fn DayLine(at: domain::Timestamp) -> impl IntoView {
    view! {
        <li class="day">
            <Time at shape=Shape::Day />
        </li>
    }
}

/// A link without scripts; with them the scroller reads on by itself.
#[component]
fn Older(address: Address, thread: ThreadStore) -> impl IntoView {
    part(move || {
        thread.before.get().map(|before| {
            view! {
                <li class="older">
                    <a
                        class="button button-small"
                        href=dynamic(move || address.with(&format!("before={}", before.0)))
                        on:click=click(move |event| {
                            event.prevent_default();
                            thread.older();
                        })
                    >
                        {part(move || if thread.loading_older.get() { t!(loading) } else { t!(older_messages) })}
                    </a>
                </li>
            }
        })
    })
}

#[component]
fn Resolved(thread: ThreadStore) -> impl IntoView {
    part(move || {
        let resolved = thread.of_head(|head| head.status == ConversationStatus::Resolved) == Some(true);
        resolved.then(|| view! { <li class="day resolved-line">{t!(is_resolved)}</li> })
    })
}

#[component]
fn ToNewest(
    address: Address,
    thread: ThreadStore,
    up: RwSignal<bool>,
    seen: RwSignal<u32>,
    scroller: NodeRef<html::Div>,
) -> impl IntoView {
    let fresh = move || thread.arrived.get().saturating_sub(seen.get());
    let go = move |event: web_sys::MouseEvent| {
        if thread.detached.get_untracked() {
            return;
        }
        event.prevent_default();
        if let Some(node) = scroller.get_untracked() {
            node.set_scroll_top(0);
        }
    };
    part(move || {
        (up.get() || thread.detached.get()).then(|| {
            view! {
                <a class="to-newest button" href=dynamic(move || address.with("")) on:click=go>
                    <Icon drawing=ARROW_DOWN />
                    {part(move || match fresh() {
                        0 => t!(jump_to_newest).to_owned(),
                        count => t!(new_items, count = count).to_string(),
                    })}
                </a>
            }
        })
    })
}

/// Tells screen readers of what arrives.
#[component]
fn Announcer(thread: ThreadStore) -> impl IntoView {
    let said = memo(move || {
        if thread.arrived.get() == 0 {
            return String::new();
        }
        let preview = thread.entries.with_untracked(|entries| {
            entries.last().map(|entry| entry.row.with_untracked(|row| row.content.preview()))
        });
        t!(new_message, text = preview.unwrap_or_default()).to_string()
    });
    view! {
        <p class="visually-hidden" aria-live="polite">
            {said}
        </p>
    }
}
