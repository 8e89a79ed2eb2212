//! Entries of a conversation: messages in and out, and notes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::{AttachmentId, ClientKey, ConversationId, MemberId, MessageId};
use crate::status::DeliveryStatus;

/// WhatsApp's limit on a text body, in characters (contract 2.11).
pub const TEXT_MAX: usize = 4096;
/// WhatsApp's limit on a media caption, in characters (contract 2.11).
pub const CAPTION_MAX: usize = 1024;
/// Our own limit on an internal note, in characters.
pub const NOTE_MAX: usize = 8192;

/// Which way an entry went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
    /// Internal: never leaves the workspace.
    Note,
}

impl Direction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Note => "note",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "in" => Some(Self::In),
            "out" => Some(Self::Out),
            "note" => Some(Self::Note),
            _ => None,
        }
    }
}

/// Who wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sender {
    Customer,
    Member {
        id: MemberId,
        name: String,
    },
    /// A key of the REST interface, by its name.
    Api {
        name: String,
    },
    /// Parley itself, for example the confirmation of a STOP.
    System,
    /// Somebody using the WhatsApp app beside Parley on the same number.
    PhoneApp,
}

/// What an entry says. Stored as it stands, so variants are added and never renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text {
        body: String,
    },
    Media(Media),
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
    Contacts {
        cards: Vec<ContactCard>,
    },
    /// A tap on a quick reply, a reply button or a list row.
    Reply {
        title: String,
        payload: Option<String>,
    },
    /// A filled-in form (WhatsApp Flow).
    Form {
        fields: Vec<(String, String)>,
    },
    Order {
        items: u32,
        text: Option<String>,
    },
    Template {
        name: String,
        language: String,
        body: String,
    },
    /// A message with buttons or a list, as we sent it.
    Interactive {
        body: String,
        options: Vec<ReplyOption>,
    },
    /// Something that happened, told by the channel: a changed number, a call.
    Event {
        text: String,
    },
    /// A type that this version does not know. The original is kept.
    Unsupported {
        what: String,
    },
}

/// A file in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    pub attachment: Option<AttachmentId>,
    pub state: MediaState,
    pub mime: String,
    pub file_name: Option<String>,
    pub caption: Option<String>,
    /// In bytes, once known.
    pub size: Option<u64>,
    /// In pixels, once known, so that the screen keeps the place.
    pub width: Option<u32>,
    pub height: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl MediaKind {
    /// The kind as which WhatsApp sends a file of this type (contract 3.2); anything else goes as a document.
    pub fn of_mime(mime: &str) -> Self {
        match mime.split(';').next().unwrap_or("").trim() {
            "image/jpeg" | "image/png" => Self::Image,
            "video/mp4" | "video/3gpp" => Self::Video,
            "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => Self::Audio,
            _ => Self::Document,
        }
    }

    /// WhatsApp's size limit for this kind, in bytes (contract 2.3, 3.2).
    pub fn max_bytes(self) -> u64 {
        const MB: u64 = 1024 * 1024;
        match self {
            Self::Image => 5 * MB,
            Self::Video | Self::Audio | Self::Voice => 16 * MB,
            Self::Document => 100 * MB,
            Self::Sticker => 500 * 1024,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "Photo",
            Self::Video => "Video",
            Self::Audio => "Audio",
            Self::Voice => "Voice message",
            Self::Document => "Document",
            Self::Sticker => "Sticker",
        }
    }
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MediaState {
    /// Known, not fetched yet.
    Waiting,
    Ready,
    /// Here, and not what its kind promises: it can be saved and is not shown.
    SaveOnly,
    /// Could not be had; the reason is for a person.
    Missing {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    pub name: String,
    pub phones: Vec<String>,
    pub emails: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyOption {
    pub id: String,
    pub title: String,
}

impl Content {
    /// One line for lists, quotes and notifications, at most 120 characters.
    pub fn preview(&self) -> String {
        let line = match self {
            Self::Text { body } | Self::Template { body, .. } | Self::Interactive { body, .. } => body.clone(),
            Self::Media(media) => match media.caption.as_deref().or(media.file_name.as_deref()) {
                Some(text) => format!("{}: {text}", media.kind.word()),
                None => media.kind.word().to_owned(),
            },
            Self::Location { name, .. } => {
                name.clone().map_or("Location".to_owned(), |name| format!("Location: {name}"))
            }
            Self::Contacts { cards } => match cards.first() {
                Some(card) => format!("Contact: {}", card.name),
                None => "Contact".to_owned(),
            },
            Self::Reply { title, .. } => title.clone(),
            Self::Form { .. } => "Filled-in form".to_owned(),
            Self::Order { items, .. } => format!("Order of {items} items"),
            Self::Event { text } => text.clone(),
            Self::Unsupported { what } => format!("Unsupported message ({what})"),
        };
        one_line(&line, 120)
    }

    /// The words a person wrote, for the opt-out detector and search.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { body } => Some(body),
            Self::Reply { title, .. } => Some(title),
            Self::Media(media) => media.caption.as_deref(),
            _ => None,
        }
    }
}

fn one_line(text: &str, max: usize) -> String {
    let mut line = String::new();
    for (n, c) in text.trim().chars().enumerate() {
        if n == max {
            line.push('…');
            break;
        }
        line.push(if c.is_whitespace() || c.is_control() { ' ' } else { c });
    }
    line
}

/// The quoted entry above a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Absent when the original is not (or no longer) here.
    pub id: Option<MessageId>,
    pub author: String,
    pub preview: String,
}

