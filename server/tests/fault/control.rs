//! The sandbox's control interface, as a client.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Control {
    http: reqwest::Client,
    base: String,
}

/// What the sandbox knows to have happened.
#[derive(Debug, Deserialize)]
pub struct Ledger {
    pub sends: Vec<Accepted>,
    pub inbound: Vec<Written>,
}

/// A message that it took from Parley.
#[derive(Debug, Deserialize)]
pub struct Accepted {
    pub wamid: String,
    #[serde(rename = "biz_opaque_callback_data")]
    pub message: Option<String>,
    pub accepted_at_ms: i64,
    pub delivered_copies: u32,
    pub last_status: String,
}

/// A message that a customer wrote.
#[derive(Debug, Deserialize)]
pub struct Written {
    pub id: String,
    pub customer: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub text: Option<String>,
    pub acknowledged: bool,
}

/// Many messages at once.
pub struct Burst {
    pub messages: u64,
    pub customers: u64,
    pub duplicates: f64,
    pub batch: u64,
    pub seed: u64,
}

impl Control {
    pub fn new(http: reqwest::Client, port: u16) -> Self {
        Self { http, base: format!("http://127.0.0.1:{port}/control") }
    }

    async fn call(&self, request: reqwest::RequestBuilder, path: &str) -> Result<Value> {
        let response = request.send().await.with_context(|| format!("the sandbox does not answer to {path}"))?;
        let status = response.status();
        let body: Value = response.json().await.with_context(|| format!("{path}: no JSON"))?;
        if !status.is_success() {
            bail!("{path}: {status} {body}");
        }
        Ok(body)
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.call(self.http.get(format!("{}{path}", self.base)), path).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(self.http.post(format!("{}{path}", self.base)).json(body), path).await
    }

    pub async fn settings(&self, settings: &Value) -> Result<()> {
        self.post("/settings", settings).await.map(drop)
    }

    pub async fn faults(&self, faults: &Value) -> Result<()> {
        self.post("/faults", faults).await.map(drop)
    }

    /// Ends all faults and answers how often each has struck.
    pub async fn end_faults(&self) -> Result<BTreeMap<String, u64>> {
        let view = self.get("/faults").await?;
        self.call(self.http.delete(format!("{}/faults", self.base)), "/faults").await?;
        let mut hits: BTreeMap<String, u64> = BTreeMap::new();
        for fault in view.get("faults").and_then(Value::as_array).into_iter().flatten() {
            let kind = fault.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
            *hits.entry(kind).or_default() += fault.get("hits").and_then(Value::as_u64).unwrap_or(0);
        }
        Ok(hits)
    }

    /// Lets customers write many texts, each different.
    pub async fn burst(&self, burst: &Burst) -> Result<()> {
        let body = json!({"messages": burst.messages, "customers": burst.customers, "batch": burst.batch,
            "duplicate_probability": burst.duplicates, "reorder": true, "seed": burst.seed, "prefix": "in-"});
        self.post("/burst", &body).await.map(drop)
    }

    /// Lets one customer write; answers the id of the message.
    pub async fn write(&self, message: &Value) -> Result<String> {
        let answer = self.post("/inbound", message).await?;
        answer.get("id").and_then(Value::as_str).map(str::to_owned).context("the sandbox named no id")
    }

    /// No webhook waits and nothing is about to make one.
    pub async fn is_idle(&self) -> Result<bool> {
        let view = self.get("/idle").await?;
        Ok(view.get("idle").and_then(Value::as_bool).unwrap_or(false))
    }

    pub async fn ledger(&self) -> Result<Ledger> {
        Ok(serde_json::from_value(self.get("/ledger").await?)?)
    }
}
