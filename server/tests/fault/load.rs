//! Customers who write, and programs that answer them: each repeats what it got no clear answer to, as a careful one does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::control::{Burst, Control};
use crate::dice::Dice;
use crate::stand::{Api, Stand};
use crate::wait;

/// People of the load.
const CUSTOMERS: u64 = 60;
const PROGRAMS: u64 = 4;
/// How often each program sends, and the customers write in bursts.
const SENDING: Duration = Duration::from_millis(300);
const WRITING: Duration = Duration::from_secs(1);
/// A request is repeated until it was answered; no outage of the test is longer.
const ANSWER: Duration = Duration::from_secs(150);
const AGAIN: Duration = Duration::from_millis(100);

/// A message that a program wanted to be sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub text: String,
    pub conversation: String,
    /// What it was told that the message is called.
    pub message: String,
}

pub struct Load {
    stop: watch::Sender<bool>,
    work: JoinSet<Result<Vec<Sent>>>,
}

/// What goes wrong at the sandbox all the time. Each that leaves the program without a clear answer is followed by the
/// truth in a status, if the message was accepted.
fn faults() -> Value {
    json!([
        {"kind": "http_429", "probability": 0.01, "seconds": 1},
        {"kind": "http_500", "probability": 0.004},
        {"kind": "http_503_html", "probability": 0.004},
        {"kind": "reset_before", "probability": 0.004},
        {"kind": "reset_after_accept", "probability": 0.01},
        {"kind": "timeout_after_accept", "probability": 0.004, "seconds": 4},
        {"kind": "error_500_after_accept", "probability": 0.01},
        {"kind": "truncated_json", "probability": 0.01},
        {"kind": "status_before_response", "probability": 0.03},
        {"kind": "read_without_delivered", "probability": 0.2},
        {"kind": "webhook_duplicate", "probability": 0.1},
        {"kind": "webhook_reorder", "probability": 0.2},
        {"kind": "webhook_delay", "probability": 0.02, "seconds": 1.5},
        {"kind": "webhook_drop_once", "probability": 0.05},
        {"kind": "bad_signature", "probability": 0.01},
        {"kind": "missing_signature", "probability": 0.01},
        {"kind": "timestamp_number", "probability": 0.02},
        {"kind": "unknown_field", "probability": 0.02},
    ])
}

impl Load {
    /// Starts when every customer has a conversation.
    pub async fn start(stand: &Stand, seed: u64) -> Result<Self> {
        let control = stand.control.clone();
        let conversations = Arc::new(first_words(stand, CUSTOMERS, seed).await?);
        control
            .settings(&json!({"delays": {"sent_ms": [0, 80], "delivered_ms": [0, 300], "read_ms": [0, 2000]}}))
            .await?;
        control.faults(&faults()).await?;
        let (stop, stopped) = watch::channel(false);
        let mut work = JoinSet::new();
        work.spawn(write(control, seed, stopped.clone()));
        for number in 0..PROGRAMS {
            let program = Program {
                http: stand.http.clone(),
                api: stand.api.clone(),
                conversations: Arc::clone(&conversations),
                dice: Dice::part(seed, 100 + number),
                name: format!("out-{number}"),
            };
            work.spawn(program.run(stopped.clone()));
        }
        Ok(Self { stop, work })
    }

    /// Ends the load; what was begun is brought to its answer.
    pub async fn finish(mut self) -> Result<Vec<Sent>> {
        self.stop.send_replace(true);
        let mut sent = Vec::new();
        while let Some(done) = self.work.join_next().await {
            sent.extend(done.context("a part of the load broke")??);
        }
        Ok(sent)
    }
}

