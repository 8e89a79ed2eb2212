//! What is a person's own: profile, picture, address, the workspaces they are in.

use domain::WorkspaceId;
use domain::accounts::Profile;
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::accounts::ProfileForm,
    ui::wire::{caller, person, redirect, redirect_plain, set_session_cookie},
};

#[cfg(feature = "ssr")]
const PROFILE: &str = "/settings/profile";

#[server(protocol = Lean)]
pub async fn read_profile() -> Result<Profile, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.read(&person).await?)
}

#[server]
pub async fn save_profile(
    name: String,
    phone: String,
    job_title: String,
    bio: String,
    time_zone: String,
    currency: String,
    language: String,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let form = ProfileForm { name, phone, job_title, bio, time_zone, currency, language };
    backend.profile.save(&person, form).await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn remove_picture() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_picture(&person).await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn change_email(email: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.change_email(&person, &email).await?;
    redirect_plain(PROFILE);
    Ok(())
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn set_enter_sends(#[server(default)] enter_sends: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.accounts.set_enter_sends(&caller, enter_sends == "true").await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn switch_workspace(workspace: WorkspaceId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.accounts.switch(&person, workspace).await?);
    redirect("/inbox");
    Ok(())
}
