//! Faults, settings, time, load, and what the sandbox saw.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal, Shared, done};
use crate::Inner;
use crate::config::Customer;
use crate::crypto::from_base64;
use crate::engine::{Job, Signing, Unit};
use crate::faults::{Fault, KINDS};
use crate::ids::{Dice, Direction};
use crate::ledger::InboundEntry;
use crate::settings::Settings;
use crate::state::{Person, State as Memory};

pub(crate) async fn faults(State(inner): Shared) -> Json<Value> {
    Json(json!({"faults": inner.with(|state| state.faults.list.clone()), "kinds": KINDS}))
}

/// A fault, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum FaultList {
    Many { faults: Vec<Fault> },
    Plain(Vec<Fault>),
    One(Fault),
}

pub(crate) async fn add_faults(State(inner): Shared, Json(body): Json<FaultList>) -> Answer {
    let list = match body {
        FaultList::Many { faults } | FaultList::Plain(faults) => faults,
        FaultList::One(fault) => vec![fault],
    };
    inner.with(|state| {
        let added: Result<(), String> = list.into_iter().try_for_each(|fault| state.faults.add(fault));
        state.tell("settings");
        added
    })?;
    done()
}

#[derive(Deserialize)]
pub(crate) struct Kind {
    kind: Option<String>,
}

/// Removes all faults, or those of one kind.
pub(crate) async fn clear_faults(State(inner): Shared, Query(query): Query<Kind>) -> Answer {
    inner.with(|state| {
        state.faults.list.retain(|fault| query.kind.as_ref().is_some_and(|kind| *kind != fault.kind));
        state.tell("settings");
    });
    done()
}

pub(crate) async fn settings(State(inner): Shared) -> Json<Value> {
    Json(inner.with(|state| json!(state.settings)))
}

/// Changes the settings that are named.
pub(crate) async fn change_settings(State(inner): Shared, Json(body): Json<Value>) -> Answer {
    inner.with(|state| {
        let mut all = json!(state.settings);
        merge(&mut all, &body)?;
        state.settings = serde_json::from_value::<Settings>(all).map_err(|error| error.to_string())?;
        state.wake.notify_one();
        state.tell("settings");
        Ok(Json(json!(state.settings)))
    })
}

fn merge(target: &mut Value, changes: &Value) -> Result<(), Refusal> {
    let (Some(target), Some(changes)) = (target.as_object_mut(), changes.as_object()) else {
        return Err(Refusal::from("an object is needed"));
    };
    for (key, value) in changes {
        let old = target.get_mut(key).ok_or_else(|| format!("unknown setting {key}"))?;
        if old.is_object() {
            merge(old, value)?;
        } else {
            *old = value.clone();
        }
    }
    Ok(())
}

#[derive(Deserialize)]
pub(crate) struct TemplateChange {
    name: String,
    language: Option<String>,
    status: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Sets the status of templates, with webhooks.
pub(crate) async fn template(State(inner): Shared, Json(body): Json<TemplateChange>) -> Answer {
    inner.with(|state| {
        let wanted = |name: &str, language: &str| {
            name == body.name && body.language.as_deref().is_none_or(|wanted| wanted == language)
        };
        let ids: Vec<String> =
            state.templates.iter().filter(|one| wanted(&one.name, &one.language)).map(|one| one.id.clone()).collect();
        if ids.is_empty() {
            return Err(super::not_found("template"));
        }
        for id in &ids {
            state.set_template_status(id, &body.status, body.reason.as_deref().unwrap_or("NONE"));
        }
        Ok(Json(json!({"changed": ids})))
    })
}

pub(crate) async fn clock(State(inner): Shared) -> Json<Value> {
    Json(inner.with(|state| json!({"now_ms": state.now_ms(), "offset_ms": state.clock.offset_ms()})))
}

#[derive(Deserialize)]
pub(crate) struct Advance {
    advance_seconds: f64,
}

pub(crate) async fn advance(State(inner): Shared, Json(body): Json<Advance>) -> Answer {
    let step = Duration::try_from_secs_f64(body.advance_seconds).map_err(|_| "time runs forward only")?;
    inner.with(|state| {
        state.clock.advance(i64::try_from(step.as_millis()).unwrap_or(0));
        state.wake.notify_one();
        state.tell("reset");
    });
    Ok(clock(State(inner)).await)
}

/// Many inbound messages at once.
#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Burst {
    messages: u32,
    customers: u32,
    duplicate_probability: f64,
    reorder: bool,
    batch: usize,
    seed: u64,
    prefix: String,
}

