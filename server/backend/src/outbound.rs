//! What the back end asks of a channel's provider, and what the provider's news look like here.
//!
//! The adapters (`channels`, `sso`) implement [`Provider`], [`Mailer`] and [`IdentityProvider`]; they know wire formats, this crate does not.

mod identity;
mod mail;
mod setup;

use async_trait::async_trait;
use bytes::Bytes;
use domain::messages::{Content, Failure, MediaKind};
use domain::status::DeliveryStatus;
use domain::templates::TemplateRow;
use domain::{AttachmentId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::identity::{IdentityClient, IdentityProblem, IdentityProvider, Proofs, SentAway, Vouched};
pub use self::mail::{Fate, Mail, MailParts, MailProblem, MailReport, Mailer, NoMailServer};
pub use self::setup::{App, Grant, NewBusiness, Setup, Subscription};
pub use crate::outbox::Admitted;

/// Everything outside that use cases talk to.
#[derive(Clone)]
pub struct Outside {
    pub provider: std::sync::Arc<dyn Provider>,
    pub setup: std::sync::Arc<dyn Setup>,
    pub identities: std::sync::Arc<dyn IdentityProvider>,
}

/// The right to use a number: what the provider is shown with every call.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    pub token: String,
    /// Of the app that the token belongs to; `None` where that is the operator's.
    pub app_secret: Option<String>,
}

impl std::fmt::Debug for Access {
    /// Keeps the secrets out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access(…)")
    }
}

/// A number, and the right to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The provider's id of the number.
    pub number: String,
    /// `None` for the operator's own, whose token is configuration.
    pub access: Option<Access>,
}

/// A channel's outside: WhatsApp's Cloud API, or its sandbox behind another base URL.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Sends one admitted message. There is no other way to hand it a message.
    async fn send(&self, message: &Admitted) -> SendOutcome;

    /// Marks the customer's messages up to this one as read; with `typing` also shows that an answer is coming.
    async fn mark_read(&self, line: &Line, provider_id: &str, typing: bool) -> Result<(), ProviderError>;

    /// Fetches a customer's file, checked against its declared hash and size.
    async fn fetch_media(
        &self,
        line: &Line,
        media_id: &str,
        expected: &ExpectedMedia,
    ) -> Result<FetchedMedia, MediaProblem>;

    /// Uploads a file to be sent; answers the provider's id of it.
    async fn upload_media(
        &self,
        line: &Line,
        mime: &str,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<String, ProviderError>;

    /// The templates of an account.
    async fn templates(&self, account: &str, access: Option<&Access>) -> Result<Vec<TemplateRow>, ProviderError>;

    /// Takes a verified webhook body apart. One bad item does not spoil the rest.
    fn parse(&self, body: &[u8]) -> Result<Vec<Incoming>, ParseProblem>;
}

/// What an admitted message carries to the provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Payload {
    Text {
        body: String,
    },
    Media {
        kind: MediaKind,
        attachment: AttachmentId,
        mime: String,
        file_name: Option<String>,
        caption: Option<String>,
    },
    Template {
        name: String,
        language: String,
        parameters: Vec<(String, String)>,
    },
    Reaction {
        target: String,
        emoji: Option<String>,
    },
    Interactive {
        body: String,
        options: Vec<domain::messages::ReplyOption>,
    },
}

/// How an attempt to send ended.
#[derive(Clone, Debug, PartialEq)]
pub enum SendOutcome {
    Accepted {
        provider_id: String,
        /// The recipient's canonical phone digits, when the provider told them (contract 2.2).
        phone: Option<String>,
    },
    /// Certainly not sent; may be tried again.
    NotSent { wait: Wait, code: Option<i64> },
    /// Certainly refused; trying again would not help.
    Refused { failure: Failure, effect: Effect },
    /// Posted without a clear answer: it may be out (contract 7.3). Never repeated.
    Unknown { why: &'static str },
}

/// How long, and for whom, to hold back after a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The line was down: this message, with back-off.
    Line,
    /// The number's or app's rate limit: the whole channel, `seconds` if the provider said.
    Channel { seconds: Option<u32> },
    /// Too many to one person: this conversation, 4^attempt seconds (131056).
    Conversation,
}

