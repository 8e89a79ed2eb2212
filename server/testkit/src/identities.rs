//! A provider of identities that says what it is told to say.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use backend::outbound::{IdentityClient, IdentityProblem, IdentityProvider, Proofs, SentAway, Vouched};
use domain::sso::SsoFound;

/// Sends browsers to `https://…/authorize?state=…` and answers codes with what was put in for them.
#[derive(Default)]
pub struct Identities {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sent: u32,
    last: (String, bool),
    /// What the next codes come to, in order.
    people: VecDeque<Vouched>,
    /// The proofs of everybody sent away and not yet back.
    expected: Vec<String>,
    redeemed: Vec<IdentityClient>,
}

impl Identities {
    /// The next code stands for this person.
    pub fn next(&self, person: Vouched) {
        self.state.lock().unwrap().people.push_back(person);
    }

    /// For whom somebody was sent away last, and whether they were to sign in anew.
    pub fn last_sent(&self) -> (String, bool) {
        self.state.lock().unwrap().last.clone()
    }

    /// As whom codes were redeemed.
    pub fn redeemed(&self) -> Vec<IdentityClient> {
        self.state.lock().unwrap().redeemed.clone()
    }
}

#[async_trait]
impl IdentityProvider for Identities {
    async fn discover(&self, issuer: &str) -> Result<SsoFound, IdentityProblem> {
        if !issuer.starts_with("https://") {
            return Err(IdentityProblem::Unreachable("The address must begin with https://."));
        }
        Ok(SsoFound {
            issuer: issuer.to_owned(),
            authorization: format!("{issuer}/authorize"),
            token: format!("{issuer}/token"),
            keys: 1,
            pkce: true,
        })
    }

    async fn send_away(
        &self,
        client: &IdentityClient,
        state: &str,
        hint: &str,
        anew: bool,
    ) -> Result<SentAway, IdentityProblem> {
        let mut inner = self.state.lock().unwrap();
        inner.sent += 1;
        inner.last = (hint.to_owned(), anew);
        let proofs = Proofs { verifier: format!("verifier {}", inner.sent), nonce: format!("nonce {}", inner.sent) };
        inner.expected.push(proofs.verifier.clone());
        Ok(SentAway { url: format!("{}/authorize?state={state}", client.issuer), proofs })
    }

    async fn redeem(
        &self,
        client: &IdentityClient,
        _code: &str,
        proofs: &Proofs,
        said: Option<&str>,
    ) -> Result<Vouched, IdentityProblem> {
        let mut inner = self.state.lock().unwrap();
        inner.redeemed.push(client.clone());
        let known = inner.expected.iter().position(|verifier| *verifier == proofs.verifier);
        let Some(known) = known.filter(|_| said.is_none_or(|said| said == client.issuer)) else {
            return Err(IdentityProblem::NotProved("not of this sign-in"));
        };
        inner.expected.remove(known);
        inner.people.pop_front().ok_or(IdentityProblem::NotProved("nobody"))
    }
}
