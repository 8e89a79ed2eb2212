use async_trait::async_trait;

use crate::accounts::{
    AppSetup, EmailChange, Factors, Origin, PasskeyQuestion, Profile as Page, ProfileForm, SessionRow,
};
use crate::error::Result;
use crate::ids::{PasskeyId, SessionId};
use crate::members::Person;

use super::{Download, SessionToken};

/// The sizes that pictures of people are kept in: squares of so many pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    Small = 64,
    Large = 256,
}

impl PictureSize {
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.pixels().to_string() == text)
    }

    pub fn pixels(self) -> u32 {
        self as u32
    }
}

/// One's own page: who one is, how one proves it, and where one is signed in.
#[async_trait]
pub trait Profile: Send + Sync {
    async fn read(&self, person: &Person) -> Result<Page>;

    async fn save(&self, person: &Person, form: ProfileForm) -> Result<()>;

    /// Takes a picture of the person: whatever was in the file beside the picture itself is gone from then on.
    async fn set_picture(&self, person: &Person, file: Vec<u8>) -> Result<()>;

    async fn remove_picture(&self, person: &Person) -> Result<()>;

    /// A picture by the hash of its content: one's own, or a colleague's of the workspace that one stands in.
    async fn picture(&self, person: &Person, hash: &str, size: PictureSize) -> Result<Download>;

    /// Proves again who one is, by the password: dangerous acts ask for it when the last proof is old. This
    /// session's secret is renewed.
    async fn prove(&self, person: &Person, password: &str, origin: &Origin) -> Result<SessionToken>;

    /// Ends every other session; this one's secret is renewed.
    async fn change_password(&self, person: &Person, password: &str) -> Result<SessionToken>;

    /// Mails a link to both addresses; the change is made when both were followed. Needs a fresh proof.
    async fn change_email(&self, person: &Person, email: &str) -> Result<()>;

    /// What one of the two links agrees to, or refuses; `NotFound` once it was used or is too old.
    async fn email_change(&self, link: &str) -> Result<EmailChange>;

    /// Ends the change, by either link.
    async fn refuse_email_change(&self, link: &str) -> Result<()>;

    /// One of the two links was followed. Answers whether the change is complete.
    async fn confirm_email_change(&self, link: &str) -> Result<bool>;

    async fn sessions(&self, person: &Person) -> Result<Vec<SessionRow>>;

    /// Needs a fresh proof.
    async fn end_session(&self, person: &Person, session: SessionId) -> Result<()>;

    /// Needs a fresh proof.
    async fn end_other_sessions(&self, person: &Person) -> Result<()>;

    async fn factors(&self, person: &Person) -> Result<Factors>;

    /// Begins to set up an authenticator app. Nothing changes until a code of it is shown. Needs a fresh proof.
    async fn begin_app(&self, person: &Person) -> Result<AppSetup>;

    /// Shows a first code of the app. Answers fresh recovery codes, shown this once, and this session's
    /// new secret.
    async fn confirm_app(&self, person: &Person, code: &str) -> Result<(Vec<String>, SessionToken)>;

    /// Needs a fresh proof.
    async fn remove_app(&self, person: &Person) -> Result<()>;

    /// Replaces the recovery codes. Needs a fresh proof.
    async fn renew_recovery_codes(&self, person: &Person) -> Result<Vec<String>>;

    /// Begins to add a passkey. Needs a fresh proof. `NotFound` where this installation's address can have none.
    async fn begin_passkey(&self, person: &Person) -> Result<PasskeyQuestion>;

    /// The authenticator's answer, under a name for the person to know it by.
    async fn add_passkey(&self, person: &Person, waiting: &str, name: &str, answer: &str) -> Result<()>;

    /// Needs a fresh proof.
    async fn remove_passkey(&self, person: &Person, passkey: PasskeyId) -> Result<()>;
}