impl Default for Burst {
    fn default() -> Self {
        Self {
            messages: 1000,
            customers: 50,
            duplicate_probability: 0.0,
            reorder: false,
            batch: 1,
            seed: 1,
            prefix: "m-".to_owned(),
        }
    }
}

pub(crate) async fn burst(State(inner): Shared, Json(body): Json<Burst>) -> Answer {
    if body.messages > 200_000 || !(1..=50_000).contains(&body.customers) || !(1..=1000).contains(&body.batch) {
        return Err(Refusal::from("at most 200000 messages, 1 to 50000 customers, batches of 1 to 1000"));
    }
    Ok(Json(inner.with(|state| state.burst(&body))))
}

/// Numbers kept for fiction first: Ofcom's mobile range, then 555-0100 to 555-0199 of North American areas.
fn fictional_phone(index: u32) -> String {
    const AREAS: [u32; 20] =
        [201, 212, 213, 305, 312, 404, 415, 503, 512, 602, 614, 615, 617, 702, 713, 716, 801, 804, 901, 919];
    match index {
        // The first two hundred stay free for people of the demonstration.
        0..800 => format!("447700900{:03}", 200 + index),
        800..2800 => {
            let area = AREAS.get(usize::try_from((index - 800) / 100).unwrap_or(0)).copied().unwrap_or(201);
            format!("1{area}55501{:02}", index % 100)
        }
        _ => format!("4477{:08}", 90_100_000 + index),
    }
}

impl Memory {
    fn burst(&mut self, body: &Burst) -> Value {
        for index in 0..body.customers {
            let id = format!("load-{index:05}");
            if self.person(&id).is_none() {
                let mut person =
                    Person::new(Customer::new(&id, &format!("Load Person {index}"), &fictional_phone(index)));
                person.background = true;
                self.add_person(person);
            }
        }
        let first = self.burst_count;
        self.burst_count += u64::from(body.messages);
        let mut dice = Dice::new(body.seed);
        let mut units = Vec::new();
        let mut duplicates = 0_u32;
        for number in 0..body.messages {
            let text = format!("{}{:06}", body.prefix, first + u64::from(number));
            let Some(unit) = self.load_unit(&format!("load-{:05}", number % body.customers), &text) else { continue };
            if dice.chance(body.duplicate_probability) {
                duplicates += 1;
                units.push(unit.clone());
            }
            units.push(unit);
        }
        if body.reorder {
            dice.shuffle(&mut units);
        }
        if !self.is_heard("messages") {
            units.clear();
        }
        for chunk in units.chunks(body.batch) {
            self.ship(chunk.to_vec());
        }
        json!({"messages": body.messages, "duplicates": duplicates, "deliveries": units.len().div_ceil(body.batch),
            "first_text": format!("{}{first:06}", body.prefix),
            "last_text": format!("{}{:06}", body.prefix, self.burst_count.saturating_sub(1))})
    }

    fn load_unit(&mut self, person: &str, text: &str) -> Option<Unit> {
        let person = self.person(person)?.clone();
        let id = self.minter.wamid(&person.customer.phone, Direction::FromCustomer);
        let now = self.now_ms();
        let mut message = self.sender(&person);
        message.insert("id".to_owned(), json!(id));
        message.insert("timestamp".to_owned(), json!(self.now_s().to_string()));
        message.insert("type".to_owned(), json!("text"));
        message.insert("text".to_owned(), json!({"body": text}));
        let entry = InboundEntry {
            id,
            customer: person.customer.id.clone(),
            kind: "text".to_owned(),
            text: Some(text.to_owned()),
            posted: 0,
            acknowledged: false,
        };
        self.ledger.wrote(entry, now);
        if let Some(person) = self.person_mut(&person.customer.id) {
            person.window_until_ms = now + 86_400_000;
        }
        Some(self.inbound_unit(&person, message, true))
    }
}

#[derive(Deserialize)]
pub(crate) struct Entries {
    entries: Option<bool>,
}

pub(crate) async fn ledger(State(inner): Shared, Query(query): Query<Entries>) -> Json<Value> {
    Json(inner.with(|state| {
        let mut view = state.ledger.view(query.entries.unwrap_or(true));
        if let Some(map) = view.as_object_mut() {
            map.insert("violations".to_owned(), json!(state.violations));
        }
        view
    }))
}

pub(crate) async fn requests(State(inner): Shared) -> Json<Value> {
    Json(json!({"requests": inner.with(|state| state.requests.clone())}))
}

