//! Texts that are written once and sent often.

use domain::Permission;
use domain::canned::CannedReply;
use leptos::prelude::*;
use ui::icon::ZAP;
use ui::reactive::busy;
use ui::{ActionForm, EmptyState, FormErrors, Load, Read, Saved, Skeleton, t, use_session, view};

use crate::api::setup::{DeleteCanned, SaveCanned, read_canned};
use crate::fold::fold_and_count;
use crate::lines::ActButton;
use crate::page::SettingsPage;

#[derive(Clone, Copy)]
struct Acts {
    save: ServerAction<SaveCanned>,
    delete: ServerAction<DeleteCanned>,
}

/// `/settings/canned-replies`
#[component]
pub fn CannedPage() -> impl IntoView {
    let acts = Acts { save: ServerAction::new(), delete: ServerAction::new() };
    let done = RwSignal::new(0);
    fold_and_count(acts.save, done);
    fold_and_count(acts.delete, done);
    let replies = Read::new(move || done.get(), |_| read_canned());
    view! {
        <SettingsPage title=t!(canned) text=t!(canned_text)>
            <Load
                resource=replies
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |replies| view! { <List replies acts /> }
            />
            <Saved action=acts.save text=t!(saved) />
            <Saved action=acts.delete text=t!(canned_deleted) />
        </SettingsPage>
    }
}

#[component]
fn List(replies: Vec<CannedReply>, acts: Acts) -> impl IntoView {
    let may = use_session().with_value(|session| session.may(Permission::ManageWorkspace));
    let none = replies.is_empty();
    let rows = replies.into_iter().map(|reply| view! { <Row reply may acts /> }).collect_view();
    view! {
        <section class="section">
            {none.then(|| view! { <EmptyState icon=ZAP title=t!(canned_empty) text=t!(canned_empty_text) /> })}
            <ul class="lines">{rows}</ul>
            {may.then(|| {
                view! {
                    <details class="fold">
                        <summary class="button">{t!(new_canned)}</summary>
                        <Form reply=None acts />
                    </details>
                }
            })}
        </section>
    }
}

#[component]
fn Row(reply: CannedReply, may: bool, acts: Acts) -> impl IntoView {
    let change = t!(change_canned, shortcut = reply.shortcut.clone()).to_string();
    let delete = t!(delete_canned, shortcut = reply.shortcut.clone()).to_string();
    let id = reply.id.to_string();
    view! {
        <li class="line">
            <div>
                <p>
                    <code>"/" {reply.shortcut.clone()}</code>
                    " "
                    <strong>{reply.title.clone()}</strong>
                </p>
                <p class="quiet reply-body">{reply.body.clone()}</p>
            </div>
            {may.then(|| {
                view! {
                    <details class="fold">
                        <summary class="button" aria-label=change>
                            {t!(change)}
                        </summary>
                        <Form reply=Some(reply) acts />
                        <ActionForm action=acts.delete>
                            <ActButton
                                name="reply"
                                value=id
                                class="button button-bad"
                                text=delete
                                pending=acts.delete.pending()
                            />
                            <FormErrors action=acts.delete />
                        </ActionForm>
                    </details>
                }
            })}
        </li>
    }
}

#[component]
fn Form(reply: Option<CannedReply>, acts: Acts) -> impl IntoView {
    let id = reply.as_ref().map(|reply| reply.id.to_string()).unwrap_or_default();
    let (shortcut, title, body) = reply.map(|reply| (reply.shortcut, reply.title, reply.body)).unwrap_or_default();
    view! {
        <ActionForm action=acts.save>
            <input type="hidden" name="reply" value=id />
            <label class="field">
                <span>{t!(shortcut)}</span>
                <input
                    class="input"
                    name="shortcut"
                    value=shortcut
                    required=true
                    maxlength="25"
                    autocomplete="off"
                    autocapitalize="off"
                />
                <span class="hint">{t!(shortcut_hint)}</span>
            </label>
            <label class="field">
                <span>{t!(canned_title)}</span>
                <input class="input" name="title" value=title required=true maxlength="80" autocomplete="off" />
            </label>
            <label class="field">
                <span>{t!(canned_body)}</span>
                <textarea class="input" name="body" rows="5" required=true maxlength="4096">
                    {body}
                </textarea>
                <span class="hint">{t!(canned_body_hint)}</span>
            </label>
            <FormErrors action=acts.save />
            <button type="submit" class="button" aria-disabled=busy(acts.save.pending())>
                {t!(save)}
            </button>
        </ActionForm>
    }
}
