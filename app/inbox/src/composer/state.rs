//! What is being written: text, quote and files, kept as a draft for each conversation on this device.

use domain::messages::{MessageRow, Outgoing, Quote, Sender, parse_note};
use domain::{AttachmentId, ClientKey, ConversationId, Error};
use leptos::prelude::*;
use ui::browser::{focus, keep, kept};
use ui::t;
use ui::wire::fresh_key;
use ui::words::error_words;

use crate::thread::{Pending, PendingState, Returned, ThreadStore};

/// Where the text is typed.
pub const FIELD: &str = "#composer-text";

/// A file beside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    pub local: u32,
    pub name: String,
    pub size: u64,
    pub state: Upload,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Upload {
    /// In percent.
    Running(u32),
    Ready(AttachmentId),
    Failed(String),
}

/// The composer of the open conversation.
#[derive(Clone, Copy)]
pub struct Composer {
    conversation: RwSignal<Option<ConversationId>>,
    pub note: RwSignal<bool>,
    pub text: RwSignal<String>,
    pub quote: RwSignal<Option<Quote>>,
    pub files: RwSignal<Vec<Attached>>,
    pub error: RwSignal<Option<String>>,
    pub templates: RwSignal<bool>,
    /// The list of canned replies is open.
    pub canned: RwSignal<bool>,
    /// What was kept on this device can be read.
    ready: RwSignal<bool>,
    next: StoredValue<u32>,
}

impl Composer {
    pub fn new(ready: RwSignal<bool>) -> Self {
        Self {
            conversation: RwSignal::new(None),
            note: RwSignal::new(false),
            text: RwSignal::new(String::new()),
            quote: RwSignal::new(None),
            files: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
            templates: RwSignal::new(false),
            canned: RwSignal::new(false),
            ready,
            next: StoredValue::new(0),
        }
    }

    /// Takes up the draft of a conversation. `typed` is what the field held before the page was alive.
    pub fn open(self, id: ConversationId, note: bool, typed: &str) {
        if self.conversation.get_untracked() == Some(id) {
            return;
        }
        self.conversation.set(Some(id));
        self.note.set(note);
        self.quote.set(None);
        self.files.set(Vec::new());
        self.error.set(None);
        self.text.set(typed.to_owned());
        self.take_up_kept();
    }

    /// Puts the draft before what was typed until it could be read.
    pub fn take_up_kept(self) {
        if let Some(id) = self.conversation.get_untracked().filter(|_| self.ready.get_untracked()) {
            let draft = kept(&slot(id, self.note.get_untracked())).unwrap_or_default();
            self.write(joined(draft, &self.text.get_untracked()));
        }
    }

    /// Changes between answer and note; each keeps its own draft.
    pub fn switch(self, note: bool) {
        if self.note.get_untracked() != note {
            self.note.set(note);
            self.error.set(None);
            let draft = self.conversation.get_untracked().and_then(|id| kept(&slot(id, note)));
            self.text.set(draft.unwrap_or_default());
        }
        request_animation_frame(|| focus(FIELD));
    }

    /// What somebody typed, kept at once.
    pub fn write(self, text: String) {
        self.error.set(None);
        if let Some(id) = self.conversation.get_untracked().filter(|_| self.ready.get_untracked()) {
            keep(&slot(id, self.note.get_untracked()), &text);
        }
        self.text.set(text);
    }

    /// Puts a text below what is written, and the cursor behind it.
    pub fn insert(self, text: String) {
        let before = self.text.get_untracked();
        self.write(if before.trim().is_empty() { text } else { format!("{}\n{text}", before.trim_end()) });
        request_animation_frame(|| focus(FIELD));
    }

    /// Answers one message in particular.
    pub fn reply_to(self, row: &MessageRow, thread: ThreadStore) {
        let author = match &row.sender {
            Sender::Customer => thread.of_head_now(|head| head.title.clone()).unwrap_or_default(),
            Sender::Member { name, .. } | Sender::Api { name } => name.clone(),
            Sender::System | Sender::PhoneApp => t!(sender_system).to_owned(),
        };
        self.switch(false);
        self.quote.set(Some(Quote { id: Some(row.id), author, preview: row.content.preview() }));
    }

    /// A file that is about to be uploaded, and its number.
    pub fn attach(self, name: String, size: u64) -> u32 {
        let local = self.next.try_update_value(|next| {
            *next = next.wrapping_add(1);
            *next
        });
        let local = local.unwrap_or_default();
        self.files.update(|files| files.push(Attached { local, name, size, state: Upload::Running(0) }));
        local
    }

