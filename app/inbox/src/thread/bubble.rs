//! One entry of the thread.

use domain::messages::{Direction, MessageRow, Quote, Sender};
use domain::status::DeliveryStatus;
use domain::{MessageId, Permission};
use leptos::prelude::*;
use ui::icon::{REPLY, SMILE, STICKY_NOTE};
use ui::reactive::{click, dynamic, part, spawn};
use ui::toast::{toast_error, use_toasts};
use ui::view;
use ui::{Icon, Menu, Shape, Time, t, use_session};

use super::content::content_view;
use super::store::{Entry, ThreadStore};
use super::ticks::{FailureNote, Ticks};
use crate::api::react;
use crate::composer::Composer;

const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// An entry: a bubble of theirs or ours, or a strip for a note.
#[component]
pub fn EntryItem(entry: Entry, follows: bool, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let id = entry.id;
    let row = entry.row.clone();
    let direction = row.with_untracked(|row| row.direction);
    let class = format!("entry entry-{}{}", direction.as_str(), if follows { " entry-follows" } else { "" });
    let tools = (direction != Direction::Note).then(|| view! { <Tools entry thread composer /> });
    view! {
        <li class=class id=anchor(id)>
            <div class="bubble-line">
                <div class="bubble">{part(move || row.with(|row| inside(row, follows)))}</div>
                {tools}
            </div>
        </li>
    }
}

/// The id of an entry in the document, to jump to.
pub fn anchor(id: MessageId) -> String {
    format!("m-{id}")
}

fn inside(row: &MessageRow, follows: bool) -> AnyView {
    let name = (!follows).then(|| heading(row)).flatten();
    let quote = row.quote.clone().map(|quote| view! { <QuoteLine quote /> });
    let body = if row.revoked {
        view! { <p class="text text-event">{t!(revoked)}</p> }.into_any()
    } else {
        content_view(&row.content)
    };
    let failure = row
        .delivery
        .as_ref()
        .filter(|delivery| delivery.status == DeliveryStatus::Failed)
        .and_then(|delivery| delivery.failure.clone())
        .map(|failure| view! { <FailureNote failure /> });
    let ticks = row.delivery.clone().map(|delivery| view! { <Ticks delivery /> });
    let doubt = row
        .delivery
        .as_ref()
        .is_some_and(|delivery| delivery.status == DeliveryStatus::InDoubt)
        .then(|| view! { <p class="doubt">{t!(in_doubt_text)}</p> });
    view! {
        {name}
        {quote}
        {body}
        <p class="meta">
            {row.edited.then(|| view! { <span>{t!(edited)}</span> })}
            <Time at=row.at shape=Shape::Clock />
            {ticks}
        </p>
        {failure}
        {doubt}
        {reactions(row)}
    }
    .into_any()
}

/// Who speaks: always for ours and for notes; theirs is the person at the top.
fn heading(row: &MessageRow) -> Option<AnyView> {
    let who = match &row.sender {
        Sender::Customer => None,
        Sender::Member { name, .. } => Some(name.clone()),
        Sender::Api { name } => Some(t!(sender_api, name = name.clone()).to_string()),
        Sender::System => Some(t!(sender_system).to_owned()),
        Sender::PhoneApp => Some(t!(sender_phone).to_owned()),
    };
    match row.direction {
        Direction::Note => Some(
            view! {
                <p class="note-label">
                    <Icon drawing=STICKY_NOTE />
                    {t!(internal_note)}
                    {who.map(|who| view! { <span class="note-author">{who}</span> })}
                </p>
            }
            .into_any(),
        ),
        _ => who.map(|who| view! { <p class="sender">{who}</p> }.into_any()),
    }
}

fn reactions(row: &MessageRow) -> Option<AnyView> {
    let theirs = row.their_reaction.clone().map(|emoji| {
        let label = t!(their_reaction, emoji = emoji.clone()).to_string();
        view! { <span class="reaction" title=label>{emoji}</span> }
    });
    let ours = row.our_reaction.clone().map(|emoji| {
        let label = t!(our_reaction, emoji = emoji.clone()).to_string();
        view! { <span class="reaction reaction-ours" title=label>{emoji}</span> }
    });
    (theirs.is_some() || ours.is_some()).then(|| view! { <p class="reactions">{theirs} {ours}</p> }.into_any())
}

/// What is answered; a link to it where it is here.
#[component]
pub fn QuoteLine(quote: Quote) -> impl IntoView {
    let inside = view! {
        <span class="quote-author">{quote.author}</span>
        <span class="quote-text">{quote.preview}</span>
    };
    match quote.id {
        Some(id) => view! {
            <a
                class="quote"
                href=format!("#{}", anchor(id))
                on:click=click(move |event| {
                    event.prevent_default();
                    jump(id);
                })
            >
                {inside}
            </a>
        }
        .into_any(),
        None => view! { <p class="quote">{inside}</p> }.into_any(),
    }
}

/// Brings an entry into view and points it out.
fn jump(id: MessageId) {
    let Some(element) = ui::browser::find(&format!("[id='{}']", anchor(id))) else { return };
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    let _ = element.class_list().remove_1("pointed-out");
    let _ = element.offset_width();
    let _ = element.class_list().add_1("pointed-out");
}

/// What can be done with a message; seen on hover and on focus.
#[component]
fn Tools(entry: Entry, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let may = use_session().with_value(|session| session.may(Permission::SendMessages));
    let (id, row) = (entry.id, entry.row.clone());
    let own = entry.row;
    let open = move || thread.blocked(None).is_none();
    let reply = Callback::new(move |()| composer.reply_to(&row.get_untracked(), thread));
    may.then(|| {
        view! {
            <div class="tools" class:tools-off=dynamic(move || !open())>
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    aria-label=t!(reply)
                    title=t!(reply)
                    on:click=click(move |_| reply.run(()))
                >
                    <Icon drawing=REPLY />
                </button>
                <Reactions id row=own />
            </div>
        }
    })
}

#[component]
fn Reactions(id: MessageId, row: ArcRwSignal<MessageRow>) -> impl IntoView {
    let toasts = use_toasts();
    let choices = EMOJI
        .into_iter()
        .map(|emoji| {
            let row = row.clone();
            let choose = move |_| {
                let before = row.with_untracked(|row| row.our_reaction.clone());
                let wanted = (before.as_deref() != Some(emoji)).then(|| emoji.to_owned());
                row.update(|row| row.our_reaction.clone_from(&wanted));
                let row = row.clone();
                spawn(async move {
                    if let Err(error) = react(id, wanted.unwrap_or_default()).await {
                        row.update(|row| row.our_reaction = before);
                        toast_error(toasts, error.0);
                    }
                });
            };
            view! {
                <button type="button" class="button button-quiet emoji" on:click=choose>
                    {emoji}
                </button>
            }
        })
        .collect_view();
    view! {
        <Menu label=t!(react) class="menu-emoji" face=|| view! { <Icon drawing=SMILE /> }>
            {choices}
        </Menu>
    }
}
