//! Nodes and edges around messages: number, account, app, templates, tokens (sections 1 and 4).

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::{APP_ID, Call};
use crate::Inner;
use crate::crypto::same;
use crate::engine::handshake;
use crate::templates::Template;

type Answer = Result<Value, GraphError>;

fn success() -> Answer {
    Ok(json!({"success": true}))
}

fn unknown(call: &Call) -> GraphError {
    GraphError::unknown_object(call.method.as_str(), call.segment(0))
}

/// Picks `fields` from a node; `id` always comes along, unknown names are refused (section 0.4).
fn select(call: &Call, node: Value) -> Answer {
    let (Some(fields), Value::Object(map)) = (call.text("fields"), &node) else { return Ok(node) };
    let mut picked = Map::new();
    for field in fields.split(',').map(|field| field.split('{').next().unwrap_or_default().trim()) {
        if field.is_empty() || field.ends_with('}') {
            continue;
        }
        let value = map.get(field).ok_or_else(|| GraphError {
            message: format!("(#100) Tried accessing nonexisting field ({field})"),
            ..GraphError::new(100, "")
        })?;
        picked.insert(field.to_owned(), value.clone());
    }
    if let Some(id) = map.get("id") {
        picked.insert("id".to_owned(), id.clone());
    }
    Ok(Value::Object(picked))
}

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
    let status = inner.with(|state| state.settings.number_status.clone());
    json!({
        "id": config.phone_number_id, "display_phone_number": formatted(&config.display_phone_number),
        "verified_name": config.business_name, "quality_rating": "GREEN", "quality_score": {"score": "GREEN"},
        "status": status, "code_verification_status": "VERIFIED", "name_status": "APPROVED", "new_name_status": "NONE",
        "throughput": {"level": "STANDARD"}, "platform_type": "CLOUD_API", "account_mode": "LIVE",
        "whatsapp_business_manager_messaging_limit": "TIER_2K", "messaging_limit_tier": "TIER_1K",
        "is_official_business_account": false, "is_pin_enabled": true, "is_preverified_number": false, "is_on_biz_app": false,
        "last_onboarded_time": "2026-01-12T09:00:00+0000", "certificate": "", "search_visibility": "VISIBLE",
        "country_code": "US", "country_dial_code": "1",
        "health_status": {"can_send_message": "AVAILABLE", "entities": [
            {"entity_type": "PHONE_NUMBER", "id": config.phone_number_id, "can_send_message": "AVAILABLE"},
            {"entity_type": "WABA", "id": config.waba_id, "can_send_message": "AVAILABLE"}]},
        "conversational_automation": {},
        "webhook_configuration": {"application": config.callback_url},
    })
}

/// `/{pnid}` and its edges.
pub(crate) async fn number(inner: &Inner, call: &Call) -> Answer {
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
            Some(hook) => set_override(inner, hook).await,
            None => success(),
        },
        ("POST", "register") => {
            inner.with(|state| "CONNECTED".clone_into(&mut state.settings.number_status));
            success()
        }
        ("POST", "deregister") => {
            inner.with(|state| "UNREGISTERED".clone_into(&mut state.settings.number_status));
            success()
        }
        ("POST", "request_code" | "verify_code" | "settings" | "conversational_automation") => success(),
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

fn update_profile(inner: &Inner, call: &Call) -> Answer {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::new(100, "The parameter messaging_product is required."));
    }
    for (field, most) in [("about", 139), ("address", 256), ("description", 512), ("email", 128)] {
        if call.text(field).is_some_and(|text| text.chars().count() > most) {
            return Err(GraphError::new(100, format!("{field} may have {most} characters")));
        }
    }
    inner.with(|state| {
        if let Some(profile) = state.profile.as_object_mut() {
            for field in ["about", "address", "description", "email", "websites", "vertical"] {
                if let Some(value) = call.params.get(field) {
                    profile.insert(field.to_owned(), value.clone());
                }
            }
        }
        state.tell("number");
    });
    success()
}

fn block_users(inner: &Inner, call: &Call) -> Answer {
    inner.with(|state| {
        if call.method == "GET" {
            let blocked = state.people.iter().filter(|person| person.blocked_by_business);
            let data: Vec<Value> = blocked
                .map(|person| json!({"messaging_product": "whatsapp", "wa_id": person.customer.phone}))
                .collect();
            return Ok(json!({"data": data}));
        }
        let add = call.method == "POST";
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let list = call.params.get("block_users").and_then(Value::as_array).cloned().unwrap_or_default();
        for item in list {
            let input = item.get("user").or_else(|| item.get("user_id")).and_then(Value::as_str).unwrap_or_default();
            let digits: String = input.chars().filter(char::is_ascii_digit).collect();
            let by_user_id = state.by_user_id(input).map(|person| person.customer.id.clone());
            let found = by_user_id.or_else(|| state.by_phone(&digits).map(|person| person.customer.id.clone()));
            match found.and_then(|id| state.person_mut(&id)) {
                Some(person) => {
                    person.blocked_by_business = add;
                    done.push(json!({"input": input, "wa_id": person.customer.phone}));
                }
                None => failed.push(json!({"input": input, "errors": [{"code": 139_100, "message": "Unknown user"}]})),
            }
        }
        let key = if add { "added_users" } else { "removed_users" };
        Ok(json!({"messaging_product": "whatsapp", "block_users": {key: done, "failed_users": failed}}))
    })
}

