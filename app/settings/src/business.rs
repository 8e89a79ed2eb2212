//! The business behind a workspace: its first details, and changing them.

use domain::team::{Business, BusinessOnFile};
use domain::{Error, Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use ui::fields::Refused;
use ui::reactive::{busy, part};
use ui::{ActionForm, FormError, Load, Read, Saved, SelectField, Skeleton, TextField, refused, t, use_session, view};

use crate::api::business::{
    CreateWorkspace, RequireTwoFactors, SaveBusiness, read_business, read_fresh_business, two_factors_required,
};
use crate::page::SettingsPage;
use crate::places::{CurrencyField, TimeZoneField, countries};
use crate::proof::{Proof, Prove};
use crate::sso::SingleSignOn;

const FIELDS: &[&str] = &["name", "industry", "address", "phone", "country", "time_zone", "currency"];

/// `/welcome`: a person without a workspace makes one.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let action = ServerAction::<CreateWorkspace>::new();
    let refused = refused(action);
    let fresh = Read::blocking(read_fresh_business);
    view! {
        <Title text=t!(welcome) />
        <div class="page">
            <header class="page-head">
                <h1>{t!(welcome_title)}</h1>
                <p class="quiet">{t!(welcome_text)}</p>
            </header>
            <section class="section">
                <Load
                    resource=fresh
                    skeleton=|| view! { <Skeleton rows=6 /> }
                    children=move |fresh| {
                        view! {
                            <ActionForm action>
                                <Details business=fresh refused />
                                <FormError refused fields=FIELDS />
                                <button
                                    type="submit"
                                    class="button button-primary"
                                    aria-disabled=busy(action.pending())
                                >
                                    {t!(create_workspace)}
                                </button>
                            </ActionForm>
                        }
                    }
                />
            </section>
            <p class="quiet aside">{t!(welcome_invited)}</p>
        </div>
    }
}

/// `/settings/business`
#[component]
pub fn BusinessPage() -> impl IntoView {
    let (details, security) = use_session()
        .with_value(|session| (session.may(Permission::ManageWorkspace), session.may(Permission::ManageSecurity)));
    let save = ServerAction::<SaveBusiness>::new();
    let business = Read::new(|| (), |()| read_business());
    // Whose role opens one half only, sees that one; whose role opens neither, is told so.
    let first = details || !security;
    view! {
        <SettingsPage title=t!(business) text=t!(business_text)>
            {first
                .then(|| {
                    view! {
                        <Load
                            resource=business
                            skeleton=|| view! { <Skeleton rows=6 /> }
                            children=move |on_file| view! { <Change on_file save /> }
                        />
                    }
                })}
            {security
                .then(|| {
                    let proof = Proof::provide();
                    view! {
                        <Prove page="/settings/business" />
                        <TwoFactors proof />
                        <SingleSignOn />
                    }
                })}
            <Saved action=save text=t!(saved) />
        </SettingsPage>
    }
}

#[component]
fn Change(on_file: BusinessOnFile, save: ServerAction<SaveBusiness>) -> impl IntoView {
    let refused = refused(save);
    view! {
        <section class="section">
            <ActionForm action=save>
                <input type="hidden" name="version" value=on_file.version.to_string() />
                <Details business=on_file.business refused />
                <FormError refused fields=FIELDS />
                <button type="submit" class="button button-primary" aria-disabled=busy(save.pending())>
                    {t!(save)}
                </button>
            </ActionForm>
        </section>
    }
}

#[component]
fn Details(business: Business, refused: Refused) -> impl IntoView {
    view! {
        <TextField
            label=t!(business_name)
            name="name"
            refused
            value=business.name
            autocomplete="organization"
            required=true
            max="80"
        />
        <TextField
            label=t!(industry)
            name="industry"
            refused
            value=business.industry
            hint=t!(industry_hint)
            max="80"
        />
        <TextField
            label=t!(address)
            name="address"
            refused
            value=business.address
            autocomplete="street-address"
            max="200"
        />
        <div class="field-row">
            <TextField
                label=t!(phone)
                name="phone"
                refused
                kind="tel"
                value=business.phone
                autocomplete="tel"
                max="40"
            />
            <SelectField
                label=t!(country)
                name="country"
                options=countries()
                chosen=business.country
                autocomplete="country"
            />
        </div>
        <div class="field-row">
            <TimeZoneField value=business.time_zone refused hint=t!(time_zone_hint) />
            <CurrencyField value=business.currency refused />
        </div>
    }
}

#[component]
fn TwoFactors(proof: Proof) -> impl IntoView {
    let action = ServerAction::<RequireTwoFactors>::new();
    let refused = refused(action);
    proof.watch(action);
    let required = Read::new(move || action.version().get(), |_| two_factors_required());
    view! {
        <section class="section">
            <h2>{t!(second_factor)}</h2>
            <Load
                resource=required
                skeleton=|| view! { <Skeleton rows=1 /> }
                children=move |required| {
                    view! {
                        <ActionForm action>
                            <label class="check">
                                <input type="checkbox" name="required" value="true" checked=required />
                                <span>{t!(require_two_factors)}</span>
                            </label>
                            <p class="quiet">{t!(require_two_factors_text)}</p>
                            {part(move || {
                                refused
                                    .with(|error| matches!(error, Some(Error::SecondFactorNeeded)))
                                    .then(|| {
                                        view! {
                                            <p class="form-error" role="alert">
                                                {t!(own_factor_first)}
                                                " "
                                                <a class="link" href="/settings/security">
                                                    {t!(security)}
                                                </a>
                                            </p>
                                        }
                                    })
                            })}
                            {part(move || {
                                refused
                                    .with(|error| !matches!(error, Some(Error::SecondFactorNeeded)))
                                    .then(|| view! { <FormError refused fields=&[] /> })
                            })}
                            <button type="submit" class="button" aria-disabled=busy(action.pending())>
                                {t!(save)}
                            </button>
                        </ActionForm>
                    }
                }
            />
            <Saved action text=t!(saved) />
        </section>
    }
}
