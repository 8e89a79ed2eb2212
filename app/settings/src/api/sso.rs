//! The business's provider of single sign-on.

use domain::sso::{SsoFound, SsoPage};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    super::business::BUSINESS,
    super::role_of,
    domain::sso::SsoForm,
    ui::wire::{caller, person, redirect_plain},
};

#[server(protocol = Lean)]
pub async fn read_sso() -> Result<SsoPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.sso.page(&caller).await?)
}

/// What is at an issuer's address.
#[server]
pub async fn check_sso(issuer: String) -> Result<SsoFound, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.sso.check(&caller, &issuer).await?)
}

/// `rules` are the ticked boxes: `admits_new`, `counts_two_factors`, `required`.
#[server]
pub async fn save_sso(
    issuer: String,
    client_id: String,
    client_secret: String,
    domains: String,
    role: String,
    #[server(default)] rules: Vec<String>,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let ticked = |rule: &str| rules.iter().any(|it| it == rule);
    let form = SsoForm {
        issuer,
        client_id,
        client_secret,
        domains,
        admits_new: ticked("admits_new"),
        role: role_of(&role)?,
        counts_two_factors: ticked("counts_two_factors"),
        required: ticked("required"),
    };
    backend.sso.save(&person, form).await?;
    redirect_plain(BUSINESS);
    Ok(())
}

#[server]
pub async fn remove_sso() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.sso.remove(&person).await?;
    redirect_plain(BUSINESS);
    Ok(())
}