/// What a refusal tells about more than its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    None,
    /// The token no longer works: stop the channel and tell people.
    Unauthorised,
    /// The number or account is restricted.
    Restricted,
    /// The person stopped marketing with Meta (131050): write the opt-out.
    MarketingStopped,
}

/// A call that is no message did not work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the provider did not take it ({code:?})")]
pub struct ProviderError {
    pub code: Option<i64>,
    pub retry: bool,
    /// For a person.
    pub what: String,
}

/// What a webhook said about a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpectedMedia {
    pub mime: String,
    pub sha256: Option<Vec<u8>>,
    pub max_bytes: u64,
}

pub struct FetchedMedia {
    pub mime: String,
    pub bytes: Bytes,
}

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MediaProblem {
    /// Worth trying again later.
    #[error("the file could not be fetched yet")]
    Later,
    /// For good; the words are for a person.
    #[error("{0}")]
    Gone(String),
}

/// A body that is no webhook of the provider at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseProblem(pub &'static str);

/// One item of a webhook, for one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The number's id, or `None` for what concerns an account or nothing we know.
    pub number: Option<String>,
    pub item: Item,
    /// The item with its surroundings as it came, for quarantine and unsupported types.
    pub raw: serde_json::Value,
}

/// What an item says. The adapter has already dealt with variants, aliases and omissions.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Message(Box<InboundMessage>),
    Status(StatusNews),
    Reaction {
        person: Person,
        target: String,
        emoji: Option<String>,
        at: Timestamp,
    },
    Edit {
        target: String,
        content: Content,
        at: Timestamp,
    },
    Revoke {
        target: String,
        at: Timestamp,
    },
    /// The person's number or id changed (contract 5.4).
    Moved {
        old: Person,
        new: Person,
        provider_id: String,
        at: Timestamp,
    },
    /// The person's choice in WhatsApp's own settings (contract 5.9).
    MarketingPreference {
        person: Person,
        stop: bool,
        at: Timestamp,
    },
    /// Sent by the business from its phone app (contract 5.10).
    Echo {
        to: Person,
        provider_id: String,
        at: Timestamp,
        content: Content,
        media: Option<InboundMedia>,
    },
    /// Understood to concern something that this version does not act on; kept in the journal.
    Noted {
        field: String,
    },
    /// Could not be understood. Goes to quarantine.
    Bad {
        kind: &'static str,
        reason: String,
    },
}

impl Item {
    /// The word for quarantine and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Status(_) => "status",
            Self::Reaction { .. } => "reaction",
            Self::Edit { .. } => "edit",
            Self::Revoke { .. } => "revoke",
            Self::Moved { .. } => "moved",
            Self::MarketingPreference { .. } => "preference",
            Self::Echo { .. } => "echo",
            Self::Noted { .. } => "noted",
            Self::Bad { kind, .. } => kind,
        }
    }
}

/// Who an item is about. Everything is optional; at least one of the ids is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub bsuid: Option<String>,
    /// Digits only.
    pub phone: Option<String>,
    pub username: Option<String>,
    pub profile_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InboundMessage {
    pub person: Person,
    pub provider_id: String,
    pub at: Timestamp,
    pub content: Content,
    pub media: Option<InboundMedia>,
    pub reply_to: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InboundMedia {
    pub media_id: String,
    pub sha256: Option<Vec<u8>>,
}

/// News of a message that we sent (contract 5.5).
#[derive(Clone, Debug, PartialEq)]
pub struct StatusNews {
    pub provider_id: String,
    pub status: DeliveryStatus,
    pub at: Timestamp,
    /// Our own id, echoed: settles doubt and statuses that come before their response.
    pub message: Option<MessageId>,
    pub failure: Option<Failure>,
    pub marketing_stopped: bool,
    /// The recipient, when the status names them with more than one id.
    pub person: Option<Person>,
    pub pricing: Option<serde_json::Value>,
}
