//! The number: its node and its registration (sections 1.3 and 1.5).

use serde_json::{Value, json};

use super::nodes::{Answer, block_users, select, success, unknown, update_profile};
use super::{Call, callbacks, registration};
use crate::Inner;

/// Nodes show the number as people write it, webhooks show digits (section 1.5).
fn formatted(digits: &str) -> String {
    match (digits.len(), digits.get(1..4), digits.get(4..7), digits.get(7..)) {
        (11, Some(area), Some(exchange), Some(line)) if digits.starts_with('1') => {
            format!("+1 {area}-{exchange}-{line}")
        }
        _ => format!("+{digits}"),
    }
}

fn number_node(inner: &Inner) -> Value {
    let config = &inner.config;
    let (status, number) = inner.with(|state| (state.settings.number_status.clone(), state.number.clone()));
    let verification = if number.verified { "VERIFIED" } else { "NOT_VERIFIED" };
    let display = number.display.as_deref().map(formatted);
    let status = match (status.as_str(), number.verified, &number.pin) {
        ("UNREGISTERED", false, _) => "UNVERIFIED",
        ("UNREGISTERED", true, None) => "PENDING",
        ("UNREGISTERED", true, Some(_)) => "DISCONNECTED",
        (other, _, _) => other,
    };
    // The sandbox's own numbers are American or British.
    let british = number.display.as_deref().is_some_and(|digits| digits.starts_with("44"));
    let (country, dial_code) = if british { ("GB", "44") } else { ("US", "1") };
    json!({
        "id": config.phone_number_id, "display_phone_number": display,
        "verified_name": config.business_name, "quality_rating": "GREEN", "quality_score": {"score": "GREEN"},
        "status": status, "code_verification_status": verification, "name_status": "APPROVED", "new_name_status": "NONE",
        "throughput": {"level": "STANDARD"}, "platform_type": "CLOUD_API", "account_mode": "LIVE",
        "whatsapp_business_manager_messaging_limit": "TIER_2K", "messaging_limit_tier": "TIER_1K",
        "is_official_business_account": false, "is_pin_enabled": number.pin.is_some(), "is_preverified_number": false, "is_on_biz_app": number.on_app,
        "last_onboarded_time": "2026-01-12T09:00:00+0000", "certificate": "", "search_visibility": "VISIBLE",
        "country_code": country, "country_dial_code": dial_code,
        "health_status": {"can_send_message": "AVAILABLE", "entities": [
            {"entity_type": "PHONE_NUMBER", "id": config.phone_number_id, "can_send_message": "AVAILABLE"},
            {"entity_type": "WABA", "id": config.waba_id, "can_send_message": "AVAILABLE"}]},
        "conversational_automation": {},
        "webhook_configuration": callbacks::configuration(inner),
    })
}

/// `/{waba}/phone_numbers`.
pub(crate) fn list(inner: &Inner, call: &Call) -> Answer {
    if inner.with(|state| state.number.display.is_none()) {
        return Ok(json!({"data": []}));
    }
    Ok(json!({"data": [select(call, number_node(inner))?], "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}}))
}

/// `/{pnid}` and its edges.
pub(crate) async fn answer(inner: &Inner, call: &Call) -> Answer {
    match (call.method.as_str(), call.segment(1)) {
        ("GET", "") => {
            let node = number_node(inner);
            if call.text("fields").is_some() {
                return select(call, node);
            }
            let fields = [
                "verified_name",
                "code_verification_status",
                "display_phone_number",
                "quality_rating",
                "platform_type",
                "throughput",
                "last_onboarded_time",
                "id",
            ];
            let picked = fields.iter().filter_map(|field| Some(((*field).to_owned(), node.get(*field)?.clone())));
            Ok(Value::Object(picked.collect()))
        }
        ("POST", "") => match call.params.get("webhook_configuration") {
            Some(hook) => callbacks::set_override(inner, hook, |settings| &mut settings.number_callback).await,
            None if call.text("pin").is_some() => registration::set_pin(inner, call),
            None => success(),
        },
        ("POST", "register") => registration::register(inner, call),
        ("POST", "deregister") => registration::deregister(inner),
        ("POST", "request_code") => registration::request_code(inner),
        ("POST", "verify_code") => registration::verify_code(inner, call),
        ("POST", "smb_app_data") => registration::sync(inner, call),
        ("POST", "settings" | "conversational_automation") => success(),
        ("GET", "settings") => {
            Ok(json!({"calling": {"status": "DISABLED"}, "user_identity_change": {"enable_identity_key_check": false}}))
        }
        ("GET", "whatsapp_business_profile") => {
            let profile = inner.with(|state| state.profile.clone());
            let product = json!("whatsapp");
            let mut picked = select(call, profile)?;
            if let Some(map) = picked.as_object_mut() {
                map.insert("messaging_product".to_owned(), product);
            }
            Ok(json!({"data": [picked]}))
        }
        ("POST", "whatsapp_business_profile") => update_profile(inner, call),
        (_, "block_users") => block_users(inner, call),
        _ => Err(unknown(call)),
    }
}
