//! Roles that the workspace has named itself.

use domain::Permission;
use domain::team::{CustomRole, TeamPage};
use leptos::prelude::*;
use ui::fields::Refused;
use ui::reactive::busy;
use ui::{ActionForm, FieldError, FormError, FormErrors, refused, t, use_session, view};

use super::Acts;
use crate::lines::{ActButton, NameField};
use crate::words;

#[component]
pub fn RolesSection(team: TeamPage, acts: Acts) -> impl IntoView {
    let rows = team.roles.into_iter().map(|role| view! { <Row role acts /> }).collect_view();
    view! {
        <section class="section">
            <h2>{t!(own_roles)}</h2>
            <p class="quiet">{t!(own_roles_text)}</p>
            // With scripts it is said in the form.
            <div class="without-scripts">
                <FormErrors action=acts.save_role />
            </div>
            <FormErrors action=acts.delete_role />
            <ul class="lines">{rows}</ul>
            <details class="fold">
                <summary class="button">{t!(new_role)}</summary>
                <Form role=None acts />
            </details>
        </section>
    }
}

#[component]
fn Row(role: CustomRole, acts: Acts) -> impl IntoView {
    let used = t!(role_used, count = role.used).to_string();
    let change = t!(change_role, name = role.name.clone()).to_string();
    let delete = t!(delete_role, name = role.name.clone()).to_string();
    let free = role.used == 0;
    let names: Vec<&str> = role.permissions.iter().map(|permission| words::permission(*permission).0).collect();
    view! {
        <li class="line">
            <div>
                <p>
                    <strong>{role.name.clone()}</strong>
                    " "
                    <span class="quiet">{used}</span>
                </p>
                <p class="quiet">{names.join(" · ")}</p>
            </div>
            <details class="fold">
                <summary class="button" aria-label=change>
                    {t!(change)}
                </summary>
                <Form role=Some(role.clone()) acts />
                {free
                    .then(|| {
                        view! {
                            <ActionForm action=acts.delete_role>
                                <ActButton
                                    name="role"
                                    value=role.id.to_string()
                                    class="button button-bad"
                                    text=delete
                                    pending=acts.delete_role.pending()
                                />
                            </ActionForm>
                        }
                    })}
            </details>
        </li>
    }
}

/// Nobody gives what they do not hold, so only that is offered.
#[component]
fn Form(role: Option<CustomRole>, acts: Acts) -> impl IntoView {
    let session = use_session();
    let id = role.as_ref().map(|role| role.id.to_string()).unwrap_or_default();
    let (this, all) = (id.clone(), refused(acts.save_role));
    let refused: Refused =
        Signal::derive(move || if acts.role_sent.with(|sent| *sent == this) { all.get() } else { None });
    let held = role.as_ref().map(|role| role.permissions.clone()).unwrap_or_default();
    let checks = Permission::ALL
        .iter()
        .copied()
        .filter(|permission| session.with_value(|session| session.may(*permission)))
        .map(|permission| {
            let (name, text) = words::permission(permission);
            view! {
                <label class="check check-told">
                    <input
                        type="checkbox"
                        name="permissions[]"
                        value=permission.as_str()
                        checked=held.contains(&permission)
                    />
                    <span>
                        {name}
                        <span class="hint">{text}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <ActionForm action=acts.save_role>
            <input type="hidden" name="role" value=id />
            <input
                type="hidden"
                name="version"
                value=role.as_ref().map(|role| role.version.to_string()).unwrap_or_default()
            />
            <NameField label=t!(role_name) value=role.map(|role| role.name).unwrap_or_default() />
            <FieldError refused field="name" />
            <fieldset class="checks">
                <legend>{t!(role_may)}</legend>
                {checks}
                <FieldError refused field="permissions" />
            </fieldset>
            <FormError refused fields=&["name", "permissions"] />
            <button type="submit" class="button" aria-disabled=busy(acts.save_role.pending())>
                {t!(save)}
            </button>
        </ActionForm>
    }
}
