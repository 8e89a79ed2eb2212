//! Whose page it is. All tabs of a browser share one session, and it may change in one of them: another workspace, or another
//! person. So a page says with every call what it was made for, and asks whether that still holds.

use std::fmt::{self, Display};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Error;
use domain::members::Person;
use domain::ports::SessionToken;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use sha2::{Digest as _, Sha256};
use ui::form::PLACE;
use ui::wire::{FormRefused, PLACE_FIELD, SESSION_COOKIE, cookie_name, local_path, refused_page};

use super::guard::{session, wants_page};
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

/// In place of a workspace.
const NONE: &str = "none";

/// As long as forms are.
const FORM_LIMIT: usize = 256 * 1024;

impl Place {
    pub fn of(person: &Person) -> Self {
        let (workspace, power) = match &person.caller {
            Some(caller) => {
                (digest(caller.workspace), digest(format_args!("{:?}", (caller.scope, caller.permissions()))))
            }
            None => (NONE.to_owned(), NONE.to_owned()),
        };
        Self { person: digest(person.account), workspace, power }
    }

    /// Refuses what a page sent that is another person's, or of another workspace. What they may do there is not compared: each
    /// use case asks for that itself.
    ///
    /// What has files in it is taken apart where it is kept, and compared there.
    pub async fn admit(&self, request: &mut Request) -> Result<(), Error> {
        let page = match request.headers().get(HEADER) {
            Some(page) => Some(page.to_str().unwrap_or_default().to_owned()),
            None if is_of_type(request, "multipart/form-data") && !is_call(request) => return Ok(()),
            None if is_of_type(request, "application/x-www-form-urlencoded") => field(request).await?,
            None => None,
        };
        self.admit_page(page.as_deref(), wants_page(request))
    }

    /// A form that a browser posts by itself always says what page it is on; scripts say it where they know.
    pub fn admit_page(&self, page: Option<&str>, by_itself: bool) -> Result<(), Error> {
        match page.map(|page| page.rsplit_once('.')) {
            Some(Some((whose, _))) if whose == format!("{}.{}", self.person, self.workspace) => Ok(()),
            None if !by_itself => Ok(()),
            _ => Err(Error::Moved),
        }
    }

    /// Back to the page that the browser shows, as it is where they are now. It says why.
    pub fn led_back(&self, request: &Request) -> Response {
        if let Some(refused) = request.extensions().get::<FormRefused>() {
            refused.note();
        }
        let referer = request.headers().get(header::REFERER).and_then(|page| page.to_str().ok());
        let shown = referer.and_then(|page| page.parse::<Uri>().ok());
        let shown = shown.as_ref().and_then(Uri::path_and_query).and_then(|page| local_path(page.as_str()));
        // Without a workspace all pages of one lead away, and would not say it.
        let page = if self.workspace == NONE { "/welcome" } else { shown.unwrap_or("/inbox") };
        Redirect::to(&refused_page(page, PLACE, Error::Moved)).into_response()
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

fn is_call(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}

fn is_of_type(request: &Request, wanted: &str) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// What a form says whose page it is on. It is read for that, and goes on as it came.
async fn field(request: &mut Request) -> Result<Option<String>, Error> {
    let body = std::mem::take(request.body_mut());
    let form = to_bytes(body, FORM_LIMIT).await;
    let form = form.map_err(|_| Error::invalid("form", "This did not arrive whole, or is longer than any form."))?;
    let said = form_urlencoded::parse(&form).find(|(name, _)| name == PLACE_FIELD).map(|(_, page)| page.into_owned());
    *request.body_mut() = form.into();
    Ok(said)
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
