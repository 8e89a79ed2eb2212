//! What the phone shows.

use serde_json::{Map, Value, json};

use crate::inbound::words;
use crate::state::{Message, Person, State};

impl State {
    /// Everything, with or without the chats.
    pub(crate) fn view(&self, chats: bool) -> Value {
        let shown = self.people.iter().filter(|person| !person.background);
        let customers: Vec<Value> = shown.clone().map(|person| self.person_view(person)).collect();
        let mut view = json!({
            "now_ms": self.now_ms(),
            "clock_offset_ms": self.clock.offset_ms(),
            "business": {"name": self.config.business_name, "phone": self.display(),
                "phone_number_id": self.config.phone_number_id, "waba_id": self.config.waba_id,
                "about": self.profile.get("about"), "status": self.settings.number_status},
            "customers": customers,
            "webhooks": self.webhook_view(),
            "faults": self.faults.list,
        });
        if chats && let Some(map) = view.as_object_mut() {
            let chats: Map<String, Value> =
                shown.map(|person| (person.customer.id.clone(), self.messages_view(person))).collect();
            map.insert("chats".to_owned(), Value::Object(chats));
        }
        view
    }

    /// Pending webhooks and the last problem in words.
    pub(crate) fn webhook_view(&self) -> Value {
        json!({"idle": self.is_idle(), "pending": self.deliveries.len(), "in_flight": self.in_flight, "timers": self.timers.len(),
            "batched": self.batch.len(), "abandoned": self.abandoned, "last_error": self.last_webhook_error,
            "subscribed": self.settings.subscribed, "delivering": self.settings.deliver,
            "callback_url": self.callback("messages"), "heard": self.is_heard("messages")})
    }

    /// One person.
    pub(crate) fn person_view(&self, person: &Person) -> Value {
        let on_phone: Vec<&Message> = self.on_phone(person).collect();
        let unread = on_phone
            .iter()
            .filter(|message| message.from_business && message.status == "delivered" && !message.seen)
            .count();
        let last = on_phone
            .last()
            .map(|message| json!({"text": summary(message), "at_ms": message.at_ms, "mine": !message.from_business}));
        json!({
            "id": person.customer.id, "name": person.customer.name, "phone": person.customer.phone, "about": person.customer.about,
            "identity": person.customer.identity, "username": person.customer.username,
            "user_id": person.user_id(&self.config.waba_id), "parent_user_id": person.parent_user_id(),
            "offline": person.offline, "read_receipts": person.read_receipts, "blocked": person.blocked,
            "on_whatsapp": person.on_whatsapp, "marketing_stopped": person.marketing_stopped,
            "window_open": person.window_until_ms > self.now_ms(), "window_until_ms": person.window_until_ms,
            "typing": person.typing_until_ms > self.now_ms(), "typing_until_ms": person.typing_until_ms,
            "unread": unread, "waiting": person.waiting.len(), "last": last,
        })
    }

    /// Messages that are on the person's phone: their own, and delivered ones of the business.
    fn on_phone<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Message> {
        person.chat.iter().filter_map(|id| self.messages.get(id)).filter(|message| {
            !message.from_business || matches!(message.status.as_str(), "delivered" | "read" | "played")
        })
    }

    /// The messages of a chat, oldest first.
    pub(crate) fn messages_view(&self, person: &Person) -> Value {
        self.on_phone(person).map(|message| self.message_view(message)).collect()
    }

    fn message_view(&self, message: &Message) -> Value {
        let quote = message.quote.as_ref().and_then(|id| self.messages.get(id));
        let quote =
            quote.map(|quoted| json!({"id": quoted.id, "mine": !quoted.from_business, "text": summary(quoted)}));
        let reactions: Vec<Value> =
            message.reactions.iter().map(|(from, emoji)| json!({"from": from, "emoji": emoji})).collect();
        json!({
            "id": message.id, "mine": !message.from_business, "type": message.kind, "content": message.content,
            "rendered": message.rendered, "text": words(&message.kind, &message.content), "at_ms": message.at_ms,
            "status": message.status, "quote": quote, "reactions": reactions, "revoked": message.revoked,
            "edited": message.edited, "biz_opaque_callback_data": message.biz, "media": self.media_view(message),
        })
    }

    /// Where the page finds the file of a message.
    fn media_view(&self, message: &Message) -> Option<Value> {
        let pick = |value: &Value| {
            value.get("id").and_then(Value::as_str).filter(|id| self.media.contains_key(*id)).map(str::to_owned)
        };
        let header = |value: &Value| {
            let header = value.get("header")?;
            pick(header.get(header.get("type")?.as_str()?)?)
        };
        let id = pick(&message.content)
            .or_else(|| header(&message.content))
            .or_else(|| header(message.rendered.as_ref()?))?;
        let media = self.media.get(&id)?;
        let name = message
            .content
            .get("filename")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| media.filename.clone());
        Some(
            json!({"id": id, "url": format!("control/media/{id}"), "mime": media.mime, "filename": name, "size": media.bytes.len()}),
        )
    }
}

/// One line about a message.
fn summary(message: &Message) -> String {
    if message.revoked {
        return "Deleted message".to_owned();
    }
    let rendered = message.rendered.as_ref().and_then(|view| view.get("body")).and_then(Value::as_str);
    if let Some(text) = rendered {
        return text.to_owned();
    }
    let said = words(&message.kind, &message.content);
    let label = match message.kind.as_str() {
        "image" => "Photo",
        "video" => "Video",
        "audio" => "Voice note",
        "document" => "Document",
        "sticker" => "Sticker",
        "location" => "Location",
        "contacts" => "Contact",
        "order" => "Order",
        _ => return said.unwrap_or_else(|| message.kind.clone()),
    };
    said.map_or_else(|| label.to_owned(), |said| format!("{label}: {said}"))
}
