//! A provider on this machine that does what it is told, right or wrong.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, StatusCode, header};
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use serde_json::{Value, json};

pub const CLIENT: &str = "parley";
pub const SECRET: &str = "a secret & more";
/// Of whoever signs in, for the provider's own interfaces.
pub const ACCESS: &str = "canary-access";

/// What it does next.
pub struct Plan {
    pub configuration: Value,
    /// Set apart from the ordinary ones.
    pub claims: Value,
    pub user_info: Value,
    pub algorithm: &'static str,
    /// Of the head of the token, set apart from the ordinary ones.
    pub head: Value,
    /// Signs with a key that it has not published.
    pub other_key: bool,
    /// Answers this instead of its configuration.
    pub instead: Option<(StatusCode, HeaderMap, Vec<u8>)>,
}

pub struct Provider {
    pub issuer: String,
    pub plan: Mutex<Plan>,
    /// What came to the token endpoint: the header and the form.
    pub asked: Mutex<Vec<(String, String)>>,
    /// How often its configuration was asked for.
    pub configured: AtomicU32,
    /// Of the sign-in under way.
    pub nonce: Mutex<String>,
    key: CoreEdDsaPrivateSigningKey,
    other_key: CoreEdDsaPrivateSigningKey,
}

fn key(id: &str) -> CoreEdDsaPrivateSigningKey {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let id = openidconnect::JsonWebKeyId::new(id.to_owned());
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pair.serialize_pem(), Some(id)).unwrap()
}

impl Provider {
    pub async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let configuration = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/me"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        });
        let plan = Plan {
            configuration,
            claims: json!({}),
            user_info: json!({}),
            algorithm: "EdDSA",
            head: json!({}),
            other_key: false,
            instead: None,
        };
        let provider = Arc::new(Self {
            issuer,
            plan: Mutex::new(plan),
            asked: Mutex::default(),
            configured: AtomicU32::new(0),
            nonce: Mutex::default(),
            key: key("1"),
            other_key: key("1"),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configured))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .route("/other-keys", get(other_keys))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn plan(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plan.lock().unwrap());
    }

    /// The key that nothing it publishes names.
    pub fn foreign_key(&self) -> Value {
        serde_json::to_value(self.other_key.as_verification_key()).unwrap()
    }

    fn identity_token(&self) -> String {
        let plan = self.plan.lock().unwrap();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let mut claims = json!({
            "iss": self.issuer, "sub": "ada", "aud": CLIENT, "iat": now, "exp": now + 60,
            "nonce": *self.nonce.lock().unwrap(),
            "email": "ada@field.example", "email_verified": true, "name": "Ada Field", "amr": ["pwd", "mfa"],
        });
        set_apart(&mut claims, &plan.claims);
        let mut head = json!({ "alg": plan.algorithm, "typ": "JWT", "kid": "1" });
        set_apart(&mut head, &plan.head);
        let part = |value: &Value| BASE64.encode(value.to_string());
        let signed = format!("{}.{}", part(&head), part(&claims));
        let key = if plan.other_key { &self.other_key } else { &self.key };
        let signature = match plan.algorithm {
            "none" => Vec::new(),
            "HS256" => {
                let shared = openidconnect::core::CoreHmacKey::new(SECRET);
                shared.sign(&CoreJwsSigningAlgorithm::HmacSha256, signed.as_bytes()).unwrap()
            }
            _ => key.sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).unwrap(),
        };
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

/// The fields of `other` in the place of those there are. Null takes one away.
fn set_apart(fields: &mut Value, other: &Value) {
    for (name, value) in other.as_object().unwrap() {
        fields[name] = value.clone();
    }
    fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}

async fn configured(State(provider): State<Arc<Provider>>) -> Response {
    provider.configured.fetch_add(1, Relaxed);
    let plan = provider.plan.lock().unwrap();
    match &plan.instead {
        Some(instead) => instead.clone().into_response(),
        None => Json(plan.configuration.clone()).into_response(),
    }
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(json!({ "keys": [provider.key.as_verification_key()] }))
}

/// Where a token can say that its key is, and nobody looks.
async fn other_keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(json!({ "keys": [provider.foreign_key()] }))
}

async fn token(State(provider): State<Arc<Provider>>, headers: HeaderMap, form: String) -> Json<Value> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    provider.asked.lock().unwrap().push((header.to_owned(), form));
    Json(json!({ "access_token": ACCESS, "token_type": "Bearer", "id_token": provider.identity_token() }))
}

async fn me(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(provider.plan.lock().unwrap().user_info.clone())
}

/// The header by which a client of this name and secret is known (RFC 6749, section 2.3.1).
pub fn basic() -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT}:a+secret+%26+more")))
}
