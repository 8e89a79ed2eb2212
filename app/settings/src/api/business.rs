//! The business, and what it asks of its members.

#![expect(
    clippy::too_many_arguments,
    reason = "a form's fields; the attribute `server` repeats them out of reach of a nearer one"
)]

use domain::team::{Business, BusinessOnFile};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use ui::wire::{caller, person, redirect, redirect_plain, region, set_session_cookie};

#[cfg(feature = "ssr")]
pub(super) const BUSINESS: &str = "/settings/business";

#[server]
pub async fn create_workspace(
    name: String,
    industry: String,
    address: String,
    phone: String,
    country: String,
    time_zone: String,
    currency: String,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let business = Business { name, industry, address, phone, country, time_zone, currency };
    set_session_cookie(&backend.team.create_workspace(&person, business).await?);
    redirect("/start");
    Ok(())
}

/// What is known of a business before anything was typed.
#[server(protocol = Lean)]
pub async fn read_fresh_business() -> Result<Business, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.team.fresh_business(&person, region().as_deref()).await?)
}

#[server(protocol = Lean)]
pub async fn read_business() -> Result<BusinessOnFile, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.business(&caller).await?)
}

/// A version that is none was never seen: what is changed on it is refused as a conflict.
#[server]
pub async fn save_business(
    #[server(default)] version: String,
    name: String,
    industry: String,
    address: String,
    phone: String,
    country: String,
    time_zone: String,
    currency: String,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let business = Business { name, industry, address, phone, country, time_zone, currency };
    backend.team.save_business(&caller, version.parse().unwrap_or_default(), business).await?;
    redirect_plain(BUSINESS);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn two_factors_required() -> Result<bool, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.two_factors_required(&caller).await?)
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn require_two_factors(#[server(default)] required: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.team.require_two_factors(&person, required == "true").await?;
    redirect_plain(BUSINESS);
    Ok(())
}
