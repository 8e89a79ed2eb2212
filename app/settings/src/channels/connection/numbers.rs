//! The account's numbers: which one is connected, and registering it.

use domain::ConnectionId;
use domain::connection::AccountNumber;
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{ActionForm, Badge, FormError, FormErrors, TextField, Tone, refused, t, view};

use super::Acts;
use crate::lines::ActButton;

#[component]
pub fn Numbers(
    id: ConnectionId,
    numbers: Vec<AccountNumber>,
    /// The token works, so Meta tells.
    known: bool,
    acts: Acts,
) -> impl IntoView {
    let refused = refused(acts.register);
    let none = numbers.is_empty();
    let rows = numbers.into_iter().map(|number| view! { <NumberRow id number acts /> }).collect_view();
    view! {
        <section class="section">
            <h2>{t!(numbers_of_account)}</h2>
            <FormErrors action=acts.choose />
            <FormError refused fields=&["pin"] />
            {none
                .then(|| {
                    view! { <p class="quiet">{if known { t!(numbers_none) } else { t!(numbers_unknown) }}</p> }
                })}
            <ul class="lines">{rows}</ul>
        </section>
    }
}

#[component]
fn NumberRow(id: ConnectionId, number: AccountNumber, acts: Acts) -> impl IntoView {
    let refused = refused(acts.register);
    let connected = number.channel.is_some();
    let (tone, state) = match (connected, number.registered) {
        (true, true) => (Tone::Good, t!(channel_connected)),
        (true, false) => (Tone::Warn, t!(number_unregistered)),
        (false, _) => (Tone::Quiet, t!(number_unused)),
    };
    let (choose_id, number_id) = (number.id.clone(), number.id);
    view! {
        <li class="line">
            <div>
                <p>{number.display}</p>
                <p class="quiet">{number.name}</p>
                {number.on_phone.then(|| view! { <p class="quiet">{t!(number_on_phone)}</p> })}
            </div>
            <Badge text=state tone />
            {(!connected)
                .then(|| {
                    view! {
                        <ActionForm action=acts.choose>
                            <input type="hidden" name="id" value=id.to_string() />
                            <ActButton
                                name="number_id"
                                value=choose_id
                                text=t!(connect_this)
                                pending=acts.choose.pending()
                            />
                        </ActionForm>
                    }
                })}
            {(connected && !number.registered && !number.on_phone)
                .then(|| {
                    view! {
                        <details class="fold">
                            <summary class="button">{t!(register_number)}</summary>
                            <ActionForm action=acts.register>
                                <input type="hidden" name="id" value=id.to_string() />
                                <input type="hidden" name="number_id" value=number_id />
                                <TextField
                                    label=t!(pin)
                                    name="pin"
                                    refused
                                    hint=t!(pin_hint)
                                    mode="numeric"
                                    autocomplete="off"
                                    required=true
                                    max="6"
                                />
                                <button
                                    type="submit"
                                    class="button"
                                    aria-disabled=busy(acts.register.pending())
                                >
                                    {t!(register)}
                                </button>
                            </ActionForm>
                        </details>
                    }
                })}
        </li>
    }
}
