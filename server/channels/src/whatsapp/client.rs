//! The Graph client: one HTTP connection pool, typed outcomes, no retries of its own.

use std::time::Duration;

use backend::outbound::{Access, Admitted, Line, Payload, ProviderError, SendOutcome, Wait};
use domain::templates::{TemplateCategory, TemplateRow};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::codes::{self, Class};
use super::{body, media, signature};

/// Where the API is and who we are.
#[derive(Clone)]
pub struct ClientConfig {
    /// `https://graph.facebook.com`, or a sandbox.
    pub base_url: String,
    /// `v26.0`.
    pub version: String,
    /// Of the operator's number, for channels that have no access of their own.
    pub token: String,
    /// The operator's app.
    pub app_id: Option<String>,
    pub app_secret: String,
    /// Where the sandbox is, if it is on.
    pub sandbox: Option<String>,
    /// How long one call may take. Must stay below the outbox's lease (120 s).
    pub timeout: Duration,
}

impl std::fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientConfig")
            .field("base_url", &self.base_url)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A client of the Cloud API.
pub struct Client {
    http: reqwest::Client,
    config: ClientConfig,
}

/// An error envelope (contract 7.1), as far as we read it.
#[derive(Deserialize)]
struct ErrorEnvelope {
    error: GraphError,
}

#[derive(Deserialize)]
struct GraphError {
    code: i64,
}

impl Client {
    pub fn new(config: ClientConfig) -> Result<Self, reqwest::Error> {
        // A second installation of the same provider is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(config.timeout)
            .user_agent(concat!("parley/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()?;
        Ok(Self { http, config })
    }

    pub(super) fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// The address of an edge.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.config.base_url.trim_end_matches('/'), self.config.version)
    }

    /// A call with the right to make it and the proof that it is ours (contract 0.4).
    pub(super) fn call(&self, method: Method, path: &str, access: Option<&Access>) -> RequestBuilder {
        let token = access.map_or(&self.config.token, |access| &access.token);
        let secret = access.and_then(|access| access.app_secret.as_ref()).unwrap_or(&self.config.app_secret);
        let proof = signature::appsecret_proof(secret, token);
        self.http.request(method, self.url(path)).query(&[("appsecret_proof", proof)]).bearer_auth(token)
    }

    /// A download with the right to make it; its address is the provider's.
    pub(super) fn download(&self, url: &str, access: Option<&Access>) -> RequestBuilder {
        self.http.get(url).bearer_auth(access.map_or(&self.config.token, |access| &access.token))
    }

    /// A call without a right of its own.
    pub(super) fn plain(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends one admitted message and says what is certain about it (contract 7.3).
    pub(super) async fn send_message(&self, message: &Admitted) -> SendOutcome {
        let media_id = match upload_first(self, message).await {
            Ok(media_id) => media_id,
            Err(outcome) => return outcome,
        };
        let body = body::message(message, media_id.as_deref());
        let line = message.line();
        let call = self.call(Method::POST, &format!("{}/messages", line.number), line.access.as_ref());
        match call.json(&body).send().await {
            // The connection was never made: not a byte of the message left.
            Err(error) if error.is_connect() => SendOutcome::NotSent { wait: Wait::Line, code: None },
            Err(error) if error.is_timeout() => SendOutcome::Unknown { why: "timeout" },
            Err(_) => SendOutcome::Unknown { why: "connection_lost" },
            Ok(response) => answer(response).await,
        }
    }

    pub(super) async fn post_receipt(&self, line: &Line, provider_id: &str, typing: bool) -> Result<(), ProviderError> {
        let call = self.call(Method::POST, &format!("{}/messages", line.number), line.access.as_ref());
        asked(call.json(&body::receipt(provider_id, typing))).await.map(|_| ())
    }

    /// All templates of an account, page by page.
    pub(super) async fn list_templates(
        &self,
        account: &str,
        access: Option<&Access>,
    ) -> Result<Vec<TemplateRow>, ProviderError> {
        let (mut templates, mut after) = (Vec::new(), None::<String>);
        // Meta allows 6,000 templates; a hundred pages of 100 are more than that.
        for _ in 0..100 {
            let cursor = after.as_deref().map_or(String::new(), |after| format!("&after={after}"));
            let path = format!(
                "{account}/message_templates?fields=name,language,category,status,components&limit=100{cursor}"
            );
            let page = asked(self.call(Method::GET, &path, access)).await?;
            let data = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
            templates.extend(data.iter().filter_map(template));
            let more = page.pointer("/paging/next").is_some();
            after = page.pointer("/paging/cursors/after").and_then(Value::as_str).map(str::to_owned);
            if !more || after.is_none() {
                break;
            }
        }
        Ok(templates)
    }
}

/// A template with a body that can be sent from the composer.
fn template(value: &Value) -> Option<TemplateRow> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let components = value.get("components").and_then(Value::as_array)?;
    let is = |component: &Value, kind: &str| {
        component.get("type").and_then(Value::as_str).is_some_and(|t| t.eq_ignore_ascii_case(kind))
    };
    let body = components.iter().find(|component| is(component, "body"))?.get("text")?.as_str()?;
    if components.iter().any(needs_more_than_body) {
        return None;
    }
    Some(TemplateRow {
        name: text("name")?.to_owned(),
        language: text("language")?.to_owned(),
        category: match text("category")?.to_ascii_uppercase().as_str() {
            "UTILITY" => TemplateCategory::Utility,
            "AUTHENTICATION" => TemplateCategory::Authentication,
            _ => TemplateCategory::Marketing,
        },
        body: body.to_owned(),
        approved: text("status")?.eq_ignore_ascii_case("approved"),
    })
}

/// Whether a component has places that the composer cannot fill: header media, header or button variables, codes.
fn needs_more_than_body(component: &Value) -> bool {
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
    match text(component, "type").as_str() {
        "BODY" | "FOOTER" => false,
        "HEADER" => text(component, "format") != "TEXT" || text(component, "text").contains("{{"),
        "BUTTONS" => component.get("buttons").and_then(Value::as_array).is_some_and(|buttons| {
            buttons.iter().any(|button| {
                !matches!(text(button, "type").as_str(), "QUICK_REPLY" | "PHONE_NUMBER" | "URL")
                    || text(button, "url").contains("{{")
            })
        }),
        _ => true,
    }
}

/// A file goes up before its message; nothing has left yet when that fails.
async fn upload_first(client: &Client, message: &Admitted) -> Result<Option<String>, SendOutcome> {
    let Payload::Media { mime, file_name, .. } = message.payload() else { return Ok(None) };
    let Some(bytes) = message.file() else {
        return Err(SendOutcome::Refused { failure: codes::lost_file(), effect: backend::outbound::Effect::None });
    };
    let name = file_name.as_deref().unwrap_or("file");
    media::upload(client, message.line(), mime, name, bytes.clone()).await.map(Some).map_err(|error| match error.code {
        Some(code) => match codes::class(code) {
            Some(Class::Refused(effect)) => SendOutcome::Refused { failure: codes::failure(code), effect },
            Some(Class::NotSent(wait)) => SendOutcome::NotSent { wait, code: Some(code) },
            _ => SendOutcome::NotSent { wait: Wait::Line, code: Some(code) },
        },
        None if error.retry => SendOutcome::NotSent { wait: Wait::Line, code: None },
        None => SendOutcome::Refused { failure: codes::lost_file(), effect: backend::outbound::Effect::None },
    })
}

/// Reads the answer to a send. Only a clear yes is accepted and only a clear no is refused; all else is unknown.
async fn answer(response: Response) -> SendOutcome {
    let status = response.status();
    let retry_after = retry_after(&response);
    let Ok(bytes) = response.bytes().await else { return SendOutcome::Unknown { why: "answer_lost" } };
    if status.is_success() {
        return accepted(&bytes);
    }
    if let Ok(envelope) = serde_json::from_slice::<ErrorEnvelope>(&bytes) {
        let code = envelope.error.code;
        match codes::class(code) {
            Some(Class::NotSent(Wait::Channel { .. })) => {
                return SendOutcome::NotSent { wait: Wait::Channel { seconds: retry_after }, code: Some(code) };
            }
            Some(Class::NotSent(wait)) => return SendOutcome::NotSent { wait, code: Some(code) },
            Some(Class::Refused(effect)) => return SendOutcome::Refused { failure: codes::failure(code), effect },
            Some(Class::Unknown) => return SendOutcome::Unknown { why: "provider_trouble" },
            None => {}
        }
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            return SendOutcome::Refused { failure: codes::failure(code), effect: backend::outbound::Effect::None };
        }
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            SendOutcome::NotSent { wait: Wait::Channel { seconds: retry_after }, code: None }
        }
        StatusCode::UNAUTHORIZED => {
            SendOutcome::Refused { failure: codes::failure(190), effect: backend::outbound::Effect::Unauthorised }
        }
        status if status.is_client_error() => {
            SendOutcome::Refused { failure: codes::failure(100), effect: backend::outbound::Effect::None }
        }
        _ => SendOutcome::Unknown { why: "server_error" },
    }
}

