//! The audit trail as people read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::page::Cursor;

/// Which part of the trail to read, as typed. What is empty narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Words that the act or its actor must contain.
    pub search: String,
    /// Words of the name of whom or what it was done to, or its id.
    pub about: String,
    /// The first and the last day (`2026-11-22`), by the clock of whoever reads.
    pub since: String,
    pub until: String,
    /// Words of the device or the network that it was done from.
    pub origin: String,
    pub after: Option<Cursor>,
}

/// One act, newest first in a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub seq: i64,
    #[serde(with = "crate::time::text")]
    pub at: Timestamp,
    /// The name of who acted.
    pub actor: String,
    /// The hash of the picture of the member who acted.
    pub picture: Option<String>,
    /// A noun and a past participle, for example `member.deactivated`.
    pub action: String,
    /// The same as it is said between the names of who acted and of whom it was done to.
    pub said: String,
    /// The name of the person whom it was done to, if that is somebody else.
    pub subject: Option<String>,
    /// Where it was done from: a device and a network, as far as they are known.
    pub origin: String,
    /// Where the session was opened that it was done with, if that is elsewhere.
    pub signed_in: String,
    pub facts: Vec<Fact>,
}

/// Something noted of an act: a value, or what a value was and what it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Empty where the act changed one thing only.
    pub name: String,
    pub before: Option<String>,
    pub value: String,
}
