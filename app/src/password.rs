//! A forgotten password.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::{busy, part};
use ui::view;
use ui::{ActionForm, FormError, Load, PasswordField, Read, Skeleton, TextField, refused, t};

use crate::alone::Alone;
use crate::api::{ForgotPassword, ResetPassword, reset_link_works};
use crate::sign_up::SandboxMail;

/// `/forgot-password`: answers the same whether or not the address is known.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let action = ServerAction::<ForgotPassword>::new();
    let refused = refused(action);
    let query = use_query_map();
    let sent = move || query.with(|query| query.get("sent").is_some());
    view! {
        <Alone title=t!(forgot_title)>
            {part(move || {
                if sent() {
                    view! {
                        <p class="notice" role="status">
                            {t!(forgot_sent)}
                        </p>
                        <p class="quiet">{t!(sent_nothing)}</p>
                        <SandboxMail />
                    }
                        .into_any()
                } else {
                    view! {
                        <p class="quiet">{t!(forgot_text)}</p>
                        <ActionForm action>
                            <TextField
                                label=t!(email)
                                name="email"
                                refused
                                kind="email"
                                autocomplete="username"
                                required=true
                                autofocus=true
                            />
                            <FormError refused fields=&["email"] />
                            <button
                                type="submit"
                                class="button button-primary"
                                aria-disabled=busy(action.pending())
                            >
                                {t!(send_link)}
                            </button>
                        </ActionForm>
                    }
                        .into_any()
                }
            })}
            <p class="ways">
                <a class="link" href="/sign-in">
                    {t!(back_to_sign_in)}
                </a>
            </p>
        </Alone>
    }
}

/// `/reset-password`
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let action = ServerAction::<ResetPassword>::new();
    let query = use_query_map();
    let link = query.with_untracked(|query| query.get("link").unwrap_or_default());
    let asked = link.clone();
    let works = Read::blocking(move || reset_link_works(asked.clone()));
    view! {
        <Alone title=t!(reset_title)>
            <Load
                resource=works
                skeleton=|| view! { <Skeleton rows=2 /> }
                children=move |works| {
                    if works { view! { <NewPassword action link=link.clone() /> } } else { view! { <Gone /> } }
                }
            />
        </Alone>
    }
}

#[component]
fn NewPassword(action: ServerAction<ResetPassword>, link: String) -> impl IntoView {
    let refused = refused(action);
    view! {
        <p class="quiet">{t!(reset_text)}</p>
        <ActionForm action>
            <input type="hidden" name="link" value=link />
            <PasswordField
                label=t!(new_password)
                name="password"
                refused
                autocomplete="new-password"
                hint=t!(password_hint)
            />
            <FormError refused fields=&["password"] />
            <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                {t!(set_password)}
            </button>
        </ActionForm>
    }
}

#[component]
fn Gone() -> impl IntoView {
    view! {
        <p>{t!(link_gone_reset)}</p>
        <a class="button button-primary" href="/forgot-password">
            {t!(send_new_link)}
        </a>
    }
}
