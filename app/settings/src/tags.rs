//! The words that the business puts on people.

use domain::Permission;
use domain::tags::{Colour, TagRow};
use leptos::prelude::*;
use ui::icon::TAG;
use ui::reactive::busy;
use ui::{ActionForm, EmptyState, FormErrors, Load, Read, Saved, SelectField, Skeleton, TagMark, t, use_session, view};

use crate::api::setup::{DeleteTag, SaveTag, read_tags};
use crate::fold::fold_and_count;
use crate::lines::{ActButton, NameField};
use crate::page::SettingsPage;

#[derive(Clone, Copy)]
struct Acts {
    save: ServerAction<SaveTag>,
    delete: ServerAction<DeleteTag>,
}

/// `/settings/tags`
#[component]
pub fn TagsPage() -> impl IntoView {
    let acts = Acts { save: ServerAction::new(), delete: ServerAction::new() };
    let done = RwSignal::new(0);
    fold_and_count(acts.save, done);
    fold_and_count(acts.delete, done);
    let tags = Read::new(move || done.get(), |_| read_tags());
    view! {
        <SettingsPage title=t!(tags) text=t!(tags_text)>
            <Load
                resource=tags
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |tags| view! { <List tags acts /> }
            />
            <Saved action=acts.save text=t!(saved) />
            <Saved action=acts.delete text=t!(tag_deleted) />
        </SettingsPage>
    }
}

#[component]
fn List(tags: Vec<TagRow>, acts: Acts) -> impl IntoView {
    let may = use_session().with_value(|session| session.may(Permission::ManageWorkspace));
    let none = tags.is_empty();
    let rows = tags.into_iter().map(|row| view! { <Row row may acts /> }).collect_view();
    view! {
        <section class="section">
            {none.then(|| view! { <EmptyState icon=TAG title=t!(tags_empty) text=t!(tags_empty_text) /> })}
            <ul class="lines">{rows}</ul>
            {may.then(|| {
                view! {
                    <details class="fold">
                        <summary class="button">{t!(new_tag)}</summary>
                        <Form row=None acts />
                    </details>
                }
            })}
        </section>
    }
}

#[component]
fn Row(row: TagRow, may: bool, acts: Acts) -> impl IntoView {
    let used = match row.used {
        0 => t!(tag_used_none).to_owned(),
        1 => t!(tag_used_one).to_owned(),
        count => t!(tag_used_many, count = count).to_string(),
    };
    let change = t!(change_tag, name = row.tag.name.clone()).to_string();
    let delete = t!(delete_tag, name = row.tag.name.clone()).to_string();
    let id = row.tag.id.to_string();
    view! {
        <li class="line">
            <div class="badges">
                <TagMark name=row.tag.name.clone() colour=row.tag.colour />
                <span class="quiet">{used}</span>
            </div>
            {may.then(|| {
                view! {
                    <details class="fold">
                        <summary class="button" aria-label=change>
                            {t!(change)}
                        </summary>
                        <Form row=Some(row.clone()) acts />
                        <ActionForm action=acts.delete>
                            {(row.used > 0)
                                .then(|| view! { <p class="quiet">{t!(delete_tag_text)}</p> })}
                            <ActButton
                                name="tag"
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
fn Form(row: Option<TagRow>, acts: Acts) -> impl IntoView {
    let tag = row.map(|row| row.tag);
    let colour = tag.as_ref().map(|tag| tag.colour).unwrap_or_default();
    let options = Colour::ALL.into_iter().map(|colour| (colour.as_str().to_owned(), word(colour).to_owned())).collect();
    view! {
        <ActionForm action=acts.save>
            <input
                type="hidden"
                name="tag"
                value=tag.as_ref().map(|tag| tag.id.to_string()).unwrap_or_default()
            />
            <NameField label=t!(tag_name) value=tag.map(|tag| tag.name).unwrap_or_default() />
            <SelectField label=t!(colour) name="colour" options chosen=colour.as_str() />
            <FormErrors action=acts.save />
            <button type="submit" class="button" aria-disabled=busy(acts.save.pending())>
                {t!(save)}
            </button>
        </ActionForm>
    }
}

fn word(colour: Colour) -> &'static str {
    match colour {
        Colour::Slate => t!(colour_slate),
        Colour::Blue => t!(colour_blue),
        Colour::Teal => t!(colour_teal),
        Colour::Olive => t!(colour_olive),
        Colour::Brown => t!(colour_brown),
        Colour::Pink => t!(colour_pink),
        Colour::Purple => t!(colour_purple),
        Colour::Sky => t!(colour_sky),
    }
}
