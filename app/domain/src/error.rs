//! The one error that crosses the wire, and the reasons for which Parley says no.

use std::fmt;

use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Shorthand for results of use cases.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a person may read when something did not work. Closed on purpose: internals stay in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    #[error("Please sign in.")]
    Unauthenticated,
    #[error("You do not have permission for this.")]
    Forbidden,
    /// The act is dangerous, and it is a while since the person proved who they are.
    #[error("Please confirm that it is you.")]
    ProofNeeded,
    /// The workspace asks for a second factor, and the session has one only.
    #[error("This workspace asks for a second factor. Set one up under Profile.")]
    SecondFactorNeeded,
    /// The workspace lets its members in through its own provider only.
    #[error("This workspace asks you to sign in through your organisation.")]
    SingleSignOnNeeded,
    /// A workspace's provider vouched for the session, and this is the person's own affair.
    #[error("You signed in through your organisation. For this, sign in with a password or passkey of your own.")]
    OwnSignInNeeded,
    #[error("Not found.")]
    NotFound,
    #[error("Please check the form.")]
    Invalid(FieldErrors),
    #[error("{0}")]
    Refused(Refusal),
    #[error("Someone changed this meanwhile. Reload and try again.")]
    Conflict,
    /// The page that asks is of another workspace or person than the session is by now.
    #[error(
        "In another tab you went to another workspace, or somebody else signed in. Nothing was saved here. Load this page again."
    )]
    Moved,
    #[error("Too many attempts. Try again in {seconds} second{}.", if *seconds == 1 { "" } else { "s" })]
    TooMany { seconds: u32 },
    #[error("Something went wrong (reference {0}).")]
    Unexpected(ErrorRef),
    #[error("The connection failed: {0}")]
    Transport(String),
}

impl Error {
    /// One field, one message.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }

    /// The HTTP status that carries this error (RFC 9110, section 15).
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden
            | Self::ProofNeeded
            | Self::SecondFactorNeeded
            | Self::SingleSignOnNeeded
            | Self::OwnSignInNeeded => 403,
            Self::NotFound => 404,
            Self::Invalid(_) | Self::Refused(_) => 422,
            Self::Conflict | Self::Moved => 409,
            Self::TooMany { .. } => 429,
            Self::Unexpected(_) => 500,
            Self::Transport(_) => 502,
        }
    }
}

/// The reference under which the log holds the details of an unexpected error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorRef(pub String);

impl fmt::Display for ErrorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Messages by form field, in the order in which they were found; on the wire an object. A list, because the code of a
/// map is more than all that an error needs, and every browser would have to fetch it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), message.into())])
    }

    /// The value, or its messages among the others.
    pub fn keep<T>(&mut self, outcome: Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => return Some(value),
            Err(Error::Invalid(errors)) => self.0.extend(errors.0),
            Err(other) => self.0.push(("form".to_owned(), other.to_string())),
        }
        None
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == field).map(|(_, message)| message)
    }

    /// Each field with its message.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for FieldErrors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = FieldErrors;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("messages by field")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldErrors, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(FieldErrors(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Why the gate, or a rule of the conversation, said no. Each is something that a person can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case", try_from = "Told")]
pub enum Refusal {
    #[error("This person asked not to be messaged on {since}. They can write to you to reopen the conversation.")]
    OptedOut {
        #[serde(with = "crate::time::text")]
        since: Timestamp,
    },
    #[error("This person has not agreed to marketing messages.")]
    NoConsent,
    #[error("The 24-hour service window is closed. Choose a template, or wait until the customer writes.")]
    WindowClosed {
        #[serde(default, with = "crate::time::maybe")]
        since: Option<Timestamp>,
    },
    #[error("Processing of this person's data is restricted.")]
    Restricted,
    #[error("This number is not connected. Check it under Settings, Channels.")]
    ChannelDown,
    #[error("There is no way to reach this person on this channel.")]
    Unreachable,
    #[error("This template cannot be sent now: it is not approved.")]
    TemplateNotApproved,
    #[error("The message that you answer is no longer there.")]
    ReplyTargetGone,
    #[error("This is a sample of the starter pack, not a person. Nothing is ever sent to it.")]
    Sample,
}

impl Refusal {
    /// The stable code of this reason, used by the REST interface and the stored decision.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OptedOut { .. } => "opted_out",
            Self::NoConsent => "no_consent",
            Self::WindowClosed { .. } => "window_closed",
            Self::Restricted => "restricted",
            Self::ChannelDown => "channel_down",
            Self::Unreachable => "unreachable",
            Self::TemplateNotApproved => "template_not_approved",
            Self::ReplyTargetGone => "reply_target_gone",
            Self::Sample => "sample",
        }
    }
}

/// A refusal as it is read. A reader of tagged variants keeps all that it reads until it has met the tag, and the browser
/// would have to fetch the code for that; this one is flat.
#[derive(Deserialize)]
struct Told {
    reason: String,
    #[serde(default, with = "crate::time::maybe")]
    since: Option<Timestamp>,
}

impl TryFrom<Told> for Refusal {
    type Error = &'static str;

    fn try_from(Told { reason, since }: Told) -> Result<Self, Self::Error> {
        Ok(match (reason.as_str(), since) {
            ("opted_out", Some(since)) => Self::OptedOut { since },
            ("no_consent", _) => Self::NoConsent,
            ("window_closed", since) => Self::WindowClosed { since },
            ("restricted", _) => Self::Restricted,
            ("channel_down", _) => Self::ChannelDown,
            ("unreachable", _) => Self::Unreachable,
            ("template_not_approved", _) => Self::TemplateNotApproved,
            ("reply_target_gone", _) => Self::ReplyTargetGone,
            ("sample", _) => Self::Sample,
            _ => return Err("no such refusal"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_second_is_one() {
        let words = |seconds| Error::TooMany { seconds }.to_string();
        assert_eq!(words(1), "Too many attempts. Try again in 1 second.");
        assert_eq!(words(30), "Too many attempts. Try again in 30 seconds.");
    }

    #[test]
    fn messages_of_fields_are_an_object_on_the_wire() {
        let mut errors = FieldErrors::one("name", "Give a name.");
        assert!(errors.keep(Err::<(), _>(Error::invalid("currency", "Choose one."))).is_none());
        let error = Error::Invalid(errors);
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(text, r#"{"Invalid":{"name":"Give a name.","currency":"Choose one."}}"#);
        assert_eq!(serde_json::from_str::<Error>(&text).unwrap(), error);
    }

    #[test]
    fn refusals_are_read_as_they_are_written() {
        let since: Timestamp = "2026-11-03T14:05:00Z".parse().unwrap();
        for refusal in [
            Refusal::OptedOut { since },
            Refusal::NoConsent,
            Refusal::WindowClosed { since: None },
            Refusal::WindowClosed { since: Some(since) },
            Refusal::Restricted,
            Refusal::ChannelDown,
            Refusal::Unreachable,
            Refusal::TemplateNotApproved,
            Refusal::ReplyTargetGone,
            Refusal::Sample,
        ] {
            let text = serde_json::to_string(&refusal).unwrap();
            assert!(text.contains(refusal.code()), "{text}");
            assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal);
        }
        assert!(serde_json::from_str::<Refusal>(r#"{"reason":"opted_out"}"#).is_err());
    }
}
