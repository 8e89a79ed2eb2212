use async_trait::async_trait;

use crate::canned::{CannedReply, Draft};
use crate::error::Result;
use crate::ids::CannedReplyId;
use crate::members::Caller;

/// Texts that are written once and sent often.
#[async_trait]
pub trait Canned: Send + Sync {
    /// By shortcut, for everybody who sends.
    async fn list(&self, caller: &Caller) -> Result<Vec<CannedReply>>;

    /// Makes one, or changes one. A shortcut that is taken is `Invalid`, whatever its case.
    async fn save(&self, caller: &Caller, id: Option<CannedReplyId>, draft: Draft) -> Result<()>;

    async fn delete(&self, caller: &Caller, id: CannedReplyId) -> Result<()>;
}
