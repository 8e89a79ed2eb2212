//! Who one is: what colleagues see, and how numbers and times are written.

use domain::Language;
use domain::accounts::Profile;
use leptos::prelude::*;
use ui::browser::value;
use ui::reactive::{busy, effect};
use ui::{ActionForm, FormError, Load, Read, Saved, SelectField, Skeleton, TextField, refused, t, view};

use super::picture::PictureSection;
use crate::api::person::{ChangeEmail, SaveProfile, read_profile};
use crate::places::{CurrencyField, TimeZoneField};
use crate::proof::Proof;

#[component]
pub fn DetailsSection(
    proof: Proof,
    /// The name at the head of the page.
    shown: RwSignal<String>,
) -> impl IntoView {
    let save = ServerAction::<SaveProfile>::new();
    let change = ServerAction::<ChangeEmail>::new();
    proof.watch(change);
    effect(move || {
        if let (Some(Ok(())), Some(name)) = (save.value().get(), value("#name")) {
            shown.set(name.trim().to_owned());
        }
    });
    let profile = Read::new(move || change.version().get(), |_| read_profile());
    view! {
        <Load
            resource=profile
            skeleton=|| view! { <Skeleton rows=6 /> }
            children=move |profile| {
                view! {
                    <PictureSection name=profile.name.clone() picture=profile.picture.clone() />
                    <Details profile=profile.clone() save />
                    <Address profile change />
                }
                    .into_any()
            }
        />
        <Saved action=save text=t!(saved) />
        <Saved action=change text=t!(address_sent) />
    }
}

#[component]
fn Details(profile: Profile, save: ServerAction<SaveProfile>) -> impl IntoView {
    let refused = refused(save);
    let languages = Language::ALL.map(|language| (language.tag().to_owned(), language.own_name().to_owned()));
    view! {
        <section class="section">
            <h2>{t!(about_you)}</h2>
            <ActionForm action=save>
                <TextField
                    label=t!(your_name)
                    name="name"
                    refused
                    value=profile.name
                    autocomplete="name"
                    required=true
                    max="80"
                />
                <div class="field-row">
                    <TextField
                        label=t!(job_title)
                        name="job_title"
                        refused
                        value=profile.job_title
                        autocomplete="organization-title"
                        max="80"
                    />
                    <TextField
                        label=t!(phone)
                        name="phone"
                        refused
                        kind="tel"
                        value=profile.phone
                        autocomplete="tel"
                        max="40"
                    />
                </div>
                <label class="field">
                    <span>{t!(bio)}</span>
                    <textarea class="input" name="bio" rows="3" maxlength="500">
                        {profile.bio}
                    </textarea>
                </label>
                <div class="field-row">
                    <TimeZoneField value=profile.time_zone refused hint=t!(own_time_zone_hint) />
                    <CurrencyField value=profile.currency refused />
                </div>
                <SelectField
                    label=t!(language)
                    name="language"
                    options=languages.to_vec()
                    chosen=profile.language
                    hint=t!(language_hint)
                />
                <FormError refused fields=&["name", "job_title", "phone", "time_zone", "currency"] />
                <button type="submit" class="button button-primary" aria-disabled=busy(save.pending())>
                    {t!(save_profile)}
                </button>
            </ActionForm>
        </section>
    }
}

#[component]
fn Address(profile: Profile, change: ServerAction<ChangeEmail>) -> impl IntoView {
    let refused = refused(change);
    let waiting = profile.new_email.map(|email| t!(address_waits, email = email).to_string());
    view! {
        <section class="section">
            <h2>{t!(email)}</h2>
            <p>{profile.email}</p>
            {profile
                .comes_back
                .then(|| {
                    view! {
                        <p class="notice notice-warn" role="status">
                            {t!(your_mails_come_back)}
                        </p>
                    }
                })}
            {waiting
                .map(|waiting| {
                    view! {
                        <p class="notice" role="status">
                            {waiting}
                        </p>
                    }
                })}
            <details class="fold">
                <summary class="button">{t!(change_email)}</summary>
                <ActionForm action=change>
                    <TextField
                        label=t!(new_email)
                        name="email"
                        refused
                        kind="email"
                        autocomplete="email"
                        required=true
                        hint=t!(new_email_hint)
                    />
                    <FormError refused fields=&["email"] />
                    <button type="submit" class="button button-primary" aria-disabled=busy(change.pending())>
                        {t!(send_links)}
                    </button>
                </ActionForm>
            </details>
        </section>
    }
}