#[derive(Deserialize)]
pub(crate) struct Bodies {
    bodies: Option<bool>,
}

/// Attempts to deliver webhooks, on request with their exact bodies.
pub(crate) async fn webhooks(State(inner): Shared, Query(query): Query<Bodies>) -> Json<Value> {
    let attempts = inner.with(|state| state.attempts.clone());
    let views = attempts.iter().map(|attempt| {
        let mut view = json!(attempt);
        if query.bodies == Some(true)
            && let Some(map) = view.as_object_mut()
        {
            map.insert("body".to_owned(), json!(String::from_utf8_lossy(&attempt.body)));
        }
        view
    });
    let mut times: Vec<u64> = attempts.iter().filter(|one| one.status == Some(200)).map(|one| one.elapsed_ms).collect();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len().saturating_sub(1) * percent / 100).copied();
    let latency = json!({"count": times.len(), "p50": at(50), "p95": at(95), "p99": at(99), "max": at(100)});
    Json(json!({"attempts": views.collect::<Vec<_>>(), "latency_ms": latency}))
}

/// A change of any field, delivered like all others: signed, retried, batched.
#[derive(Deserialize)]
pub(crate) struct Change {
    field: String,
    value: Value,
    /// Fills `messaging_product` and `metadata` in.
    #[serde(default)]
    metadata: bool,
}

pub(crate) async fn change(State(inner): Shared, Json(mut body): Json<Change>) -> Answer {
    inner.with(|state| {
        if body.metadata
            && let Some(map) = body.value.as_object_mut()
        {
            map.insert("messaging_product".to_owned(), json!("whatsapp"));
            map.insert("metadata".to_owned(), state.metadata());
        }
        state.post(Unit {
            field: body.field,
            value: body.value,
            person: None,
            inbound: Vec::new(),
            statuses: Vec::new(),
        });
    });
    done()
}

pub(crate) async fn idle(State(inner): Shared) -> Json<Value> {
    Json(inner.with(|state| state.webhook_view()))
}

/// Tries all waiting webhooks now.
pub(crate) async fn retry(State(inner): Shared) -> Answer {
    let count = inner.with(|state| state.retry_now());
    Ok(Json(json!({"retried": count})))
}

#[derive(Deserialize)]
pub(crate) struct RawWebhook {
    /// A text is sent as it is, anything else as JSON.
    body: Option<Value>,
    body_base64: Option<String>,
    #[serde(default)]
    signature: Option<String>,
}

/// Posts a body of the tester's own, once, and tells what came back.
pub(crate) async fn raw_webhook(State(inner): Shared, Json(request): Json<RawWebhook>) -> Answer {
    let bytes = match (&request.body_base64, &request.body) {
        (Some(text), _) => from_base64(text).ok_or("body_base64 is not base64")?,
        (None, Some(Value::String(text))) => text.clone().into_bytes(),
        (None, Some(value)) => value.to_string().into_bytes(),
        (None, None) => return Err(Refusal::from("body or body_base64 is needed")),
    };
    let signing = match request.signature.as_deref().unwrap_or("good") {
        "good" => Signing::Good,
        "bad" => Signing::Bad,
        "missing" => Signing::Missing,
        "sha1" => Signing::Sha1Only,
        "other_secret" => Signing::OtherSecret,
        _ => return Err(Refusal::from("signature is good, bad, missing, sha1 or other_secret")),
    };
    let url = callback(&inner)?;
    let job = Job::forged(url, bytes.into(), signing);
    let outcome = crate::engine::attempt(&inner, &job).await;
    Ok(Json(json!({"status": outcome.as_ref().ok(), "error": outcome.as_ref().err()})))
}

/// Where messages go, for calls that need such a place.
fn callback(inner: &Inner) -> Result<String, Refusal> {
    inner.with(|state| state.callback("messages")).ok_or_else(|| Refusal::from("no callback is set"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Handshake {
    /// To try a wrong one.
    verify_token: Option<String>,
}

pub(crate) async fn handshake(State(inner): Shared, Json(body): Json<Handshake>) -> Answer {
    let url = callback(&inner)?;
    let token = body.verify_token.unwrap_or_else(|| inner.config.verify_token.clone());
    let outcome = crate::engine::handshake(&inner, &url, &token).await;
    Ok(Json(json!({"success": outcome.is_ok(), "error": outcome.err()})))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Reset {
    seed: Option<String>,
}

pub(crate) async fn reset(State(inner): Shared, Json(body): Json<Reset>) -> Answer {
    inner.with(|state| state.reset(body.seed));
    done()
}
