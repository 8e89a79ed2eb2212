//! Timers and the delivery of webhooks (section 8.6).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::Inner;
use crate::crypto::{signature_1, signature_256};
use crate::state::State;
use crate::webhook;

/// Meta gives up after seven days (section 5.1).
const GIVE_UP_MS: i64 = 7 * 86_400_000;
/// How long a receiver may take; Meta's value is not documented.
const TIMEOUT: Duration = Duration::from_secs(15);

/// One change of a webhook, before batching.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) field: String,
    pub(crate) value: Value,
    pub(crate) person: Option<String>,
    /// Ids of inbound messages in it.
    pub(crate) inbound: Vec<String>,
    /// `wamid:status` of statuses in it.
    pub(crate) statuses: Vec<String>,
}

/// What happens when a timer is due.
#[derive(Clone, Debug)]
pub(crate) enum Timer {
    /// The next step in the life of a message from the business.
    Step(String, crate::lifecycle::Step),
    /// A delivery may be tried.
    Try(u64),
    /// The batch has waited long enough.
    Flush,
    /// The review of a template ends.
    Review(String),
}

/// How an attempt is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Signing {
    #[default]
    Good,
    Bad,
    Missing,
    Sha1Only,
    OtherSecret,
}

/// A webhook request until it has been acknowledged. Its bytes never change (section 8.6, point 5).
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) body: Bytes,
    /// Of its changes, for the choice of the callback.
    pub(crate) field: String,
    pub(crate) inbound: Vec<String>,
    pub(crate) statuses: Vec<String>,
    pub(crate) people: Vec<String>,
    pub(crate) attempts: u32,
    pub(crate) since_ms: i64,
    /// Signing of the first attempt; retries are signed properly.
    pub(crate) first: Signing,
    /// The first attempt gets lost on the way.
    pub(crate) lose_first: bool,
}

/// An attempt, for the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    pub(crate) delivery: u64,
    pub(crate) attempt: u32,
    pub(crate) at_ms: i64,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) elapsed_ms: u64,
    pub(crate) bytes: usize,
    pub(crate) body_sha256: String,
    #[serde(skip)]
    pub(crate) body: Bytes,
}

/// A request that is about to leave.
pub(crate) struct Job {
    id: u64,
    url: String,
    body: Bytes,
    signing: Signing,
    lost: bool,
}

impl Job {
    /// A request of a tester's own, outside the queue.
    pub(crate) fn forged(url: String, body: Bytes, signing: Signing) -> Self {
        Self { id: 0, url, body, signing, lost: false }
    }
}

impl State {
    /// Hands a change to the delivery engine, with the faults that change its content.
    pub(crate) fn post(&mut self, mut unit: Unit) {
        if !self.is_heard(&unit.field) {
            return;
        }
        for extra in crate::mutations::apply(self, &mut unit) {
            self.gather(extra);
        }
        self.gather(unit);
    }

    fn gather(&mut self, unit: Unit) {
        if self.settings.batch <= 1 {
            self.ship(vec![unit]);
            return;
        }
        self.batch.push(unit);
        if self.batch.len() >= self.settings.batch.min(1000) {
            self.flush();
        } else if self.batch.len() == 1 {
            self.timer(self.now_ms() + self.settings.batch_window_ms, Timer::Flush);
        }
    }

    pub(crate) fn flush(&mut self) {
        let units = std::mem::take(&mut self.batch);
        if !units.is_empty() {
            self.ship(units);
        }
    }

    /// Makes a delivery of some changes and applies the faults that concern transport.
    pub(crate) fn ship(&mut self, units: Vec<Unit>) {
        let body = webhook::encode(&webhook::envelope(&self.config.waba_id, &units), self.settings.escape);
        let person = units.first().and_then(|unit| unit.person.clone());
        let messages = units.iter().any(|unit| unit.field == "messages");
        let mut delivery = Delivery {
            body: body.into(),
            field: if messages { "messages".to_owned() } else { String::new() },
            inbound: units.iter().flat_map(|unit| unit.inbound.clone()).collect(),
            statuses: units.iter().flat_map(|unit| unit.statuses.clone()).collect(),
            people: units.iter().filter_map(|unit| unit.person.clone()).collect(),
            attempts: 0,
            since_ms: self.now_ms(),
            first: Signing::Good,
            lose_first: false,
        };
        let person = person.as_deref();
        for (kind, signing) in
            [("bad_signature", Signing::Bad), ("missing_signature", Signing::Missing), ("sha1_only", Signing::Sha1Only)]
        {
            if self.faults.strike(kind, person).is_some() {
                delivery.first = signing;
            }
        }
        delivery.lose_first = self.faults.strike("webhook_drop_once", person).is_some();
        let mut wait = 0;
        if self.faults.strike("webhook_reorder", person).is_some() {
            wait += self.dice.between(20, 300);
        }
        if let Some(fault) = self.faults.strike("webhook_delay", person) {
            wait += i64::try_from(fault.milliseconds(5.0)).unwrap_or(0);
        }
        if self.faults.strike("webhook_duplicate", person).is_some() {
            self.queue(delivery.clone(), wait);
        }
        self.queue(delivery, wait);
    }

