//! Proving to hold a number, registering it, and the sync of a number that stays in the app (sections 1.2, 1.3 and 1.8).

use serde_json::{Value, json};

use super::Call;
use super::errors::GraphError;
use super::nodes::{Answer, success};
use crate::Inner;
use crate::engine::Unit;
use crate::setup::Number;
use crate::state::State;

/// Registering and leaving count together.
const MOST_ATTEMPTS: usize = 10;
const ATTEMPTS_WITHIN_MS: i64 = 72 * 3_600_000;

/// The PIN of a call; six digits.
fn pin(call: &Call) -> Result<&str, GraphError> {
    let pin = call.text("pin").unwrap_or_default();
    if pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(pin)
    } else {
        Err(GraphError::new(100, "The parameter pin must be 6 digits."))
    }
}

/// Counts an attempt, or refuses it because there were too many.
fn attempt(number: &mut Number, now_ms: i64) -> Result<(), GraphError> {
    let attempts = &mut number.attempts_ms;
    let locked = attempts.len() >= MOST_ATTEMPTS;
    if locked && attempts.last().is_some_and(|last| now_ms - last < ATTEMPTS_WITHIN_MS) {
        return Err(GraphError::new(133_016, "Too many attempts to register or deregister; try again in 72 hours"));
    }
    attempts.retain(|at| now_ms - at < ATTEMPTS_WITHIN_MS);
    attempts.push(now_ms);
    Ok(())
}

fn set_status(state: &mut State, status: &str) -> Answer {
    status.clone_into(&mut state.settings.number_status);
    state.tell("number");
    success()
}

/// `POST /{pnid}/register`.
pub(crate) fn register(inner: &Inner, call: &Call) -> Answer {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::new(100, "The parameter messaging_product is required."));
    }
    let pin = pin(call)?;
    inner.with(|state| {
        let now = state.now_ms();
        let number = &mut state.number;
        if number.on_app {
            return Err(GraphError::new(
                100,
                "The number is in use in the WhatsApp Business app and must not be registered.",
            ));
        }
        attempt(number, now)?;
        if !number.verified {
            return Err(GraphError::new(133_006, "The phone number must be verified before it is registered"));
        }
        if number.pin.as_deref().is_some_and(|set| set != pin) {
            return Err(GraphError::new(133_005, "The two-step verification PIN does not match"));
        }
        number.pin = Some(pin.to_owned());
        set_status(state, "CONNECTED")
    })
}

/// `POST /{pnid}/deregister`; the number stays with its account.
pub(crate) fn deregister(inner: &Inner) -> Answer {
    inner.with(|state| {
        let now = state.now_ms();
        attempt(&mut state.number, now)?;
        set_status(state, "UNREGISTERED")
    })
}

/// `POST /{pnid}` with a PIN sets or changes it.
pub(crate) fn set_pin(inner: &Inner, call: &Call) -> Answer {
    let pin = pin(call)?.to_owned();
    inner.with(|state| state.number.pin = Some(pin));
    success()
}

/// `POST /{waba}/phone_numbers`: a number that its owner has yet to prove.
pub(crate) fn add_number(inner: &Inner, call: &Call) -> Answer {
    let digits = |key: &str| -> String {
        let text = call.params.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        text.unwrap_or_default().chars().filter(char::is_ascii_digit).collect()
    };
    let (country, older) = (digits("cc"), digits("country_code"));
    let country = if country.is_empty() { older } else { country };
    let line = digits("phone_number");
    if country.is_empty() || !(4..=14).contains(&line.len()) || call.text("verified_name").is_none() {
        return Err(GraphError::new(100, "The parameters cc, phone_number and verified_name are required."));
    }
    inner.with(|state| {
        if state.number.display.is_some() {
            return Err(GraphError::new(100, "In the sandbox an account has one number."));
        }
        state.number = Number { verified: false, ..Number::verified(&format!("{country}{line}")) };
        set_status(state, "UNREGISTERED")?;
        Ok(json!({"id": state.config.phone_number_id}))
    })
}

/// `POST /{pnid}/request_code`: the page for developers shows the code.
pub(crate) fn request_code(inner: &Inner) -> Answer {
    inner.with(|state| {
        let code = state.dice.between(100_000, 1_000_000);
        state.number.code = Some(code.to_string());
        state.tell("number");
    });
    success()
}

/// `POST /{pnid}/verify_code`.
pub(crate) fn verify_code(inner: &Inner, call: &Call) -> Answer {
    let code: String = call.text("code").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    inner.with(|state| {
        if state.number.code.as_deref() != Some(code.as_str()) {
            return Err(GraphError::new(136_025, "The code is not the one that was sent."));
        }
        state.number.code = None;
        state.number.verified = true;
        state.tell("number");
        success()
    })
}

/// `POST /{pnid}/smb_app_data`: each kind once, within a day of the sign-up.
pub(crate) fn sync(inner: &Inner, call: &Call) -> Answer {
    const WITHIN_MS: i64 = 24 * 3_600_000;
    let kind = call.text("sync_type").unwrap_or_default().to_owned();
    if !matches!(kind.as_str(), "smb_app_state_sync" | "history") {
        return Err(GraphError::new(100, "sync_type is smb_app_state_sync or history"));
    }
    inner.with(|state| {
        let now = state.now_ms();
        let number = &mut state.number;
        if !number.on_app {
            return Err(GraphError::new(100, "The number is not in use in the WhatsApp Business app."));
        }
        if number.synced.contains(&kind) {
            return Err(GraphError::new(2_593_107, "This was synchronised already."));
        }
        if now - number.since_ms > WITHIN_MS {
            return Err(GraphError::new(2_593_108, "The time for synchronising is over."));
        }
        number.synced.push(kind.clone());
        let value = synced(state, &kind);
        state.post(Unit { field: kind, value, person: None, inbound: Vec::new(), statuses: Vec::new() });
        let request_id = state.minter.trace();
        Ok(json!({"messaging_product": "whatsapp", "request_id": request_id}))
    })
}

/// People of the phone as contacts of the app, and a history without messages (section 5.10).
fn synced(state: &State, kind: &str) -> Value {
    let people = state.people.iter().filter(|person| !person.background && person.shows_phone());
    let contacts: Vec<Value> = people
        .map(|person| {
            let name = &person.customer.name;
            let first = name.split(' ').next().unwrap_or_default();
            json!({"type": "contact", "action": "add", "metadata": {"timestamp": state.now_s().to_string()},
                "contact": {"full_name": name, "first_name": first, "phone_number": person.customer.phone}})
        })
        .collect();
    let history = json!([{"metadata": {"phase": 2, "chunk_order": 1, "progress": 100}, "threads": []}]);
    let (key, list) = if kind == "history" { ("history", history) } else { ("state_sync", json!(contacts)) };
    json!({"messaging_product": "whatsapp", "metadata": state.metadata(), key: list})
}
