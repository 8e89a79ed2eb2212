use async_trait::async_trait;

use crate::error::Result;
use crate::members::Caller;
use crate::notifications::{Choices, ChoicesPage, NewsPage};

/// What a member hears of, and how. Each reads and writes their own choices only.
#[async_trait]
pub trait Notifications: Send + Sync {
    async fn read(&self, caller: &Caller) -> Result<ChoicesPage>;

    async fn save(&self, caller: &Caller, choices: Choices) -> Result<()>;

    /// What happened in the last minutes, of what the member chose to hear of and may see.
    async fn news(&self, caller: &Caller) -> Result<NewsPage>;
}
