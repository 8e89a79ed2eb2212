//! `POST /{pnid}/messages` (section 2) in the order of checks of section 8.3.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::errors::GraphError;
use super::validate::{self, Outgoing};
use super::{Call, Note};
use crate::Inner;
use crate::config::Customer;
use crate::ids::Direction;
use crate::lifecycle::Fate;
use crate::state::{Message, Person, State};
use crate::templates::Prepared;

/// Who a send is for.
struct Target {
    /// Absent when nobody has the number.
    person: Option<String>,
    /// Digits when addressed by phone.
    phone: Option<String>,
    /// Item of `contacts` in the response.
    echo: Value,
    address: String,
}

/// Sends a message or marks one as read.
pub(crate) async fn post(inner: &Arc<Inner>, call: &Call, edge: &str, note: &mut Note) -> Result<Value, GraphError> {
    if call.malformed {
        return Err(GraphError::new(100, "The request body is not valid JSON."));
    }
    if call.text("status") == Some("read") {
        return inner.with(|state| state.mark_read(call));
    }
    let (wamid, reply, link) = inner.with(|state| state.send(call, edge))?;
    note.wamid = Some(wamid.clone());
    if let Some(link) = link {
        tokio::spawn(fetch(Arc::clone(inner), wamid, link));
    }
    // The answer must not say more than the ledger on disk.
    let written = inner.with(|state| state.ledger.barrier());
    let _ = written.await;
    Ok(reply)
}

/// Fetches a linked file as Meta would.
async fn fetch(inner: Arc<Inner>, wamid: String, link: String) {
    let response = inner.http.get(&link).timeout(Duration::from_secs(10)).send().await;
    let file = match response {
        Ok(response) if response.status().is_success() => {
            let mime = super::header(response.headers(), "content-type");
            response.bytes().await.ok().map(|bytes| (mime, bytes))
        }
        _ => None,
    };
    inner.with(|state| {
        let media = file.map(|(mime, bytes)| state.store_media(&mime, None, bytes, 30));
        state.fetched(&wamid, media);
    });
}

/// Generic cell rate: `next` is the time at which the bucket is empty again. True when the call fits.
pub(crate) fn admit(next: &mut i64, now: i64, interval: i64, burst: i64) -> bool {
    let start = (*next).max(now);
    if start - now > interval * (burst - 1).max(0) {
        return false;
    }
    *next = start + interval;
    true
}

impl State {
    fn mark_read(&mut self, call: &Call) -> Result<Value, GraphError> {
        let id =
            call.text("message_id").ok_or_else(|| GraphError::new(131_008, "Parameter 'message_id' is mandatory"))?;
        let found = self.messages.get(id).filter(|message| !message.from_business);
        let Some((person, at_ms)) = found.map(|message| (message.person.clone(), message.at_ms)) else {
            self.violation("read_of_unknown_message");
            return Err(GraphError::new(131_009, "The message does not exist or was not received by this number"));
        };
        let typing = call.params.get("typing_indicator").is_some();
        let until = self.now_ms() + 25_000;
        let Some(found) = self.person_mut(&person) else { return Ok(json!({"success": true})) };
        if typing {
            found.typing_until_ms = until;
        }
        for id in found.chat.clone() {
            if let Some(message) = self.messages.get_mut(&id)
                && !message.from_business
                && message.at_ms <= at_ms
            {
                "read".clone_into(&mut message.status);
            }
        }
        self.tell(&person);
        Ok(json!({"success": true}))
    }

    /// Runs the checks and accepts the message: its id, the answer and a link that has to be fetched.
    fn send(&mut self, call: &Call, edge: &str) -> Result<(String, Value, Option<String>), GraphError> {
        self.check_number()?;
        let outgoing = validate::check(&call.params)?;
        let target = self.resolve(&outgoing)?;
        let injected = self.faults.strike_code("messages", target.person.as_deref());
        let injected = injected.and_then(|fault| fault.error_code().map(|code| (code, fault.later)));
        if let Some((code, later)) = injected
            && !(later || only_by_webhook(code))
        {
            return Err(GraphError::new(code, "Injected by the sandbox"));
        }
        self.check_rates(target.person.as_deref())?;
        let prepared = self.prepare(&outgoing, &target, edge)?;
        let category =
            prepared.as_ref().map_or_else(|| "service".to_owned(), |prepared| prepared.category.to_lowercase());
        let allowance = category == "service" && self.service_sent < self.settings.allowance;
        if !self.settings.payment_method && !allowance {
            return Err(GraphError::new(131_042, "There is no payment method for this account"));
        }
        let failure = match injected {
            Some((code, _)) => Some(code),
            None => self.foresee(&outgoing, &target, &category),
        };
        self.count_violations(&target, &category, failure);
        if failure == Some(131_047) && self.settings.sync_window_check {
            return Err(GraphError::new(131_047, "More than 24 hours have passed since the recipient last replied"));
        }
        self.service_sent += u32::from(category == "service");
        Ok(self.take(outgoing, target, prepared, category, allowance, failure))
    }

