//! The settings' server functions. Each translates and calls; none decides.

pub mod audit;
pub mod business;
pub mod channels;
pub mod keys;
pub mod notifications;
pub mod person;
pub mod security;
pub mod setup;
pub mod sso;
pub mod team;

#[cfg(feature = "ssr")]
use {
    domain::Error,
    domain::team::RoleChoice,
    ui::{AppError, wire::id},
};

/// An id that a form may leave empty.
#[cfg(feature = "ssr")]
fn maybe<T: std::str::FromStr>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() { Ok(None) } else { id(text).map(Some) }
}

#[cfg(feature = "ssr")]
fn role_of(word: &str) -> Result<RoleChoice, AppError> {
    RoleChoice::parse(word).ok_or_else(|| Error::invalid("role", "Choose a role of the list.").into())
}
