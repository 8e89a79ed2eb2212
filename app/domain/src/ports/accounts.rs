use async_trait::async_trait;

use crate::accounts::{Origin, PasskeyQuestion, SignUpForm, WorkspaceRow};
use crate::error::Result;
use crate::ids::WorkspaceId;
use crate::members::{Caller, Credentials, Me, MemberRow, Person, Seal};

/// The secret in a session cookie. Stored only as its hash.
#[derive(Clone)]
pub struct SessionToken(pub String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What a step of signing in leads to.
#[derive(Clone, Debug)]
pub enum SignedIn {
    /// The person is in. `device` is a new secret for this browser's own cookie, if it had none that is known.
    Done { session: SessionToken, device: Option<String> },
    /// The password was right and a second factor is set up: the secret of the waiting sign-in.
    SecondFactor(String),
}

/// Signing up, in and out, and who is who.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Takes a sign-up and mails a link to its address. The answer is the same whether or not the address is known.
    async fn sign_up(&self, form: SignUpForm, origin: &Origin) -> Result<()>;

    /// The link of a sign-up was followed: makes the account and signs the person in. `NotFound` when the link was used
    /// or is too old.
    async fn confirm_sign_up(&self, link: &str, origin: &Origin) -> Result<SignedIn>;

    /// Signs in, or `Invalid` in the same words and time for an unknown address and a wrong password, or `TooMany`
    /// while an account or an address is slowed down.
    async fn sign_in(&self, credentials: Credentials, origin: &Origin) -> Result<SignedIn>;

    /// The second factor of a waiting sign-in: a code of the app, or a recovery code.
    async fn second_factor(&self, waiting: &str, code: &str, origin: &Origin) -> Result<SignedIn>;

    /// Begins a sign-in with a passkey. `NotFound` where this installation's address can have none (WebAuthn asks for a
    /// host name and, but for localhost, for https).
    async fn ask_for_passkey(&self) -> Result<PasskeyQuestion>;

    /// The authenticator's answer: possession and a gesture or PIN, so it counts as two factors.
    async fn sign_in_by_passkey(&self, waiting: &str, answer: &str, origin: &Origin) -> Result<SignedIn>;

    /// Mails a link to set a new password. The answer is the same whether or not the address is known.
    async fn forgot_password(&self, email: &str, origin: &Origin) -> Result<()>;

    /// Whether a link to set a new password still works.
    async fn reset_link_works(&self, link: &str) -> Result<bool>;

    /// Sets a new password, once for each link, and ends every session of the person. Signing in afterwards asks for
    /// the second factor as always.
    async fn reset_password(&self, link: &str, password: &str, origin: &Origin) -> Result<()>;

    async fn sign_out(&self, token: &SessionToken) -> Result<()>;

    /// The person behind a session, or `Unauthenticated`.
    async fn person(&self, token: &SessionToken) -> Result<Person>;

    /// The member behind a session, or `Unauthenticated`; `NotFound` for a person who stands in no workspace, and
    /// `SecondFactorNeeded` where the workspace asks for more than the session has.
    async fn caller(&self, token: &SessionToken) -> Result<Caller>;

    /// The program behind an API key (`Authorization: Bearer`), or `Unauthenticated`.
    async fn api_caller(&self, key: &str) -> Result<Caller>;

    /// The workspaces that this session may ask to stand in: the person's own, or the one whose provider vouched for it.
    async fn workspaces(&self, person: &Person) -> Result<Vec<WorkspaceRow>>;

    /// Makes another of the person's workspaces the session's own. The session's secret is renewed. `SingleSignOnNeeded` for
    /// one that opens through its provider only.
    async fn switch(&self, person: &Person, workspace: WorkspaceId) -> Result<SessionToken>;

    async fn me(&self, caller: &Caller) -> Result<Me>;

    /// What their browser seals with: the same at every sign-in, another for each workspace, without a key where the
    /// person stands in none.
    async fn seal(&self, person: &Person) -> Result<Seal>;

    /// Colleagues by name.
    async fn members(&self, caller: &Caller) -> Result<Vec<MemberRow>>;

    /// Whether Enter sends for this person.
    async fn set_enter_sends(&self, caller: &Caller, enter_sends: bool) -> Result<()>;
}
