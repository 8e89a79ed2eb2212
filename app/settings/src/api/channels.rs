//! The channels: how they are doing, and connecting numbers.

use domain::channel::ChannelReport;
use domain::connection::{Connection, ConnectionRow, Ways};
use domain::{ConnectionId, QuarantineId};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::connection::{ConnectForm, SignupForm},
    ui::wire::{caller, person, redirect, redirect_plain},
};

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

#[server(protocol = Lean)]
pub async fn ways_to_connect() -> Result<Ways, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.connections.ways(&caller).await?)
}

#[server(protocol = Lean)]
pub async fn read_connections() -> Result<Vec<ConnectionRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.connections.list(&caller).await?)
}

#[server(protocol = Lean)]
pub async fn read_connection(id: ConnectionId) -> Result<Connection, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.connections.read(&caller, id).await?)
}

#[cfg(feature = "ssr")]
fn connection_page(id: ConnectionId) -> String {
    format!("/settings/channels/{id}")
}

#[server]
pub async fn connect(app_id: String, app_secret: String, token: String, account_id: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let form = ConnectForm { app_id, app_secret, token, account_id };
    let id = backend.connections.connect(&caller, form).await?;
    redirect(&connection_page(id));
    Ok(())
}

#[server]
pub async fn try_sandbox() -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let id = backend.connections.try_sandbox(&caller).await?;
    redirect(&connection_page(id));
    Ok(())
}

#[server]
pub async fn finish_signup(
    code: String,
    account_id: String,
    #[server(default)] number_id: String,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let form = SignupForm { code, account_id, number_id };
    let id = backend.connections.finish_signup(&caller, form).await?;
    redirect(&connection_page(id));
    Ok(())
}

#[server]
pub async fn change_connection(
    id: ConnectionId,
    app_id: String,
    #[server(default)] app_secret: String,
    #[server(default)] token: String,
    account_id: String,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let form = ConnectForm { app_id, app_secret, token, account_id };
    backend.connections.change(&person, id, form).await?;
    redirect_plain(&connection_page(id));
    Ok(())
}

#[server]
pub async fn check_connection(id: ConnectionId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.connections.check(&caller, id).await?;
    redirect_plain(&connection_page(id));
    Ok(())
}

#[server]
pub async fn subscribe_connection(id: ConnectionId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.connections.subscribe(&caller, id).await?;
    redirect_plain(&connection_page(id));
    Ok(())
}

#[server]
pub async fn choose_number(id: ConnectionId, number_id: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.connections.choose(&caller, id, &number_id).await?;
    redirect_plain(&connection_page(id));
    Ok(())
}

#[server]
pub async fn register_number(id: ConnectionId, number_id: String, pin: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.connections.register(&caller, id, &number_id, &pin).await?;
    redirect_plain(&connection_page(id));
    Ok(())
}

#[server]
pub async fn disconnect(id: ConnectionId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.connections.disconnect(&person, id).await?;
    redirect("/settings/channels");
    Ok(())
}
