//! The life of a message from the business after it was accepted (section 8.4).

use serde_json::Value;

use crate::engine::Timer;
use crate::ledger::SendEntry;
use crate::state::{Message, State};

/// What happens next to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Sent,
    Deliver,
    Read,
    Played,
    Fail(u32),
}

/// What becomes of a message that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Go,
    Fail(u32),
    /// A linked file has to be fetched first.
    Hold,
    /// Held for quality assessment (section 4.5).
    Pace,
}

/// Order of statuses: none is ever sent after a later one.
fn rank(status: &str) -> u8 {
    match status {
        "accepted" => 0,
        "sent" => 1,
        "delivered" => 2,
        "read" => 3,
        "played" => 4,
        _ => 9,
    }
}

impl State {
    /// Takes a message in and plans its first step.
    pub(crate) fn accept(&mut self, message: Message, to: &str, fate: Fate) {
        let id = message.id.clone();
        self.ledger.accepted(SendEntry {
            wamid: id.clone(),
            biz_opaque_callback_data: message.biz.clone(),
            customer: (!message.person.is_empty()).then(|| message.person.clone()),
            to: to.to_owned(),
            kind: message.kind.clone(),
            accepted_at_ms: message.at_ms,
            delivered_copies: 0,
            last_status: "accepted".to_owned(),
            fault: None,
        });
        if message.kind != "reaction"
            && let Some(person) = self.person_mut(&message.person)
        {
            person.chat.push(id.clone());
            person.typing_until_ms = 0;
        }
        self.messages.insert(id.clone(), message);
        let delays = self.settings.delays.clone();
        match fate {
            Fate::Go => self.plan(&id, Step::Sent, delays.sent_ms),
            Fate::Fail(code) => self.plan(&id, Step::Fail(code), delays.failed_ms),
            Fate::Hold => self.fetching += 1,
            Fate::Pace => self.pace(&id),
        }
    }

    /// A linked file was fetched, or could not be (section 2.3: 131053 by webhook).
    pub(crate) fn fetched(&mut self, wamid: &str, media: Option<String>) {
        self.fetching = self.fetching.saturating_sub(1);
        let step = if media.is_some() { Step::Sent } else { Step::Fail(131_053) };
        if let (Some(id), Some(message)) = (media, self.messages.get_mut(wamid))
            && let Some(content) = message.content.as_object_mut()
        {
            content.insert("id".to_owned(), Value::String(id));
        }
        self.plan(wamid, step, (0, 0));
    }

    fn pace(&mut self, wamid: &str) {
        let rendered = self.messages.get(wamid).and_then(|message| message.rendered.as_ref());
        let name = rendered.and_then(|view| view.get("name")).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.held.push((name, wamid.to_owned()));
    }

    /// The assessment of a template ended: what was held goes out or fails with 132015.
    pub(crate) fn release(&mut self, template: &str, good: bool) {
        let (out, kept) = std::mem::take(&mut self.held).into_iter().partition(|(name, _)| name == template);
        self.held = kept;
        let out: Vec<(String, String)> = out;
        for (_, wamid) in out {
            self.plan(&wamid, if good { Step::Sent } else { Step::Fail(132_015) }, (0, 0));
        }
    }

    fn plan(&mut self, wamid: &str, step: Step, range: (i64, i64)) {
        let wait = if range.1 > range.0 { self.dice.between(range.0, range.1) } else { range.0 };
        self.timer(self.now_ms() + wait.max(0), Timer::Step(wamid.to_owned(), step));
    }

    /// Carries out a step.
    pub(crate) fn step(&mut self, wamid: &str, step: Step) {
        let Some(message) = self.messages.get(wamid).cloned() else { return };
        match step {
            Step::Sent => self.step_sent(&message),
            Step::Deliver => self.step_deliver(&message),
            Step::Read => self.step_read(&message),
            Step::Played => self.step_to(&message, "played", false),
            Step::Fail(code) => {
                if let Some(stored) = self.messages.get_mut(wamid) {
                    stored.error = Some(code);
                }
                let failed = Message { error: Some(code), ..message };
                self.step_to(&failed, "failed", false);
            }
        }
    }

    fn step_sent(&mut self, message: &Message) {
        // A fault may have sent it ahead of the HTTP response.
        if message.status == "accepted" {
            self.step_to(message, "sent", true);
        }
        // Reactions yield nothing but `sent` (section 2.3).
        if message.kind == "reaction" {
            self.apply_reaction(message);
            return;
        }
        if self.person(&message.person).is_some_and(|person| person.blocked) {
            return;
        }
        self.deliver_or_wait(&message.id, &message.person);
    }

