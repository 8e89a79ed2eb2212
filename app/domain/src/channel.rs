//! Channels: the numbers and mailboxes that a workspace has connected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, ConnectionId, JournalId, QuarantineId};

/// Whether messages may leave through a channel now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Connected and sending.
    Connected,
    /// Meta refuses our token; nothing leaves until a person renews it.
    Unauthorised,
    /// Meta restricted or locked the number or its account.
    Restricted,
    /// A person disconnected it.
    Disconnected,
}

impl ChannelState {
    pub const ALL: [Self; 4] = [Self::Connected, Self::Unauthorised, Self::Restricted, Self::Disconnected];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Unauthorised => "unauthorised",
            Self::Restricted => "restricted",
            Self::Disconnected => "disconnected",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A channel and how it is doing, for the operator's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelHealth {
    pub id: ChannelId,
    pub name: String,
    /// The number as people read it.
    pub display_number: String,
    pub phone_number_id: String,
    pub state: ChannelState,
    /// Where it is set up; `None` for the operator's own.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// When the last webhook of this number became durable.
    #[serde(default, with = "crate::time::maybe")]
    pub last_webhook_at: Option<Timestamp>,
    /// Messages that wait to leave.
    pub queued: i64,
    /// Sent messages whose fate is unknown.
    pub in_doubt: i64,
    /// Items put aside because they could not be applied.
    pub quarantined: i64,
}

/// How far applying is behind receiving, for the whole installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Journalled events that are not applied yet.
    pub waiting: i64,
    /// Age of the oldest of them, in seconds.
    pub oldest_seconds: i64,
}

/// Everything that the operator's page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelReport {
    pub channels: Vec<ChannelHealth>,
    pub lag: Lag,
    pub quarantine: Vec<Quarantined>,
}

/// An incoming item that was kept but could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    pub id: QuarantineId,
    pub journal: JournalId,
    pub channel: Option<ChannelId>,
    #[serde(with = "crate::time::text")]
    pub received_at: Timestamp,
    /// What was being applied: `message`, `status`, …
    pub kind: String,
    /// Why it failed, in words without personal data.
    pub reason: String,
    pub attempts: i32,
}
