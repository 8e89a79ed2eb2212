//! What setting a number up asks of the provider.

use async_trait::async_trait;
use domain::Timestamp;
use domain::connection::AccountNumber;

use super::{Access, ProviderError};

/// An app at the provider.
#[derive(Clone)]
pub struct App {
    pub id: String,
    /// What shows it to be ours; `None` for the operator's app.
    pub secret: Option<String>,
}

impl std::fmt::Debug for App {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a token may do, as the provider says (contract 1.1).
#[derive(Clone, Debug, Default)]
pub struct Grant {
    pub valid: bool,
    pub app_id: String,
    /// `None`: never.
    pub expires_at: Option<Timestamp>,
    pub scopes: Vec<String>,
    /// The accounts that it was given; `None` where the provider did not say.
    pub accounts: Option<Vec<String>>,
}

/// Where an app's webhooks go, and whether it hears of an account (contract 1.4).
#[derive(Clone, Debug, Default)]
pub struct Subscription {
    /// The app's own address.
    pub address: Option<String>,
    pub fields: Vec<String>,
    pub subscribed: bool,
    /// An address for this account alone, which comes before the app's.
    pub overridden: Option<String>,
}

/// A business that the sandbox has just made. Its secrets are worth nothing anywhere else.
#[derive(Clone, Debug)]
pub struct NewBusiness {
    pub app_id: String,
    pub app_secret: String,
    pub token: String,
    pub account_id: String,
    /// Where its phone is on screen.
    pub page: String,
}

/// Setting numbers up. Nothing here sends a message.
#[async_trait]
pub trait Setup: Send + Sync {
    /// What the token may do. An unknown app or a wrong secret is an error with a code.
    async fn grant(&self, app: &App, token: &str) -> Result<Grant, ProviderError>;

    async fn numbers(&self, account: &str, access: &Access) -> Result<Vec<AccountNumber>, ProviderError>;

    async fn subscription(&self, app: &App, account: &str, access: &Access) -> Result<Subscription, ProviderError>;

    /// Sends the app's webhooks to `address`, with every field that Parley reads. The provider asks there first.
    async fn send_webhooks_to(&self, app: &App, address: &str, verify_token: &str) -> Result<(), ProviderError>;

    /// Subscribes the app to the account. With `address`, the account's webhooks go there instead of to the app's address.
    async fn subscribe(
        &self,
        account: &str,
        access: &Access,
        address: Option<(&str, &str)>,
    ) -> Result<(), ProviderError>;

    async fn unsubscribe(&self, account: &str, access: &Access) -> Result<(), ProviderError>;

    async fn register(&self, number: &str, access: &Access, pin: &str) -> Result<(), ProviderError>;

    /// The token behind a code of the provider's window, for the operator's app (contract 1.2).
    async fn exchange(&self, code: &str) -> Result<Access, ProviderError>;

    /// A new business of the sandbox.
    async fn new_business(&self, name: &str) -> Result<NewBusiness, ProviderError>;
}
