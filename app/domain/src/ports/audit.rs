use async_trait::async_trait;

use crate::audit::{AuditQuery, AuditRow};
use crate::error::Result;
use crate::members::Caller;
use crate::page::Page;

/// Who did what.
#[async_trait]
pub trait Audit: Send + Sync {
    /// A page of the trail, newest first.
    async fn page(&self, caller: &Caller, query: AuditQuery) -> Result<Page<AuditRow>>;

    /// The whole trail up to now as lines of JSON, oldest first, with the hashes that chain it. The export is an act too.
    async fn export(&self, caller: &Caller) -> Result<Box<dyn AuditLines>>;
}

/// A trail on its way out, piece by piece: it has no length that could be held at once.
#[async_trait]
pub trait AuditLines: Send {
    /// The next lines, each with its end. `None` after the last; an error means that lines are missing.
    async fn next(&mut self) -> Result<Option<String>>;
}
