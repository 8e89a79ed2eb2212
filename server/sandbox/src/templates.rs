//! Message templates: the approved ones of the demonstration, checks of a send, the text that a person sees
//! (sections 2.6, 4 and 8.9).

use serde_json::{Map, Value, json};

use crate::engine::{Timer, Unit};
use crate::graph::errors::GraphError;
use crate::state::State;

/// One template in one language.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) status: String,
    pub(crate) named: bool,
    pub(crate) components: Value,
}

/// A template with its variables filled in.
pub(crate) struct Prepared {
    pub(crate) category: String,
    pub(crate) rendered: Value,
}

impl Template {
    /// The node as Graph shows it.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "language": self.language, "category": self.category, "status": self.status,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" }, "components": self.components,
            "quality_score": {"score": "UNKNOWN"}, "rejected_reason": "NONE",
        })
    }

    fn component(&self, kind: &str) -> Option<&Value> {
        self.components.as_array()?.iter().find(|component| is(component, kind))
    }

    /// A template from the body of a creation (section 4.2).
    pub(crate) fn from_request(id: String, body: &Map<String, Value>) -> Result<Self, GraphError> {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, language, category) = (text("name"), text("language"), text("category").to_uppercase());
        let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if name.is_empty() || name.len() > 512 || !name.chars().all(good) {
            return Err(GraphError::new(100, "name may have lowercase letters, digits and underscores"));
        }
        if !matches!(category.as_str(), "MARKETING" | "UTILITY" | "AUTHENTICATION") || language.is_empty() {
            return Err(GraphError::new(100, "category and language are required"));
        }
        let components = body.get("components").cloned().unwrap_or_else(|| json!([]));
        let named = text("parameter_format").eq_ignore_ascii_case("named");
        let template = Self { id, name, language, category, status: "PENDING".to_owned(), named, components };
        template.check_body()?;
        Ok(template)
    }

    fn check_body(&self) -> Result<(), GraphError> {
        let body = self.component("BODY").and_then(|body| body.get("text")).and_then(Value::as_str).unwrap_or_default();
        if self.category == "AUTHENTICATION" {
            return Ok(());
        }
        let refuse = |subcode: u32, why: &str| GraphError { subcode: Some(subcode), ..GraphError::new(100, why) };
        if body.is_empty() {
            return Err(refuse(2_388_072, "A body is required"));
        }
        if body.chars().count() > 1024 {
            return Err(refuse(2_388_040, "The body is too long"));
        }
        let text = body.trim();
        if text.starts_with("{{") || text.ends_with("}}") {
            return Err(refuse(2_388_299, "Variables can't be at the start or end of the template"));
        }
        Ok(())
    }
}

fn is(component: &Value, kind: &str) -> bool {
    component.get("type").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case(kind))
}

/// Those of a further business: ids and name are its own.
pub(crate) fn seeded_for(waba_id: &str, business: &str) -> Vec<Template> {
    let mut templates = seeded();
    for template in &mut templates {
        template.id = crate::ids::fixed("721", "template", &format!("{waba_id}/{}", template.id));
        rename(&mut template.components, business);
    }
    templates
}

/// Puts a business in the place of the main one's name.
fn rename(value: &mut Value, business: &str) {
    match value {
        Value::String(text) => *text = text.replace("Elm & Harbour Homes", business),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, business)),
        Value::Object(map) => map.values_mut().for_each(|item| rename(item, business)),
        _ => {}
    }
}

