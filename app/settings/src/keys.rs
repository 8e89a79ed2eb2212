//! Keys of the REST interface. Making one needs scripts: its secret is shown once, and pages are kept by browsers.

use domain::Permission;
use domain::api_keys::{ApiKeyRow, KeyState, LIFETIMES, NewApiKey, SCOPES};
use leptos::prelude::*;
use ui::browser::copy;
use ui::fields::Options;
use ui::icon::SHIELD_CHECK;
use ui::reactive::{busy, click, dynamic, effect, part};
use ui::{
    ActionForm, Badge, EmptyState, FieldError, FormError, FormErrors, Load, Read, Saved, SelectField, Shape, Skeleton,
    TextField, Time, Tone, refused, t, use_session, view,
};

use crate::api::keys::{CreateApiKey, RevokeApiKey, read_api_keys};
use crate::fold::{after, fold_after};
use crate::lines::ActButton;
use crate::page::SettingsPage;
use crate::proof::{Proof, Prove};
use crate::words;

/// `/settings/api-keys`
#[component]
pub fn ApiKeysPage() -> impl IntoView {
    let (create, revoke) = (ServerAction::<CreateApiKey>::new(), ServerAction::<RevokeApiKey>::new());
    let proof = Proof::provide();
    proof.watch(create);
    proof.watch(revoke);
    fold_after(revoke);
    after(create, |_| ui::browser::reset("#make-key form"));
    let keys = Read::new(move || (create.version().get(), revoke.version().get()), |_| read_api_keys());
    // Whoever may not is told so once.
    let may = use_session().with_value(|session| session.may(Permission::ManageSecurity));
    view! {
        <SettingsPage title=t!(api_keys) text=t!(api_keys_text)>
            <Prove page="/settings/api-keys" />
            <section class="section">
                <FormErrors action=revoke />
                <Load
                    resource=keys
                    skeleton=|| view! { <Skeleton rows=3 /> }
                    children=move |keys| view! { <Keys keys revoke /> }
                />
            </section>
            {may.then(|| view! { <Making create /> })}
            // Where the eye is, after the button.
            {part(move || create.value().get().and_then(Result::ok).map(|made| view! { <Made made /> }))}
            <Saved action=revoke text=t!(api_key_revoked) />
        </SettingsPage>
    }
}

/// The secret, while the page is open.
#[component]
fn Made(made: NewApiKey) -> impl IntoView {
    let secret = made.secret.clone();
    view! {
        <section class="section" role="status">
            <h2>{t!(api_key_made, name = made.name).to_string()}</h2>
            <p>{t!(api_key_made_text)}</p>
            <div class="input-line">
                <input class="input" readonly=true aria-label=t!(api_key_secret) data-secret value=made.secret />
                <button type="button" class="button" on:click=click(move |_| copy(&secret))>
                    {t!(copy)}
                </button>
            </div>
        </section>
    }
}

#[component]
fn Keys(keys: Vec<ApiKeyRow>, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    if keys.is_empty() {
        return view! { <EmptyState icon=SHIELD_CHECK title=t!(api_keys_none) text=t!(api_keys_none_text) /> };
    }
    let rows = keys.into_iter().map(|key| view! { <Key key revoke /> }).collect_view();
    view! { <ul class="lines">{rows}</ul> }
}

#[component]
fn Key(key: ApiKeyRow, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let act = t!(api_key_revoke_act_named, name = key.name.clone()).to_string();
    let label = t!(api_key_revoke_named, name = key.name.clone()).to_string();
    let state = match key.state {
        KeyState::Works => None,
        KeyState::Expired => Some(t!(api_key_expired)),
        KeyState::Orphaned => Some(t!(api_key_orphaned)),
    };
    let scopes = key.scopes.iter().map(|scope| view! { <Badge text=words::key_scope(scope) /> }).collect_view();
    view! {
        <li class="line">
            <div>
                <p class="badges">
                    <strong>{key.name.clone()}</strong>
                    {state.map(|text| view! { <Badge text tone=Tone::Warn /> })}
                </p>
                <p class="badges">{scopes}</p>
                <Times key=key.clone() />
            </div>
            <details class="fold">
                <summary class="button" aria-label=act>
                    {t!(api_key_revoke_act)}
                </summary>
                <ActionForm action=revoke>
                    <p>{t!(api_key_revoke_sure)}</p>
                    <ActButton
                        name="key"
                        value=key.id.to_string()
                        class="button button-bad"
                        text=label
                        pending=revoke.pending()
                    />
                </ActionForm>
            </details>
        </li>
    }
}

#[component]
fn Times(key: ApiKeyRow) -> impl IntoView {
    let maker = match key.made_by {
        Some(name) => t!(api_key_by, name = name).to_string(),
        None => t!(api_key_by_operator).to_owned(),
    };
    let used = match key.last_used_at {
        Some(at) => view! { {t!(last_used)} " " <Time at shape=Shape::Full /> }.into_any(),
        None => t!(api_key_never_used).into_any(),
    };
    let until = if key.state == KeyState::Expired { t!(api_key_ended) } else { t!(api_key_until) };
    let end = match key.expires_at {
        Some(at) => view! { {until} " " <Time at shape=Shape::Date /> }.into_any(),
        None => t!(api_key_no_end).into_any(),
    };
    view! {
        <p class="quiet">
            {maker} " " <Time at=key.created_at shape=Shape::Date /> " · " {used} " · " {end}
        </p>
    }
}

#[component]
fn Making(create: ServerAction<CreateApiKey>) -> impl IntoView {
    let refused = refused(create);
    // Before the page is awake a form is posted the plain way, and nobody would ever see the secret.
    let awake = RwSignal::new(false);
    effect(move || awake.set(true));
    let may = use_session().with_value(|session| {
        let held = |scope: &&(&str, &[domain::Permission])| scope.1.iter().all(|permission| session.may(*permission));
        SCOPES.iter().filter(held).map(|(scope, _)| *scope).collect::<Vec<_>>()
    });
    let scopes = may
        .into_iter()
        .map(|scope| {
            view! {
                <label class="check">
                    <input type="checkbox" name="scopes[]" value=scope />
                    <span>{words::key_scope(scope)}</span>
                </label>
            }
        })
        .collect_view();
    let lifetimes: Options = LIFETIMES
        .into_iter()
        .map(|days| (days.map(|days| days.to_string()).unwrap_or_default(), words::key_life(days).to_owned()))
        .collect();
    view! {
        <section class="section" id="make-key">
            <h2>{t!(api_key_make)}</h2>
            <p class="without-scripts quiet">{t!(needs_scripts)}</p>
            <ActionForm action=create>
                <TextField
                    label=t!(api_key_name)
                    name="name"
                    refused
                    required=true
                    max="60"
                    hint=t!(api_key_name_hint)
                />
                <fieldset class="checks">
                    <legend>{t!(api_key_scopes)}</legend>
                    {scopes}
                    <FieldError refused field="scopes" />
                </fieldset>
                <SelectField label=t!(api_key_days) name="days" options=lifetimes chosen="90".to_owned() />
                <FormError refused fields=&["name", "scopes"] />
                <button
                    type="submit"
                    class="button button-primary"
                    disabled=dynamic(move || !awake.get())
                    aria-disabled=busy(create.pending())
                >
                    {t!(api_key_make)}
                </button>
            </ActionForm>
        </section>
    }
}
