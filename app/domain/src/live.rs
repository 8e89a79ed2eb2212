//! What a browser is told when something changed: which, never what.

use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, MemberId};

/// A change that screens may show. The screen refetches through its ordinary, authorised read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", content = "id", rename_all = "snake_case")]
pub enum Topic {
    /// A conversation's row or its messages changed.
    Conversation(ConversationId),
    /// Somebody is reading or typing in a conversation.
    Presence(ConversationId),
    /// Channel health or quarantine changed.
    Channels,
    /// The stream could not be resumed without a gap: refetch everything that is shown.
    Reset,
}

/// Who else has a conversation open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub member: MemberId,
    pub name: String,
    pub typing: bool,
}
