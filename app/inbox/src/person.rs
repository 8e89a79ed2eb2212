//! The third pane: who this is, what they agreed to, and what colleagues noted.

mod tags;

use domain::consent::{ConsentState, Purpose};
use domain::contacts::{ConsentRow, ContactPanel, IdentityRow};
use domain::identity::IdentityKind;
use domain::messages::{Content, Direction};
use domain::{ContactId, IdentityId, Permission};
use leptos::html;
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::icon::{AT_SIGN, FLASK, PENCIL, PHONE, SHIELD_CHECK, SHIELD_X, STICKY_NOTE, X};
use ui::reactive::{click, dynamic, memo, part, rows, spawn, submit};
use ui::toast::{toast, use_toasts};
use ui::view;
use ui::wire::PostedError;
use ui::words::error_words;
use ui::{AppError, Avatar, Chip, Icon, LoadOnce, PlaceField, Read, Shape, Skeleton, Time, Tone, t, use_session};

use crate::address::Address;
use crate::api::{OpenThread, RenameContact, rename_contact, reveal_number};
use crate::composer::Composer;
use crate::thread::{ThreadStore, anchor};
use tags::Tags;

/// Beside the thread; a drawer where the screen is narrow.
#[component]
pub fn PersonPane(
    address: Address,
    thread: ThreadStore,
    composer: Composer,
    resource: Read<Option<OpenThread>>,
) -> impl IntoView {
    let contact = memo(move || thread.of_head(|head| head.contact.clone()));
    let content =
        move || part(move || contact.get().map(|contact| view! { <Panel address thread composer contact /> }));
    view! {
        <aside class="pane pane-person" class:person-open=dynamic(move || address.person.get()) aria-label=t!(person)>
            <LoadOnce
                resource
                skeleton=|| view! { <Skeleton rows=3 /> }
                children=move |read| {
                    thread.start(read);
                    content().into_any()
                }
            />
        </aside>
    }
}

#[component]
fn Panel(address: Address, thread: ThreadStore, composer: Composer, contact: ContactPanel) -> impl IntoView {
    view! {
        <div class="person-scroll">
            <a
                class="button button-quiet button-icon person-close"
                href=dynamic(move || address.with(""))
                aria-label=t!(close)
            >
                <Icon drawing=X />
            </a>
            <Masthead contact=contact.clone() thread />
            <Tags contact=contact.clone() thread />
            {if contact.is_closed() {
                view! {
                    <section class="facts">
                        <p class="quiet">{t!(contact_closed)}</p>
                    </section>
                }
            } else {
                view! {
                    <Identities contact=contact.id identities=contact.identities.clone() />
                    <Consents contact />
                }
                    .into_any()
            }}
            <Notes thread composer />
        </div>
    }
}

#[component]
fn Masthead(contact: ContactPanel, thread: ThreadStore) -> impl IntoView {
    let name = shown_name(&contact);
    let other = contact.profile_name.clone().filter(|profile| *profile != name);
    let may = use_session().with_value(|session| session.may(Permission::EditContacts));
    view! {
        <header class="person-head">
            <Avatar name=name.clone() />
            <h2>{name}</h2>
            {contact
                .sample
                .then(|| view! { <Chip icon=FLASK text=t!(sample) /> <p class="quiet">{t!(sample_text)}</p> })}
            {other.map(|profile| view! { <p class="quiet">{t!(profile_name, name = profile).to_string()}</p> })}
            {contact.username.clone().map(|name| view! { <p class="quiet">"@" {name}</p> })}
            {contact
                .created_at
                .map(|at| view! { <p class="quiet">{t!(known_since)} " " <Time at shape=Shape::Date /></p> })}
            {may
                .then(|| {
                    view! { <Rename id=contact.id name=contact.name.clone().unwrap_or_default() thread /> }
                })}
        </header>
    }
}

fn shown_name(contact: &ContactPanel) -> String {
    let first = contact.name.clone().or_else(|| contact.profile_name.clone()).or_else(|| contact.username.clone());
    first.unwrap_or_else(|| t!(unnamed).to_owned())
}

/// A plain form first; with scripts it never leaves the page.
#[component]
fn Rename(id: ContactId, name: String, thread: ThreadStore) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let error = RwSignal::new(None::<String>);
    let toasts = use_toasts();
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(name) = field.get_untracked().map(|field| field.value()) else { return };
        spawn(async move {
            match rename_contact(id, name).await {
                Ok(()) => {
                    toast(toasts, Tone::Good, t!(saved));
                    thread.refresh();
                }
                Err(refused) => drop(error.try_set(Some(error_words(&refused.0)))),
            }
        });
    };
    view! {
        <details class="rename">
            <summary class="button button-quiet button-small">
                <Icon drawing=PENCIL />
                {t!(rename)}
            </summary>
            <form method="post" action=RenameContact::url() on:submit=submit(save)>
                <PlaceField />
                <input type="hidden" name="contact" value=id.to_string() />
                <label class="field">
                    <span>{t!(name)}</span>
                    <input class="input" name="name" node_ref=field value=name maxlength="200" autocomplete="off" />
                </label>
                {part(move || error.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> }))}
                <PostedError path=RenameContact::url() />
                <button type="submit" class="button button-primary">
                    {t!(save)}
                </button>
            </form>
        </details>
    }
}