/// Lets everybody write once and answers the conversations that came of it.
pub async fn first_words(stand: &Stand, customers: u64, seed: u64) -> Result<Vec<String>> {
    stand.control.burst(&Burst { messages: customers, customers, duplicates: 0.0, batch: 10, seed }).await?;
    let wanted = usize::try_from(customers)?;
    let query = "select id from conversation where id not in (select id from fault_history) order by id";
    wait::until("everybody has a conversation", Duration::from_secs(30), async || {
        let rows: Vec<Value> = stand.rows(query).await?;
        let ids = rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect::<Vec<_>>();
        Ok((ids.len() >= wanted).then_some(ids))
    })
    .await
}

/// The customers: texts in batches, now and then a photo.
async fn write(control: Control, seed: u64, mut stopped: watch::Receiver<bool>) -> Result<Vec<Sent>> {
    let mut dice = Dice::part(seed, 1);
    let mut pace = tokio::time::interval(WRITING);
    while running(&mut pace, &mut stopped).await {
        let burst = Burst {
            messages: dice.between(20, 45),
            customers: CUSTOMERS,
            duplicates: 0.15,
            batch: dice.between(1, 12),
            seed: dice.draw(),
        };
        control.burst(&burst).await?;
        if dice.between(0, 3) == 0 {
            let customer = format!("load-{:05}", dice.between(0, CUSTOMERS));
            control.write(&json!({"customer": customer, "type": "image", "sample": "photo"})).await?;
        }
    }
    Ok(Vec::new())
}

/// Waits for the next turn; false when the load is over.
async fn running(pace: &mut tokio::time::Interval, stopped: &mut watch::Receiver<bool>) -> bool {
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::select! {
        _ = stopped.wait_for(|stopped| *stopped) => false,
        _ = pace.tick() => true,
    }
}

/// A program that sends over the REST interface.
pub struct Program {
    pub http: reqwest::Client,
    pub api: Api,
    pub conversations: Arc<Vec<String>>,
    pub dice: Dice,
    pub name: String,
}

impl Program {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) -> Result<Vec<Sent>> {
        let mut pace = tokio::time::interval(SENDING);
        let mut sent = Vec::new();
        while running(&mut pace, &mut stopped).await {
            sent.push(self.send(sent.len()).await?);
        }
        Ok(sent)
    }

    /// Sends one text, under one key until it is answered.
    pub async fn send(&mut self, number: usize) -> Result<Sent> {
        let text = format!("{}-{number:06}", self.name);
        let conversation = self.dice.pick(&self.conversations).context("nobody to write to")?.clone();
        let message = self.post_until_answered(&conversation, &text).await?;
        // The answer may get lost on its way to a program, which then asks again.
        if self.dice.between(0, 10) == 0 {
            let again = self.post_until_answered(&conversation, &text).await?;
            if again != message {
                bail!("one key, two messages: {message} and {again}");
            }
        }
        Ok(Sent { text, conversation, message })
    }

    async fn post_until_answered(&self, conversation: &str, text: &str) -> Result<String> {
        let started = Instant::now();
        let mut pace = tokio::time::interval(AGAIN);
        loop {
            pace.tick().await;
            // No answer is no clear answer.
            if let Ok(Some(answer)) = self.post(conversation, text).await {
                return answer;
            }
            if started.elapsed() > ANSWER {
                bail!("{text} got no clear answer within {ANSWER:?}");
            }
        }
    }

    /// One attempt: the message's id, a refusal for good, or nothing clear.
    async fn post(&self, conversation: &str, text: &str) -> Result<Option<Result<String>>> {
        let address = format!("{}/conversations/{conversation}/messages", self.api.base);
        let request = self.http.post(address).bearer_auth(&self.api.key).header("Idempotency-Key", text);
        let response = request.json(&json!({"text": text})).send().await?;
        let status = response.status();
        if status.is_server_error() {
            return Ok(None);
        }
        let body: Value = response.json().await?;
        let id = body.get("id").and_then(Value::as_str).map(str::to_owned);
        let answer = id.filter(|_| status.is_success()).with_context(|| format!("{text} was refused: {status} {body}"));
        Ok(Some(answer))
    }
}
