//! What the back end asks of a provider of identities (OpenID Connect).

use async_trait::async_trait;
use domain::Timestamp;
use domain::sso::SsoFound;
use serde::{Deserialize, Serialize};

/// A provider that says who people are.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Asks an issuer what it is.
    async fn discover(&self, issuer: &str) -> Result<SsoFound, IdentityProblem>;

    /// The address to send a browser to, and what its return will be checked against. `anew` asks the provider to have the
    /// person sign in again, whatever it remembers of them, and to say when they did.
    async fn send_away(
        &self,
        client: &IdentityClient,
        state: &str,
        hint: &str,
        anew: bool,
    ) -> Result<SentAway, IdentityProblem>;

    /// Redeems the code that a browser brought back. What is answered is proved: signature, issuer, audience, age and nonce.
    /// `said` is who the browser says it comes from.
    async fn redeem(
        &self,
        client: &IdentityClient,
        code: &str,
        proofs: &Proofs,
        said: Option<&str>,
    ) -> Result<Vouched, IdentityProblem>;
}

/// What a workspace is to its provider.
#[derive(Clone)]
pub struct IdentityClient {
    pub issuer: String,
    pub id: String,
    pub secret: String,
    pub redirect_uri: String,
}

impl std::fmt::Debug for IdentityClient {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityClient").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Where a browser goes.
pub struct SentAway {
    pub url: String,
    pub proofs: Proofs,
}

/// What only we know of a sign-in under way.
#[derive(Clone, Serialize, Deserialize)]
pub struct Proofs {
    /// Of PKCE (RFC 7636).
    pub verifier: String,
    pub nonce: String,
}

/// What a provider says of a person.
#[derive(Clone, Default)]
pub struct Vouched {
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    /// How they proved it there (RFC 8176).
    pub methods: Vec<String>,
    /// When they proved it there, if the provider says so.
    pub signed_in_at: Option<Timestamp>,
}

impl std::fmt::Debug for Vouched {
    /// People stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vouched(…)")
    }
}

/// Why a provider is of no use. Our own words; a provider's might repeat what they should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityProblem {
    /// It could not be asked, or its answer is no provider's.
    #[error("{0}")]
    Unreachable(&'static str),
    /// It answered, and the answer proves nothing.
    #[error("{0}")]
    NotProved(&'static str),
}
