//! Changing the ids and secrets of a connection, and its end.

use domain::connection::{Connection, Way};
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{ActionForm, FormError, FormErrors, refused, t, view};

use super::super::connect::{Details, FIELDS};
use super::Acts;

#[component]
pub fn Settings(connection: Connection, acts: Acts) -> impl IntoView {
    let refused = refused(acts.change);
    let id = connection.id.to_string();
    let change_id = id.clone();
    // The sandbox's own secrets are nothing to change.
    let changes = connection.way != Way::Sandbox;
    view! {
        {changes
            .then(|| {
                view! {
                    <section class="section">
                        <h2>{t!(ids_and_secrets)}</h2>
                        <details class="fold">
                            <summary class="button">{t!(change)}</summary>
                            <ActionForm action=acts.change>
                                <input type="hidden" name="id" value=change_id />
                                <Details
                                    refused
                                    app_id=connection.app_id
                                    account_id=connection.account_id
                                    known=true
                                />
                                <FormError refused fields=FIELDS />
                                <button type="submit" class="button" aria-disabled=busy(acts.change.pending())>
                                    {t!(save_and_check)}
                                </button>
                            </ActionForm>
                        </details>
                    </section>
                }
            })}
        <section class="section">
            <h2>{t!(disconnect)}</h2>
            <p class="quiet">{t!(disconnect_text)}</p>
            <FormErrors action=acts.disconnect />
            <details class="fold">
                <summary class="button">{t!(disconnect_act)}</summary>
                <ActionForm action=acts.disconnect>
                    <input type="hidden" name="id" value=id />
                    <p>{t!(disconnect_sure)}</p>
                    <button type="submit" class="button button-bad" aria-disabled=busy(acts.disconnect.pending())>
                        {t!(disconnect)}
                    </button>
                </ActionForm>
            </details>
        </section>
    }
}