/// Templates that exist from the beginning.
pub(crate) fn seeded() -> Vec<Template> {
    let make = |id: &str, name: &str, language: &str, category: &str, named: bool, components: Value| Template {
        id: id.to_owned(),
        name: name.to_owned(),
        language: language.to_owned(),
        category: category.to_owned(),
        status: "APPROVED".to_owned(),
        named,
        components,
    };
    vec![
        make(
            "7210000000000101",
            "viewing_reminder",
            "en_US",
            "UTILITY",
            false,
            json!([
                {"type": "BODY", "text": "Hello {{1}}, this is a reminder of your viewing at {{2}} on {{3}}. Does the time still suit you?",
                 "example": {"body_text": [["Grace", "12 Elm Street", "Saturday at 10:30"]]}},
                {"type": "FOOTER", "text": "Elm & Harbour Homes"},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes, I will come"}, {"type": "QUICK_REPLY", "text": "Another time"}]},
            ]),
        ),
        make(
            "7210000000000102",
            "viewing_reminder",
            "es",
            "UTILITY",
            false,
            json!([
                {"type": "BODY", "text": "Hola {{1}}, le recordamos su visita a {{2}} el {{3}}. ¿Le sigue viniendo bien?",
                 "example": {"body_text": [["Grace", "Elm Street 12", "sábado a las 10:30"]]}},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí, allí estaré"}, {"type": "QUICK_REPLY", "text": "Otro día"}]},
            ]),
        ),
        make(
            "7210000000000103",
            "new_listing",
            "en_US",
            "MARKETING",
            false,
            json!([
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U"]}},
                {"type": "BODY", "text": "{{1}}, a home that fits your search is new on the market: {{2}}, {{3}}. Shall we show it to you?",
                 "example": {"body_text": [["Grace", "two rooms in Harbour Road", "£285,000"]]}},
                {"type": "FOOTER", "text": "Reply STOP to opt out"},
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "See the photos", "url": "https://elmharbour.example/homes/{{1}}", "example": ["h-17"]},
                 {"type": "QUICK_REPLY", "text": "Book a viewing"}, {"type": "QUICK_REPLY", "text": "Stop these messages"}]},
            ]),
        ),
        make(
            "7210000000000104",
            "offer_update",
            "en_US",
            "UTILITY",
            true,
            json!([
                {"type": "HEADER", "format": "TEXT", "text": "News about {{address}}", "example": {"header_text_named_params": [{"param_name": "address", "example": "3 Mill Lane"}]}},
                {"type": "BODY", "text": "Hello {{first_name}}, the seller has answered your offer of {{amount}}: {{answer}}. Call us with any question.",
                 "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Tom"}, {"param_name": "amount", "example": "£310,000"}, {"param_name": "answer", "example": "accepted"}]}},
            ]),
        ),
        make(
            "7210000000000105",
            "weekend_open_house",
            "en_US",
            "MARKETING",
            false,
            json!([
                {"type": "BODY", "text": "Open house this weekend at {{1}}, {{2}}. No appointment needed, just ring the bell.",
                 "example": {"body_text": [["4 Harbour Road", "Saturday 10:00 to 14:00"]]}},
                {"type": "FOOTER", "text": "Reply STOP to opt out"},
            ]),
        ),
        make(
            "7210000000000106",
            "sign_in_code",
            "en_US",
            "AUTHENTICATION",
            false,
            json!([
                {"type": "BODY", "text": "*{{1}}* is your verification code. For your security, do not share this code.", "add_security_recommendation": true},
                {"type": "FOOTER", "code_expiration_minutes": 10},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code={{1}}"}]},
            ]),
        ),
    ]
}

/// Names of the variables in a text, in order, without repetition.
fn variables(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}")
            && !names.contains(&name.trim())
        {
            names.push(name.trim());
        }
    }
    names
}

/// Check 7 of section 8.3.
pub(crate) fn prepare(templates: &[Template], content: &Value) -> Result<Prepared, GraphError> {
    let text = |path: &str| content.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (name, language) = (text("/name"), text("/language/code"));
    let found = templates.iter().find(|template| template.name == name && template.language == language);
    let Some(template) =
        found.filter(|template| matches!(template.status.as_str(), "APPROVED" | "PAUSED" | "DISABLED"))
    else {
        return Err(GraphError::new(132_001, format!("template name ({name}) does not exist in {language}")));
    };
    match template.status.as_str() {
        "PAUSED" => return Err(GraphError::new(132_015, "The template is paused because of low quality")),
        "DISABLED" => return Err(GraphError::new(132_016, "The template has been disabled")),
        _ => {}
    }
    let sent = content.get("components").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let header = header(template, sent)?;
    let body = template.component("BODY").and_then(|body| body.get("text")).and_then(Value::as_str).unwrap_or_default();
    let body = fill(body, parameters(sent, "body"), template.named)?;
    if body.chars().count() > 1024 {
        return Err(GraphError::new(132_005, "The translated text is too long"));
    }
    let footer = template.component("FOOTER").and_then(|footer| footer.get("text")).cloned();
    let rendered =
        json!({"name": name, "header": header, "body": body, "footer": footer, "buttons": buttons(template, sent)?});
    Ok(Prepared { category: template.category.clone(), rendered })
}

