//! Single sign-on: the workspace's own provider.

use domain::Role;
use domain::sso::{SsoConnected, SsoFound, SsoPage};
use leptos::prelude::*;
use ui::fields::Refused;
use ui::reactive::{busy, click, part};
use ui::{
    ActionForm, FieldError, FormError, Load, Read, Saved, SelectField, Skeleton, TextField, refused, t, use_session,
    view,
};

use crate::api::sso::{CheckSso, RemoveSso, SaveSso, read_sso};
use crate::proof::Proof;
use crate::words;

const FIELDS: &[&str] = &["issuer", "client_id", "client_secret", "domains", "required"];
const ISSUER: &str = "sso_issuer";

#[component]
pub fn SingleSignOn() -> impl IntoView {
    let (save, remove) = (ServerAction::<SaveSso>::new(), ServerAction::<RemoveSso>::new());
    if let Some(proof) = use_context::<Proof>() {
        proof.watch(save);
        proof.watch(remove);
    }
    let page = Read::new(move || (save.version().get(), remove.version().get()), |_| read_sso());
    view! {
        <section class="section" id="single-sign-on">
            <h2>{t!(single_sign_on)}</h2>
            <p class="quiet">{t!(single_sign_on_text)}</p>
            <Load
                resource=page
                skeleton=|| view! { <Skeleton rows=4 /> }
                children=move |page| view! { <Connection page save remove /> }
            />
            <Saved action=save text=t!(sso_saved) />
            <Saved action=remove text=t!(sso_removed) />
        </section>
    }
}

#[component]
fn Connection(page: SsoPage, save: ServerAction<SaveSso>, remove: ServerAction<RemoveSso>) -> impl IntoView {
    let connected = page.connected.as_ref().map(|connected| (connected.issuer.clone(), connected.linked));
    let removable = connected.is_some();
    view! {
        {connected
            .map(|(issuer, linked)| {
                view! {
                    <p class="notice">{t!(sso_connected, issuer = issuer)} " " {t!(sso_linked, count = linked)}</p>
                }
            })}
        <Connect page save />
        {removable.then(|| view! { <Remove remove /> })}
    }
}

#[component]
fn Connect(page: SsoPage, save: ServerAction<SaveSso>) -> impl IntoView {
    let refused = refused(save);
    let new = page.connected.is_none();
    let shown = page.connected.unwrap_or_default();
    view! {
        <dl class="explained">
            <div>
                <dt>{t!(sso_redirect_uri)}</dt>
                <dd>
                    <code>{page.redirect_uri}</code>
                </dd>
                <dd class="quiet">{t!(sso_redirect_uri_text)}</dd>
            </div>
        </dl>
        <ActionForm action=save>
            <Issuer issuer=shown.issuer.clone() refused />
            <div class="field-row">
                <TextField
                    label=t!(sso_client_id)
                    name="client_id"
                    refused
                    value=shown.client_id.clone()
                    autocomplete="off"
                    required=true
                    max="200"
                />
                <TextField
                    label=t!(sso_client_secret)
                    name="client_secret"
                    refused
                    kind="password"
                    autocomplete="off"
                    required=new
                    hint=if new { t!(sso_client_secret_hint) } else { t!(sso_client_secret_kept) }
                />
            </div>
            <TextField
                label=t!(sso_domains)
                name="domains"
                refused
                value=shown.domains.join(", ")
                autocomplete="off"
                required=true
                hint=t!(sso_domains_hint)
            />
            <Rules shown own_roles=page.own_roles refused />
            <FormError refused fields=FIELDS />
            <button type="submit" class="button button-primary" aria-disabled=busy(save.pending())>
                {if new { t!(sso_connect) } else { t!(save) }}
            </button>
        </ActionForm>
    }
}

