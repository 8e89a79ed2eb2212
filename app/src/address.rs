//! Agreeing to a change of address, or refusing it: each of the two mailboxes has a link to here.

use domain::accounts::EmailChange;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::{dynamic, part};
use ui::view;
use ui::{ActionForm, FormErrors, Load, Read, Skeleton, t};

use crate::alone::Alone;
use crate::api::{ConfirmAddress, RefuseAddress, read_address_change};

/// `/confirm-address`: buttons, because programs that look at mail follow its links.
#[component]
pub fn ConfirmAddressPage() -> impl IntoView {
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
                    }
                    Some("refused") => {
                        view! {
                            <p class="notice" role="status">
                                {t!(address_refused)}
                            </p>
                            <p>{t!(address_refused_text)}</p>
                            <a class="button button-primary" href="/forgot-password">
                                {t!(reset_title)}
                            </a>
                        }
                    }
                    Some(_) => {
                        view! {
                            <p class="notice" role="status">
                                {t!(address_waiting)}
                            </p>
                        }
                    }
                    None => view! { <Asked /> },
                }
            })}
        </Alone>
    }
}

#[component]
fn Asked() -> impl IntoView {
    let link = use_query_map().with_untracked(|query| query.get("link").unwrap_or_default());
    let asked = link.clone();
    let change = Read::blocking(move || read_address_change(asked.clone()));
    view! {
        <Load
            resource=change
            skeleton=|| view! { <Skeleton rows=3 /> }
            children=move |change| match change {
                Some(change) => view! { <Answer change link=link.clone() /> },
                None => view! { <p>{t!(link_gone_address)}</p> },
            }
        />
    }
}

#[component]
fn Answer(change: EmailChange, link: String) -> impl IntoView {
    let (agree, refuse) = (ServerAction::<ConfirmAddress>::new(), ServerAction::<RefuseAddress>::new());
    let again = link.clone();
    let acting = move || dynamic(move || (agree.pending().get() || refuse.pending().get()).then_some("true"));
    view! {
        <p>{t!(address_text)}</p>
        <dl class="explained">
            {change
                .before
                .map(|before| {
                    view! {
                        <dt>{t!(address_before)}</dt>
                        <dd>{before}</dd>
                    }
                })}
            <dt>{t!(address_after)}</dt>
            <dd>{change.after}</dd>
        </dl>
        <FormErrors action=agree />
        <FormErrors action=refuse />
        <ActionForm action=agree>
            <input type="hidden" name="link" value=link />
            <button type="submit" class="button button-primary" aria-disabled=acting()>
                {t!(address_agree)}
            </button>
        </ActionForm>
        <ActionForm action=refuse>
            <input type="hidden" name="link" value=again />
            <button type="submit" class="button" aria-disabled=acting()>
                {t!(address_refuse)}
            </button>
        </ActionForm>
    }
}
