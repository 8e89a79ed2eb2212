//! The server's side of the wire: cookies, the caller, statuses.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::accounts::{Origin, device_words};
use domain::members::Person;
use domain::ports::{Backend, SessionToken, SignedIn};
use domain::{Caller, Error, Language};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use uuid::Uuid;

use super::{AppError, SESSION_COOKIE, cookie_name};

const THIRTY_DAYS: u32 = 30 * 24 * 60 * 60;
const A_YEAR: u32 = 365 * 24 * 60 * 60;
const TEN_MINUTES: u32 = 10 * 60;
/// The address of whoever has none.
const UNKNOWN: &str = "unknown";
/// The secret by which a browser is known again.
const DEVICE_COOKIE: &str = "parley_device";
/// The secret of a sign-in that waits for its second factor.
const WAITING_COOKIE: &str = "parley_waiting";

/// What screens must know about this installation. The server provides it by context.
#[derive(Clone, Copy, Debug)]
pub struct ServerInfo {
    /// Cookies are marked `Secure` (everything but plain HTTP on one's own machine).
    pub secure_cookies: bool,
    /// The sandbox is on.
    pub sandbox: bool,
}

/// Where a request came from, for slowing down guesses. The server puts it into the request's extensions.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// Whose page is being made, in a form that says nothing else. The server puts it into the request's extensions.
#[derive(Clone, Debug)]
pub struct PagePlace(pub String);

/// Whose page is being made, if anybody's.
pub fn page_place() -> Option<String> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<PagePlace>().map(|place| place.0.clone()))
}

/// What a page's document says of foreign code, on its way to the response. The server puts an empty one into the
/// request's extensions.
#[derive(Clone, Debug, Default)]
pub struct PagePolicy(Arc<Mutex<Option<HeaderValue>>>);

impl PagePolicy {
    pub fn set(&self, policy: HeaderValue) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(policy);
    }

    pub fn take(&self) -> Option<HeaderValue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether what a form posted was refused, on its way to the response: the browser that is led back may see why. The server
/// puts an empty one into the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct FormRefused(Arc<AtomicBool>);

