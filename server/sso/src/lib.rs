//! Sign-in providers by OpenID Connect: discovery, the authorization code flow with PKCE, and what their tokens prove.
//!
//! A provider's address is chosen by a workspace's administrator, so it is fetched with care (see [`Reach`]).

mod client;
mod fetch;
mod memory;
mod reach;
mod token;

pub use client::Oidc;
pub use reach::Reach;