    /// Queues a delivery, at once or after a wait.
    pub(crate) fn queue(&mut self, delivery: Delivery, wait_ms: i64) -> u64 {
        self.sequence += 1;
        let id = self.sequence;
        for inbound in &delivery.inbound {
            self.ledger.posted(inbound);
        }
        self.deliveries.insert(id, delivery);
        if wait_ms > 0 {
            self.timer(self.now_ms() + wait_ms, Timer::Try(id));
        } else {
            self.ready.push_back(id);
            self.wake.notify_one();
        }
        id
    }

    /// Fires what is due and tells how long nothing else will be.
    fn turn(&mut self) -> Duration {
        let now = self.now_ms();
        while let Some(entry) = self.timers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            match entry.remove() {
                Timer::Step(wamid, step) => self.step(&wamid, step),
                Timer::Try(id) => self.ready.push_back(id),
                Timer::Flush => self.flush(),
                Timer::Review(id) => self.review(&id),
            }
        }
        let next = self.timers.keys().next().map_or(3_600_000, |(due, _)| due - now);
        Duration::from_millis(u64::try_from(next.clamp(1, 3_600_000)).unwrap_or(1))
    }

    fn take_jobs(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        while self.settings.deliver && self.in_flight < self.settings.concurrency.max(1) {
            let Some(id) = self.ready.pop_front() else { break };
            let Some(url) = self.deliveries.get(&id).and_then(|delivery| self.callback(&delivery.field)) else {
                // Whoever has no callback any more loses what waits.
                self.abandoned += u64::from(self.deliveries.remove(&id).is_some());
                continue;
            };
            let Some(delivery) = self.deliveries.get_mut(&id) else { continue };
            delivery.attempts += 1;
            let first = delivery.attempts == 1;
            jobs.push(Job {
                id,
                url,
                body: delivery.body.clone(),
                signing: if first { delivery.first } else { Signing::Good },
                lost: first && delivery.lose_first,
            });
            self.in_flight += 1;
        }
        jobs
    }

    fn finish(&mut self, job: &Job, outcome: Result<u16, String>, elapsed: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let Some(delivery) = self.deliveries.get(&job.id).cloned() else { return };
        let acknowledged = outcome == Ok(200);
        self.log_attempt(Attempt {
            delivery: job.id,
            attempt: delivery.attempts,
            at_ms: self.now_ms(),
            status: outcome.as_ref().ok().copied(),
            error: outcome.as_ref().err().cloned(),
            elapsed_ms: elapsed.as_millis().try_into().unwrap_or(u64::MAX),
            bytes: job.body.len(),
            body_sha256: hex::encode(crate::crypto::sha256(&job.body)),
            body: job.body.clone(),
        });
        if acknowledged {
            self.last_webhook_error = None;
            self.ledger.acknowledged(job.id, &delivery.inbound, &delivery.statuses, self.now_ms());
            self.mark_acknowledged(&delivery.inbound);
        } else {
            self.last_webhook_error = Some(in_words(&outcome));
        }
        let expired = self.now_ms() - delivery.since_ms > GIVE_UP_MS;
        if acknowledged || expired {
            self.deliveries.remove(&job.id);
            self.abandoned += u64::from(expired && !acknowledged);
        } else {
            let wait = self.back_off(delivery.attempts);
            self.timer(self.now_ms() + wait, Timer::Try(job.id));
        }
        for person in delivery.people {
            self.tell(&person);
        }
        if self.deliveries.is_empty() || !acknowledged {
            self.tell("webhooks");
        }
    }

    fn back_off(&self, attempts: u32) -> i64 {
        let (first, most) = self.settings.retry_ms;
        // Roughly 1, 3, 10, 30 s in the demo profile; doubling would be as good, tripling reads better on screen.
        first.saturating_mul(3_i64.saturating_pow(attempts.saturating_sub(1).min(12))).clamp(1, most.max(1))
    }

    /// Makes every delivery that waits for its next attempt due.
    pub(crate) fn retry_now(&mut self) -> usize {
        let waiting: Vec<(i64, u64)> =
            self.timers.iter().filter(|(_, timer)| matches!(timer, Timer::Try(_))).map(|(key, _)| *key).collect();
        for key in &waiting {
            if let Some(Timer::Try(id)) = self.timers.remove(key) {
                self.ready.push_back(id);
            }
        }
        self.wake.notify_one();
        waiting.len()
    }

    /// True when no webhook waits and nothing is about to make one.
    pub(crate) fn is_idle(&self) -> bool {
        self.deliveries.is_empty()
            && self.batch.is_empty()
            && self.timers.is_empty()
            && self.in_flight == 0
            && self.fetching == 0
    }
}

