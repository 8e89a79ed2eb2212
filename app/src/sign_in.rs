//! The way in. Plain forms, which work before anything else has loaded.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use ui::reactive::{busy, dynamic, part};
use ui::view;
use ui::{ActionForm, FormError, FormErrors, TextField, refused, t};

use crate::alone::Alone;
use crate::api::{SecondFactor, SignIn};
use crate::passkey::PasskeySignIn;

#[component]
pub fn SignInPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next = dynamic(move || query.with(|query| query.get("next").unwrap_or_default()));
    let through = dynamic(move || {
        let next = query.with(|query| query.get("next").unwrap_or_default());
        format!("/sign-in/sso?next={}", ui::wire::escape(&next))
    });
    let changed = move || query.with(|query| query.get("changed").is_some());
    view! {
        <Title text=t!(sign_in) />
        <main class="alone" id="main">
            <div class="sign-in">
                <img class="logo" src="/favicon.svg" alt="" width="40" height="40" />
                <h1>{t!(sign_in_title)}</h1>
                {part(move || changed().then(|| view! { <p class="notice" role="status">{t!(password_changed)}</p> }))}
                <ActionForm action>
                    <input type="hidden" name="next" value=next />
                    <label class="field">
                        <span>{t!(email)}</span>
                        <input
                            class="input"
                            type="email"
                            name="email"
                            autocomplete="username"
                            autocapitalize="off"
                            required=true
                            autofocus=true
                        />
                    </label>
                    <label class="field">
                        <span>{t!(password)}</span>
                        <input
                            class="input"
                            type="password"
                            name="password"
                            autocomplete="current-password"
                            required=true
                        />
                    </label>
                    <FormErrors action />
                    <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                        {part(move || if action.pending().get() { t!(signing_in) } else { t!(sign_in) })}
                    </button>
                </ActionForm>
                <PasskeySignIn />
                <a class="button" href=through>
                    {t!(single_sign_on_way)}
                </a>
                <p class="ways">
                    <a class="link" href="/forgot-password">
                        {t!(forgot_password)}
                    </a>
                    <a class="link" href="/sign-up">
                        {t!(sign_up)}
                    </a>
                </p>
            </div>
        </main>
    }
}

/// `/sign-in/second-factor`: the password was right.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let action = ServerAction::<SecondFactor>::new();
    let refused = refused(action);
    let query = use_query_map();
    let next = dynamic(move || query.with(|query| query.get("next").unwrap_or_default()));
    view! {
        <Alone title=t!(second_factor_title)>
            <p class="quiet">{t!(second_factor_text)}</p>
            <ActionForm action>
                <input type="hidden" name="next" value=next />
                <TextField
                    label=t!(code)
                    name="code"
                    refused
                    autocomplete="one-time-code"
                    mode="numeric"
                    required=true
                    autofocus=true
                    hint=t!(code_hint)
                />
                <FormError refused fields=&["code"] />
                <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                    {t!(sign_in)}
                </button>
            </ActionForm>
            <p class="ways">
                <a class="link" href="/sign-in">
                    {t!(start_again)}
                </a>
            </p>
        </Alone>
    }
}