    pub fn uploaded(self, local: u32, state: Upload) {
        let _ = self.files.try_update(|files| {
            if let Some(file) = files.iter_mut().find(|file| file.local == local) {
                file.state = state;
            }
        });
    }

    pub fn detach(self, local: u32) {
        self.files.update(|files| files.retain(|file| file.local != local));
    }

    /// Sends what is written. What cannot be sent stays, with the reason.
    pub fn submit(self, thread: ThreadStore) {
        match self.intents(thread) {
            Ok(intents) => {
                self.write(String::new());
                self.quote.set(None);
                self.files.set(Vec::new());
                let returned = self.returned(thread);
                for intent in intents {
                    thread.send(intent, returned);
                }
            }
            Err(error) => self.error.set(Some(error_words(&error))),
        }
        focus(FIELD);
    }

    /// One message, or one for each file with the text under the first.
    fn intents(self, thread: ThreadStore) -> Result<Vec<Pending>, Error> {
        let body = self.text.get_untracked();
        let intent = |body: String| Pending {
            key: fresh_key(),
            note: false,
            body,
            attachment: None,
            file_name: None,
            quote: None,
            seen: thread.seen(),
            signed_out: None,
            state: PendingState::Sending,
        };
        if self.note.get_untracked() {
            return Ok(vec![Pending { note: true, seen: None, ..intent(parse_note(&body)?) }]);
        }
        let files = self.files.get_untracked();
        let quote = self.quote.get_untracked();
        if files.is_empty() {
            Outgoing::parse(&body, None)?;
            return Ok(vec![Pending { quote, ..intent(body.trim().to_owned()) }]);
        }
        let mut intents: Vec<Pending> = Vec::with_capacity(files.len());
        for file in files {
            let Upload::Ready(id) = file.state else {
                return Err(Error::invalid("attachment", t!(upload_unfinished)));
            };
            let caption = if intents.is_empty() { body.trim().to_owned() } else { String::new() };
            Outgoing::parse(&caption, Some(id))?;
            intents.push(Pending { attachment: Some(id), file_name: Some(file.name), ..intent(caption) });
        }
        if let Some(first) = intents.first_mut() {
            first.quote = quote;
        }
        Ok(intents)
    }

    /// Puts a refused message back, before whatever was typed since.
    pub fn returned(self, thread: ThreadStore) -> Callback<Returned> {
        Callback::new(move |Returned { pending, error }| {
            self.put_back(pending, thread);
            self.error.set(Some(error_words(&error)));
        })
    }

    /// Takes an unsent message back to edit it.
    pub fn take_back(self, key: ClientKey, thread: ThreadStore) {
        if let Some(pending) = thread.take(key) {
            self.put_back(pending, thread);
            request_animation_frame(|| focus(FIELD));
        }
    }

    fn put_back(self, pending: Pending, thread: ThreadStore) {
        let here = self.conversation.get_untracked() == thread.id.get_untracked();
        if !here {
            return;
        }
        if self.note.get_untracked() != pending.note {
            self.switch(pending.note);
        }
        let since = self.text.get_untracked();
        let text = if since.trim().is_empty() { pending.body } else { format!("{}\n{since}", pending.body) };
        if let Some(id) = pending.attachment {
            let local = self.attach(pending.file_name.unwrap_or_default(), 0);
            self.uploaded(local, Upload::Ready(id));
        }
        if pending.quote.is_some() {
            self.quote.set(pending.quote);
        }
        self.write(text);
    }
}

fn slot(id: ConversationId, note: bool) -> String {
    format!("{}:{id}", if note { "note" } else { "draft" })
}

/// A draft and what was typed meanwhile, which may be the same: some browsers fill in what a field held.
fn joined(draft: String, typed: &str) -> String {
    if typed.starts_with(&draft) {
        typed.to_owned()
    } else if draft.contains(typed.trim()) {
        draft
    } else {
        format!("{draft}\n{typed}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_draft_nor_what_was_typed_meanwhile_is_lost() {
        for (draft, typed, both) in [
            ("", "", ""),
            ("", "Hello", "Hello"),
            ("Hello", "", "Hello"),
            ("Hello", "Hello", "Hello"),
            ("Hello, Ann", "Hello", "Hello, Ann"),
            ("Hello", "Hello, Ann", "Hello, Ann"),
            ("Hello", "By the way", "Hello\nBy the way"),
        ] {
            assert_eq!(joined(draft.to_owned(), typed), both, "{draft:?} and {typed:?}");
        }
    }
}
