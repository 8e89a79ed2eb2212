//! How one proves who one is, and where one is signed in.

mod app;
mod passkeys;
mod sessions;

use leptos::prelude::*;
use ui::reactive::{busy, effect};
use ui::{ActionForm, FormError, PasswordField, Saved, maybe_session, refused, t, view};

use crate::api::security::ChangePassword;
use crate::page::SettingsPage;
use crate::profile::{Vouched, is_vouched};
use crate::proof::{Proof, Prove};
use app::AppSection;
use passkeys::PasskeysSection;
use sessions::SessionsSection;

/// `/settings/security`
#[component]
pub fn SecurityPage() -> impl IntoView {
    let outside = maybe_session().is_none();
    Proof::provide();
    view! {
        <SettingsPage title=t!(security) text=t!(security_text)>
            {if is_vouched() {
                view! { <Vouched /> }
            } else {
                view! {
                    <Prove page="/settings/security" />
                    <PasswordSection />
                    <AppSection />
                    <PasskeysSection />
                    <SessionsSection />
                }
            }}
            {outside
                .then(|| {
                    view! {
                        // A new document: what was refused before may be open now.
                        <a class="button" href="/inbox" rel="external">
                            {t!(to_inbox)}
                        </a>
                    }
                })}
        </SettingsPage>
    }
}

#[component]
fn PasswordSection() -> impl IntoView {
    let action = ServerAction::<ChangePassword>::new();
    let refused = refused(action);
    if let Some(proof) = use_context::<Proof>() {
        proof.watch(action);
    }
    effect(move || {
        // What was typed has served.
        if matches!(action.value().get(), Some(Ok(()))) {
            clear("#new_password");
        }
    });
    view! {
        <section class="section">
            <h2>{t!(password)}</h2>
            <p class="quiet">{t!(change_password_text)}</p>
            <div>
                <ActionForm action>
                    <PasswordField
                        label=t!(new_password)
                        name="new_password"
                        refused
                        autocomplete="new-password"
                        hint=t!(password_hint)
                    />
                    <FormError refused fields=&["new_password"] />
                    <button type="submit" class="button" aria-disabled=busy(action.pending())>
                        {t!(change_password)}
                    </button>
                </ActionForm>
            </div>
            <Saved action text=t!(password_is_changed) />
        </section>
    }
}

fn clear(selector: &str) {
    use wasm_bindgen::JsCast;
    if let Some(field) = ui::browser::find(selector).and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        field.set_value("");
    }
}