/// The issuer, and a look at what is there before anything is saved.
#[component]
fn Issuer(issuer: String, refused: Refused) -> impl IntoView {
    let check = ServerAction::<CheckSso>::new();
    let asked = ui::refused(check);
    let ask = move || {
        if let Some(issuer) = ui::browser::value(&format!("#{ISSUER}")) {
            check.dispatch(CheckSso { issuer });
        }
    };
    view! {
        <TextField
            label=t!(sso_issuer)
            name="issuer"
            id=ISSUER
            refused
            kind="url"
            value=issuer
            autocomplete="off"
            required=true
            max="500"
            hint=t!(sso_issuer_hint)
        />
        <div class="with-scripts">
            <button
                type="button"
                class="button"
                aria-disabled=busy(check.pending())
                on:click=click(move |_| ask())
            >
                {part(move || if check.pending().get() { t!(sso_checking) } else { t!(sso_check) })}
            </button>
        </div>
        <FormError refused=asked fields=&[] />
        {part(move || check.value().get().and_then(Result::ok).map(|found| view! { <Found found /> }))}
    }
}

#[component]
fn Found(found: SsoFound) -> impl IntoView {
    view! {
        <p class="notice" role="status">
            {t!(sso_found, issuer = found.issuer)}
        </p>
        <dl class="explained">
            <div>
                <dt>{t!(sso_authorization)}</dt>
                <dd>{found.authorization}</dd>
            </div>
            <div>
                <dt>{t!(sso_token)}</dt>
                <dd>{found.token}</dd>
            </div>
            <div>
                <dt>{t!(sso_keys)}</dt>
                <dd>{found.keys}</dd>
            </div>
            <div>
                <dt>{t!(sso_pkce)}</dt>
                <dd>{if found.pkce { t!(sso_pkce_yes) } else { t!(sso_pkce_unsaid) }}</dd>
            </div>
        </dl>
    }
}

/// Who comes in, as what, and whether there is another way.
#[component]
fn Rules(shown: SsoConnected, own_roles: Vec<(domain::team::RoleChoice, String)>, refused: Refused) -> impl IntoView {
    let mut roles: Vec<(String, String)> = Role::ALL
        .into_iter()
        .filter(|role| !matches!(role, Role::Owner | Role::Custom))
        .filter(|role| use_session().with_value(|session| role.permissions().iter().all(|it| session.may(*it))))
        .map(|role| (role.as_str().to_owned(), words::role(role).0.to_owned()))
        .collect();
    roles.extend(own_roles.into_iter().map(|(role, name)| (role.word(), name)));
    view! {
        <label class="check">
            <input type="checkbox" name="rules[]" value="admits_new" checked=shown.admits_new />
            <span>{t!(sso_admits_new)}</span>
        </label>
        <p class="quiet">{t!(sso_admits_new_text)}</p>
        <SelectField label=t!(sso_role) name="role" options=roles chosen=shown.role.word() />
        <label class="check">
            <input type="checkbox" name="rules[]" value="counts_two_factors" checked=shown.counts_two_factors />
            <span>{t!(sso_counts_two_factors)}</span>
        </label>
        <p class="quiet">{t!(sso_counts_two_factors_text)}</p>
        <label class="check">
            <input type="checkbox" name="rules[]" value="required" checked=shown.required />
            <span>{t!(sso_required)}</span>
        </label>
        <p class="quiet">{t!(sso_required_text)}</p>
        <FieldError refused field="required" />
    }
}

#[component]
fn Remove(remove: ServerAction<RemoveSso>) -> impl IntoView {
    let refused = refused(remove);
    view! {
        <details class="fold">
            <summary class="button">{t!(sso_remove)}</summary>
            <ActionForm action=remove>
                <p>{t!(sso_remove_text)}</p>
                <FormError refused fields=&[] />
                <button type="submit" class="button button-bad" aria-disabled=busy(remove.pending())>
                    {t!(sso_remove_sure)}
                </button>
            </ActionForm>
        </details>
    }
}