fn accepted(bytes: &[u8]) -> SendOutcome {
    #[derive(Deserialize)]
    struct Accepted {
        messages: Vec<Id>,
        #[serde(default)]
        contacts: Vec<Contact>,
    }
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    #[derive(Deserialize)]
    struct Contact {
        wa_id: Option<String>,
    }
    match serde_json::from_slice::<Accepted>(bytes) {
        Ok(Accepted { messages, contacts }) => match messages.into_iter().next() {
            Some(message) => SendOutcome::Accepted {
                provider_id: message.id,
                phone: contacts.into_iter().find_map(|contact| contact.wa_id),
            },
            None => SendOutcome::Unknown { why: "answer_without_id" },
        },
        Err(_) => SendOutcome::Unknown { why: "answer_unreadable" },
    }
}

/// Seconds of a `Retry-After` header in its numeric form.
fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()
}

/// Makes a call and reads its answer.
pub(super) async fn asked(call: RequestBuilder) -> Result<Value, ProviderError> {
    checked(call.send().await.map_err(|error| unreachable(&error))?).await
}

/// The JSON of a success, or what went wrong.
async fn checked(response: Response) -> Result<Value, ProviderError> {
    let status = response.status();
    let bytes = response.bytes().await.map_err(|error| unreachable(&error))?;
    if status.is_success() {
        return Ok(serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({})));
    }
    let code = serde_json::from_slice::<ErrorEnvelope>(&bytes).ok().map(|envelope| envelope.error.code);
    let retry = match code.and_then(codes::class) {
        Some(Class::NotSent(_) | Class::Unknown) => true,
        Some(Class::Refused(_)) => false,
        None => status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
    };
    let what = code.map_or_else(
        || format!("WhatsApp answered with status {}.", status.as_u16()),
        |code| codes::failure(code).what,
    );
    Err(ProviderError { code, retry, what })
}

fn unreachable(error: &reqwest::Error) -> ProviderError {
    let what = if error.is_timeout() { "WhatsApp did not answer in time." } else { "WhatsApp could not be reached." };
    ProviderError { code: None, retry: true, what: what.to_owned() }
}
