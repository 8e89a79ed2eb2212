//! Signing in with a passkey. The browser's side is `passkeys.js`: authenticators are asked by script only.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;
use ui::icon::SHIELD_CHECK;
use ui::reactive::dynamic;
use ui::wire::PostedError;
use ui::{Icon, PlaceField, t, view};

use crate::api::{AskForPasskey, SignInByPasskey};

/// Hidden until the script has found that this browser and this address can have passkeys.
#[component]
pub fn PasskeySignIn() -> impl IntoView {
    let query = use_query_map();
    let next = dynamic(move || query.with(|query| query.get("next").unwrap_or_default()));
    view! {
        <div data-passkeys hidden>
            <form method="post" action=SignInByPasskey::url() data-passkey="get" data-ask=AskForPasskey::url()>
                <PlaceField />
                <input type="hidden" name="next" value=next />
                <input type="hidden" name="waiting" />
                <input type="hidden" name="answer" />
                <button type="submit" class="button">
                    <Icon drawing=SHIELD_CHECK />
                    {t!(sign_in_by_passkey)}
                </button>
                <p class="form-error" role="alert" hidden data-passkey-problem data-text=t!(passkey_failed)></p>
            </form>
            <PostedError path=SignInByPasskey::PATH />
        </div>
        <script src="/passkeys.js" defer></script>
    }
}