    /// Counts sends that the client should have known to be refused.
    fn count_violations(&mut self, target: &Target, category: &str, failure: Option<u32>) {
        match failure {
            Some(131_047) => self.violation("free_form_outside_window"),
            Some(131_050) => self.violation("marketing_after_stop"),
            Some(131_053) => self.violation("unusable_media"),
            _ => {}
        }
        let now = self.now_ms();
        let person = target.person.clone().unwrap_or_default();
        if category == "marketing" && self.marketing_rest.get(&person).is_some_and(|until| *until > now) {
            self.violation("marketing_within_24h_of_131049");
        }
        if failure == Some(131_049) {
            self.marketing_rest.insert(person, now + 86_400_000);
        }
    }

    fn take(
        &mut self,
        outgoing: Outgoing,
        target: Target,
        prepared: Option<Prepared>,
        category: String,
        allowance: bool,
        failure: Option<u32>,
    ) -> (String, Value, Option<String>) {
        let digits = target.phone.clone().unwrap_or_else(|| "10000000000".to_owned());
        let wamid = self.minter.wamid(&digits, Direction::FromBusiness);
        let link =
            media_object(&outgoing).and_then(|media| media.get("link")).and_then(Value::as_str).map(str::to_owned);
        let paced = prepared.is_some()
            && failure.is_none()
            && self.faults.strike("hold_for_quality", target.person.as_deref()).is_some();
        let fate = match (failure, &link) {
            (Some(code), _) => Fate::Fail(code),
            _ if paced => Fate::Pace,
            (None, Some(_)) => Fate::Hold,
            (None, None) => Fate::Go,
        };
        let mut item = json!({"id": wamid});
        if prepared.is_some()
            && let Some(map) = item.as_object_mut()
        {
            map.insert(
                "message_status".to_owned(),
                json!(if paced { "held_for_quality_assessment" } else { "accepted" }),
            );
        }
        let message = Message {
            id: wamid.clone(),
            person: target.person.clone().unwrap_or_default(),
            from_business: true,
            kind: outgoing.kind,
            content: outgoing.content,
            rendered: prepared.map(|prepared| prepared.rendered),
            quote: outgoing.quote,
            biz: outgoing.biz,
            at_ms: self.now_ms(),
            status: "accepted".to_owned(),
            to_phone: target.phone,
            category,
            allowance,
            ..Message::default()
        };
        self.accept(message, &target.address, fate);
        let reply = json!({"messaging_product": "whatsapp", "contacts": [target.echo], "messages": [item]});
        (wamid, reply, link.filter(|_| fate == Fate::Hold))
    }

    fn check_number(&self) -> Result<(), GraphError> {
        match self.settings.number_status.as_str() {
            "UNREGISTERED" => {
                Err(GraphError::new(133_010, "The phone number is not registered on the WhatsApp Business Platform"))
            }
            "LOCKED" => Err(GraphError::new(131_031, "The account has been locked")),
            "RESTRICTED" => Err(GraphError::new(368, "The account is blocked because of policy violations")),
            "MAINTENANCE" => Err(GraphError::new(131_057, "The number is being upgraded")),
            _ => Ok(()),
        }
    }

    fn resolve(&mut self, outgoing: &Outgoing) -> Result<Target, GraphError> {
        let target = match (&outgoing.to, &outgoing.recipient) {
            (Some(to), _) => self.resolve_phone(to)?,
            (None, Some(user_id)) => self.resolve_user_id(user_id)?,
            (None, None) => return Err(GraphError::new(131_008, "Parameter 'to' is mandatory")),
        };
        let blocked =
            target.person.as_deref().and_then(|id| self.person(id)).is_some_and(|person| person.blocked_by_business);
        if blocked {
            return Err(GraphError::new(130_403, "The user is on the block list of the business"));
        }
        Ok(target)
    }

