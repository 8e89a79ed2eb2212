//! Agreeing to a change of address: each of the two mailboxes has a link to here.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::{busy, dynamic, part};
use ui::view;
use ui::{FormErrors, t};

use crate::alone::Alone;
use crate::api::ConfirmAddress;

/// `/confirm-address`: a button, because programs that look at mail follow its links.
#[component]
pub fn ConfirmAddressPage() -> impl IntoView {
    let action = ServerAction::<ConfirmAddress>::new();
    let query = use_query_map();
    view! {
        <Alone title=t!(address_title)>
            {part(move || {
                match query.with(|query| query.get("state")).as_deref() {
                    Some("changed") => {
                        view! {
                            <p class="notice" role="status">
                                {t!(address_changed)}
                            </p>
                            <a class="button button-primary" href="/settings/profile">
                                {t!(go_on)}
                            </a>
                        }
                            .into_any()
                    }
                    Some(_) => {
                        view! {
                            <p class="notice" role="status">
                                {t!(address_waiting)}
                            </p>
                        }
                            .into_any()
                    }
                    None => view! { <Agree action /> }.into_any(),
                }
            })}
        </Alone>
    }
}

#[component]
fn Agree(action: ServerAction<ConfirmAddress>) -> impl IntoView {
    let query = use_query_map();
    let link = dynamic(move || query.with(|query| query.get("link").unwrap_or_default()));
    view! {
        <p>{t!(address_text)}</p>
        <ActionForm action>
            <input type="hidden" name="link" value=link />
            <FormErrors action />
            <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                {t!(address_agree)}
            </button>
        </ActionForm>
    }
}
