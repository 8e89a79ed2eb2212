//! Connecting a WhatsApp number: what a person gives, and what is looked at until it works.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::line;
use crate::error::{Error, FieldErrors, Result};
use crate::ids::{ChannelId, ConnectionId};

/// How a connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A person copied ids and secrets of their own app.
    Manual,
    /// Meta's window (Embedded Signup), under the operator's app.
    Signup,
    /// A business of the sandbox.
    Sandbox,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::Manual, Self::Signup, Self::Sandbox];

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Signup => "signup",
            Self::Sandbox => "sandbox",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }
}

/// Which ways this installation offers beside the manual one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    pub sandbox: bool,
    pub signup: Option<SignupWindow>,
}

/// What the browser needs to open Meta's window (contract 1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignupWindow {
    pub app_id: String,
    pub config_id: String,
    pub version: String,
    /// Where Meta's script is: at Meta, or in the sandbox.
    pub script: String,
}

/// What Meta's window gave the browser. Claims, until the token says the same.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignupForm {
    /// Good once, for 30 seconds.
    pub code: String,
    pub account_id: String,
    /// Empty when the person finished without a number.
    pub number_id: String,
}

impl std::fmt::Debug for SignupForm {
    /// Keeps the code out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignupForm(…)")
    }
}

/// What a person copies from Meta's pages. To change a connection, an empty secret means the one that is stored.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ConnectForm {
    pub app_id: String,
    pub app_secret: String,
    pub token: String,
    pub account_id: String,
}

impl std::fmt::Debug for ConnectForm {
    /// Keeps the secrets out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ConnectForm(…)")
    }
}

impl ConnectForm {
    /// The form without spaces around what was pasted, or what is wrong with it by field. `known`: there are secrets stored
    /// that may stay.
    pub fn parse(&self, known: bool) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let app_id = errors.keep(graph_id(&self.app_id, "app_id"));
        let account_id = errors.keep(graph_id(&self.account_id, "account_id"));
        let app_secret = errors.keep(secret(&self.app_secret, "app_secret", 128, known));
        let token = errors.keep(secret(&self.token, "token", 1024, known));
        match (app_id, account_id, app_secret, token) {
            (Some(app_id), Some(account_id), Some(app_secret), Some(token)) => {
                Ok(Self { app_id, app_secret, token, account_id })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// A Graph id: digits. Meta prints them without spaces, people paste them with.
pub fn graph_id(text: &str, field: &str) -> Result<String> {
    let id = line(text, field, 32)?;
    if id.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(id);
    }
    Err(Error::invalid(field, "This id consists of digits only. Copy it from Meta's page once more."))
}

fn secret(text: &str, field: &str, most: usize, known: bool) -> Result<String> {
    let text = text.trim();
    if text.is_empty() && !known {
        return Err(Error::invalid(field, "Please fill this in."));
    }
    if text.len() > most || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::invalid(
            field,
            "This does not look like what Meta shows. Copy it once more, without spaces.",
        ));
    }
    Ok(text.to_owned())
}

/// Six digits that lock a number at Meta (contract 1.3).
pub fn pin(text: &str) -> Result<String> {
    let pin = text.trim();
    if pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(pin.to_owned());
    }
    Err(Error::invalid("pin", "The PIN has six digits."))
}

/// What is looked at, in the order in which a person puts it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The app's secret fits, and the token is valid and may do what is needed.
    Token,
    /// A number of the account is connected here, and registered with the Cloud API.
    Number,
    /// Meta asked at our address and got the right answer.
    Handshake,
    /// The app is subscribed to the account, with the fields that Parley reads.
    Fields,
    /// A webhook came that was signed with the app's secret.
    Signature,
    /// Somebody wrote to the number, and it arrived.
    Message,
}

