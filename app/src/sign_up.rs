//! Becoming somebody whom Parley knows: a form, a mail, a button.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::{busy, dynamic, part};
use ui::view;
use ui::{ActionForm, FieldError, FormError, Load, PasswordField, Read, TextField, refused, t};

use crate::alone::Alone;
use crate::api::{ConfirmSignUp, SignUp, mail_is_sandboxed};

/// `/sign-up`
#[component]
pub fn SignUpPage() -> impl IntoView {
    let action = ServerAction::<SignUp>::new();
    let refused = refused(action);
    view! {
        <Alone title=t!(sign_up_title)>
            <ActionForm action>
                <TextField label=t!(your_name) name="name" refused autocomplete="name" required=true max="80" autofocus=true />
                <TextField label=t!(work_email) name="email" refused kind="email" autocomplete="username" required=true />
                <PasswordField
                    label=t!(password)
                    name="password"
                    refused
                    autocomplete="new-password"
                    hint=t!(password_hint)
                />
                <TextField
                    label=t!(organisation)
                    name="organisation"
                    refused
                    autocomplete="organization"
                    required=true
                    max="80"
                />
                <TextField
                    label=t!(job_title_optional)
                    name="job_title"
                    refused
                    autocomplete="organization-title"
                    max="80"
                />
                <div class="field">
                    <label class="check">
                        <input type="checkbox" name="accepted" value="true" required=true />
                        <span>{t!(accept_terms)}</span>
                    </label>
                    <FieldError refused field="accepted" />
                    <Documents />
                </div>
                <FormError
                    refused
                    fields=&["name", "email", "password", "organisation", "job_title", "accepted"]
                />
                <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                    {t!(sign_up)}
                </button>
            </ActionForm>
            <p class="ways">
                <span class="quiet">{t!(have_account)}</span>
                <a class="link" href="/sign-in">
                    {t!(sign_in)}
                </a>
            </p>
        </Alone>
    }
}

/// What is accepted, in tabs of their own: what was typed so far stays.
#[component]
pub(crate) fn Documents() -> impl IntoView {
    view! {
        <p class="documents">
            <a class="link" href="/terms" rel="external" target="_blank">
                {t!(terms)}
            </a>
            <a class="link" href="/privacy" rel="external" target="_blank">
                {t!(privacy)}
            </a>
        </p>
    }
}

/// `/sign-up/sent`: the same words whether or not the address is known.
#[component]
pub fn SentPage() -> impl IntoView {
    view! {
        <Alone title=t!(check_mail)>
            <p>{t!(sign_up_sent)}</p>
            <p class="quiet">{t!(sent_nothing)}</p>
            <SandboxMail />
            <p class="ways">
                <a class="link" href="/sign-up">
                    {t!(other_address)}
                </a>
                <a class="link" href="/sign-in">
                    {t!(sign_in)}
                </a>
            </p>
        </Alone>
    }
}

/// Where the mail of an installation without a mail server is read.
#[component]
pub fn SandboxMail() -> impl IntoView {
    let sandboxed = Read::blocking(mail_is_sandboxed);
    view! {
        <Load
            resource=sandboxed
            skeleton=|| ()
            children=|sandboxed| {
                sandboxed
                    .then(|| {
                        view! {
                            <a class="button" href="/sandbox/mail" target="_blank" rel="external">
                                {t!(open_sandbox_mail)}
                            </a>
                        }
                    })
                    .into_any()
            }
        />
    }
}

/// `/sign-up/confirm`: a button, because programs that look at mail follow its links.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let action = ServerAction::<ConfirmSignUp>::new();
    let refused = refused(action);
    let query = use_query_map();
    let link = dynamic(move || query.with(|query| query.get("link").unwrap_or_default()));
    view! {
        <Alone title=t!(confirm_title)>
            <p>{t!(confirm_text)}</p>
            <ActionForm action>
                <input type="hidden" name="link" value=link />
                {part(move || {
                    refused
                        .with(|error| matches!(error, Some(domain::Error::NotFound)))
                        .then(|| view! { <p class="form-error" role="alert">{t!(link_gone_sign_up)}</p> })
                })}
                {part(move || {
                    refused
                        .with(|error| !matches!(error, Some(domain::Error::NotFound)))
                        .then(|| view! { <FormError refused fields=&[] /> })
                })}
                <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                    {t!(confirm_address)}
                </button>
            </ActionForm>
            <p class="ways">
                <a class="link" href="/sign-up">
                    {t!(sign_up)}
                </a>
                <a class="link" href="/sign-in">
                    {t!(sign_in)}
                </a>
            </p>
        </Alone>
    }
}
