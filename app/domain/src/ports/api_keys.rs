use async_trait::async_trait;

use crate::api_keys::{ApiKeyForm, ApiKeyRow, NewApiKey};
use crate::error::Result;
use crate::ids::ApiKeyId;
use crate::members::{Caller, Person};

/// Keys of the REST interface. They belong to the workspace.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Those that were not revoked, the newest first.
    async fn list(&self, caller: &Caller) -> Result<Vec<ApiKeyRow>>;

    /// Makes a key that may do at most what its maker may. Needs a fresh proof; the owner is told by mail.
    async fn create(&self, person: &Person, form: ApiKeyForm) -> Result<NewApiKey>;

    /// Ends a key at once. Needs a fresh proof.
    async fn revoke(&self, person: &Person, id: ApiKeyId) -> Result<()>;
}
