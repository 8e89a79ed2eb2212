//! How a person proves who they are, and where they are signed in.

use domain::accounts::{AppSetup, Factors, PasskeyQuestion, SessionRow};
use domain::{PasskeyId, SessionId};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use ui::wire::{local_path, origin, person, redirect_plain, set_session_cookie};

#[cfg(feature = "ssr")]
const SECURITY: &str = "/settings/security";

/// Proves again who one is; `page` is where a form without scripts goes on.
#[server]
pub async fn prove(password: String, page: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.profile.prove(&person, &password, &origin()).await?);
    redirect_plain(local_path(&page).unwrap_or(SECURITY));
    Ok(())
}

#[server]
pub async fn change_password(new_password: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.profile.change_password(&person, &new_password).await?);
    redirect_plain(SECURITY);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_factors() -> Result<Factors, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.factors(&person).await?)
}

#[server(protocol = Lean)]
pub async fn begin_app() -> Result<AppSetup, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.begin_app(&person).await?)
}

#[server(protocol = Lean)]
pub async fn confirm_app(code: String) -> Result<Vec<String>, AppError> {
    let (person, backend) = person().await?;
    let (codes, session) = backend.profile.confirm_app(&person, &code).await?;
    set_session_cookie(&session);
    Ok(codes)
}

#[server(protocol = Lean)]
pub async fn renew_recovery_codes() -> Result<Vec<String>, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.renew_recovery_codes(&person).await?)
}

#[server]
pub async fn remove_app() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_app(&person).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server]
pub async fn begin_passkey() -> Result<PasskeyQuestion, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.begin_passkey(&person).await?)
}

#[server]
pub async fn add_passkey(waiting: String, answer: String, name: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.add_passkey(&person, &waiting, &name, &answer).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_passkey(&person, passkey).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_sessions() -> Result<Vec<SessionRow>, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.sessions(&person).await?)
}

#[server]
pub async fn end_session(session: SessionId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.end_session(&person, session).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.end_other_sessions(&person).await?;
    redirect_plain(SECURITY);
    Ok(())
}
