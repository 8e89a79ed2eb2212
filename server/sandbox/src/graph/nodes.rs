//! Nodes and edges around messages: account, templates, profile (sections 1 and 4).

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::{Call, callbacks, number, registration};
use crate::Inner;
use crate::templates::Template;

pub(crate) type Answer = Result<Value, GraphError>;

pub(crate) fn success() -> Answer {
    Ok(json!({"success": true}))
}

pub(crate) fn unknown(call: &Call) -> GraphError {
    GraphError::unknown_object(call.method.as_str(), call.segment(0))
}

/// Picks `fields` from a node; `id` always comes along, unknown names are refused (section 0.4).
pub(crate) fn select(call: &Call, node: Value) -> Answer {
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

pub(crate) fn update_profile(inner: &Inner, call: &Call) -> Answer {
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

pub(crate) fn block_users(inner: &Inner, call: &Call) -> Answer {
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
                "owner_business_info": {"id": crate::records::portfolio(&inner.config), "name": inner.config.business_name},
            }),
        ),
        ("GET", "phone_numbers") => number::list(inner, call),
        ("POST", "phone_numbers") => registration::add_number(inner, call),
        (_, "subscribed_apps") => callbacks::subscribed_apps(inner, call).await,
        ("GET", "message_templates") => list_templates(inner, call),
        ("POST", "message_templates") => create_template(inner, call),
        ("DELETE", "message_templates") => delete_template(inner, call),
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