    fn resolve_phone(&mut self, to: &str) -> Result<Target, GraphError> {
        let digits: String = to.chars().filter(|letter| !matches!(letter, '+' | ' ' | '-' | '(' | ')' | '.')).collect();
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GraphError::new(131_009, "'to' is not a phone number"));
        }
        if digits == self.display() {
            return Err(GraphError::new(131_021, "Sender and recipient phone number is the same"));
        }
        if self.by_phone(&digits).is_none() && self.settings.unknown_recipients_join {
            let mut person = Person::new(Customer::new(&digits, &format!("+{digits}"), &digits));
            person.background = true;
            self.add_person(person);
        }
        Ok(Target {
            person: self.by_phone(&digits).map(|person| person.customer.id.clone()),
            echo: json!({"input": to, "wa_id": digits}),
            phone: Some(digits),
            address: to.to_owned(),
        })
    }

    fn resolve_user_id(&mut self, user_id: &str) -> Result<Target, GraphError> {
        let person = self
            .by_user_id(user_id)
            .ok_or_else(|| GraphError::new(131_009, "'recipient' is not a user id of this portfolio"))?;
        Ok(Target {
            person: Some(person.customer.id.clone()),
            phone: None,
            echo: json!({"input": user_id, "user_id": user_id}),
            address: user_id.to_owned(),
        })
    }

    /// Throughput of the number, then the pair (section 6.5).
    fn check_rates(&mut self, person: Option<&str>) -> Result<(), GraphError> {
        let now = self.clock.now_us();
        let rate = self.settings.throughput_per_second;
        if rate > 0 && !admit(&mut self.throughput_us, now, 1_000_000 / rate, rate) {
            self.violation("over_throughput");
            return Err(GraphError::new(130_429, "Cloud API message throughput has been reached."));
        }
        let (interval, burst) = (self.settings.pair_interval_ms * 1000, self.settings.pair_burst);
        let Some(person) = person.and_then(|id| self.person_mut(id)) else { return Ok(()) };
        if interval > 0 && !admit(&mut person.pair_us, now, interval, burst) {
            self.violation("over_pair_limit");
            return Err(GraphError::new(
                131_056,
                "Too many messages sent from this phone number to the same recipient in a short time",
            ));
        }
        Ok(())
    }

    fn prepare(&self, outgoing: &Outgoing, target: &Target, edge: &str) -> Result<Option<Prepared>, GraphError> {
        if outgoing.kind != "template" {
            return match edge {
                "marketing_messages" => Err(GraphError::new(134_100, "Only templates can be sent here")),
                _ => Ok(None),
            };
        }
        let prepared = crate::templates::prepare(&self.templates, &outgoing.content)?;
        if prepared.category == "AUTHENTICATION" && target.phone.is_none() {
            return Err(GraphError::new(131_062, "One-time passwords need a phone number"));
        }
        if edge == "marketing_messages" && prepared.category != "MARKETING" {
            return Err(GraphError::new(134_100, "Only marketing templates can be sent here"));
        }
        Ok(Some(prepared))
    }

    /// Checks 10 to 14: failures that arrive by webhook.
    fn foresee(&self, outgoing: &Outgoing, target: &Target, category: &str) -> Option<u32> {
        let Some(person) = target.person.as_deref().and_then(|id| self.person(id)).filter(|person| person.on_whatsapp)
        else {
            return Some(131_026);
        };
        let template = outgoing.kind == "template";
        if !template && person.window_until_ms <= self.now_ms() {
            return Some(131_047);
        }
        if category == "marketing" && person.marketing_stopped {
            return Some(131_050);
        }
        if category == "marketing" && person.country() == "US" && self.settings.us_marketing_paused {
            return Some(131_049);
        }
        if outgoing.kind == "reaction" {
            let id = outgoing.content.get("message_id").and_then(Value::as_str).unwrap_or_default();
            let known = self.messages.get(id).is_some_and(|message| message.person == person.customer.id);
            return (!known).then_some(131_009);
        }
        let media = media_object(outgoing).and_then(|media| media.get("id")).and_then(Value::as_str);
        let usable = |id: &str| self.media.get(id).is_some_and(|media| media.until_ms > self.now_ms());
        media.filter(|id| !usable(id)).map(|_| 131_053)
    }
}

/// The object with `id` or `link`, also in the header of an interactive message or template.
fn media_object(outgoing: &Outgoing) -> Option<&Value> {
    const MEDIA: [&str; 5] = ["image", "video", "audio", "document", "sticker"];
    match outgoing.kind.as_str() {
        kind if MEDIA.contains(&kind) => Some(&outgoing.content),
        "template" => {
            let components = outgoing.content.get("components")?.as_array()?;
            let header = components.iter().find(|one| one.get("type").and_then(Value::as_str) == Some("header"))?;
            let parameter = header.get("parameters")?.as_array()?.first()?;
            parameter.get(parameter.get("type")?.as_str().filter(|kind| MEDIA.contains(kind))?)
        }
        "interactive" => {
            let header = outgoing.content.get("header")?;
            header.get(header.get("type")?.as_str()?)
        }
        _ => None,
    }
}

/// Codes that Meta reports by webhook only (section 7.2).
fn only_by_webhook(code: u32) -> bool {
    matches!(code, 130_472 | 131_026 | 131_049 | 131_052)
}
