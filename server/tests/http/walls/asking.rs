//! Asking at a door: who asks, with which arguments, and what comes back.

use backend::ids;
use domain::Error;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value as Json};
use ui::AppError;
use ui::wire::escape;
use uuid::Uuid;

use super::table::{Door, Field, Guard, Place, Value};
use super::town::Ids;
use crate::served::Served;

/// What somebody shows at a door.
#[derive(Clone, Debug)]
pub enum Pass {
    Nothing,
    /// The text of a `Cookie` header.
    Cookie(String),
    /// A bearer's key.
    Key(String),
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    /// Empty for an event stream, which has no end.
    pub text: String,
}

impl Answer {
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a page says this in place of content.
    pub fn says(&self, error: Error) -> bool {
        self.text.contains(&format!("<p class=\"state-text\">{}<", AppError(error)))
    }

    /// A clear no to what was named, by somebody who may ask.
    pub fn is_refusal(&self) -> bool {
        matches!(self.status, 400 | 404 | 409 | 414 | 422)
    }
}

/// The ordinary argument for a field, of a workspace with these ids.
pub fn ordinary(field: &Field, ids: &Ids) -> String {
    let id = match field.2 {
        Value::Text(text) => return text.to_owned(),
        Value::Fresh => ids::fresh::<Uuid>(),
        Value::Conversation => ids.conversation,
        Value::Message => ids.message,
        Value::Contact => ids.contact,
        Value::Colleague => ids.colleague,
        Value::File => ids.file,
        Value::Quarantined => ids.quarantined,
        Value::Spare => ids.spare,
        Value::Session => ids.session,
        Value::Workspace => ids.workspace,
        Value::Invitation => ids.invitation,
        Value::OwnRole => ids.role,
        Value::Team => ids.team,
        Value::Key => ids.key,
        Value::Connection => ids.connection,
        Value::Tag => ids.tag,
        Value::Reply => ids.reply,
    };
    id.to_string()
}

/// Asks at a door with an argument for each of its fields.
pub async fn ask(served: &Served, door: &Door, pass: &Pass, fill: impl Fn(&Field) -> String) -> Answer {
    // Only who takes documents is sent to another one.
    let takes = if matches!(door.guard, Guard::Page(..)) { "text/html" } else { "*/*" };
    let request = request(served, door, &fill).header(ACCEPT, takes);
    let request = match pass {
        Pass::Nothing => request,
        Pass::Cookie(cookie) => request.header(COOKIE, cookie),
        Pass::Key(key) => request.header(AUTHORIZATION, format!("Bearer {key}")),
    };
    let answer = request.send().await.unwrap();
    let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let (status, location) = (answer.status().as_u16(), header(LOCATION));
    let endless = header(CONTENT_TYPE).starts_with("text/event-stream");
    let text =
        if endless { String::new() } else { String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned() };
    Answer { status, location, text }
}

fn request(served: &Served, door: &Door, fill: &impl Fn(&Field) -> String) -> RequestBuilder {
    let at =
        |place: Place| door.fields.iter().filter(move |field| field.0 == place).map(|field| (field.1, fill(field)));
    let mut address = door.path.replace("{*rest}", "nowhere");
    for (name, value) in at(Place::Path) {
        address = address.replace(&format!("{{{name}}}"), &escape(&value));
    }
    let query: Vec<String> = at(Place::Query).map(|(name, value)| format!("{name}={}", escape(&value))).collect();
    let method = if door.method == "ANY" { Method::GET } else { door.method.parse().unwrap() };
    let mut request = served.client.request(method.clone(), format!("{}{address}?{}", served.base, query.join("&")));
    for (name, value) in at(Place::Header) {
        request = request.header(name, value);
    }
    let json: Map<String, Json> = at(Place::Json).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let files: Vec<(&str, String)> = at(Place::File).collect();
    if !json.is_empty() {
        return request.json(&json);
    }
    if !files.is_empty() {
        let parts = files.into_iter().map(|(name, value)| (name, Part::text(value).file_name("plan.txt")));
        return request.multipart(parts.fold(Form::new(), |form, (name, part)| form.part(name, part)));
    }
    if method == Method::GET {
        return request;
    }
    request.form(&at(Place::Form).collect::<Vec<_>>())
}