/// Why a webhook is not done, for a person to read.
fn in_words(outcome: &Result<u16, String>) -> String {
    match outcome {
        Ok(401 | 403) => "Parley refused the webhook: the signature or the app secret does not match.".to_owned(),
        Ok(404) => "Nothing listens at the webhook address (404).".to_owned(),
        Ok(status) => format!("Parley answered {status} instead of 200; the webhook will be sent again."),
        Err(error) => format!("Parley cannot be reached ({error}); the webhook will be sent again."),
    }
}

/// Fires timers and starts deliveries until the sandbox is shut down.
pub(crate) async fn run(inner: Arc<Inner>) {
    let mut stop = inner.stop.subscribe();
    let wake = inner.with(|state| Arc::clone(&state.wake));
    loop {
        let (wait, jobs) = inner.with(|state| (state.turn(), state.take_jobs()));
        for job in jobs {
            tokio::spawn(deliver(Arc::clone(&inner), job));
        }
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => return,
        }
    }
}

async fn deliver(inner: Arc<Inner>, job: Job) {
    let started = tokio::time::Instant::now();
    let outcome = if job.lost { Err("the request got lost".to_owned()) } else { attempt(&inner, &job).await };
    inner.with(|state| {
        state.finish(&job, outcome, started.elapsed());
        state.wake.notify_one();
    });
}

/// Posts a webhook: the status, or what went wrong in words.
pub(crate) async fn attempt(inner: &Inner, job: &Job) -> Result<u16, String> {
    let secret = &inner.app.secret;
    let mut request = inner.http.post(&job.url).timeout(TIMEOUT).header("content-type", "application/json");
    let signature = match job.signing {
        Signing::Good => Some(signature_256(secret, &job.body)),
        Signing::Bad => Some(format!("sha256={}", "0".repeat(64))),
        Signing::OtherSecret => Some(signature_256("the secret of another app", &job.body)),
        Signing::Missing | Signing::Sha1Only => None,
    };
    if let Some(signature) = signature {
        request = request.header("x-hub-signature-256", signature);
    }
    if matches!(job.signing, Signing::Good | Signing::Sha1Only) {
        request = request.header("x-hub-signature", signature_1(secret, &job.body));
    }
    match request.body(job.body.clone()).send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) if error.is_connect() => Err("connection refused".to_owned()),
        Err(_) => Err("the connection broke".to_owned()),
    }
}

/// Verification of the callback (section 5.1). `Err` says in words what went wrong.
pub(crate) async fn handshake(inner: &Inner, url: &str, verify_token: &str) -> Result<(), String> {
    let challenge = inner.with(|state| state.dice.between(100_000_000, 2_000_000_000)).to_string();
    let mut address =
        reqwest::Url::parse(url).map_err(|error| format!("the callback address is not valid: {error}"))?;
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let response = inner.http.get(address).timeout(TIMEOUT).send().await;
    let response = response.map_err(|_| "the callback could not be reached".to_owned())?;
    let status = response.status().as_u16();
    let body = response.text().await.unwrap_or_default();
    match (status, body == challenge) {
        (200, true) => Ok(()),
        (200, false) => Err("the callback answered 200 but did not return the challenge".to_owned()),
        _ => Err(format!("the callback answered {status}")),
    }
}
