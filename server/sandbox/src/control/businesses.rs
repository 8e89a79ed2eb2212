//! Further businesses: made, listed, removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal, done, not_found};
use crate::Inner;
use crate::hub::{Hub, Newcomer};
use crate::setup::Setup;

type Businesses = State<Arc<Hub>>;

/// Routes at the sandbox itself, not below a business.
pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new().route("/control/businesses", get(list).post(add)).route("/control/businesses/{key}", delete(remove))
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    #[serde(default)]
    key: Option<String>,
}

async fn add(State(hub): Businesses, Json(body): Json<Wanted>) -> Answer {
    let newcomer = Newcomer { name: body.name, key: body.key, own_app: true, number: None, setup: Setup::registered };
    let made = hub.add(newcomer).map_err(Refusal::from)?;
    let mut view = view(&made);
    if let Some(map) = view.as_object_mut() {
        map.insert("app_secret".to_owned(), json!(made.app.secret));
        map.insert("token".to_owned(), json!(made.config.token));
    }
    Ok(Json(view))
}

async fn list(State(hub): Businesses) -> Json<Value> {
    let further: Vec<Value> = hub.further().iter().map(|one| view(one)).collect();
    Json(json!({"businesses": further, "main": view(&hub.main)}))
}

async fn remove(State(hub): Businesses, Path(key): Path<String>) -> Answer {
    if hub.remove(&key) { done() } else { Err(not_found("business")) }
}

/// A business without its secrets.
fn view(inner: &Inner) -> Value {
    json!({"key": inner.key, "name": inner.config.business_name, "app_id": inner.app.id, "own_app": inner.owns_app(),
        "waba_id": inner.config.waba_id, "phone_number_id": inner.config.phone_number_id,
        "display_phone_number": inner.with(|state| state.number.display.clone()), "page": inner.base()})
}
