//! The top of a thread: who, how long free answers are possible, and what to do with the conversation.

use domain::conversations::ConversationStatus;
use domain::{MemberId, Permission};
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::icon::{CHECK_CHECK, CHEVRON_LEFT, CIRCLE_CHECK, CLOCK, PANEL_RIGHT, ROTATE_CCW, USER_PLUS};
use ui::reactive::{click, dynamic, memo, part, submit};
use ui::view;
use ui::{Avatar, Badge, Clock, Icon, Menu, PlaceField, t, use_session};

use super::store::ThreadStore;
use crate::address::Address;
use crate::api::{Assign, MarkRead, Reopen, Resolve};
use crate::keys::{Act, Acts};
use crate::list::{Window, until, window};

#[component]
pub fn ThreadHead(address: Address, thread: ThreadStore) -> impl IntoView {
    let title = move || thread.of_head(|head| head.title.clone()).unwrap_or_default();
    let channel = move || thread.of_head(|head| head.channel_name.clone());
    view! {
        <header class="thread-head">
            <BackToList address />
            {part(move || view! { <Avatar name=title() /> })}
            <div class="thread-title">
                <h2>{title}</h2>
                <p class="thread-facts">
                    <Countdown thread />
                    <span class="thread-channel">{channel}</span>
                </p>
            </div>
            <div class="thread-actions">
                <AssignMenu thread />
                <ResolveButton thread />
                <a
                    class="button button-quiet button-icon person-toggle"
                    href=dynamic(move || if address.person.get() { address.with("") } else { address.with("person") })
                    aria-label=t!(show_person)
                    title=t!(show_person)
                >
                    <Icon drawing=PANEL_RIGHT />
                </a>
            </div>
        </header>
    }
}

/// A phone shows one pane at a time.
#[component]
fn BackToList(address: Address) -> impl IntoView {
    view! {
        <a class="button button-quiet button-icon back" href=dynamic(move || address.of_list()) aria-label=t!(back_to_list)>
            <Icon drawing=CHEVRON_LEFT />
        </a>
    }
}

/// Stands over a conversation that cannot be shown.
#[component]
pub fn NoThreadHead(address: Address) -> impl IntoView {
    view! {
        <div class="back thread-gone">
            <BackToList address />
        </div>
    }
}

/// The service window, counting down; amber under an hour.
#[component]
fn Countdown(thread: ThreadStore) -> impl IntoView {
    let now = Clock::now();
    part(move || {
        // Nobody waits for an answer to a sample.
        if thread.of_head(|head| head.contact.sample) == Some(true) {
            return view! { <Badge text=t!(sample) /> };
        }
        let expires = thread.of_head(|head| head.window_expires_at).flatten();
        let (class, text) = match now.get().map(|now| window(expires, now)) {
            Some(Window::Open(left)) => ("window", t!(window_open_for, time = left).to_string()),
            Some(Window::Short(left)) => ("window window-short", t!(window_open_for, time = left).to_string()),
            Some(Window::Closed) => ("window window-closed", t!(window_closed_long).to_owned()),
            Some(Window::Never) => ("window window-closed", t!(window_never).to_owned()),
            None => ("window", expires.map_or_else(|| t!(window_never).to_owned(), until)),
        };
        view! {
            <span class=class title=t!(window_title)>
                <Icon drawing=CLOCK />
                {text}
            </span>
        }
    })
}

#[component]
fn AssignMenu(thread: ThreadStore) -> impl IntoView {
    let session = use_session();
    let may = session.with_value(|session| session.may(Permission::ManageConversations));
    let face = move || {
        let assignee = thread.of_head(|head| head.assignee).flatten().and_then(|id| {
            session.with_value(|session| session.name_of(id).map(|name| (name.to_owned(), session.picture_of(id))))
        });
        match assignee {
            Some((name, picture)) => view! {
                <Avatar name=name.clone() picture small=true />
                <span class="button-label">{name}</span>
            }
            .into_any(),
            None => view! {
                <Icon drawing=USER_PLUS />
                <span class="button-label">{t!(assign)}</span>
            }
            .into_any(),
        }
    };
    may.then(|| {
        let members = session.with_value(|session| session.members.clone());
        let me = session.with_value(|session| session.me.member);
        let choices = members
            .into_iter()
            .map(|member| {
                let label = if member.id == me { t!(assign_me).to_owned() } else { member.name.clone() };
                view! { <Choice thread member=Some(member.id) name=member.name picture=member.picture label /> }
            })
            .collect_view();
        view! {
            <Menu id="assign-menu" label=t!(assign) face=move || face>
                <form method="post" action=Assign::url() class="choices">
                    <PlaceField />
                    <input
                        type="hidden"
                        name="conversation"
                        value=dynamic(move || thread.id.get().map(|id| id.to_string()))
                    />
                    {choices}
                    <Choice thread member=None name="".to_owned() picture=None label=t!(assign_nobody).to_owned() />
                </form>
            </Menu>
        }
    })
}

#[component]
fn Choice(
    thread: ThreadStore,
    member: Option<MemberId>,
    name: String,
    #[prop(optional_no_strip)] picture: Option<String>,
    label: String,
) -> impl IntoView {
    let acts = Acts::get();
    view! {
        <button
            type="submit"
            class="choice"
            name="member"
            value=member.map(|id| id.to_string()).unwrap_or_default()
            aria-current=dynamic(move || (thread.of_head(|head| head.assignee).flatten() == member).then_some("true"))
            on:click=click(move |event| {
                event.prevent_default();
                acts.assign(member);
            })
        >
            {member
                .is_some()
                .then(|| view! { <Avatar name=name.clone() picture small=true /> })}
            {label}
        </button>
    }
}

#[component]
fn ResolveButton(thread: ThreadStore) -> impl IntoView {
    let acts = Acts::get();
    let may = use_session().with_value(|session| session.may(Permission::ManageConversations));
    let unread = memo(move || thread.of_head(|head| head.last_inbound.is_some()) == Some(true));
    let resolved = memo(move || thread.of_head(|head| head.status) == Some(ConversationStatus::Resolved));
    may.then(|| {
        view! {
            <form
                method="post"
                action=dynamic(move || if resolved.get() { Reopen::url() } else { Resolve::url() })
                on:submit=submit(move |event| {
                    event.prevent_default();
                    acts.run(Act::Resolve);
                })
            >
                <PlaceField />
                <input type="hidden" name="conversation" value=dynamic(move || thread.id.get().map(|id| id.to_string())) />
                <button type="submit" class="button" title=t!(resolve_key)>
                    {part(move || {
                        if resolved.get() {
                            view! {
                                <Icon drawing=ROTATE_CCW />
                                <span class="button-label">{t!(reopen)}</span>
                            }
                                .into_any()
                        } else {
                            view! {
                                <Icon drawing=CIRCLE_CHECK />
                                <span class="button-label">{t!(resolve)}</span>
                            }
                                .into_any()
                        }
                    })}
                </button>
            </form>
            <form method="post" action=MarkRead::url() class="without-scripts">
                <PlaceField />
                <input type="hidden" name="conversation" value=dynamic(move || thread.id.get().map(|id| id.to_string())) />
                <button type="submit" class="button" disabled=dynamic(move || !unread.get())>
                    <Icon drawing=CHECK_CHECK />
                    <span class="button-label">{t!(mark_read)}</span>
                </button>
            </form>
        }
    })
}
