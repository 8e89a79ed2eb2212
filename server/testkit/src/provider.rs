//! A provider that records what it is asked and answers as told.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use backend::outbound::{
    Access, Admitted, ExpectedMedia, FetchedMedia, Incoming, Line, MediaProblem, ParseProblem, Payload, Provider,
    ProviderError, SendOutcome,
};
use bytes::Bytes;
use domain::MessageId;
use domain::templates::TemplateRow;

use crate::Account;

/// Takes a webhook body apart; tests pass the adapter's own.
pub type Parse = fn(&[u8]) -> Result<Vec<Incoming>, ParseProblem>;

/// Records every call. Unless told otherwise, sends are accepted under the id `sent.<message id>`.
pub struct Recorder {
    parse: Parse,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sent: Vec<Admitted>,
    outcomes: VecDeque<SendOutcome>,
    receipts: Vec<(String, bool)>,
    media: HashMap<String, Result<Bytes, MediaProblem>>,
    templates: Vec<TemplateRow>,
    account: Account,
}

impl Recorder {
    pub fn new(parse: Parse) -> Self {
        Self { parse, state: Mutex::default() }
    }

    /// What the next sends come to, in order.
    pub fn answer(&self, outcomes: impl IntoIterator<Item = SendOutcome>) {
        self.state.lock().unwrap().outcomes.extend(outcomes);
    }

    /// What a file of the provider's comes to.
    pub fn put_media(&self, id: &str, file: Result<Bytes, MediaProblem>) {
        self.state.lock().unwrap().media.insert(id.to_owned(), file);
    }

    pub fn put_templates(&self, templates: Vec<TemplateRow>) {
        self.state.lock().unwrap().templates = templates;
    }

    /// What the provider knows of the account that is being set up.
    pub fn put_account(&self, account: Account) {
        self.state.lock().unwrap().account = account;
    }

    /// Looks at that account, or changes it; its problem comes first.
    pub fn account<R>(&self, work: impl FnOnce(&mut Account) -> R) -> Result<R, ProviderError> {
        let mut state = self.state.lock().unwrap();
        match &state.account.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(work(&mut state.account)),
        }
    }

    pub fn sent(&self) -> Vec<Admitted> {
        self.state.lock().unwrap().sent.clone()
    }

    /// The texts of what was sent, in order.
    pub fn texts(&self) -> Vec<String> {
        let texts = self.sent().into_iter().filter_map(|message| match message.payload() {
            Payload::Text { body } => Some(body.clone()),
            _ => None,
        });
        texts.collect()
    }

    /// Read receipts: the message and whether typing was shown.
    pub fn receipts(&self) -> Vec<(String, bool)> {
        self.state.lock().unwrap().receipts.clone()
    }

    /// The id under which this provider accepts a message unless told otherwise.
    pub fn provider_id(message: MessageId) -> String {
        format!("sent.{message}")
    }
}

#[async_trait]
impl Provider for Recorder {
    async fn send(&self, message: &Admitted) -> SendOutcome {
        let mut state = self.state.lock().unwrap();
        state.sent.push(message.clone());
        let accepted = SendOutcome::Accepted { provider_id: Self::provider_id(message.message()), phone: None };
        state.outcomes.pop_front().unwrap_or(accepted)
    }

    async fn mark_read(&self, _line: &Line, provider_id: &str, typing: bool) -> Result<(), ProviderError> {
        self.state.lock().unwrap().receipts.push((provider_id.to_owned(), typing));
        Ok(())
    }

    async fn fetch_media(
        &self,
        _line: &Line,
        media_id: &str,
        expected: &ExpectedMedia,
    ) -> Result<FetchedMedia, MediaProblem> {
        let file = self.state.lock().unwrap().media.get(media_id).cloned();
        let bytes = file.unwrap_or(Err(MediaProblem::Later))?;
        Ok(FetchedMedia { mime: expected.mime.clone(), bytes })
    }

    async fn upload_media(
        &self,
        _line: &Line,
        _mime: &str,
        _file_name: &str,
        _bytes: Bytes,
    ) -> Result<String, ProviderError> {
        Ok("uploaded".to_owned())
    }

    async fn templates(&self, _account: &str, _access: Option<&Access>) -> Result<Vec<TemplateRow>, ProviderError> {
        Ok(self.state.lock().unwrap().templates.clone())
    }

    fn parse(&self, body: &[u8]) -> Result<Vec<Incoming>, ParseProblem> {
        (self.parse)(body)
    }
}
