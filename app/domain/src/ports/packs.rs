use async_trait::async_trait;

use crate::error::Result;
use crate::members::Caller;
use crate::packs::{PacksPage, Removal, Trade};

/// What a trade begins with. All of it needs `ManageWorkspace`.
#[async_trait]
pub trait Packs: Send + Sync {
    /// The packs, which one is installed, and what removing it would do.
    async fn page(&self, caller: &Caller) -> Result<PacksPage>;

    /// Which pack is installed. One row; for checklists.
    async fn status(&self, caller: &Caller) -> Result<Option<Trade>>;

    /// Installs a pack. Again is the same as once; with another one installed it is `Invalid`. What a workspace has
    /// already under the same name stays as it is.
    async fn install(&self, caller: &Caller, trade: Trade) -> Result<()>;

    /// Takes away what the pack made and nobody has changed or used since, and says what went and what stayed. With none
    /// installed there is nothing to do.
    async fn remove(&self, caller: &Caller) -> Result<Removal>;

    /// Takes away the samples that stayed because somebody worked on them, with what was noted and put beside them, and says
    /// how many went. One that turned out to be somebody real stays.
    async fn remove_samples(&self, caller: &Caller) -> Result<i64>;
}