async fn set_override(inner: &Inner, hook: &Value) -> Answer {
    let text = |key: &str| hook.get(key).and_then(Value::as_str).unwrap_or_default();
    let url = text("override_callback_uri");
    if url.is_empty() {
        inner.with(|state| state.settings.override_callback = None);
        return success();
    }
    handshake(inner, url, text("verify_token")).await.map_err(|why| GraphError::new(2200, why))?;
    inner.with(|state| state.settings.override_callback = Some(url.to_owned()));
    success()
}

/// `/{waba}` and its edges.
pub(crate) async fn account(inner: &Inner, call: &Call) -> Answer {
    match (call.method.as_str(), call.segment(1)) {
        ("GET", "") => select(
            call,
            json!({
                "id": inner.config.waba_id, "name": inner.config.business_name, "currency": "USD", "timezone_id": "1",
                "country": "US", "message_template_namespace": "5a0d_e1f2", "account_review_status": "APPROVED",
                "business_verification_status": "verified", "ownership_type": "SELF", "is_enabled_for_insights": true, "status": "ACTIVE",
                "health_status": {"can_send_message": "AVAILABLE", "entities": []},
            }),
        ),
        ("GET", "phone_numbers") => Ok(json!({"data": [select(call, number_node(inner))?],
            "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}})),
        (_, "subscribed_apps") => subscribed_apps(inner, call).await,
        ("GET", "message_templates") => list_templates(inner, call),
        ("POST", "message_templates") => create_template(inner, call),
        ("DELETE", "message_templates") => delete_template(inner, call),
        _ => Err(unknown(call)),
    }
}

async fn subscribed_apps(inner: &Inner, call: &Call) -> Answer {
    match call.method.as_str() {
        "GET" => {
            let (subscribed, other) =
                inner.with(|state| (state.settings.subscribed, state.settings.override_callback.clone()));
            let mut item = json!({"whatsapp_business_api_data": {"id": APP_ID, "name": "Sandbox app", "link": "https://example.com/"}});
            if let (Some(url), Some(map)) = (other, item.as_object_mut()) {
                map.insert("override_callback_uri".to_owned(), json!(url));
            }
            Ok(json!({"data": if subscribed { vec![item] } else { Vec::new() }}))
        }
        "POST" => {
            set_override(inner, &Value::Object(call.params.clone())).await?;
            inner.with(|state| state.settings.subscribed = true);
            success()
        }
        "DELETE" => {
            inner.with(|state| state.settings.subscribed = false);
            success()
        }
        _ => Err(unknown(call)),
    }
}

fn list_templates(inner: &Inner, call: &Call) -> Answer {
    let limit: usize = call.text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25).max(1);
    let start: usize = call.text("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let matches = |template: &Template| {
        let is = |key: &str, value: &str| call.text(key).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
        is("name", &template.name)
            && is("language", &template.language)
            && is("status", &template.status)
            && is("category", &template.category)
    };
    let all: Vec<Value> =
        inner.with(|state| state.templates.iter().filter(|one| matches(one)).map(Template::view).collect());
    let total = all.len();
    let page: Result<Vec<Value>, GraphError> =
        all.into_iter().skip(start).take(limit).map(|node| select(call, node)).collect();
    let end = start + limit;
    let mut paging = json!({"cursors": {"before": start.to_string(), "after": end.min(total).to_string()}});
    if end < total
        && let Some(map) = paging.as_object_mut()
    {
        let base = inner.config.public_url.trim_end_matches('/');
        let next = format!(
            "{base}/graph/v{}.0/{}/message_templates?limit={limit}&after={end}",
            call.version, inner.config.waba_id
        );
        map.insert("next".to_owned(), json!(next));
    }
    Ok(
        json!({"data": page?, "paging": paging, "summary": {"total_count": total, "message_template_count": total, "message_template_limit": 6000}}),
    )
}

fn create_template(inner: &Inner, call: &Call) -> Answer {
    inner.with(|state| {
        let template = Template::from_request(state.minter.node("721"), &call.params)?;
        if state.templates.iter().any(|other| other.name == template.name && other.language == template.language) {
            return Err(GraphError {
                subcode: Some(2_388_024),
                ..GraphError::new(100, "Content in this language already exists")
            });
        }
        let reply = json!({"id": template.id, "status": template.status, "category": template.category});
        state.plan_review(&template.id);
        state.templates.push(template);
        Ok(reply)
    })
}

fn delete_template(inner: &Inner, call: &Call) -> Answer {
    let name = call.text("name").unwrap_or_default();
    let id = call.text("hsm_id");
    inner.with(|state| {
        let before = state.templates.len();
        state.templates.retain(|template| template.name != name || id.is_some_and(|id| id != template.id));
        if state.templates.len() == before {
            Err(GraphError::new(100, "There is no template of this name"))
        } else {
            success()
        }
    })
}

/// A template as a node of its own; also the last resort for unknown ids.
pub(crate) fn template(inner: &Inner, call: &Call) -> Answer {
    let id = call.segment(0);
    let node = inner.with(|state| state.templates.iter().find(|template| template.id == id).map(Template::view));
    let Some(node) = node else { return Err(unknown(call)) };
    match (call.method.as_str(), call.segment(1)) {
        ("GET", "") => select(call, node),
        ("POST", "unpause") => {
            inner.with(|state| state.set_template_status(id, "APPROVED", "NONE"));
            success()
        }
        ("POST", "") => {
            inner.with(|state| {
                if let (Some(components), Some(template)) =
                    (call.params.get("components"), state.templates.iter_mut().find(|template| template.id == id))
                {
                    template.components = components.clone();
                    "PENDING".clone_into(&mut template.status);
                    state.plan_review(id);
                }
            });
            success()
        }
        _ => Err(unknown(call)),
    }
}

/// `/{app}/subscriptions` with its handshake.
pub(crate) async fn app(inner: &Inner, call: &Call) -> Answer {
    match (call.method.as_str(), call.segment(1)) {
        ("POST", "subscriptions") => {
            let url = call.text("callback_url").unwrap_or_default();
            let token = call.text("verify_token").unwrap_or_default();
            handshake(inner, url, token).await.map_err(|why| GraphError::new(2200, why))?;
            inner.with(|state| state.settings.override_callback = Some(url.to_owned()));
            success()
        }
        ("GET", "subscriptions") => Ok(json!({"data": [{"object": "whatsapp_business_account", "active": true,
            "callback_url": inner.config.callback_url, "fields": [{"name": "messages", "version": "v26.0"}]}]})),
        ("GET", "") => Ok(json!({"id": APP_ID, "name": "Sandbox app"})),
        _ => Err(unknown(call)),
    }
}

/// `GET /debug_token` (section 1.1).
pub(crate) fn debug_token(inner: &Inner, call: &Call) -> Answer {
    let input = call.text("input_token").unwrap_or_default();
    let state = inner.with(|state| state.settings.token_state.clone());
    if !same(input, &inner.config.token) || matches!(state.as_str(), "expired" | "revoked") {
        let subcode = if state == "revoked" { 467 } else { 463 };
        return Ok(json!({"data": {"app_id": APP_ID, "is_valid": false, "scopes": [],
            "error": {"code": 190, "message": "Invalid OAuth access token", "subcode": subcode}}}));
    }
    let scopes: &[&str] = match state.as_str() {
        "missing_scope" => &["whatsapp_business_management"],
        _ => &["whatsapp_business_management", "whatsapp_business_messaging"],
    };
    let granular: Vec<Value> =
        scopes.iter().map(|scope| json!({"scope": scope, "target_ids": [inner.config.waba_id]})).collect();
    Ok(json!({"data": {"app_id": APP_ID, "type": "SYSTEM_USER", "application": "Sandbox app", "is_valid": true,
        "issued_at": 1_790_000_000, "expires_at": 0, "data_access_expires_at": 0, "scopes": scopes,
        "granular_scopes": granular, "user_id": "1220000000000007"}}))
}

/// `GET /oauth/access_token`: an app token, or the business token for a code of Embedded Signup.
pub(crate) fn access_token(inner: &Inner, call: &Call) -> Answer {
    if !same(call.text("client_secret").unwrap_or_default(), &inner.config.app_secret) {
        return Err(GraphError::new(1, "Error validating client secret."));
    }
    match (call.text("grant_type"), call.text("code")) {
        (Some("client_credentials"), _) => {
            Ok(json!({"access_token": format!("{APP_ID}|{}", inner.config.app_secret), "token_type": "bearer"}))
        }
        (_, Some(code)) if code.starts_with("sandbox-code") => {
            Ok(json!({"access_token": inner.config.token, "token_type": "bearer"}))
        }
        _ => Err(GraphError::new(100, "This authorization code has expired or was used already.")),
    }
}
