//! Signing in and out, and who is signed in.

use leptos::prelude::*;
use ui::wire::Lean;
use ui::{AppError, Session};

#[cfg(feature = "ssr")]
use {
    domain::members::Credentials,
    ui::wire::{self, caller, local_path},
};

/// Needs no session. Goes on to `next` if that stays on this site.
#[server]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), AppError> {
    let backend = wire::backend()?;
    let outcome = backend.accounts.sign_in(Credentials { email, password }, &wire::origin()).await?;
    leptos_axum::redirect(&wire::signed_in(outcome, local_path(&next).unwrap_or("/inbox")));
    Ok(())
}

/// Needs no session: whoever has none is signed out already.
#[server]
pub async fn sign_out() -> Result<(), AppError> {
    let backend = wire::backend()?;
    if let Some(token) = wire::session_token() {
        backend.accounts.sign_out(&token).await?;
    }
    wire::clear_session_cookie();
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// The signed-in person and their colleagues.
#[server(protocol = Lean)]
pub async fn who_am_i() -> Result<Session, AppError> {
    let (caller, backend) = caller().await?;
    let me = backend.accounts.me(&caller).await?;
    let members = backend.accounts.members(&caller).await?;
    Ok(Session { me, members })
}
