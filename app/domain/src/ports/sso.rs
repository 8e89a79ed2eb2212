use async_trait::async_trait;

use crate::accounts::Origin;
use crate::error::Result;
use crate::ids::{MemberId, WorkspaceId};
use crate::members::{Caller, Person};
use crate::sso::{SsoForm, SsoFound, SsoPage, SsoProblem};

use super::SignedIn;

/// Signing in through a workspace's own provider (OpenID Connect).
#[async_trait]
pub trait SingleSignOn: Send + Sync {
    async fn page(&self, caller: &Caller) -> Result<SsoPage>;

    /// Asks an issuer what it is. `Invalid` under `issuer` says what is wrong with it.
    async fn check(&self, caller: &Caller, issuer: &str) -> Result<SsoFound>;

    /// Connects a provider or changes it. Needs a fresh proof; speaking for a new domain also needs a session that the person
    /// opened by their own means.
    async fn save(&self, person: &Person, form: SsoForm) -> Result<()>;

    /// Ends single sign-on and every session that came of it. Needs a fresh proof.
    async fn remove(&self, person: &Person) -> Result<()>;

    /// Forgets as whom the provider knows a member, and ends their sessions that came of it: the next sign-in is matched by the
    /// verified address, as the first was. Needs a fresh proof.
    async fn forget_member(&self, person: &Person, member: MemberId) -> Result<()>;

    /// Begins a sign-in by the domain of an address. Nothing in the answer depends on who has an account.
    async fn depart(&self, email: &str, next: &str, origin: &Origin) -> Result<Departure>;

    /// Begins the sign-in to a workspace of somebody who is signed in. Where its provider vouched for them already, the
    /// provider is asked to have them sign in anew: that is their fresh proof.
    async fn depart_to(
        &self,
        person: &Person,
        workspace: WorkspaceId,
        next: &str,
        origin: &Origin,
    ) -> Result<Departure>;

    /// The browser came back from the provider of a workspace.
    async fn arrive(&self, workspace: WorkspaceId, back: Arrival, origin: &Origin) -> Result<Arrived>;
}

/// Where a browser goes to sign in.
pub enum Departure {
    /// To the provider. `browser` is the secret for this browser's cookie.
    To {
        url: String,
        browser: String,
    },
    Nowhere(SsoProblem),
}

/// What a browser brings back, as it came.
#[derive(Clone, Default)]
pub struct Arrival {
    pub state: String,
    /// Absent when the provider said no.
    pub code: Option<String>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
    /// The secret of this browser's cookie.
    pub browser: Option<String>,
}

impl std::fmt::Debug for Arrival {
    /// Keeps the secrets out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Arrival(…)")
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Arrived {
    /// Goes on to `next`, a path of this site.
    In {
        outcome: SignedIn,
        next: String,
    },
    Not(SsoProblem),
}
