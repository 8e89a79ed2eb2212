//! Conversations: one contact on one channel, as the inbox shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::contacts::ContactPanel;
use crate::error::Refusal;
use crate::ids::{ChannelId, ContactId, ConversationId, MemberId, MessageId};
use crate::messages::{Direction, MessageRow};
use crate::page::{Cursor, Page};
use crate::status::DeliveryStatus;
use crate::tags::Tag;

/// Rows of one page of the inbox.
pub const LIST_PAGE: usize = 25;
/// Entries of one page of a thread.
pub const THREAD_PAGE: usize = 50;

/// The lists of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Open and mine.
    Mine,
    /// Open and nobody's.
    Unassigned,
    /// Everything open.
    #[default]
    All,
    Resolved,
}

impl View {
    pub const ALL: [Self; 4] = [Self::Mine, Self::Unassigned, Self::All, Self::Resolved];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::All => "all",
            Self::Resolved => "resolved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == text)
    }
}

/// What a list asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    pub view: View,
    /// Part of a name or number; empty for all.
    pub search: String,
    pub after: Option<Cursor>,
    /// Rows, 1 to 100; the inbox's own page is [`LIST_PAGE`].
    pub limit: Option<u32>,
}

/// Whether a conversation needs somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    Open,
    Resolved,
}

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub contact: ContactId,
    /// The person's name, or a masked number.
    pub title: String,
    pub status: ConversationStatus,
    pub assignee: Option<MemberId>,
    pub unread: i32,
    pub last_line: String,
    pub last_direction: Direction,
    /// Who wrote it, if a member did.
    #[serde(default)]
    pub last_member: Option<MemberId>,
    /// Of the last entry, when it was ours.
    pub last_status: Option<DeliveryStatus>,
    #[serde(with = "crate::time::text")]
    pub last_at: Timestamp,
    #[serde(default, with = "crate::time::maybe")]
    pub window_expires_at: Option<Timestamp>,
    /// A starter pack made this person up.
    pub sample: bool,
    pub tags: Vec<Tag>,
    /// Grows with every change; a live event that is not newer needs no refetch.
    pub version: i64,
}

/// How many conversations each list holds (maintained counters, not counted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewCounts {
    pub mine: i64,
    pub unassigned: i64,
    pub all: i64,
}

/// A page of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationList {
    pub page: Page<ConversationRow>,
    pub counts: ViewCounts,
}

/// A thread, newest page: its entries in reading order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    pub conversation: ConversationHead,
    /// Oldest first. `next` reads further back.
    pub messages: Page<MessageRow>,
}

/// Everything about a conversation but its entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationHead {
    pub id: ConversationId,
    pub channel: ChannelId,
    pub channel_name: String,
    pub title: String,
    pub status: ConversationStatus,
    pub assignee: Option<MemberId>,
    #[serde(default, with = "crate::time::maybe")]
    pub window_expires_at: Option<Timestamp>,
    /// What the gate says to a free-form message now: `None` is yes. The same code that decides on sending.
    pub blocked: Option<Refusal>,
    pub contact: ContactPanel,
    /// The newest inbound entry, for the read receipt.
    pub last_inbound: Option<MessageId>,
    pub version: i64,
}
