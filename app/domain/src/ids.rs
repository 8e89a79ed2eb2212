//! Typed identifiers. Each is a UUIDv7 on the wire and in the database; the type says of what.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "read")] pub Uuid);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

/// Reads an id as it stands in text. (`Uuid`'s own reader also says what is wrong with one that is none, which is code
/// that every browser would have to fetch.)
fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    Uuid::try_parse(&text).map_err(|_| D::Error::custom("no id"))
}

ids! {
    /// A tenant.
    WorkspaceId,
    /// A person's sign-in, across workspaces.
    AccountId,
    /// An account's place in one workspace.
    MemberId,
    /// One signed-in browser.
    SessionId,
    /// A passkey of a person.
    PasskeyId,
    /// A role that a workspace has named itself.
    RoleId,
    /// A group of members.
    TeamId,
    /// A letter to somebody who may join.
    InvitationId,
    /// A person the business talks to.
    ContactId,
    /// One way to reach a contact.
    IdentityId,
    /// A connected number or mailbox.
    ChannelId,
    /// A workspace's way to a provider: an app, its secrets and its account.
    ConnectionId,
    /// One contact on one channel.
    ConversationId,
    /// One entry of a conversation: a message in or out, or a note.
    MessageId,
    /// A stored file of a message.
    AttachmentId,
    /// The gate's yes to one message.
    PermitId,
    /// One raw incoming event.
    JournalId,
    /// An incoming item that could not be applied.
    QuarantineId,
    /// A word that a business puts on contacts.
    TagId,
    /// A text that is sent often.
    CannedReplyId,
    /// An installed starter pack.
    StarterPackId,
    /// A key of the REST interface.
    ApiKeyId,
    /// What the browser calls one intent to send, so that a repeated request stays one message.
    ClientKey,
}