#[component]
fn Identities(contact: ContactId, identities: Vec<IdentityRow>) -> impl IntoView {
    let may_reveal = use_session().with_value(|session| session.may(Permission::RevealNumbers));
    let rows = identities
        .into_iter()
        .map(|identity| {
            let (drawing, kind) = match identity.kind {
                IdentityKind::Phone => (PHONE, t!(kind_phone)),
                IdentityKind::Bsuid => (AT_SIGN, t!(kind_bsuid)),
            };
            view! {
                <li class="identity">
                    <Icon drawing />
                    <span>
                        <Shown contact identity=identity.id shown=identity.shown offered=identity.hidden && may_reveal />
                        <span class="quiet">{kind}</span>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="facts">
            <h3>{t!(ways_to_reach)}</h3>
            <ul class="plain">{rows}</ul>
        </section>
    }
}

/// A way to reach somebody, and where it is hidden the offer to show it once.
#[component]
fn Shown(contact: ContactId, identity: IdentityId, shown: String, offered: bool) -> impl IntoView {
    let reveal = Action::new(move |()| reveal_number(contact, identity));
    let revealed = reveal.value();
    view! {
        <span class="identity-shown">
            {part(move || match revealed.get() {
                Some(Ok(full)) => full,
                Some(Err(AppError(error))) => error.to_string(),
                None => shown.clone(),
            })}
        </span>
        {part(move || {
            (offered && revealed.with(Option::is_none))
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button button-small with-scripts"
                            title=t!(reveal_text)
                            on:click=click(move |_| {
                                reveal.dispatch(());
                            })
                        >
                            {t!(reveal)}
                        </button>
                    }
                })
        })}
    }
}

#[component]
fn Consents(contact: ContactPanel) -> impl IntoView {
    let none = contact.consents.is_empty();
    let chips = contact.consents.into_iter().map(|consent| view! { <ConsentItem consent /> }).collect_view();
    view! {
        <section class="facts">
            <h3>{t!(consent)}</h3>
            {contact
                .restricted
                .then(|| view! { <Chip icon=SHIELD_X tone=Tone::Bad text=t!(restricted) /> })}
            {none.then(|| view! { <p class="quiet">{t!(consent_none)}</p> })}
            <ul class="plain">{chips}</ul>
        </section>
    }
}

#[component]
fn ConsentItem(consent: ConsentRow) -> impl IntoView {
    let purpose = match consent.purpose {
        Purpose::Marketing => t!(purpose_marketing),
        Purpose::Service => t!(purpose_service),
    };
    let (drawing, tone, state) = match consent.state {
        ConsentState::Granted => (SHIELD_CHECK, Tone::Good, t!(consent_granted)),
        ConsentState::Revoked => (SHIELD_X, Tone::Bad, t!(consent_revoked)),
    };
    view! {
        <li class="consent">
            <Chip icon=drawing tone text=format!("{purpose}: {state}") />
            <span class="quiet">
                {channel_words(consent.channel)} " · " {consent.method.replace('_', " ")} " · "
                <Time at=consent.since shape=Shape::Full />
            </span>
        </li>
    }
}

fn channel_words(channel: String) -> String {
    if channel == "whatsapp" { "WhatsApp".to_owned() } else { channel }
}

/// What colleagues noted, newest first, as far as the thread is read.
#[component]
fn Notes(thread: ThreadStore, composer: Composer) -> impl IntoView {
    let notes = move || {
        thread.entries.with(|entries| {
            entries
                .iter()
                .rev()
                .filter_map(|entry| {
                    let row = entry.row.get();
                    match (&row.content, row.direction) {
                        (Content::Text { body }, Direction::Note) => Some((row.id, row.at, body.clone())),
                        _ => None,
                    }
                })
                .take(5)
                .collect::<Vec<_>>()
        })
    };
    view! {
        <section class="facts">
            <h3>{t!(notes)}</h3>
            <ul class="plain">
                {rows(
                    notes,
                    |(id, ..)| *id,
                    |(id, at, body)| {
                        view! {
                            <li class="person-note">
                                <a href=format!("#{}", anchor(id))>{body}</a>
                                <Time at shape=Shape::Row />
                            </li>
                        }
                    },
                )}
            </ul>
            <a
                class="button button-small"
                href="?compose=note"
                on:click=click(move |event| {
                    event.prevent_default();
                    composer.switch(true);
                })
            >
                <Icon drawing=STICKY_NOTE />
                {t!(write_note)}
            </a>
        </section>
    }
}
