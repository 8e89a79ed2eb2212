//! An app at Meta: it owns the secret that signs webhooks, and the callback of section 1.4 that comes last.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::crypto::same;

/// Id of the app of the business that is always there; businesses of Embedded Signup belong to it too.
pub(crate) const OPERATOR_APP_ID: &str = "5500000000000006";

/// Fields that an app may subscribe to (section 5.2).
pub(crate) const FIELDS: &[&str] = &[
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
    "account_settings_update",
    "business_username_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "partner_solutions",
    "payment_configuration_update",
    "user_preferences",
    "history",
    "smb_app_state_sync",
    "smb_message_echoes",
    "calls",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "flows",
    "automatic_events",
    "standby",
    "messaging_handovers",
];

/// Where an app hears of changes, and of which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) callback_url: String,
    /// None means all, those that nobody has heard of included.
    pub(crate) fields: Option<Vec<String>>,
}

impl Subscription {
    /// The callback hears of everything.
    pub(crate) fn of_all(callback_url: &str) -> Self {
        Self { callback_url: callback_url.to_owned(), fields: None }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|one| one == field))
    }

    /// The names, also when all are meant.
    pub(crate) fn names(&self) -> Vec<String> {
        self.fields.clone().unwrap_or_else(|| FIELDS.iter().map(|field| (*field).to_owned()).collect())
    }
}

/// An app. Several businesses may belong to it.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    subscription: Mutex<Option<Subscription>>,
}

impl App {
    pub(crate) fn new(id: &str, name: &str, secret: &str, subscription: Option<Subscription>) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            secret: secret.to_owned(),
            subscription: Mutex::new(subscription),
        }
    }

    /// The app access token of section 1.1.
    pub(crate) fn token(&self) -> String {
        format!("{}|{}", self.id, self.secret)
    }

    pub(crate) fn has_token(&self, token: &str) -> bool {
        same(token, &self.token())
    }

    pub(crate) fn subscription(&self) -> Option<Subscription> {
        self.subscription.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn subscribe(&self, subscription: Option<Subscription>) {
        *self.subscription.lock().unwrap_or_else(PoisonError::into_inner) = subscription;
    }
}
