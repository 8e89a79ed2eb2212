//! A new workspace's first hour: a list that checks itself.

use domain::live::Topic;
use domain::onboarding::{Checklist, FirstStep};
use leptos::prelude::*;
use ui::icon::{CIRCLE_CHECK, CIRCLE_DOT};
use ui::{ActionForm, FormErrors, Icon, Live, Load, Read, Skeleton, t, use_session, view};

use crate::api::setup::{HideChecklist, read_checklist};
use crate::lines::ActButton;
use crate::page::SettingsPage;

/// `/start`
#[component]
pub fn StartPage() -> impl IntoView {
    let hide = ServerAction::<HideChecklist>::new();
    let checklist = Read::new(move || hide.version().get(), |_| read_checklist());
    if let Some(live) = use_context::<Live>() {
        live.on(move |change| {
            if matches!(change.topic, Topic::Channels | Topic::Conversation(_) | Topic::Reset) {
                checklist.refetch();
            }
        });
    }
    view! {
        <SettingsPage title=t!(first_steps) text=t!(first_steps_text)>
            <Load
                resource=checklist
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |checklist| view! { <Steps checklist hide /> }
            />
        </SettingsPage>
    }
}

#[component]
fn Steps(checklist: Checklist, hide: ServerAction<HideChecklist>) -> impl IntoView {
    let workspace = use_session().with_value(|session| session.me.workspace_name.clone());
    let done = checklist.steps.iter().filter(|(_, done)| *done).count();
    let all = checklist.steps.len();
    let connection = match checklist.connection {
        Some(id) => format!("/settings/channels/{id}"),
        None => "/settings/channels/connect".to_owned(),
    };
    let rows = checklist
        .steps
        .into_iter()
        .map(|(step, done)| {
            let href = if matches!(step, FirstStep::Number | FirstStep::Message) {
                connection.clone()
            } else {
                page(step).to_owned()
            };
            view! { <StepRow step done href /> }
        })
        .collect_view();
    let open = !checklist.hidden;
    let (hidden, act) = if checklist.hidden { ("false", t!(show_checklist)) } else { ("true", t!(hide_checklist)) };
    view! {
        <p class="quiet">{workspace}</p>
        <p class="progress-line">
            <progress max=all value=done aria-label=t!(first_steps)></progress>
            <span>{t!(steps_done, done = done, all = all).to_string()}</span>
        </p>
        {open.then(|| view! { <ol class="steps">{rows}</ol> })}
        <FormErrors action=hide />
        <ActionForm action=hide>
            <ActButton
                name="hidden"
                value=hidden
                class="button button-quiet"
                text=act
                pending=hide.pending()
            />
        </ActionForm>
    }
}

fn page(step: FirstStep) -> &'static str {
    match step {
        FirstStep::Business => "/settings/business",
        FirstStep::Number | FirstStep::Message => "/settings/channels/connect",
        FirstStep::Pack => "/settings/starter-pack",
        FirstStep::Colleague => "/settings/team",
        FirstStep::SecondFactor => "/settings/security",
    }
}

#[component]
fn StepRow(step: FirstStep, done: bool, href: String) -> impl IntoView {
    let (name, text) = match step {
        FirstStep::Business => (t!(step_business), t!(step_business_text)),
        FirstStep::Number => (t!(step_number), t!(step_number_text)),
        FirstStep::Message => (t!(step_message), t!(step_message_text)),
        FirstStep::Pack => (t!(step_pack), t!(step_pack_text)),
        FirstStep::Colleague => (t!(step_colleague), t!(step_colleague_text)),
        FirstStep::SecondFactor => (t!(step_factor), t!(step_factor_text)),
    };
    let (icon, state) = if done { (CIRCLE_CHECK, t!(step_done)) } else { (CIRCLE_DOT, t!(step_open)) };
    view! {
        <li class="step" class:step-done=done>
            <Icon drawing=icon />
            <div>
                <a class="step-name" href=href>{name}</a>
                <span class="visually-hidden">{state}</span>
                <p class="quiet">{text}</p>
            </div>
        </li>
    }
}
