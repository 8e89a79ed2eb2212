//! Setting a workspace up: its first hour, and what it begins with.

use domain::canned::CannedReply;
use domain::onboarding::Checklist;
use domain::packs::{PacksPage, Removal};
use domain::tags::TagRow;
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    super::maybe,
    domain::canned::Draft,
    domain::packs::Trade,
    domain::tags::Colour,
    domain::{Error, Permission},
    ui::wire::{caller, id, redirect_plain},
};

#[cfg(feature = "ssr")]
const STARTER_PACK: &str = "/settings/starter-pack";
#[cfg(feature = "ssr")]
const TAGS: &str = "/settings/tags";
#[cfg(feature = "ssr")]
const CANNED: &str = "/settings/canned-replies";

// The first hour.

#[server(protocol = Lean)]
pub async fn read_checklist() -> Result<Checklist, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.onboarding.checklist(&caller).await?)
}

#[server]
pub async fn hide_checklist(#[server(default)] hidden: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.onboarding.hide(&caller, hidden == "true").await?;
    redirect_plain("/start");
    Ok(())
}

// What a business begins with.

#[server(protocol = Lean)]
pub async fn read_packs() -> Result<PacksPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.packs.page(&caller).await?)
}

#[server]
pub async fn install_pack(trade: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageWorkspace)?;
    let trade = Trade::parse(&trade).ok_or_else(|| Error::invalid("trade", "Choose a trade of the list."))?;
    backend.packs.install(&caller, trade).await?;
    redirect_plain(STARTER_PACK);
    Ok(())
}

#[server]
pub async fn remove_pack() -> Result<Removal, AppError> {
    let (caller, backend) = caller().await?;
    let removal = backend.packs.remove(&caller).await?;
    redirect_plain(STARTER_PACK);
    Ok(removal)
}

#[server]
pub async fn remove_samples() -> Result<i64, AppError> {
    let (caller, backend) = caller().await?;
    let gone = backend.packs.remove_samples(&caller).await?;
    redirect_plain(STARTER_PACK);
    Ok(gone)
}

#[server(protocol = Lean)]
pub async fn read_tags() -> Result<Vec<TagRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.tags.list(&caller).await?)
}

/// A new tag has no id yet.
#[server]
pub async fn save_tag(tag: String, name: String, colour: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageWorkspace)?;
    let colour = Colour::parse(&colour).ok_or_else(|| Error::invalid("colour", "Choose a colour of the list."))?;
    backend.tags.save(&caller, maybe(&tag)?, &name, colour).await?;
    redirect_plain(TAGS);
    Ok(())
}

#[server]
pub async fn delete_tag(tag: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.tags.delete(&caller, id(&tag)?).await?;
    redirect_plain(TAGS);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_canned() -> Result<Vec<CannedReply>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.canned.list(&caller).await?)
}

/// A new reply has no id yet.
#[server]
pub async fn save_canned(reply: String, shortcut: String, title: String, body: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageWorkspace)?;
    backend.canned.save(&caller, maybe(&reply)?, Draft::parse(&shortcut, &title, &body)?).await?;
    redirect_plain(CANNED);
    Ok(())
}

#[server]
pub async fn delete_canned(reply: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.canned.delete(&caller, id(&reply)?).await?;
    redirect_plain(CANNED);
    Ok(())
}