impl Check {
    pub const ALL: [Self; 6] =
        [Self::Token, Self::Number, Self::Handshake, Self::Fields, Self::Signature, Self::Message];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TickState {
    Good,
    Bad,
    /// Waits for something to happen, or for an earlier check.
    Waiting,
}

/// What is in the way, each with a sentence of what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Snag {
    /// Meta could not be asked.
    Unreachable,
    /// Meta knows no app with this id and secret.
    App,
    /// The token is of another app.
    OtherApp,
    TokenInvalid,
    TokenExpired,
    /// The token lacks a permission; `detail` names it.
    Scope,
    /// The token was not given this account.
    Account,
    /// The account has no number.
    NoNumber,
    /// The account has several, and none was chosen.
    ChooseNumber,
    /// The number was not verified at Meta.
    Unverified,
    /// The number has to be registered with a PIN.
    Unregistered,
    /// The number is of the phone's app, which has let go of it: only Meta's window connects it again.
    OffPhone,
    /// Another workspace of this installation has the number.
    Elsewhere,
    /// Another connection of the workspace has the number.
    Held,
    /// The app sends webhooks to another address; `detail` names its host.
    OtherAddress,
    /// The app sends webhooks nowhere.
    NoAddress,
    /// Fields are not subscribed; `detail` names them.
    Fields,
    /// The app is not subscribed to the account.
    Unsubscribed,
    /// What came last was signed with another secret.
    Signature,
}

/// One check's outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub check: Check,
    pub state: TickState,
    #[serde(default)]
    pub snag: Option<Snag>,
    #[serde(default)]
    pub detail: String,
}

impl Tick {
    pub fn good(check: Check) -> Self {
        Self { check, state: TickState::Good, snag: None, detail: String::new() }
    }

    pub fn waiting(check: Check) -> Self {
        Self { check, state: TickState::Waiting, snag: None, detail: String::new() }
    }

    pub fn bad(check: Check, snag: Snag) -> Self {
        Self { check, state: TickState::Bad, snag: Some(snag), detail: String::new() }
    }

    pub fn about(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub fn is_good(&self) -> bool {
        self.state == TickState::Good
    }
}

/// A number of the account, as Meta describes it (contract 1.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNumber {
    pub id: String,
    /// As people read it.
    pub display: String,
    pub name: String,
    pub verified: bool,
    /// With the Cloud API, so that it can send.
    pub registered: bool,
    /// It is the WhatsApp Business app's on somebody's phone too (contract 1.8): it never gets a PIN of ours.
    #[serde(default)]
    pub on_phone: bool,
    /// Where it is connected here.
    #[serde(default)]
    pub channel: Option<ChannelId>,
}

/// A connection in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRow {
    pub id: ConnectionId,
    pub way: Way,
    pub account_id: String,
    /// Its numbers that are connected, as people read them.
    pub numbers: Vec<String>,
    /// How many checks are good.
    pub good: usize,
}

/// A connection's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: ConnectionId,
    pub way: Way,
    pub app_id: String,
    pub account_id: String,
    /// What Meta's page asks for; `None` where the operator has set it up for all.
    pub address: Option<String>,
    pub verify_token: Option<String>,
    pub ticks: Vec<Tick>,
    #[serde(default, with = "crate::time::maybe")]
    pub checked_at: Option<Timestamp>,
    pub numbers: Vec<AccountNumber>,
    /// The sandbox's phone that writes to it.
    pub phone: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ConnectForm {
        ConnectForm {
            app_id: " 5500000000000006\n".into(),
            app_secret: " abc ".into(),
            token: "EAAG…".replace('…', "x"),
            account_id: "1090000000000002".into(),
        }
    }

    #[test]
    fn what_is_pasted_is_trimmed_and_checked_by_field() {
        let parsed = form().parse(false).unwrap();
        assert_eq!((parsed.app_id.as_str(), parsed.app_secret.as_str()), ("5500000000000006", "abc"));
        let wrong = ConnectForm { app_id: "my app".into(), token: "two words".into(), ..form() };
        let Err(Error::Invalid(errors)) = wrong.parse(false) else { panic!() };
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["app_id", "token"]);
    }

    #[test]
    fn empty_secrets_stay_only_where_there_are_some() {
        let empty = ConnectForm { token: String::new(), app_secret: " ".into(), ..form() };
        assert!(empty.parse(false).is_err());
        assert!(empty.parse(true).unwrap().token.is_empty());
    }

    #[test]
    fn a_pin_has_six_digits() {
        assert_eq!(pin(" 123456 ").unwrap(), "123456");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert!(pin(wrong).is_err(), "{wrong}");
        }
    }
}
