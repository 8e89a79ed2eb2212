//! What a sandbox is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything that [`crate::Sandbox::start`] needs.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Signs webhooks and checks `appsecret_proof`.
    pub app_secret: String,
    /// Sent with the verification request of section 5.1.
    pub verify_token: String,
    /// The bearer token that the Graph endpoints accept.
    pub token: String,
    /// Graph id of the business number, for example `1060000000000003`.
    pub phone_number_id: String,
    /// Graph id of the WhatsApp Business Account, for example `1090000000000002`.
    pub waba_id: String,
    /// Digits of the business number, for example `14155550100`.
    pub display_phone_number: String,
    /// Shown as the chat title on the phone and as verified name.
    pub business_name: String,
    /// Where webhooks go, for example `http://127.0.0.1:3000/webhooks/whatsapp`.
    pub callback_url: String,
    /// Address at which the router is mounted, for example `http://127.0.0.1:3000/sandbox`. Media URLs point there.
    pub public_url: String,
    /// File that receives one JSON line for each accepted send, delivered copy, posted inbound message and acknowledged webhook.
    pub ledger: Option<PathBuf>,
    /// Where the stand-in of a mail server listens; port 0 takes a free one. It asks nobody for a password, so this must
    /// be an address of this machine alone.
    pub smtp: Option<SocketAddr>,
    /// File that keeps the businesses which are made while the sandbox runs, with their secrets; without one they are
    /// gone after a restart.
    pub businesses: Option<PathBuf>,
    /// Whether the page for developers shows the app secret and the token above. Not when they are also good elsewhere:
    /// the pages ask nobody for a password.
    pub show_secrets: bool,
    /// Timing and randomness.
    pub profile: Profile,
    /// People on the phone.
    pub contacts: Vec<Customer>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            app_secret: "sandbox-app-secret".to_owned(),
            verify_token: "sandbox-verify-token".to_owned(),
            token: "sandbox-token".to_owned(),
            phone_number_id: "1060000000000003".to_owned(),
            waba_id: "1090000000000002".to_owned(),
            display_phone_number: "14155550100".to_owned(),
            business_name: "Elm & Harbour Homes".to_owned(),
            callback_url: "http://127.0.0.1:3000/webhooks/whatsapp".to_owned(),
            public_url: "http://127.0.0.1:3000/sandbox".to_owned(),
            ledger: None,
            smtp: None,
            businesses: None,
            show_secrets: true,
            profile: Profile::Demo,
            contacts: Customer::estate_agency(),
        }
    }
}

/// The two profiles of section 8.10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Real clock, human-like delays, ids that differ after a restart.
    #[default]
    Demo,
    /// No delays unless scripted, quick retries, no randomness unless asked for, ids that repeat.
    Test,
}

/// Which identifiers a person's webhooks carry (section 8.5, a to e).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// (a) Phone number and BSUID.
    #[default]
    PhoneAndBsuid,
    /// (b) Username, phone number and BSUID.
    UsernameAndPhone,
    /// (c) Username and BSUID; the phone number is not shared.
    UsernameOnly,
    /// (d) As (a) with a parent BSUID.
    WithParent,
    /// (e) Phone number alone, as before April 2026.
    Legacy,
}

/// A person who writes to the business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Name of the person in the control interface, for example `grace`. Unique.
    pub id: String,
    /// Profile name.
    pub name: String,
    /// Digits with country code. Also needed for people who do not share it: the network knows it.
    pub phone: String,
    /// Which identifiers webhooks carry.
    #[serde(default)]
    pub identity: Identity,
    /// Username without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// One line about the person, shown in the demonstration.
    #[serde(default)]
    pub about: String,
}

impl Customer {
    /// A person with phone number and BSUID.
    pub fn new(id: &str, name: &str, phone: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            phone: phone.to_owned(),
            identity: Identity::PhoneAndBsuid,
            username: None,
            about: String::new(),
        }
    }

    fn about(mut self, about: &str) -> Self {
        self.about = about.to_owned();
        self
    }

    fn identity(mut self, identity: Identity, username: Option<&str>) -> Self {
        self.identity = identity;
        self.username = username.map(str::to_owned);
        self
    }

    /// Six people who look for homes. The numbers come from the range that Ofcom keeps for fiction.
    pub fn estate_agency() -> Vec<Self> {
        vec![
            Self::new("grace", "Grace Okafor", "447700900101").about("Looks for two rooms near a school"),
            Self::new("tom", "Tom Lindqvist", "447700900102").about("Sells his mother's house in Elm Street"),
            Self::new("priya", "Priya Raman", "447700900103")
                .about("First-time buyer, asks about mortgages")
                .identity(Identity::UsernameAndPhone, Some("priya.raman")),
            Self::new("luca", "Luca Moretti", "447700900104")
                .about("Moves over from Milan in spring")
                .identity(Identity::UsernameOnly, Some("luca_moretti")),
            Self::new("amina", "Amina El-Sayed", "447700900105")
                .about("Landlord with three flats")
                .identity(Identity::WithParent, None),
            Self::new("george", "George Whitfield", "447700900106")
                .about("Old phone, writes seldom")
                .identity(Identity::Legacy, None),
        ]
    }
}
