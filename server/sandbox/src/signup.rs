//! Embedded Signup v4 (section 1.2): a person names or picks a business in a window, and the app gets a code for its
//! token. Such a business belongs to the operator's app.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Inner;
use crate::hub::{Hub, Newcomer};
use crate::setup::{Number, Setup};

/// How long a code may be exchanged.
const CODE_LIVES_MS: i64 = 30_000;

/// A code that nobody has exchanged.
#[derive(Debug)]
pub(crate) struct Code {
    code: String,
    key: String,
    until_ms: i64,
}

/// How the window ended.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// With a number that the person proved to hold.
    Verified,
    /// With a number that is yet to be proved.
    Unverified,
    /// Without a number.
    NoNumber,
    /// With a number that stays in the WhatsApp Business app.
    Coexistence,
}

impl Ending {
    fn setup(self) -> fn(&str) -> Setup {
        match self {
            Self::Verified => |number| Setup::new(Number::verified(number), false),
            Self::Unverified => |number| Setup::new(Number { verified: false, ..Number::verified(number) }, false),
            Self::NoNumber => |_| Setup::new(Number { display: None, verified: false, ..Number::verified("") }, false),
            Self::Coexistence => |number| Setup::new(Number { on_app: true, ..Number::verified(number) }, true),
        }
    }
}

/// What a person chose: a business that the app knows by its key, or a new one.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    number: Option<String>,
    #[serde(default = "verified")]
    ending: Ending,
}

fn verified() -> Ending {
    Ending::Verified
}

impl Hub {
    /// Businesses that signed up before.
    pub(crate) fn guests(&self) -> Vec<std::sync::Arc<Inner>> {
        self.further().into_iter().filter(|one| !one.owns_app()).collect()
    }

    /// Carries a choice out: the message for the window's opener, and the code.
    pub(crate) fn sign_up(&self, choice: Choice) -> Result<Value, String> {
        let business = match choice.key {
            Some(key) => self.by_key(&key).filter(|one| !one.owns_app()).ok_or("there is no such business")?,
            None => {
                let setup = choice.ending.setup();
                self.add(Newcomer { name: choice.name, key: None, own_app: false, number: choice.number, setup })?
            }
        };
        let now = self.main.with(|state| state.now_ms());
        business.with(|state| state.number.since_ms = state.now_ms());
        let code = crate::records::random_code()?;
        let key = business.key.clone().unwrap_or_default();
        self.codes().push(Code { code: code.clone(), key, until_ms: now + CODE_LIVES_MS });
        self.save();
        Ok(json!({"code": code, "message": message(&business)}))
    }

    /// Takes a code back for the token of its business; once, and in time.
    pub(crate) fn redeem(&self, code: &str) -> Option<String> {
        let now = self.main.with(|state| state.now_ms());
        let mut codes = self.codes();
        codes.retain(|one| one.until_ms >= now);
        let place = codes.iter().position(|one| crate::crypto::same(&one.code, code))?;
        let key = codes.swap_remove(place).key;
        drop(codes);
        Some(self.by_key(&key)?.config.token.clone())
    }
}

/// What the window tells its opener.
fn message(business: &Inner) -> Value {
    let number = business.with(|state| state.number.clone());
    let config = &business.config;
    let mut data = json!({"waba_id": config.waba_id, "business_id": crate::records::portfolio(config),
        "ad_account_ids": [], "page_ids": [], "dataset_ids": []});
    if let (Some(map), Some(_)) = (data.as_object_mut(), &number.display) {
        map.insert("phone_number_id".to_owned(), json!(config.phone_number_id));
    }
    let event = match (number.on_app, number.display) {
        (true, _) => "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING",
        (false, Some(_)) => "FINISH",
        (false, None) => "FINISH_ONLY_WABA",
    };
    json!({"type": "WA_EMBEDDED_SIGNUP", "version": 3, "event": event, "data": data})
}
