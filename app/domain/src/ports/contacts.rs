use async_trait::async_trait;

use crate::contacts::{ContactPanel, ContactRow};
use crate::error::Result;
use crate::ids::{ContactId, IdentityId};
use crate::members::Caller;
use crate::page::{Cursor, Page};

/// The people the business talks to.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Newest first; `limit` from 1 to 100.
    async fn list(&self, caller: &Caller, after: Option<Cursor>, limit: u32) -> Result<Page<ContactRow>>;

    async fn get(&self, caller: &Caller, id: ContactId) -> Result<ContactPanel>;

    /// A hidden number in full, as people read it. That it was seen is in the audit trail before it is answered.
    async fn reveal(&self, caller: &Caller, id: ContactId, identity: IdentityId) -> Result<String>;

    /// Names a contact; empty takes the name away and shows the profile name again.
    async fn rename(&self, caller: &Caller, id: ContactId, name: String) -> Result<()>;
}
