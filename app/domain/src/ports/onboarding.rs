use async_trait::async_trait;

use crate::error::Result;
use crate::members::Caller;
use crate::onboarding::Checklist;

/// A new workspace's first steps.
#[async_trait]
pub trait Onboarding: Send + Sync {
    /// What is left to do, of what the caller may do.
    async fn checklist(&self, caller: &Caller) -> Result<Checklist>;

    /// Puts the list away, or brings it back, for everybody of the workspace.
    async fn hide(&self, caller: &Caller, hidden: bool) -> Result<()>;
}
