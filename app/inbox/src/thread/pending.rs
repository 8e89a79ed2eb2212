//! Messages that are on their way to the server. Each has one key for all its attempts, so however often a flaky
//! line makes us ask, the customer gets one message. They outlive a reload.

use domain::messages::{MessageRow, Quote};
use domain::{AttachmentId, ClientKey, ConversationId, Error, MessageId, Timestamp, time};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::AppError;
use ui::browser::{keep, kept, now};
use ui::reactive::spawn;
use ui::wire::json;

use super::store::ThreadStore;
use crate::api::{add_note, send_message};

/// One intent to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    pub key: ClientKey,
    pub note: bool,
    pub body: String,
    pub attachment: Option<AttachmentId>,
    pub file_name: Option<String>,
    pub quote: Option<Quote>,
    #[serde(default, with = "domain::time::maybe")]
    pub seen: Option<Timestamp>,
    /// When it was refused because the session had ended, in seconds since 1970.
    #[serde(default)]
    pub signed_out: Option<i64>,
    #[serde(skip)]
    pub state: PendingState,
}

/// Who signs in again so soon still means what they wanted to send; later they are asked.
const STILL_MEANT: i64 = 30 * 60;

/// How far an intent is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PendingState {
    Sending,
    /// The line failed; nobody knows whether the server heard us.
    #[default]
    NotSent,
    /// A colleague answered first.
    Overtaken,
}

/// What to do with the text of a message that the server refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    pub pending: Pending,
    pub error: Error,
}

impl Pending {
    pub fn is_sending(&self) -> bool {
        self.state == PendingState::Sending
    }

    /// It goes out by itself now that its writer is back: the server did not take it before, that is certain.
    fn goes_on(&self, now: i64) -> bool {
        self.signed_out.is_some_and(|since| now - since < STILL_MEANT)
    }

    fn reply_to(&self) -> Option<MessageId> {
        self.quote.as_ref().and_then(|quote| quote.id)
    }

    async fn post(self, conversation: ConversationId) -> Result<MessageRow, AppError> {
        if self.note {
            return add_note(conversation, self.key, self.body).await;
        }
        let reply_to = self.reply_to();
        let text = |id: Option<String>| id.unwrap_or_default();
        send_message(
            conversation,
            self.key,
            self.body,
            text(self.attachment.map(|id| id.to_string())),
            text(reply_to.map(|id| id.to_string())),
            text(self.seen.map(time::write)),
        )
        .await
    }
}

impl ThreadStore {
    /// Shows `pending` at once and posts it. What the server refuses comes back through `returned`.
    pub fn send(self, pending: Pending, returned: Callback<Returned>) {
        let Some(id) = self.id.get_untracked() else { return };
        let pending = Pending { state: PendingState::Sending, signed_out: None, ..pending };
        self.pending.update(|list| match list.iter_mut().find(|known| known.key == pending.key) {
            Some(known) => *known = pending.clone(),
            None => list.push(pending.clone()),
        });
        self.keep(id);
        spawn(async move {
            let key = pending.key;
            let answer = pending.clone().post(id).await;
            if self.id.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(row) => {
                    forget(id, key);
                    if self.is_open(id) {
                        self.take(key);
                        self.upsert(row);
                        self.refresh();
                    }
                }
                Err(AppError(Error::Unauthenticated)) => {
                    wait_for_sign_in(id, key);
                    self.mark(key, PendingState::NotSent);
                }
                Err(AppError(Error::Transport(_) | Error::Unexpected(_))) => {
                    self.mark(key, PendingState::NotSent);
                }
                Err(AppError(Error::Conflict)) => {
                    self.mark(key, PendingState::Overtaken);
                    self.refresh();
                }
                Err(AppError(error)) => {
                    forget(id, key);
                    self.take(key);
                    if self.is_open(id) {
                        returned.run(Returned { pending, error });
                        self.refresh();
                    }
                }
            }
        });
    }

    /// Takes an intent back that was not sent.
    pub fn take(self, key: ClientKey) -> Option<Pending> {
        let taken = self
            .pending
            .try_update(|list| list.iter().position(|known| known.key == key).map(|at| list.remove(at)))
            .flatten();
        if let Some(id) = self.id.get_untracked() {
            self.keep(id);
        }
        taken
    }

    fn mark(self, key: ClientKey, state: PendingState) {
        self.pending.update(|list| {
            if let Some(known) = list.iter_mut().find(|known| known.key == key) {
                known.state = state;
            }
        });
    }

    /// What an earlier visit could not send. What only waited for its writer to sign in goes out.
    pub fn recall(self, id: ConversationId, returned: Callback<Returned>) {
        for pending in recalled(id) {
            if self.pending.with_untracked(|list| list.iter().any(|known| known.key == pending.key)) {
                continue;
            }
            if pending.goes_on(now()) {
                self.send(pending, returned);
            } else {
                self.pending.update(|list| list.push(pending));
            }
        }
        self.keep(id);
    }

    /// Not before the list can be read: it would be overwritten.
    fn keep(self, id: ConversationId) {
        if self.ready.get_untracked() {
            self.pending.with_untracked(|list| store(id, list));
        }
    }
}

/// The conversation may no longer be the one on the screen, so the stored list is edited by itself.
fn forget(id: ConversationId, key: ClientKey) {
    let mut kept = recalled(id);
    kept.retain(|pending| pending.key != key);
    store(id, &kept);
}

fn wait_for_sign_in(id: ConversationId, key: ClientKey) {
    let mut kept = recalled(id);
    for pending in kept.iter_mut().filter(|pending| pending.key == key) {
        pending.signed_out = Some(now());
    }
    store(id, &kept);
}

fn store(id: ConversationId, list: &[Pending]) {
    let text = if list.is_empty() { String::new() } else { serde_json::to_string(list).unwrap_or_default() };
    keep(&slot(id), &text);
}

fn recalled(id: ConversationId) -> Vec<Pending> {
    kept(&slot(id)).and_then(|text| json::read(&text).ok()).unwrap_or_default()
}

fn slot(id: ConversationId) -> String {
    format!("unsent:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_on_its_way_is_not_sent_after_a_reload() {
        let pending = Pending {
            key: "0198f1c2-0000-7000-8000-000000000001".parse().unwrap(),
            note: false,
            body: "Hello".into(),
            attachment: None,
            file_name: None,
            quote: None,
            seen: None,
            signed_out: None,
            state: PendingState::Sending,
        };
        let text = serde_json::to_string(&pending).unwrap();
        let back: Pending = serde_json::from_str(&text).unwrap();
        assert_eq!(back, Pending { state: PendingState::NotSent, ..pending });
        assert!(!back.goes_on(0));
    }

    #[test]
    fn what_waited_for_its_writer_goes_out_while_it_is_still_meant() {
        let text = r#"{"key":"0198f1c2-0000-7000-8000-000000000001","note":false,"body":"Hello","attachment":null,
            "file_name":null,"quote":null,"signed_out":1000}"#;
        let pending: Pending = serde_json::from_str(text).unwrap();
        assert!(pending.goes_on(1000 + STILL_MEANT - 1));
        assert!(!pending.goes_on(1000 + STILL_MEANT));
    }
}
