//! What a business has set up with calls: its number and where its webhooks go. A further business keeps it over a reset
//! and a restart.

use serde::{Deserialize, Serialize};

use crate::state::State;

/// The number of a business (section 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Number {
    /// Digits as webhooks show them. None: the account has no number yet.
    pub(crate) display: Option<String>,
    pub(crate) verified: bool,
    /// The number lives on in the WhatsApp Business app (section 1.8).
    pub(crate) on_app: bool,
    pub(crate) pin: Option<String>,
    /// The code that `request_code` sent.
    pub(crate) code: Option<String>,
    /// When it was registered or deregistered; ten times in 72 hours are allowed.
    pub(crate) attempts_ms: Vec<i64>,
    /// When it was signed up, and which data of the app were asked for since.
    pub(crate) since_ms: i64,
    pub(crate) synced: Vec<String>,
}

impl Number {
    /// A number whose owner has proved to hold it.
    pub(crate) fn verified(display: &str) -> Self {
        Self {
            display: Some(display.to_owned()),
            verified: true,
            on_app: false,
            pin: None,
            code: None,
            attempts_ms: Vec::new(),
            since_ms: 0,
            synced: Vec::new(),
        }
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) number: Number,
    pub(crate) number_status: String,
    pub(crate) subscribed: bool,
    pub(crate) account_callback: Option<String>,
    pub(crate) number_callback: Option<String>,
}

impl Setup {
    /// A number that is ready for use.
    pub(crate) fn registered(display: &str) -> Self {
        Self::new(Number::verified(display), true)
    }

    /// A number whose webhooks nobody has asked for yet.
    pub(crate) fn new(number: Number, registered: bool) -> Self {
        let status = if registered { "CONNECTED" } else { "UNREGISTERED" };
        Self {
            number,
            number_status: status.to_owned(),
            subscribed: false,
            account_callback: None,
            number_callback: None,
        }
    }
}

impl State {
    pub(crate) fn setup(&self) -> Setup {
        Setup {
            number: self.number.clone(),
            number_status: self.settings.number_status.clone(),
            subscribed: self.settings.subscribed,
            account_callback: self.settings.override_callback.clone(),
            number_callback: self.settings.number_callback.clone(),
        }
    }

    pub(crate) fn set_up(&mut self, setup: Setup) {
        self.number = setup.number;
        self.settings.number_status = setup.number_status;
        self.settings.subscribed = setup.subscribed;
        self.settings.override_callback = setup.account_callback;
        self.settings.number_callback = setup.number_callback;
    }

    /// Digits of the number; empty while there is none.
    pub(crate) fn display(&self) -> &str {
        self.number.display.as_deref().unwrap_or_default()
    }

    /// Where a webhook goes (section 1.4): number, account, app. Only `messages` knows the first two.
    pub(crate) fn callback(&self, field: &str) -> Option<String> {
        let own = || self.settings.number_callback.clone().or_else(|| self.settings.override_callback.clone());
        let own = if field == "messages" { own() } else { None };
        own.or_else(|| self.app.subscription().map(|app| app.callback_url))
    }

    /// Whether anybody wants to hear of a change of this field.
    pub(crate) fn is_heard(&self, field: &str) -> bool {
        // Without a callback of the app there are no fields either, and an override is about messages.
        let wanted = self.app.subscription().map_or(field == "messages", |app| app.has(field));
        self.settings.subscribed && wanted && self.callback(field).is_some()
    }
}