    fn deliver_or_wait(&mut self, wamid: &str, person: &str) {
        let Some(person) = self.person_mut(person) else { return };
        if person.offline {
            person.waiting.push(wamid.to_owned());
        } else {
            let range = self.settings.delays.delivered_ms;
            self.plan(wamid, Step::Deliver, range);
        }
    }

    fn step_deliver(&mut self, message: &Message) {
        let Some(person) = self.person(&message.person) else { return };
        if person.offline {
            self.deliver_or_wait(&message.id, &message.person);
            return;
        }
        let open = person.open_until_ms > self.now_ms() && person.read_receipts;
        let skip = self.faults.strike("read_without_delivered", Some(&message.person)).is_some();
        // With the chat on screen only `read` is sent; it implies delivery (section 5.5).
        let status = if open || skip { "read" } else { "delivered" };
        self.step_to(message, status, true);
        if status == "delivered"
            && let Some(range) = self.settings.delays.read_ms
        {
            self.plan(&message.id, Step::Read, range);
        }
    }

    fn step_read(&mut self, message: &Message) {
        if self.person(&message.person).is_some_and(|person| person.read_receipts) {
            self.step_to(message, "read", false);
        }
    }

    /// Moves a message to a status, tells the business and the phone.
    fn step_to(&mut self, message: &Message, status: &str, priced: bool) {
        let Some(stored) = self.messages.get_mut(&message.id) else { return };
        if rank(status) <= rank(&stored.status) {
            return;
        }
        let reached_phone = rank(&stored.status) < 2 && (2..9).contains(&rank(status));
        status.clone_into(&mut stored.status);
        self.ledger.status(&message.id, status, reached_phone, self.clock.now_ms());
        let unit = self.status_unit(message, status, priced);
        self.post(unit);
        self.tell(&message.person);
    }

    fn apply_reaction(&mut self, message: &Message) {
        let text = |key: &str| message.content.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (target, emoji) = (text("message_id"), text("emoji"));
        if let Some(target) = self.messages.get_mut(&target) {
            if emoji.is_empty() {
                target.reactions.remove("business");
            } else {
                target.reactions.insert("business", emoji);
            }
        }
        self.tell(&message.person);
    }

    /// Sends `sent` ahead of the response to the send: the race of section 8.4.
    pub(crate) fn hurry(&mut self, wamid: &str) {
        if let Some(message) = self.messages.get(wamid).cloned()
            && message.status == "accepted"
        {
            self.step_to(&message, "sent", true);
        }
    }

    /// The person looks at the chat: everything delivered is read.
    pub(crate) fn read_chat(&mut self, person: &str) -> usize {
        let Some(found) = self.person(person) else { return 0 };
        let receipts = found.read_receipts;
        let ids: Vec<String> = found.chat.clone();
        let mut count = 0;
        for id in ids {
            let Some(message) = self.messages.get_mut(&id) else { continue };
            if !message.from_business || message.status != "delivered" || message.seen {
                continue;
            }
            count += 1;
            if receipts {
                let message = message.clone();
                self.step_to(&message, "read", false);
            } else {
                // Read on the phone without telling the business: only the unread badge goes.
                message.seen = true;
            }
        }
        if count > 0 {
            self.tell(person);
        }
        count
    }

    /// The person plays a voice note.
    pub(crate) fn play(&mut self, wamid: &str) -> bool {
        let Some(message) = self.messages.get(wamid).cloned() else { return false };
        let voice = message.content.get("voice").and_then(Value::as_bool) == Some(true);
        if !message.from_business || message.kind != "audio" || !voice {
            return false;
        }
        self.step(wamid, Step::Read);
        self.step(wamid, Step::Played);
        true
    }

    /// The phone comes online: what waited arrives now.
    pub(crate) fn come_online(&mut self, person: &str) {
        let Some(found) = self.person_mut(person) else { return };
        found.offline = false;
        let waiting = std::mem::take(&mut found.waiting);
        let now = self.now_ms();
        for wamid in waiting {
            // What waited too long is dropped without a word (section 4.6).
            let fresh = self.messages.get(&wamid).is_some_and(|message| {
                let keep = if message.category == "authentication" { 600_000 } else { 30 * 86_400_000 };
                now - message.at_ms < keep
            });
            if fresh {
                self.deliver_or_wait(&wamid, person);
            }
        }
    }

    /// Ticks on the person's own messages: the webhook with them was answered with 200.
    pub(crate) fn mark_acknowledged(&mut self, inbound: &[String]) {
        for id in inbound {
            if let Some(message) = self.messages.get_mut(id)
                && message.status == "pending"
            {
                "sent".clone_into(&mut message.status);
            }
        }
    }
}
