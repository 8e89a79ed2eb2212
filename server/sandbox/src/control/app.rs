//! What Meta's pages for developers show and set: ids and secrets, the app's callback and its fields.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal, Shared, done};
use crate::Inner;
use crate::app::{FIELDS, Subscription};
use crate::graph::callbacks;

pub(crate) async fn look(State(inner): Shared) -> Json<Value> {
    let subscription = inner.app.subscription();
    let fields = subscription.as_ref().map(Subscription::names).unwrap_or_default();
    let base = inner.config.public_url.trim_end_matches('/');
    let token = inner.config.show_secrets.then(|| inner.config.token.clone());
    // The secret of the operator's app is none of a guest's business.
    let secret = (inner.owns_app() && inner.config.show_secrets).then(|| inner.app.secret.clone());
    let setup = inner.with(|state| state.setup());
    Json(json!({
        "name": inner.config.business_name, "own_app": inner.owns_app(), "app_id": inner.app.id, "app_name": inner.app.name,
        "app_secret": secret, "token": token, "waba_id": inner.config.waba_id,
        "phone_number_id": setup.number.display.as_ref().map(|_| &inner.config.phone_number_id),
        "display_phone_number": setup.number.display, "graph": format!("{base}/graph"), "page": inner.base(),
        "number_status": setup.number_status, "verified": setup.number.verified, "code": setup.number.code,
        "callback_url": subscription.map(|one| one.callback_url), "fields": fields, "all_fields": FIELDS,
        "subscribed": setup.subscribed, "account_callback": setup.account_callback, "number_callback": setup.number_callback,
    }))
}

#[derive(Deserialize)]
pub(crate) struct Account {
    subscribed: bool,
}

/// What `POST` and `DELETE /{waba}/subscribed_apps` do.
pub(crate) async fn set_account(State(inner): Shared, Json(body): Json<Account>) -> Answer {
    inner.with(|state| {
        state.settings.subscribed = body.subscribed;
        state.tell("settings");
    });
    done()
}

/// The app that may be changed here: a guest has none.
fn own_app(inner: &Inner) -> Result<&crate::app::App, Refusal> {
    if inner.owns_app() { Ok(&inner.app) } else { Err(Refusal::from("the app is another business's")) }
}

#[derive(Deserialize)]
pub(crate) struct Callback {
    callback_url: String,
    verify_token: String,
}

/// Asks the callback and keeps it; the fields stay as they are.
pub(crate) async fn set_callback(State(inner): Shared, Json(body): Json<Callback>) -> Answer {
    own_app(&inner)?;
    callbacks::subscribe_app(&inner, body.callback_url.trim(), &body.verify_token, None)
        .await
        .map_err(|error| Refusal::from(error.details.unwrap_or(error.message)))?;
    done()
}

#[derive(Deserialize)]
pub(crate) struct Field {
    field: String,
    on: bool,
}

/// Ticks a field, or takes the tick away.
pub(crate) async fn set_field(State(inner): Shared, Json(body): Json<Field>) -> Answer {
    let subscription = own_app(&inner)?.subscription().ok_or("set a callback first")?;
    if !FIELDS.contains(&body.field.as_str()) {
        return Err(super::not_found("field"));
    }
    let mut fields = subscription.names();
    fields.retain(|field| *field != body.field);
    if body.on {
        fields.push(body.field);
    }
    inner.app.subscribe(Some(Subscription { fields: Some(fields), ..subscription }));
    inner.with(|state| state.tell("settings"));
    done()
}
