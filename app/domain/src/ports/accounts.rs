use async_trait::async_trait;

use crate::error::Result;
use crate::members::{Caller, Credentials, Me, MemberRow};

/// The secret in a session cookie. Stored only as its hash.
#[derive(Clone)]
pub struct SessionToken(pub String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Signing in and out, and who is who.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// A new session, or `Invalid` in the same words and time for an unknown address and a wrong password,
    /// or `TooMany` while an account or an address (`from`) is slowed down.
    async fn sign_in(&self, credentials: Credentials, from: &str) -> Result<SessionToken>;

    async fn sign_out(&self, token: &SessionToken) -> Result<()>;

    /// The member behind a session, or `Unauthenticated`.
    async fn caller(&self, token: &SessionToken) -> Result<Caller>;

    /// The program behind an API key (`Authorization: Bearer`), or `Unauthenticated`.
    async fn api_caller(&self, key: &str) -> Result<Caller>;

    async fn me(&self, caller: &Caller) -> Result<Me>;

    /// Colleagues by name.
    async fn members(&self, caller: &Caller) -> Result<Vec<MemberRow>>;

    /// Whether Enter sends for this person.
    async fn set_enter_sends(&self, caller: &Caller, enter_sends: bool) -> Result<()>;
}
