use async_trait::async_trait;

use crate::channel::ChannelReport;
use crate::error::Result;
use crate::ids::QuarantineId;
use crate::members::Caller;

/// How the connected numbers are doing.
#[async_trait]
pub trait Channels: Send + Sync {
    async fn report(&self, caller: &Caller) -> Result<ChannelReport>;

    /// Tries a quarantined item again. `Refused`-free: whether it worked shows in the next report.
    async fn replay(&self, caller: &Caller, id: QuarantineId) -> Result<()>;
}
