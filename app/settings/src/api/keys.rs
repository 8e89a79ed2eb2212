//! Keys of the REST interface.

use domain::api_keys::{ApiKeyRow, NewApiKey};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::api_keys::ApiKeyForm,
    ui::wire::{caller, id, person, redirect_plain},
};

#[cfg(feature = "ssr")]
const API_KEYS: &str = "/settings/api-keys";

#[server(protocol = Lean)]
pub async fn read_api_keys() -> Result<Vec<ApiKeyRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.api_keys.list(&caller).await?)
}

/// A key without an end has no days.
#[server]
pub async fn create_api_key(
    name: String,
    #[server(default)] scopes: Vec<String>,
    days: String,
) -> Result<NewApiKey, AppError> {
    let (person, backend) = person().await?;
    let days = if days.is_empty() { None } else { Some(days.parse().unwrap_or_default()) };
    Ok(backend.api_keys.create(&person, ApiKeyForm { name, scopes, days }).await?)
}

#[server]
pub async fn revoke_api_key(key: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.api_keys.revoke(&person, id(&key)?).await?;
    redirect_plain(API_KEYS);
    Ok(())
}
