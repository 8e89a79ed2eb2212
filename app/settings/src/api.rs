//! The settings' server functions. Each translates and calls; none decides.

use domain::QuarantineId;
use domain::channel::ChannelReport;
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use ui::wire::{caller, redirect_plain};

#[server(protocol = Lean)]
pub async fn read_channels() -> Result<ChannelReport, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.channels.report(&caller).await?)
}

#[server]
pub async fn replay(id: QuarantineId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.channels.replay(&caller, id).await?)
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn set_enter_sends(#[server(default)] enter_sends: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.accounts.set_enter_sends(&caller, enter_sends == "true").await?;
    redirect_plain("/settings/profile");
    Ok(())
}
