//! Bubbles of messages that are not stored yet.

use domain::ClientKey;
use leptos::prelude::*;
use ui::icon::{CLOCK, PAPERCLIP, TRIANGLE_ALERT};
use ui::reactive::{click, effect, memo, rows};
use ui::view;
use ui::{Dialog, Icon, t};

use super::bubble::QuoteLine;
use super::pending::{Pending, PendingState};
use super::store::ThreadStore;
use crate::composer::Composer;

/// What is on its way, below everything else.
#[component]
pub fn OutgoingItems(thread: ThreadStore, composer: Composer) -> impl IntoView {
    view! {
        {rows(
            move || thread.pending.get(),
            |pending| (pending.key, pending.is_sending(), pending.state == PendingState::Overtaken),
            move |pending| view! { <OutgoingItem pending thread composer /> },
        )}
        <OvertakenDialog thread composer />
    }
}

#[component]
fn OutgoingItem(pending: Pending, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let class = if pending.note { "entry entry-note entry-pending" } else { "entry entry-out entry-pending" };
    let file = pending.file_name.clone().map(|name| {
        view! {
            <p class="content-kind">
                <Icon drawing=PAPERCLIP />
                {name}
            </p>
        }
    });
    let quote = pending.quote.clone().map(|quote| view! { <QuoteLine quote /> });
    let body = pending.body.clone();
    let state = match pending.state {
        PendingState::Sending => view! {
            <p class="meta">
                <span class="tick" title=t!(sending)>
                    <Icon drawing=CLOCK />
                    <span class="visually-hidden">{t!(sending)}</span>
                </span>
            </p>
        }
        .into_any(),
        PendingState::NotSent | PendingState::Overtaken => view! { <NotSent pending thread composer /> },
    };
    view! {
        <li class=class>
            <div class="bubble-line">
                <div class="bubble">{quote} {file} <p class="text">{body}</p> {state}</div>
            </div>
        </li>
    }
}

#[component]
fn NotSent(pending: Pending, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let key = pending.key;
    view! {
        <p class="failure" role="alert">
            <Icon drawing=TRIANGLE_ALERT />
            <span>{t!(not_sent)}</span>
            <button
                type="button"
                class="button button-small"
                on:click=click(move |_| thread.send(pending.clone(), composer.returned(thread)))
            >
                {t!(try_again)}
            </button>
            <button type="button" class="button button-quiet button-small" on:click=click(move |_| {
                composer.take_back(key, thread);
            })>{t!(edit)}</button>
        </p>
    }
}

/// A colleague answered while this was written.
#[component]
fn OvertakenDialog(thread: ThreadStore, composer: Composer) -> impl IntoView {
    let open = RwSignal::new(false);
    let overtaken = memo(move || -> Option<ClientKey> {
        thread.pending.with(|list| list.iter().find(|p| p.state == PendingState::Overtaken).map(|p| p.key))
    });
    effect(move || open.set(overtaken.get().is_some()));
    let send = move |_| {
        let pending =
            thread.pending.with_untracked(|list| list.iter().find(|p| p.state == PendingState::Overtaken).cloned());
        if let Some(pending) = pending {
            thread.send(Pending { seen: None, ..pending }, composer.returned(thread));
        }
    };
    let keep = move |_| {
        if let Some(key) = overtaken.get_untracked() {
            composer.take_back(key, thread);
        }
    };
    let who = move || {
        thread.entries.track();
        match thread.answered_by() {
            Some(name) => t!(overtaken_by, name = name).to_string(),
            None => t!(overtaken).to_owned(),
        }
    };
    view! {
        <Dialog open title=t!(overtaken_title)>
            <p>{who}</p>
            <p class="quiet">{t!(overtaken_text)}</p>
            <div class="dialog-actions">
                <button type="button" class="button" autofocus=true on:click=keep>
                    {t!(keep_as_draft)}
                </button>
                <button type="button" class="button button-primary" on:click=send>
                    {t!(send_anyway)}
                </button>
            </div>
        </Dialog>
    }
}
