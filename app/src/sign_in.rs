//! The way in. A plain form, which works before anything else has loaded.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use ui::reactive::{dynamic, part};
use ui::view;
use ui::{FormErrors, t};

use crate::api::SignIn;

#[component]
pub fn SignInPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next = dynamic(move || query.with(|query| query.get("next").unwrap_or_default()));
    view! {
        <Title text=t!(sign_in) />
        <main class="alone" id="main">
            <div class="sign-in">
                <img class="logo" src="/favicon.svg" alt="" width="40" height="40" />
                <h1>{t!(sign_in_title)}</h1>
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
                    <button type="submit" class="button button-primary" disabled=dynamic(move || action.pending().get())>
                        {part(move || if action.pending().get() { t!(signing_in) } else { t!(sign_in) })}
                    </button>
                </ActionForm>
            </div>
        </main>
    }
}
