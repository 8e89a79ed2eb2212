//! The tags of a person, put on and taken off in place. Plain forms first.

use domain::contacts::ContactPanel;
use domain::conversations::ConversationHead;
use domain::tags::Tag;
use domain::{ContactId, Permission, TagId};
use leptos::html;
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::browser::{focus, lower};
use ui::icon::X;
use ui::reactive::{spawn, submit};
use ui::toast::{toast_error, use_toasts};
use ui::view;
use ui::wire::PostedError;
use ui::{Icon, PlaceField, TagMark, t, use_session};

use crate::api::{PutTag, TakeOffTag, put_tag, take_off_tag};
use crate::thread::ThreadStore;

#[component]
pub fn Tags(contact: ContactPanel, thread: ThreadStore) -> impl IntoView {
    let may = use_session().with_value(|session| session.may(Permission::EditContacts));
    let id = contact.id;
    let none = contact.tags.is_empty();
    let tags =
        contact.tags.into_iter().map(|tag| view! { <li><Shown contact=id tag may thread /></li> }).collect_view();
    let more = contact.more_tags;
    view! {
        <section class="facts">
            <h3>{t!(tags)}</h3>
            {none.then(|| view! { <p class="quiet">{t!(no_tags)}</p> })}
            <ul class="plain tags">{tags}</ul>
            {(!more.is_empty()).then(|| view! { <Add contact=id more thread /> })}
            <PostedError path=PutTag::url() />
            <PostedError path=TakeOffTag::url() />
        </section>
    }
}

#[component]
fn Shown(contact: ContactId, tag: Tag, may: bool, thread: ThreadStore) -> impl IntoView {
    let Tag { id, name, colour } = tag;
    let label = t!(take_off_tag, name = name.clone()).to_string();
    let change = changing(contact, thread);
    view! {
        <TagMark name colour>
            {may
                .then(|| {
                    view! {
                        <form
                            method="post"
                            action=TakeOffTag::url()
                            on:submit=submit(move |event| {
                                event.prevent_default();
                                change(id, false);
                            })
                        >
                            <PlaceField />
                            <input type="hidden" name="contact" value=contact.to_string() />
                            <input type="hidden" name="tag" value=id.to_string() />
                            <button type="submit" class="tag-off" aria-label=label.clone() title=label>
                                <Icon drawing=X />
                            </button>
                        </form>
                    }
                })}
        </TagMark>
    }
}

#[component]
fn Add(contact: ContactId, more: Vec<Tag>, thread: ThreadStore) -> impl IntoView {
    let field = NodeRef::<html::Select>::new();
    let change = changing(contact, thread);
    let options =
        more.into_iter().map(|tag| view! { <option value=tag.id.to_string()>{tag.name}</option> }).collect_view();
    view! {
        <form
            method="post"
            action=PutTag::url()
            class="tag-add"
            on:submit=submit(move |event| {
                event.prevent_default();
                if let Some(tag) = field.get_untracked().and_then(|field| field.value().parse().ok()) {
                    change(tag, true);
                }
            })
        >
            <PlaceField />
            <input type="hidden" name="contact" value=contact.to_string() />
            <select node_ref=field class="input" id="tag-choice" name="tag" aria-label=t!(tag_to_add) required=true>
                <option value="">{t!(add_tag)}</option>
                {options}
            </select>
            <button type="submit" class="button">
                {t!(add)}
            </button>
        </form>
    }
}

/// Shows the change at once and sends it; what was refused is read anew. The focus goes to where the next one is added,
/// because what had it is gone.
fn changing(contact: ContactId, thread: ThreadStore) -> impl Fn(TagId, bool) + Copy {
    let toasts = use_toasts();
    move |tag, on| {
        thread.expect(|head| moved(head, contact, tag, on));
        request_animation_frame(|| focus("#tag-choice"));
        spawn(async move {
            let done = if on { put_tag(contact, tag).await } else { take_off_tag(contact, tag).await };
            if let Err(error) = done {
                toast_error(toasts, error.0);
            }
            thread.refresh();
        });
    }
}

fn moved(head: &mut ConversationHead, contact: ContactId, tag: TagId, on: bool) {
    if head.contact.id != contact {
        return;
    }
    let panel = &mut head.contact;
    let (from, to) = if on { (&mut panel.more_tags, &mut panel.tags) } else { (&mut panel.tags, &mut panel.more_tags) };
    if let Some(at) = from.iter().position(|known| known.id == tag) {
        let tag = from.remove(at);
        let name = lower(&tag.name);
        let place = to.partition_point(|known| lower(&known.name) < name);
        to.insert(place, tag);
    }
}
