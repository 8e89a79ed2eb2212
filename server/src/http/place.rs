//! Whose page it is. All tabs of a browser share one session, and it may change in one of them: another workspace, or another
//! person. So a page says with every call what it was made for, and asks whether that still holds.

use std::fmt::{self, Display};

use axum::extract::State;
use domain::Error;
use domain::members::Person;
use domain::ports::SessionToken;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use ui::wire::{SESSION_COOKIE, cookie_name};

use super::guard::session;
use super::{AppState, Site};

/// What a page carries: the person, their workspace, and what they may do there. Opaque, and the same as long as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    person: String,
    workspace: String,
    power: String,
}

/// Carries it to the server, and back where the page has to know another from now on.
pub const HEADER: HeaderName = HeaderName::from_static("x-parley-place");

impl Place {
    pub fn of(person: &Person) -> Self {
        let (workspace, power) = match &person.caller {
            Some(caller) => {
                (digest(caller.workspace), digest(format_args!("{:?}", (caller.scope, caller.permissions()))))
            }
            None => ("none".to_owned(), "none".to_owned()),
        };
        Self { person: digest(person.account), workspace, power }
    }

    /// Refuses a call of a page that is another person's, or of another workspace. What they may do there is not compared: each
    /// use case asks for that itself.
    pub fn admit(&self, headers: &HeaderMap) -> Result<(), Error> {
        let Some(page) = headers.get(HEADER) else { return Ok(()) };
        let page = page.to_str().ok().and_then(|page| page.rsplit_once('.'));
        let here = format!("{}.{}", self.person, self.workspace);
        if page.is_some_and(|(whose, _)| whose == here) { Ok(()) } else { Err(Error::Moved) }
    }

    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.person, self.workspace, self.power)
    }
}

/// An id of ours is nobody's to see in a page, and a list of permissions is long.
fn digest(what: impl Display) -> String {
    let hash = Sha256::digest(what.to_string());
    hex::encode(hash).chars().take(16).collect()
}

/// `GET /place`: what the session's pages carry now; nothing without a session.
pub async fn read(State(state): State<AppState>, headers: HeaderMap) -> Result<String, super::guard::ErrorJson> {
    let Some(token) = session(&headers, &state.site) else { return Ok(String::new()) };
    match state.backend.accounts.person(&token).await {
        Ok(person) => Ok(Place::of(&person).to_string()),
        Err(Error::Unauthenticated) => Ok(String::new()),
        Err(error) => Err(super::guard::ErrorJson(error)),
    }
}

/// Where the browser stands by the session that an answer hands it, if it hands it one: the page that asked goes along.
pub async fn handed_over(state: &AppState, answer: &HeaderMap) -> Option<Place> {
    let token = handed(answer, &state.site)?;
    state.backend.accounts.person(&token).await.ok().map(|person| Place::of(&person))
}

fn handed(answer: &HeaderMap, site: &Site) -> Option<SessionToken> {
    let name = cookie_name(SESSION_COOKIE, site.secure);
    let cookies = answer.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs
        .find(|(known, secret)| *known == name && !secret.is_empty())
        .map(|(_, secret)| SessionToken(secret.to_owned()))
}
