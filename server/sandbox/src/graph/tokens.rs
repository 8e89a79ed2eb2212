//! Tokens: what they may do, and where they come from (section 1.1).

use serde_json::{Value, json};

use super::Call;
use super::errors::GraphError;
use super::nodes::Answer;
use crate::Inner;
use crate::crypto::same;
use crate::hub::Hub;

/// `GET /debug_token`: for the token's app and for its holder.
pub(crate) fn debug_token(hub: &Hub, call: &Call) -> Answer {
    let viewer = call.token().ok_or_else(GraphError::token_needed)?;
    let viewer = hub.caller(&viewer).ok_or_else(GraphError::wrong_token)?;
    let app = &viewer.business.app;
    let input =
        call.text("input_token").ok_or_else(|| GraphError::new(100, "The parameter input_token is required."))?;
    let Some(subject) = hub.caller(input) else {
        return Ok(unknown(190, "Invalid OAuth access token - Cannot parse access token"));
    };
    if subject.business.app.id != app.id {
        return Ok(unknown(100, "The App_id in the input_token did not match the Viewing App"));
    }
    if subject.by_app {
        return Ok(
            json!({"data": {"app_id": app.id, "type": "APP", "application": app.name, "is_valid": true, "scopes": []}}),
        );
    }
    if !viewer.by_app && viewer.business.key != subject.business.key {
        return Err(GraphError::new(
            100,
            "You must provide an app access token, or a user access token that is an owner or developer of the app",
        ));
    }
    Ok(describe(&subject.business))
}

/// A token that tells nothing to whoever asks.
fn unknown(code: u32, message: &str) -> Value {
    json!({"data": {"error": {"code": code, "message": message}, "is_valid": false, "scopes": []}})
}

/// A token that was good once.
fn dead(app_id: &str, subcode: u32, message: &str) -> Value {
    json!({"data": {"app_id": app_id, "type": "SYSTEM_USER", "is_valid": false, "scopes": [],
        "error": {"code": 190, "message": message, "subcode": subcode}}})
}

/// A business's own token, as `token_state` has it.
fn describe(inner: &Inner) -> Value {
    const MANAGE: &str = "whatsapp_business_management";
    const MESSAGES: &str = "whatsapp_business_messaging";
    let app = &inner.app;
    let (state, now) = inner.with(|state| (state.settings.token_state.clone(), state.now_s()));
    let (scopes, targets): (&[&str], &[&str]) = match state.as_str() {
        "expired" => {
            return dead(&app.id, 463, "Error validating access token: Session has expired.");
        }
        "revoked" => {
            return dead(&app.id, 467, "Error validating access token: The session has been invalidated.");
        }
        "missing_scope" => (&[MANAGE], &[&inner.config.waba_id]),
        "missing_management" => (&[MESSAGES], &[&inner.config.waba_id]),
        "no_asset" => (&[MANAGE, MESSAGES], &[]),
        _ => (&[MANAGE, MESSAGES], &[&inner.config.waba_id]),
    };
    let granular: Vec<Value> = scopes.iter().map(|scope| json!({"scope": scope, "target_ids": targets})).collect();
    json!({"data": {"app_id": app.id, "type": "SYSTEM_USER", "application": app.name, "is_valid": true,
        "issued_at": 1_790_000_000, "expires_at": 0, "data_access_expires_at": now + 90 * 86_400, "scopes": scopes,
        "granular_scopes": granular, "user_id": "1220000000000007"}})
}

/// `GET /oauth/access_token`: an app token, or the business token for a code of Embedded Signup.
pub(crate) fn access_token(hub: &Hub, call: &Call) -> Answer {
    let Some(client) = call.text("client_id") else {
        return Err(GraphError::new(101, "Missing client_id parameter."));
    };
    let Some(owner) = hub.by_app(client) else {
        return Err(GraphError::new(
            101,
            "Error validating application. Cannot get application info due to a system error.",
        ));
    };
    if !same(call.text("client_secret").unwrap_or_default(), &owner.app.secret) {
        return Err(GraphError::new(1, "Error validating client secret."));
    }
    let used = || GraphError::new(100, "This authorization code has expired or has been used.");
    match (call.text("grant_type"), call.text("code")) {
        (Some("client_credentials"), _) => Ok(json!({"access_token": owner.app.token(), "token_type": "bearer"})),
        // Codes are for the operator's app, in which businesses sign up.
        (_, Some(code)) if owner.key.is_none() => match hub.redeem(code) {
            Some(token) => Ok(json!({"access_token": token, "token_type": "bearer"})),
            None => Err(used()),
        },
        (_, Some(_)) => Err(used()),
        _ => Err(GraphError::new(100, "Missing code parameter.")),
    }
}
