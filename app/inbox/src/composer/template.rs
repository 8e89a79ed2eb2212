//! Choosing a template and filling its places, with the text that will really be sent.

use domain::templates::{TemplateCategory, TemplateRow};
use domain::{ClientKey, ConversationId};
use leptos::prelude::*;
use ui::icon::MESSAGE_SQUARE_TEXT;
use ui::reactive::{click, dynamic, effect, part, spawn, submit};
use ui::view;
use ui::wire::fresh_key;
use ui::words::error_words;
use ui::{AppError, Badge, Dialog, EmptyState, Failed, Skeleton, Tone, t};

use super::state::Composer;
use crate::api::{send_template, templates};
use crate::thread::ThreadStore;

type Listed = Option<Result<Vec<TemplateRow>, AppError>>;

/// What the dialog holds while it is open.
#[derive(Clone, Copy)]
struct Choice {
    listed: RwSignal<Listed>,
    chosen: RwSignal<Option<TemplateRow>>,
    values: RwSignal<Vec<String>>,
    /// One key for all attempts at this message.
    key: RwSignal<Option<ClientKey>>,
    error: RwSignal<Option<String>>,
    sending: RwSignal<bool>,
}

impl Choice {
    fn read(self, id: ConversationId) {
        self.listed.set(None);
        self.chosen.set(None);
        self.error.set(None);
        spawn(async move {
            let listed = templates(id).await;
            let _ = self.listed.try_set(Some(listed));
        });
    }

    fn choose(self, template: TemplateRow) {
        self.values.set(vec![String::new(); template.places().len()]);
        self.key.set(Some(fresh_key()));
        self.error.set(None);
        self.chosen.set(Some(template));
    }

    /// The text as far as it is filled in; open places keep their names.
    fn preview(self) -> String {
        let Some(template) = self.chosen.get() else { return String::new() };
        let shown: Vec<String> = template
            .places()
            .into_iter()
            .zip(self.values.get())
            .map(|(place, value)| if value.trim().is_empty() { format!("[{place}]") } else { value })
            .collect();
        template.render(&shown).unwrap_or(template.body)
    }

    fn send(self, composer: Composer, thread: ThreadStore) {
        let (Some(template), Some(id), Some(key)) =
            (self.chosen.get_untracked(), thread.id.get_untracked(), self.key.get_untracked())
        else {
            return;
        };
        let values = self.values.get_untracked();
        if let Err(error) = template.render(&values) {
            return self.error.set(Some(error_words(&error)));
        }
        self.sending.set(true);
        spawn(async move {
            let sent = send_template(id, key, template.name, template.language, values.join("\n")).await;
            let _ = self.sending.try_set(false);
            match sent {
                Ok(row) => {
                    composer.templates.set(false);
                    if thread.is_open(id) {
                        thread.upsert(row);
                        thread.refresh();
                    }
                }
                Err(error) => drop(self.error.try_set(Some(error_words(&error.0)))),
            }
        });
    }
}

/// The dialog, opened by the composer.
#[component]
pub fn TemplateDialog(composer: Composer, thread: ThreadStore) -> impl IntoView {
    let choice = Choice {
        listed: RwSignal::new(None),
        chosen: RwSignal::new(None),
        values: RwSignal::new(Vec::new()),
        key: RwSignal::new(None),
        error: RwSignal::new(None),
        sending: RwSignal::new(false),
    };
    effect(move || {
        if composer.templates.get()
            && let Some(id) = thread.id.get_untracked()
        {
            choice.read(id);
        }
    });
    view! {
        <Dialog open=composer.templates title=t!(choose_template) class="template-dialog">
            {part(move || match choice.chosen.get() {
                Some(template) => view! { <Fill choice composer thread template /> },
                None => view! { <Choices choice /> },
            })}
        </Dialog>
    }
}

#[component]
fn Choices(choice: Choice) -> impl IntoView {
    part(move || match choice.listed.get() {
        None => view! { <Skeleton rows=3 class="skeleton-list" /> },
        Some(Err(error)) => view! { <Failed error /> },
        Some(Ok(list)) if list.is_empty() => view! {
            <EmptyState icon=MESSAGE_SQUARE_TEXT title=t!(no_templates) text=t!(no_templates_text) />
        }
        .into_any(),
        Some(Ok(list)) => {
            let rows = list.into_iter().map(|template| view! { <TemplateItem choice template /> }).collect_view();
            view! { <ul class="templates">{rows}</ul> }.into_any()
        }
    })
}

#[component]
fn TemplateItem(choice: Choice, template: TemplateRow) -> impl IntoView {
    let approved = template.approved;
    let (name, body, language) = (template.name.clone(), template.body.clone(), template.language.clone());
    let category = match template.category {
        TemplateCategory::Marketing => t!(category_marketing),
        TemplateCategory::Utility => t!(category_utility),
        TemplateCategory::Authentication => t!(category_authentication),
    };
    view! {
        <li>
            <button
                type="button"
                class="template"
                disabled=!approved
                on:click=click(move |_| choice.choose(template.clone()))
            >
                <span class="template-head">
                    <strong>{name}</strong>
                    <Badge text=category />
                    <Badge text=language />
                    {(!approved).then(|| view! { <Badge text=t!(not_approved) tone=Tone::Warn /> })}
                </span>
                <span class="template-body">{body}</span>
            </button>
        </li>
    }
}

#[component]
fn Fill(choice: Choice, composer: Composer, thread: ThreadStore, template: TemplateRow) -> impl IntoView {
    let fields = template
        .places()
        .into_iter()
        .enumerate()
        .map(|(at, place)| {
            let on_input = move |event| {
                let value = event_target_value(&event);
                choice.values.update(|values| {
                    if let Some(slot) = values.get_mut(at) {
                        *slot = value;
                    }
                });
            };
            let label = t!(place, name = place).to_string();
            view! {
                <label class="field">
                    <span>{label}</span>
                    <input class="input" autocomplete="off" on:input=on_input autofocus=at == 0 />
                </label>
            }
        })
        .collect_view();
    view! {
        <form
            class="stack"
            on:submit=submit(move |event| {
                event.prevent_default();
                choice.send(composer, thread);
            })
        >
            {fields}
            <div class="preview">
                <p class="preview-label">{t!(preview)}</p>
                <p class="text">{part(move || choice.preview())}</p>
            </div>
            {part(move || choice.error.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> }))}
            <div class="dialog-actions">
                <button type="button" class="button" on:click=click(move |_| choice.chosen.set(None))>
                    {t!(back)}
                </button>
                <button type="submit" class="button button-primary" disabled=dynamic(move || choice.sending.get())>
                    {t!(send_template)}
                </button>
            </div>
        </form>
    }
}