impl FormRefused {
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The back end, which the server provides by context.
pub fn backend() -> Result<Backend, AppError> {
    use_context::<Backend>().ok_or(AppError(Error::Unauthenticated))
}

/// Who is calling, and the back end to call: the only door of every server function.
pub async fn caller() -> Result<(Caller, Backend), AppError> {
    let backend = backend()?;
    let token = session_token().ok_or(AppError(Error::Unauthenticated))?;
    let caller = backend.accounts.caller(&token).await?;
    Ok((caller.asking_from(origin().seen()), backend))
}

/// The signed-in person, whichever workspace they stand in, and the back end to call.
pub async fn person() -> Result<(Person, Backend), AppError> {
    let backend = backend()?;
    let token = session_token().ok_or(AppError(Error::Unauthenticated))?;
    let person = backend.accounts.person(&token).await?;
    Ok((person.asking_from(origin().seen()), backend))
}

/// The secret in the request's session cookie.
pub fn session_token() -> Option<SessionToken> {
    cookie(SESSION_COOKIE).map(SessionToken)
}

/// The secret of a sign-in that waits for its second factor.
pub fn waiting_token() -> Option<String> {
    cookie(WAITING_COOKIE)
}

fn secure_cookies() -> bool {
    use_context::<ServerInfo>().is_none_or(|info| info.secure_cookies)
}

fn cookie(wanted: &str) -> Option<String> {
    cookie_in(&use_context::<Parts>()?.headers, wanted, secure_cookies())
}

/// The value of a request's cookie; an empty one is none.
pub fn cookie_in(headers: &HeaderMap, wanted: &str, secure: bool) -> Option<String> {
    let wanted = cookie_name(wanted, secure);
    let headers = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// Where the request came from, as far as people are told of it.
pub fn origin() -> Origin {
    let request = use_context::<Parts>().map(|parts| origin_of(&parts));
    let request = request.unwrap_or_else(|| Origin { address: UNKNOWN.to_owned(), ..Origin::default() });
    let language = Language::accepted(&header(ACCEPT_LANGUAGE).unwrap_or_default());
    Origin { device_token: cookie(DEVICE_COOKIE), session: session_token(), language, ..request }
}

/// The same of a request that no server function answers, without what its browser brought.
pub fn origin_of(parts: &Parts) -> Origin {
    let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Origin { address: address_of(parts), device: device_words(agent), ..Origin::default() }
}

fn address_of(parts: &Parts) -> String {
    parts.extensions.get::<ClientAddress>().map_or_else(|| UNKNOWN.to_owned(), |address| address.0.clone())
}

/// What a header of the request says.
fn header(name: HeaderName) -> Option<String> {
    let parts = use_context::<Parts>()?;
    Some(parts.headers.get(name)?.to_str().ok()?.to_owned())
}

/// The region of the browser's first language that names one: `GB` of `en-GB`.
pub fn region() -> Option<String> {
    header(ACCEPT_LANGUAGE)?.split([',', ';']).find_map(|language| {
        let mut subtags = language.trim().split('-').skip(1);
        let region = subtags.find(|subtag| subtag.len() == 2 && subtag.bytes().all(|b| b.is_ascii_alphabetic()))?;
        Some(region.to_ascii_uppercase())
    })
}

/// Hands the browser what a step of signing in came to, and answers where it goes on: `next`, or the second factor.
pub fn signed_in(outcome: SignedIn, next: &str) -> String {
    let (cookies, next) = handed_over(outcome, next, secure_cookies());
    cookies.into_iter().for_each(append_cookie);
    next
}

/// The same for a route of its own: the cookies, and where to go on.
pub fn handed_over(outcome: SignedIn, next: &str, secure: bool) -> (Vec<HeaderValue>, String) {
    let cookie = |name, value: &str, age| set_cookie_header(name, value, age, secure);
    match outcome {
        SignedIn::Done { session, device } => {
            let session = cookie(SESSION_COOKIE, &session.0, THIRTY_DAYS);
            let device = device.and_then(|device| cookie(DEVICE_COOKIE, &device, A_YEAR));
            let cookies = [session, cookie(WAITING_COOKIE, "", 0), device].into_iter().flatten().collect();
            (cookies, next.to_owned())
        }
        SignedIn::SecondFactor(waiting) => {
            let cookies = cookie(WAITING_COOKIE, &waiting, TEN_MINUTES).into_iter().collect();
            (cookies, format!("/sign-in/second-factor?next={}", super::escape(next)))
        }
    }
}

/// The address of the other end, or a word that all unknown ones share.
pub fn client_address() -> String {
    use_context::<Parts>().map_or_else(|| UNKNOWN.to_owned(), |parts| address_of(&parts))
}

/// Hands the browser its session.
pub fn set_session_cookie(token: &SessionToken) {
    set_cookie(SESSION_COOKIE, &token.0, THIRTY_DAYS);
}

/// Takes the session away from the browser, and the files that it kept of conversations.
pub fn clear_session_cookie() {
    set_cookie(SESSION_COOKIE, "", 0);
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    }
}

fn set_cookie(name: &str, value: &str, max_age: u32) {
    if let Some(cookie) = set_cookie_header(name, value, max_age, secure_cookies()) {
        append_cookie(cookie);
    }
}

/// A header that sets a cookie which no script reads.
pub fn set_cookie_header(name: &str, value: &str, max_age: u32, secure: bool) -> Option<HeaderValue> {
    let (name, secure) = (cookie_name(name, secure), if secure { "; Secure" } else { "" });
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&cookie).ok()
}

fn append_cookie(cookie: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(SET_COOKIE, cookie);
    }
}

/// Leads on, with scripts and without.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}

/// Redirects a form that was posted without scripts; a script stays where it is.
pub fn redirect_plain(path: &str) {
    if wants_html() {
        leptos_axum::redirect(path);
    }
}

/// Notes that the request is refused. Without scripts a failed form is answered by a redirect, whose status must stay.
pub(super) fn note_refusal(status: u16) {
    if let Some(refused) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<FormRefused>().cloned()) {
        refused.note();
    }
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status))
        && !wants_html()
    {
        response.set_status(status);
    }
}

fn wants_html() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|a| a.contains("text/html"))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a key for the form being rendered; it names an intent, it orders nothing"
)]
pub(super) fn fresh_key() -> Uuid {
    Uuid::now_v7()
}
