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

    /// The whole trail as lines of JSON, oldest first, with the hashes that chain it. The export is an act too.
    async fn export(&self, caller: &Caller) -> Result<String>;
}