fn parameters<'a>(sent: &'a [Value], kind: &str) -> &'a [Value] {
    let component = sent.iter().find(|component| is(component, kind));
    component.and_then(|component| component.get("parameters")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Fills variables in, with the count and format checks of section 2.6.
fn fill(text: &str, parameters: &[Value], named: bool) -> Result<String, GraphError> {
    let names = variables(text);
    if names.len() != parameters.len() {
        let details = format!(
            "number of localizable_params ({}) does not match the expected number of params ({})",
            parameters.len(),
            names.len()
        );
        return Err(GraphError::new(132_000, details));
    }
    let mut out = text.to_owned();
    for (index, parameter) in parameters.iter().enumerate() {
        let given = parameter.get("parameter_name").and_then(Value::as_str);
        if named != given.is_some() || given.is_some_and(|given| !names.contains(&given)) {
            return Err(GraphError::new(132_000, "Parameter name is missing, unknown or not expected"));
        }
        let value = parameter_text(parameter)?;
        let name = given.map_or_else(|| (index + 1).to_string(), str::to_owned);
        out = out.replace(&format!("{{{{{name}}}}}"), &value);
    }
    Ok(out)
}

fn parameter_text(parameter: &Value) -> Result<String, GraphError> {
    let text = |path: &str| parameter.pointer(path).and_then(Value::as_str);
    let value = match text("/type").unwrap_or("text") {
        "text" => text("/text"),
        "currency" => text("/currency/fallback_value"),
        "date_time" => text("/date_time/fallback_value"),
        _ => None,
    };
    let value = value.filter(|value| !value.is_empty());
    let value = value
        .ok_or_else(|| GraphError::new(132_012, "Parameter format does not match format in the created template"))?;
    if value.contains(['\n', '\t']) || value.contains("     ") {
        return Err(GraphError::new(
            132_018,
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        ));
    }
    Ok(value.to_owned())
}

fn header(template: &Template, sent: &[Value]) -> Result<Value, GraphError> {
    let Some(component) = template.component("HEADER") else { return Ok(Value::Null) };
    let format = component.get("format").and_then(Value::as_str).unwrap_or("TEXT");
    let given = parameters(sent, "header");
    if format == "TEXT" {
        let text = component.get("text").and_then(Value::as_str).unwrap_or_default();
        return Ok(json!({"type": "text", "text": fill(text, given, template.named)?}));
    }
    let kind = format.to_lowercase();
    let media = given.first().and_then(|parameter| parameter.get(&kind));
    let media = media.filter(|media| kind == "location" || media.get("id").is_some() || media.get("link").is_some());
    let media = media.ok_or_else(|| GraphError::new(132_012, format!("header: Format mismatch, expected {format}")))?;
    Ok(json!({"type": kind, kind.as_str(): media}))
}

fn buttons(template: &Template, sent: &[Value]) -> Result<Value, GraphError> {
    let Some(list) = template.component("BUTTONS").and_then(|buttons| buttons.get("buttons")).and_then(Value::as_array)
    else {
        return Ok(json!([]));
    };
    let mut shown = Vec::new();
    for (index, button) in list.iter().enumerate() {
        let parameter = button_parameter(sent, index);
        let mut view = button.clone();
        let text = |key: &str| button.get(key).and_then(Value::as_str).unwrap_or_default();
        let value = |key: &str| parameter.and_then(|parameter| parameter.get(key)).and_then(Value::as_str);
        if let Some(map) = view.as_object_mut() {
            map.remove("example");
            if text("type") == "QUICK_REPLY" {
                map.insert("payload".to_owned(), json!(value("payload").unwrap_or_else(|| text("text"))));
            }
            if text("url").contains("{{1}}") {
                let suffix = value("text").ok_or_else(|| {
                    GraphError::new(132_000, format!("button at index {index} needs a parameter for its url"))
                })?;
                map.insert("url".to_owned(), json!(text("url").replace("{{1}}", suffix)));
            }
        }
        shown.push(view);
    }
    Ok(Value::Array(shown))
}

fn button_parameter(sent: &[Value], index: usize) -> Option<&Value> {
    let here = |component: &&Value| {
        let given = component.get("index");
        let number =
            given.and_then(Value::as_u64).or_else(|| given.and_then(Value::as_str).and_then(|text| text.parse().ok()));
        is(component, "button") && number == u64::try_from(index).ok()
    };
    sent.iter().find(here)?.get("parameters")?.as_array()?.first()
}

impl State {
    /// The review of a new template ends: it is approved.
    pub(crate) fn review(&mut self, id: &str) {
        self.set_template_status(id, "APPROVED", "NONE");
    }

    /// Changes a template's status and sends the webhook of section 5.7.
    pub(crate) fn set_template_status(&mut self, id: &str, status: &str, reason: &str) -> bool {
        let Some(template) = self.templates.iter_mut().find(|template| template.id == id) else { return false };
        status.clone_into(&mut template.status);
        let value = json!({"event": status, "message_template_id": template.id.parse::<u64>().unwrap_or(0),
            "message_template_name": template.name, "message_template_language": template.language,
            "message_template_category": template.category, "reason": reason});
        let field = "message_template_status_update".to_owned();
        let name = template.name.clone();
        self.post(Unit { field, value, person: None, inbound: Vec::new(), statuses: Vec::new() });
        if matches!(status, "APPROVED" | "PAUSED" | "DISABLED") {
            self.release(&name, status == "APPROVED");
        }
        true
    }

    /// Plans the decision on a new template: two seconds in the demo profile, at once in tests.
    pub(crate) fn plan_review(&mut self, id: &str) {
        let wait = if self.config.profile == crate::Profile::Demo { 2000 } else { 0 };
        self.timer(self.now_ms() + wait, Timer::Review(id.to_owned()));
    }
}
