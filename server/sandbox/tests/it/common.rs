//! A sandbox on a free port and a receiver of its webhooks.

pub mod elm;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::routing::get;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode, Uri};
use sandbox::{Customer, Identity, Profile, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use sha2::Sha256;

pub const GRACE: &str = "447700900101";

pub type Pairs = std::collections::HashMap<String, String>;

/// What arrived at the callback.
#[derive(Clone, Debug)]
pub struct Hook {
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub answered: u16,
}

#[derive(Clone, Default)]
pub struct Receiver {
    pub hooks: Arc<Mutex<Vec<Hook>>>,
    /// Statuses for the next requests; 200 afterwards.
    pub answers: Arc<Mutex<Vec<u16>>>,
}

pub struct World {
    pub base: String,
    pub receiver: Receiver,
    pub http: reqwest::Client,
    pub sandbox: Sandbox,
    pub config: SandboxConfig,
}

async fn take(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let query = uri.query().unwrap_or_default().to_owned();
    let answered = receiver.answers.lock().unwrap().pop().unwrap_or(200);
    receiver.hooks.lock().unwrap().push(Hook { query, headers, body, answered });
    StatusCode::from_u16(answered).unwrap()
}

async fn verify(Query(query): Query<Pairs>) -> Result<String, StatusCode> {
    if query.get("hub.verify_token").map(String::as_str) == Some("verify-me") {
        Ok(query["hub.challenge"].clone())
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

pub async fn world() -> World {
    world_with(|_| {}).await
}

pub async fn world_with(change: impl FnOnce(&mut SandboxConfig)) -> World {
    let receiver = Receiver::default();
    let callback = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback_url = format!("http://{}/hook", callback.local_addr().unwrap());
    let app = Router::new().route("/hook", get(verify).post(take)).with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(callback, app).await.unwrap() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/sandbox", listener.local_addr().unwrap());
    let mut grace = Customer::new("grace", "Gräce O.", "447700900101");
    grace.identity = Identity::PhoneAndBsuid;
    let mut luca = Customer::new("luca", "Luca", "447700900104");
    luca.identity = Identity::UsernameOnly;
    luca.username = Some("luca_m".to_owned());
    let mut config = SandboxConfig {
        callback_url,
        public_url: base.clone(),
        verify_token: "verify-me".to_owned(),
        profile: Profile::Test,
        contacts: vec![grace, luca],
        ..SandboxConfig::default()
    };
    change(&mut config);
    let sandbox = Sandbox::start(config.clone()).unwrap();
    let app = Router::new().nest_service("/sandbox", sandbox.router());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    World { base, receiver, http, sandbox, config }
}

impl World {
    pub fn graph(&self, path: &str) -> String {
        format!("{}/graph/v26.0/{path}", self.base)
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        self.at(&format!("control/{path}"), body).await
    }

    /// Posts to an address of the sandbox.
    pub async fn at(&self, path: &str, body: Value) -> Value {
        let response = self.http.post(format!("{}/{path}", self.base)).json(&body).send().await.unwrap();
        let status = response.status();
        let value: Value = response.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {value}");
        value
    }

    pub async fn look(&self, path: &str) -> Value {
        self.look_at(&format!("control/{path}")).await
    }

    pub async fn look_at(&self, path: &str) -> Value {
        self.http.get(format!("{}/{path}", self.base)).send().await.unwrap().json().await.unwrap()
    }

    pub async fn send_raw(&self, body: &Value) -> reqwest::Result<reqwest::Response> {
        let url = self.graph(&format!("{}/messages", self.config.phone_number_id));
        self.http.post(url).bearer_auth(&self.config.token).json(body).send().await
    }

    pub async fn send(&self, body: Value) -> (u16, Value) {
        let response = self.send_raw(&body).await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn write(&self, customer: &str, text: &str) -> String {
        let reply = self.control("inbound", json!({"customer": customer, "type": "text", "text": text})).await;
        reply["id"].as_str().unwrap().to_owned()
    }

    /// Waits until no webhook is pending.
    pub async fn settle(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.look("idle").await["idle"] != true {
            assert!(Instant::now() < deadline, "the sandbox did not become idle: {}", self.look("idle").await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn hooks(&self) -> Vec<Hook> {
        self.receiver.hooks.lock().unwrap().clone()
    }

    /// All statuses that arrived, in order of arrival.
    pub fn statuses(&self) -> Vec<Value> {
        self.items("statuses")
    }

    pub fn items(&self, key: &str) -> Vec<Value> {
        let values = self.hooks().into_iter().map(|hook| serde_json::from_slice::<Value>(&hook.body).unwrap());
        let changes = values.flat_map(|body| body["entry"][0]["changes"].as_array().unwrap().clone());
        changes.flat_map(|change| change["value"][key].as_array().cloned().unwrap_or_default()).collect()
    }
}

pub fn text(to: &str, body: &str, biz: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}, "biz_opaque_callback_data": biz})
}

pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
