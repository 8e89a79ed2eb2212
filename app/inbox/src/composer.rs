//! The bottom of the thread: answer or note, or why there can be no answer.

mod blocked;
mod canned;
mod state;
mod template;
mod upload;

use domain::Permission;
use leptos::html;
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::browser::focus;
use ui::icon::{PAPERCLIP, SEND, X, ZAP};
use ui::reactive::{click, drag, dynamic, input, memo, part, paste, rows, submit};
use ui::view;
use ui::{Clock, Icon, PlaceField, t, use_session};

use crate::address::Address;
use crate::api::{AddNote, SendMessage};
use crate::presence::Typing;
use crate::thread::{QuoteLine, ThreadStore, size_words};
use blocked::Blocked;
use canned::CannedReplies;
use state::{Attached, Upload};
pub use state::{Composer, FIELD};
use template::TemplateDialog;
use ui::wire::PostedError;
use upload::attach_all;

/// The composer of the open conversation.
#[component]
pub fn ComposerPane(address: Address, thread: ThreadStore, composer: Composer) -> impl IntoView {
    let may = use_session().with_value(|session| session.may(Permission::SendMessages));
    let now = Clock::now();
    let note = memo(move || composer.note.get() || (now.get().is_none() && address.note.get()));
    let blocked = memo(move || thread.blocked(now.get()));
    if !may {
        return view! { <p class="composer composer-off">{t!(read_only)}</p> }.into_any();
    }
    view! {
        <div class="composer" class:composer-note=dynamic(move || note.get())>
            <ModeTabs composer note />
            {part(move || match (note.get(), blocked.get()) {
                (false, Some(refusal)) => view! { <Blocked refusal composer /> },
                (note, _) => view! { <ComposerForm address thread composer note /> },
            })}
            <TemplateDialog composer thread />
            <CannedReplies composer thread />
        </div>
    }
    .into_any()
}

#[component]
fn ModeTabs(composer: Composer, note: Memo<bool>) -> impl IntoView {
    let tab = move |is_note: bool, href: &'static str, label: &'static str| {
        view! {
            <a
                class="mode"
                href=href
                aria-current=dynamic(move || (note.get() == is_note).then_some("true"))
                on:click=click(move |event| {
                    event.prevent_default();
                    composer.switch(is_note);
                })
            >
                {label}
            </a>
        }
    };
    view! {
        <nav class="modes" aria-label=t!(compose)>
            {tab(false, "?compose=reply", t!(reply))}
            {tab(true, "?compose=note", t!(internal_note))}
        </nav>
    }
}

/// A plain form first: it posts without scripts. With them it never leaves the page.
#[component]
fn ComposerForm(address: Address, thread: ThreadStore, composer: Composer, note: bool) -> impl IntoView {
    let key = dynamic(move || thread.key.get().map(|key| key.to_string()));
    let field = NodeRef::<html::Textarea>::new();
    take_up(address, thread, composer, field);
    let conversation = dynamic(move || thread.id.get().map(|id| id.to_string()));
    let reply_to =
        dynamic(move || composer.quote.with(|quote| quote.as_ref()?.id.map(|id| id.to_string())).unwrap_or_default());
    view! {
        <form
            method="post"
            action=if note { AddNote::url() } else { SendMessage::url() }
            class="composer-form"
            on:submit=submit(move |event| {
                event.prevent_default();
                composer.submit(thread);
            })
            on:dragover=drag(|event| event.prevent_default())
            on:drop=drag(move |event| {
                event.prevent_default();
                let files = event.data_transfer().and_then(|data| data.files());
                if let (Some(files), Some(id)) = (files, thread.id.get_untracked()) {
                    attach_all(composer, id, &files);
                }
            })
        >
            <PlaceField />
            <input type="hidden" name="conversation" value=conversation />
            <input type="hidden" name="client_key" value=key />
            {(!note)
                .then(|| {
                    view! {
                        <input type="hidden" name="attachment" value="" />
                        <input type="hidden" name="reply_to" value=reply_to />
                        <input type="hidden" name="seen" value=thread.seen().map(domain::time::write).unwrap_or_default() />
                    }
                })}
            <ComposerQuote composer />
            <Files composer />
            <TextField thread composer field note />
            <Errors composer />
            <Buttons thread composer note />
        </form>
    }
}

/// The draft of this conversation, and what was typed before the page was alive.
fn take_up(address: Address, thread: ThreadStore, composer: Composer, field: NodeRef<html::Textarea>) {
    Effect::new(move |before: Option<()>| {
        let (Some(node), Some(id)) = (field.get(), thread.id.get()) else { return };
        let typed = if before.is_none() { node.value() } else { String::new() };
        composer.open(id, address.note.get_untracked(), &typed);
        let text = composer.text.get();
        if node.value() != text {
            node.set_value(&text);
        }
        let lines = text.lines().count().max(1) + usize::from(text.ends_with('\n'));
        node.set_rows(u32::try_from(lines.min(8)).unwrap_or(1));
    });
}

