//! What the window of Embedded Signup asks for.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Answer;
use crate::hub::Hub;
use crate::signup::Choice;

/// Routes at the sandbox itself.
pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new().route("/control/signup", get(offer).post(finish))
}

/// Numbers that a person is offered.
const OFFERED: usize = 5;

async fn offer(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let app = &hub.main.app;
    let known: Vec<Value> = hub
        .guests()
        .iter()
        .map(|one| {
            let number = one.with(|state| state.number.display.clone());
            json!({"key": one.key, "name": one.config.business_name, "display_phone_number": number})
        })
        .collect();
    let numbers: Vec<String> = hub.free_numbers().into_iter().take(OFFERED).collect();
    Json(json!({"app_id": app.id, "app_name": app.name, "businesses": known, "numbers": numbers}))
}

async fn finish(State(hub): State<Arc<Hub>>, Json(choice): Json<Choice>) -> Answer {
    Ok(Json(hub.sign_up(choice)?))
}