/// What became of an outgoing message, with the times shown on hover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub status: DeliveryStatus,
    #[serde(default, with = "crate::time::maybe")]
    pub sent_at: Option<Timestamp>,
    #[serde(default, with = "crate::time::maybe")]
    pub delivered_at: Option<Timestamp>,
    #[serde(default, with = "crate::time::maybe")]
    pub read_at: Option<Timestamp>,
    pub failure: Option<Failure>,
}

/// Why a message failed, in words, and what a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's code, if it gave one.
    pub code: Option<i64>,
    pub what: String,
    pub advice: String,
}

/// One entry as the thread shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    pub id: MessageId,
    pub direction: Direction,
    pub sender: Sender,
    #[serde(with = "crate::time::text")]
    pub at: Timestamp,
    pub content: Content,
    pub quote: Option<Quote>,
    pub their_reaction: Option<String>,
    pub our_reaction: Option<String>,
    pub delivery: Option<Delivery>,
    pub edited: bool,
    /// The customer deleted it for everyone; the content is gone here too.
    pub revoked: bool,
}

/// What an agent sends: one intent, named by the browser's key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendForm {
    pub conversation: ConversationId,
    pub client_key: ClientKey,
    /// The text, or the caption when a file goes with it.
    pub body: String,
    pub attachment: Option<AttachmentId>,
    pub reply_to: Option<MessageId>,
    /// What the sender last saw of this conversation: a colleague's newer answer asks first.
    #[serde(default, with = "crate::time::maybe")]
    pub seen: Option<Timestamp>,
}

/// The parsed body of an outgoing message. Made only by [`Outgoing::parse`] and its siblings.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    Text(String),
    Media { attachment: AttachmentId, caption: Option<String> },
    Template { name: String, language: String, parameters: Vec<String> },
}

impl Outgoing {
    /// Checks a form's text and attachment against WhatsApp's limits (contract 2.11).
    pub fn parse(body: &str, attachment: Option<AttachmentId>) -> Result<Self> {
        let text = clean(body);
        match attachment {
            None if text.is_empty() => Err(Error::invalid("body", "Write a message first.")),
            None => within("body", text, TEXT_MAX).map(Self::Text),
            Some(attachment) => {
                let caption = within("body", text, CAPTION_MAX)?;
                Ok(Self::Media { attachment, caption: (!caption.is_empty()).then_some(caption) })
            }
        }
    }
}

/// Checks the text of an internal note.
pub fn parse_note(body: &str) -> Result<String> {
    let text = clean(body);
    if text.is_empty() {
        return Err(Error::invalid("body", "Write a note first."));
    }
    within("body", text, NOTE_MAX)
}

/// Ends trimmed, and without the NUL that PostgreSQL cannot store.
fn clean(body: &str) -> String {
    body.replace('\0', "").replace("\r\n", "\n").trim().to_owned()
}

/// Counted in UTF-16 units, the stricter reading of Meta's limits (contract 2.11).
fn within(field: &str, text: String, max: usize) -> Result<String> {
    let length = text.encode_utf16().count();
    if length > max {
        return Err(Error::invalid(field, format!("This is {length} characters long; WhatsApp takes at most {max}.")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_message_is_refused_with_what_to_do() {
        assert_eq!(Outgoing::parse(" \n\0", None), Err(Error::invalid("body", "Write a message first.")));
    }

    #[test]
    fn limits_are_counted_in_utf16_units() {
        assert!(Outgoing::parse(&"a".repeat(TEXT_MAX), None).is_ok());
        assert!(Outgoing::parse(&"🏠".repeat(TEXT_MAX / 2 + 1), None).is_err());
    }

    #[test]
    fn a_preview_is_one_short_line() {
        let content = Content::Text { body: format!("Hello\nthere {}", "x".repeat(300)) };
        let preview = content.preview();
        assert!(preview.starts_with("Hello there"));
        assert_eq!(preview.chars().count(), 121);
    }
}
