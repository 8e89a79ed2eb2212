//! Where webhooks go: the app's callback and the overrides of account and number (section 1.4).

use serde_json::{Value, json};

use super::Call;
use super::errors::GraphError;
use super::nodes::{Answer, select, success, unknown};
use crate::Inner;
use crate::app::{FIELDS, Subscription};
use crate::engine::handshake;
use crate::settings::Settings;

/// Longest address of a callback.
const LONGEST: usize = 200;

/// Asks a callback whether it wants webhooks, as Meta does whenever one is set.
async fn verify(inner: &Inner, url: &str, verify_token: &str) -> Result<(), GraphError> {
    if url.chars().count() > LONGEST {
        return Err(GraphError::new(100, format!("The callback may have {LONGEST} characters")));
    }
    let failed = |why| GraphError {
        message: "(#2200) Callback verification failed with the following errors".to_owned(),
        ..GraphError::new(2200, why)
    };
    handshake(inner, url, verify_token).await.map_err(failed)
}

/// Sets an override, or removes it when no address is given.
pub(crate) async fn set_override(
    inner: &Inner,
    hook: &Value,
    place: fn(&mut Settings) -> &mut Option<String>,
) -> Answer {
    let text = |key: &str| hook.get(key).and_then(Value::as_str).unwrap_or_default();
    let url = Some(text("override_callback_uri")).filter(|url| !url.is_empty());
    if let Some(url) = url {
        verify(inner, url, text("verify_token")).await?;
    }
    inner.with(|state| {
        *place(&mut state.settings) = url.map(str::to_owned);
        state.tell("settings");
    });
    success()
}

/// `/{waba}/subscribed_apps`.
pub(crate) async fn subscribed_apps(inner: &Inner, call: &Call) -> Answer {
    let subscribe = |subscribed: bool| {
        inner.with(|state| {
            state.settings.subscribed = subscribed;
            state.tell("settings");
        });
        success()
    };
    match call.method.as_str() {
        "GET" => Ok(json!({"data": subscribers(inner)})),
        "POST" => {
            let hook = Value::Object(call.params.clone());
            set_override(inner, &hook, |settings| &mut settings.override_callback).await?;
            subscribe(true)
        }
        "DELETE" => subscribe(false),
        _ => Err(unknown(call)),
    }
}

fn subscribers(inner: &Inner) -> Vec<Value> {
    let (subscribed, other) = inner.with(|state| (state.settings.subscribed, state.settings.override_callback.clone()));
    let app = &inner.app;
    let mut item =
        json!({"whatsapp_business_api_data": {"id": app.id, "name": app.name, "link": "https://example.com/"}});
    if let (Some(url), Some(map)) = (other, item.as_object_mut()) {
        map.insert("override_callback_uri".to_owned(), json!(url));
    }
    if subscribed { vec![item] } else { Vec::new() }
}

/// `webhook_configuration` of the number.
pub(crate) fn configuration(inner: &Inner) -> Value {
    let (number, account) =
        inner.with(|state| (state.settings.number_callback.clone(), state.settings.override_callback.clone()));
    let app = inner.app.subscription().map(|app| app.callback_url);
    let known = [("phone_number", number), ("whatsapp_business_account", account), ("application", app)];
    known.into_iter().filter_map(|(name, url)| Some((name.to_owned(), json!(url?)))).collect()
}

/// `/{app}` and its edges; subscriptions are for the holder of the app's secret.
pub(crate) async fn app(inner: &Inner, call: &Call, by_app: bool) -> Answer {
    match (call.method.as_str(), call.segment(1)) {
        ("GET", "") => select(call, json!({"id": inner.app.id, "name": inner.app.name})),
        (_, "subscriptions") if !by_app => Err(GraphError::app_token_needed()),
        ("GET", "subscriptions") => Ok(json!({"data": subscriptions(inner)})),
        ("POST", "subscriptions") => subscribe(inner, call).await,
        ("DELETE", "subscriptions") => {
            inner.app.subscribe(None);
            inner.with(|state| state.tell("settings"));
            success()
        }
        _ => Err(unknown(call)),
    }
}

fn subscriptions(inner: &Inner) -> Vec<Value> {
    let Some(subscription) = inner.app.subscription() else { return Vec::new() };
    let fields: Vec<Value> =
        subscription.names().iter().map(|name| json!({"name": name, "version": "v26.0"})).collect();
    vec![json!({"object": "whatsapp_business_account", "active": true, "callback_url": subscription.callback_url,
        "fields": fields})]
}

async fn subscribe(inner: &Inner, call: &Call) -> Answer {
    if call.text("object").is_some_and(|object| object != "whatsapp_business_account") {
        return Err(GraphError::new(100, "The sandbox knows the object whatsapp_business_account"));
    }
    let fields = fields(call)?;
    let text = |key: &str| call.text(key).unwrap_or_default();
    subscribe_app(inner, text("callback_url"), text("verify_token"), fields).await?;
    success()
}

/// Asks a callback and makes it the app's.
pub(crate) async fn subscribe_app(
    inner: &Inner,
    url: &str,
    verify_token: &str,
    fields: Option<Vec<String>>,
) -> Result<(), GraphError> {
    verify(inner, url, verify_token).await?;
    let before = inner.app.subscription();
    // Without a list the fields stay what they were.
    let fields = fields.map_or_else(|| before.map_or_else(|| Some(Vec::new()), |before| before.fields), Some);
    inner.app.subscribe(Some(Subscription { callback_url: url.to_owned(), fields }));
    inner.with(|state| state.tell("settings"));
    Ok(())
}

/// `fields`, as a list or as names with commas between them.
fn fields(call: &Call) -> Result<Option<Vec<String>>, GraphError> {
    let names: Vec<String> = match call.params.get("fields") {
        None => return Ok(None),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(other) => other.as_str().unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect(),
    };
    let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        Some(other) => {
            Err(GraphError::new(100, format!("Param fields must be among the fields of the object: {other}")))
        }
        None => Ok(Some(names)),
    }
}
