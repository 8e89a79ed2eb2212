//! Passkeys: enough to sign in with. The browser's side is `passkeys.js`.

use domain::accounts::{PasskeyQuestion, PasskeyRow};
use leptos::prelude::*;
use server_fn::ServerFn;
use ui::icon::SHIELD_CHECK;
use ui::reactive::{busy, part};
use ui::wire::PostedError;
use ui::{ActionForm, FormError, Icon, Load, PlaceField, Read, Shape, Skeleton, Time, refused, t, view};

use crate::api::security::{AddPasskey, BeginPasskey, RemovePasskey, read_factors};
use crate::lines::ActButton;
use crate::proof::Proof;

#[component]
pub fn PasskeysSection() -> impl IntoView {
    let (remove, begin) = (ServerAction::<RemovePasskey>::new(), ServerAction::<BeginPasskey>::new());
    if let Some(proof) = use_context::<Proof>() {
        proof.watch(remove);
        proof.watch(begin);
    }
    let removed = refused(remove);
    let factors = Read::new(move || remove.version().get(), |_| read_factors());
    view! {
        <section class="section" id="passkeys">
            <h2>{t!(passkeys)}</h2>
            <p class="quiet">{t!(passkeys_text)}</p>
            <Load
                resource=factors
                skeleton=|| view! { <Skeleton rows=1 /> }
                children=move |factors| {
                    view! {
                        <ul class="lines">
                            {factors
                                .passkeys
                                .into_iter()
                                .map(|passkey| view! { <Passkey passkey remove /> })
                                .collect_view()}
                        </ul>
                    }
                }
            />
            <FormError refused=removed fields=&[] />
            <div data-passkeys hidden>
                <ActionForm action=begin>
                    <button type="submit" class="button" aria-disabled=busy(begin.pending())>
                        <Icon drawing=SHIELD_CHECK />
                        {t!(add_passkey)}
                    </button>
                </ActionForm>
                <FormError refused=refused(begin) fields=&[] />
                {part(move || {
                    let question = begin.value().get().and_then(Result::ok);
                    question.map(|question| view! { <Naming question /> })
                })}
                <PostedError path=AddPasskey::PATH />
            </div>
            <script src="/passkeys.js" defer></script>
        </section>
    }
}

/// The question is there; posting this form asks the authenticator.
#[component]
fn Naming(question: PasskeyQuestion) -> impl IntoView {
    view! {
        <form method="post" action=AddPasskey::url() data-passkey="create" data-question=question.options>
            <PlaceField />
            <label class="field">
                <span>{t!(passkey_name)}</span>
                <input class="input" name="name" required=true maxlength="60" placeholder=t!(passkey_name_hint) />
            </label>
            <input type="hidden" name="waiting" value=question.waiting />
            <input type="hidden" name="answer" />
            <button type="submit" class="button button-primary">
                {t!(go_on)}
            </button>
            <p class="form-error" role="alert" hidden data-passkey-problem data-text=t!(passkey_failed)></p>
        </form>
    }
}

#[component]
fn Passkey(passkey: PasskeyRow, remove: ServerAction<RemovePasskey>) -> impl IntoView {
    let label = t!(remove_passkey, name = passkey.name.clone()).to_string();
    view! {
        <li class="line">
            <div>
                <p>
                    <strong>{passkey.name}</strong>
                </p>
                <p class="quiet">
                    {t!(added)} " " <Time at=passkey.created_at shape=Shape::Date />
                    {passkey
                        .last_used_at
                        .map(|at| view! { " · " {t!(last_used)} " " <Time at shape=Shape::Full /> })}
                </p>
            </div>
            <ActionForm action=remove>
                <ActButton
                    name="passkey"
                    value=passkey.id.to_string()
                    label
                    text=t!(remove_word)
                    pending=remove.pending()
                />
            </ActionForm>
        </li>
    }
}
