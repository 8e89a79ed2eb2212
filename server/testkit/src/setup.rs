//! The provider's side of setting a number up: answers as told, and does what it is asked.

use async_trait::async_trait;
use backend::outbound::{Access, App, Grant, NewBusiness, ProviderError, Setup, Subscription};
use domain::connection::AccountNumber;

use crate::Recorder;

/// What the provider knows of an account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub grant: Grant,
    pub numbers: Vec<AccountNumber>,
    pub subscription: Subscription,
    /// What every call answers instead.
    pub problem: Option<ProviderError>,
}

impl Account {
    /// One verified number that is registered, with a token that holds for everything; no webhooks yet.
    pub fn ready(app: &str, number: &str) -> Self {
        let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
        Self {
            grant: Grant {
                valid: true,
                app_id: app.to_owned(),
                expires_at: None,
                scopes: scopes.map(str::to_owned).to_vec(),
                accounts: None,
            },
            numbers: vec![AccountNumber {
                id: number.to_owned(),
                display: "+44 1632 960200".to_owned(),
                name: "Ready Ltd".to_owned(),
                verified: true,
                registered: true,
                on_phone: false,
                channel: None,
            }],
            ..Self::default()
        }
    }
}

#[async_trait]
impl Setup for Recorder {
    async fn grant(&self, _app: &App, _token: &str) -> Result<Grant, ProviderError> {
        self.account(|account| account.grant.clone())
    }

    async fn numbers(&self, _account: &str, _access: &Access) -> Result<Vec<AccountNumber>, ProviderError> {
        self.account(|account| account.numbers.clone())
    }

    async fn subscription(&self, _app: &App, _account: &str, _access: &Access) -> Result<Subscription, ProviderError> {
        self.account(|account| account.subscription.clone())
    }

    async fn send_webhooks_to(&self, _app: &App, address: &str, _verify_token: &str) -> Result<(), ProviderError> {
        self.account(|account| {
            account.subscription.address = Some(address.to_owned());
            account.subscription.fields = vec!["messages".to_owned(), "user_preferences".to_owned()];
        })
    }

    async fn subscribe(
        &self,
        _account: &str,
        _access: &Access,
        address: Option<(&str, &str)>,
    ) -> Result<(), ProviderError> {
        self.account(|account| {
            account.subscription.subscribed = true;
            account.subscription.overridden = address.map(|(address, _)| address.to_owned());
        })
    }

    async fn unsubscribe(&self, _account: &str, _access: &Access) -> Result<(), ProviderError> {
        self.account(|account| account.subscription.subscribed = false)
    }

    async fn register(&self, number: &str, _access: &Access, pin: &str) -> Result<(), ProviderError> {
        if pin == "000000" {
            return Err(ProviderError { code: Some(133_005), retry: false, what: "The PIN is wrong.".to_owned() });
        }
        self.account(|account| {
            let known = account.numbers.iter_mut().filter(|known| known.id == number);
            known.for_each(|known| known.registered = true);
        })
    }

    async fn exchange(&self, code: &str) -> Result<Access, ProviderError> {
        self.account(|_| Access { token: format!("token-of-{code}"), app_secret: None })
    }

    async fn new_business(&self, name: &str) -> Result<NewBusiness, ProviderError> {
        self.account(|account| NewBusiness {
            app_id: account.grant.app_id.clone(),
            app_secret: format!("secret-of-{name}"),
            token: "sandbox-token".to_owned(),
            account_id: "77".to_owned(),
            page: "/sandbox/b/k1/".to_owned(),
        })
    }
}
