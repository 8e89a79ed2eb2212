//! A mail server that keeps what it is given and answers as told.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use backend::outbound::{Mail, MailProblem, Mailer};

/// Keeps every mail that it takes. Unless told otherwise it takes all.
#[derive(Default)]
pub struct Postbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: Vec<Mail>,
    tried: Vec<Mail>,
    outcomes: VecDeque<Result<(), MailProblem>>,
}

impl Postbox {
    /// What the next mails come to, in order.
    pub fn answer(&self, outcomes: impl IntoIterator<Item = Result<(), MailProblem>>) {
        self.state.lock().unwrap().outcomes.extend(outcomes);
    }

    /// The mails taken, in order.
    pub fn taken(&self) -> Vec<Mail> {
        self.state.lock().unwrap().taken.clone()
    }

    /// Every attempt, taken or not.
    pub fn tried(&self) -> Vec<Mail> {
        self.state.lock().unwrap().tried.clone()
    }

    /// The newest mail taken for an address.
    pub fn last_to(&self, address: &str) -> Mail {
        let mail = self.taken().into_iter().rev().find(|mail| mail.to == address);
        mail.unwrap_or_else(|| panic!("no mail for {address}"))
    }

    /// The address behind the button of the newest mail for somebody.
    pub fn link_to(&self, address: &str) -> String {
        let mail = self.last_to(address);
        let link = mail.text.lines().find(|line| line.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link in {}", mail.text)).to_owned()
    }
}

#[async_trait]
impl Mailer for Postbox {
    fn domain(&self) -> &'static str {
        "parley.example"
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailProblem> {
        let mut state = self.state.lock().unwrap();
        state.tried.push(mail.clone());
        let outcome = state.outcomes.pop_front().unwrap_or(Ok(()));
        if outcome.is_ok() {
            state.taken.push(mail.clone());
        }
        outcome
    }
}