#[component]
fn TextField(thread: ThreadStore, composer: Composer, field: NodeRef<html::Textarea>, note: bool) -> impl IntoView {
    let enter_sends = use_session().with_value(|session| session.me.enter_sends);
    let typing = Typing::get();
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        // Out of the text, so that the keys of the page work again.
        if event.key() == "Escape"
            && let Some(node) = field.get_untracked()
        {
            let _ = node.blur();
        }
        if event.key() != "Enter" {
            return;
        }
        let command = event.ctrl_key() || event.meta_key();
        if command || (enter_sends && !event.shift_key() && !event.alt_key()) {
            event.prevent_default();
            composer.submit(thread);
        }
    };
    let label = if note { t!(write_note) } else { t!(write_reply) };
    view! {
        <textarea
            node_ref=field
            id="composer-text"
            class="composer-text"
            name="body"
            rows="1"
            // A file needs no text, but a note takes no files.
            required=dynamic(move || note || composer.files.with(Vec::is_empty))
            placeholder=label
            aria-label=label
            on:keydown=on_key
            on:input=input(move |event| {
                let text = event_target_value(&event);
                // Not by the key: keyboards on glass do not tell which it was.
                if !note && text == "/" && composer.text.with_untracked(String::is_empty) {
                    if let Some(node) = field.get_untracked() {
                        node.set_value("");
                    }
                    return composer.canned.set(true);
                }
                composer.write(text);
                if !note {
                    typing.now();
                }
            })
            on:paste=paste(move |event| {
                let files = event.clipboard_data().and_then(|data| data.files());
                if let (Some(files), Some(id)) = (files, thread.id.get_untracked())
                    && files.length() > 0
                    && !note
                {
                    event.prevent_default();
                    attach_all(composer, id, &files);
                }
            })
        ></textarea>
    }
}

#[component]
fn ComposerQuote(composer: Composer) -> impl IntoView {
    part(move || {
        composer.quote.get().map(|quote| {
            view! {
                <div class="composer-quote">
                    <QuoteLine quote />
                    <button
                        type="button"
                        class="button button-quiet button-icon"
                        aria-label=t!(remove_quote)
                        on:click=click(move |_| {
                            composer.quote.set(None);
                            focus(FIELD);
                        })
                    >
                        <Icon drawing=X />
                    </button>
                </div>
            }
        })
    })
}

#[component]
fn Files(composer: Composer) -> impl IntoView {
    view! {
        <ul class="uploads">
            {rows(
                move || composer.files.get(),
                |file| (file.local, phase(file)),
                move |file| view! { <FileItem file composer /> },
            )}
        </ul>
    }
}

fn phase(file: &Attached) -> u32 {
    match file.state {
        Upload::Running(percent) => percent,
        Upload::Ready(_) => 101,
        Upload::Failed(_) => 102,
    }
}

#[component]
fn FileItem(file: Attached, composer: Composer) -> impl IntoView {
    let local = file.local;
    let name = file.name.clone();
    let state = match file.state {
        Upload::Running(percent) => {
            view! { <progress max="100" value=percent aria-label=t!(uploading)></progress> }
        }
        Upload::Ready(_) if file.size == 0 => ().into_any(),
        Upload::Ready(_) => view! { <span class="quiet">{size_words(file.size)}</span> }.into_any(),
        Upload::Failed(text) => view! { <span class="form-error" role="alert">{text}</span> }.into_any(),
    };
    let label = t!(remove_file, name = file.name).to_string();
    view! {
        <li class="upload">
            <Icon drawing=PAPERCLIP />
            <span class="upload-name">{name}</span>
            {state}
            <button
                type="button"
                class="button button-quiet button-icon"
                aria-label=label
                on:click=click(move |_| composer.detach(local))
            >
                <Icon drawing=X />
            </button>
        </li>
    }
}

/// What the last attempt was refused for: here, or by a form posted without scripts.
#[component]
fn Errors(composer: Composer) -> impl IntoView {
    view! {
        {part(move || {
            composer
                .error
                .get()
                .map(|text| {
                    view! {
                        <p class="form-error" role="alert">
                            {text}
                        </p>
                    }
                })
        })}
        <PostedError path=SendMessage::url() />
        <PostedError path=AddNote::url() />
    }
}

#[component]
fn Buttons(thread: ThreadStore, composer: Composer, note: bool) -> impl IntoView {
    let enter_sends = use_session().with_value(|session| session.me.enter_sends);
    let hint = if enter_sends { t!(hint_enter) } else { t!(hint_ctrl_enter) };
    let picker = NodeRef::<html::Input>::new();
    let picked = move |_| {
        if let (Some(input), Some(id)) = (picker.get_untracked(), thread.id.get_untracked()) {
            if let Some(files) = input.files() {
                attach_all(composer, id, &files);
            }
            // So that choosing the same file again is a change again.
            input.set_value("");
            focus(FIELD);
        }
    };
    view! {
        <div class="composer-buttons">
            {(!note)
                .then(|| {
                    view! {
                        <label class="button button-quiet button-icon with-scripts" title=t!(attach)>
                            <Icon drawing=PAPERCLIP />
                            <span class="visually-hidden">{t!(attach)}</span>
                            <input
                                node_ref=picker
                                type="file"
                                multiple=true
                                class="visually-hidden"
                                on:change=picked
                            />
                        </label>
                    }
                })}
            {(!note)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button button-quiet button-icon with-scripts"
                            title=t!(canned_key)
                            aria-label=t!(canned)
                            aria-haspopup="dialog"
                            on:click=click(move |_| composer.canned.set(true))
                        >
                            <Icon drawing=ZAP />
                        </button>
                    }
                })}
            <span class="composer-hint with-scripts">{hint}</span>
            <button type="submit" class="button button-primary">
                <Icon drawing=SEND />
                {if note { t!(save_note) } else { t!(send) }}
            </button>
        </div>
    }
}
