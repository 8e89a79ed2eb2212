use async_trait::async_trait;

use crate::error::Result;
use crate::ids::{ContactId, TagId};
use crate::members::Caller;
use crate::tags::{Colour, TagRow};

/// The words that a business puts on its contacts.
#[async_trait]
pub trait Tags: Send + Sync {
    /// By name.
    async fn list(&self, caller: &Caller) -> Result<Vec<TagRow>>;

    /// Makes a tag, or renames and recolours one. A name that is taken is `Invalid`, whatever its case.
    async fn save(&self, caller: &Caller, id: Option<TagId>, name: &str, colour: Colour) -> Result<()>;

    /// Takes it off every contact too.
    async fn delete(&self, caller: &Caller, id: TagId) -> Result<()>;

    /// Puts a tag on a contact; twice is once.
    async fn put(&self, caller: &Caller, contact: ContactId, tag: TagId) -> Result<()>;

    async fn take_off(&self, caller: &Caller, contact: ContactId, tag: TagId) -> Result<()>;
}
