//! The audit trail as people read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::page::Cursor;

/// Which part of the trail to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Words that the act or its actor must contain.
    pub search: String,
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
    /// What else was noted, as JSON text.
    pub details: String,
    pub before: Option<String>,
    pub after: Option<String>,
}
