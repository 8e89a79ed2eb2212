//! What every request passes: where it comes from, whose it is, and what browsers may do with the answer.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use backend::accounts::network;
use domain::members::Person;
use domain::ports::SessionToken;
use domain::{Caller, Error};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use ui::wire::{ClientAddress, PagePlace, PagePolicy, SESSION_COOKIE, cookie_name, origin_of};

use super::place::{self, Place};
use super::rates::Fetcher;
use super::{AppState, Site};
use crate::proxies::Proxies;

/// Server functions that need no session. Everything else under `/api/` does.
const PUBLIC: &[&str] = &[
    "/api/app/api/sign_in",
    "/api/app/api/second_factor",
    "/api/app/api/ask_for_passkey",
    "/api/app/api/sign_in_by_passkey",
    "/api/app/api/sign_out",
    "/api/app/api/sign_up",
    "/api/app/api/confirm_sign_up",
    "/api/app/api/forgot_password",
    "/api/app/api/reset_link_works",
    "/api/app/api/reset_password",
    "/api/app/api/read_address_change",
    "/api/app/api/confirm_address",
    "/api/app/api/refuse_address",
    "/api/app/api/read_invitation",
    "/api/app/api/accept_as_new",
    "/api/app/api/mail_is_sandboxed",
];

/// Where a session may change, from whatever page: not in the name of the place where it stands.
const SIGN_IN_ELSEWHERE: &str = "/sso/start";

/// The longest path that names anything here, and its longest segment: file systems know no longer names.
const LONGEST_PATH: usize = 1024;
const LONGEST_SEGMENT: usize = 255;

/// Refuses paths that can name nothing before anything looks for them.
pub async fn lengths(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.len() > LONGEST_PATH || path.split('/').any(|segment| segment.len() > LONGEST_SEGMENT) {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    next.run(request).await
}

/// Notes where a request came from, for slowing down guesses.
pub async fn client_address(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = proxies.client(peer.ip(), request.headers());
        request.extensions_mut().insert(ClientAddress(client.to_string()));
    }
    next.run(request).await
}

/// Logs who was refused or slowed down, by the route and half of an address: no argument, no name.
pub async fn refusals(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let address = request.extensions().get::<ClientAddress>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
        let network = address.map(|address| network(&address.0)).unwrap_or_default();
        tracing::info!(status = status.as_u16(), %method, route, network, "refused");
    }
    response
}

/// Refuses what another site's page sent with our cookies. Programs, which send neither header, have no cookies.
pub async fn origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(&site, &request) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This request came from another site.").into_response()
}

fn is_own(site: &Site, request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(fetch_site), _) => matches!(fetch_site, "same-origin" | "none"),
        (None, Some(origin)) => {
            // HTTP/2 names the host in the address instead.
            let host = request.uri().authority().map(|authority| authority.as_str());
            let host = host.or_else(|| text(header::HOST)).unwrap_or_default();
            origin == site.public_url || origin == format!("http://{host}") || origin == format!("https://{host}")
        }
        (None, None) => true,
    }
}

/// Server functions are public addresses: without a session nothing under `/api/` is reached, whatever its arguments.
/// Whether the person also needs a workspace is for each function to ask. Everybody is slowed down who asks too fast.
///
/// A page is refused where the session is of another place by now. Signing in and out is not: there the place changes.
pub async fn sessions(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let interface = path.starts_with("/api/v1/");
    let call = path.starts_with("/api/") && !interface;
    let public = PUBLIC.contains(&path);
    let from_anywhere = public || path == SIGN_IN_ELSEWHERE;
    let routed = request.extensions().get::<MatchedPath>().is_some();
    let asking = Asking::of(&request, &state.site);
    let person = if call && !public {
        asking.call(&state).await.map(Some)
    } else if interface || !routed {
        // Keys have a bucket of their own. What no route names is a file of the site, or asks again below.
        Ok(None)
    } else {
        asking.fetch(&state).await
    };
    let place = match person {
        Ok(person) => person.as_ref().map(Place::of),
        Err(Error::Unauthenticated) if wants_page(&request) => return Redirect::to("/sign-in").into_response(),
        Err(error) => return refused(error, accepts_page(&request)),
    };
    if let Some(here) = &place {
        let admitted = if from_anywhere { Ok(()) } else { here.admit(&mut request).await };
        match admitted {
            Ok(()) => {}
            Err(Error::Moved) if wants_page(&request) => return here.led_back(&request),
            Err(error) => return refused(error, accepts_page(&request)),
        }
        request.extensions_mut().insert(PagePlace(here.to_string()));
        request.extensions_mut().insert(here.clone());
    }
    let untold = call && !request.headers().contains_key(place::HEADER);
    let mut response = next.run(request).await;
    if call {
        let moved = place::handed_over(&state, response.headers()).await;
        tell(&mut response, moved.or(place.filter(|_| untold && !public)));
    }
    response
}

/// Tells a page whose it is, where it does not know or what it did changed it.
fn tell(response: &mut Response, place: Option<Place>) {
    if let Some(place) = place.and_then(|place| place.header()) {
        response.headers_mut().insert(place::HEADER, place);
    }
}

/// Who asks, as far as it matters for how fast they may.
struct Asking {
    token: Option<SessionToken>,
    visitor: Fetcher,
}

impl Asking {
    fn of(request: &Request, site: &Site) -> Self {
        let address = request.extensions().get::<ClientAddress>().map(|address| address.0.as_str());
        Self { token: session(request.headers(), site), visitor: Fetcher::visitor(address) }
    }

    /// A server function, which needs a session.
    async fn call(self, state: &AppState) -> Result<Person, Error> {
        let token = self.token.ok_or(Error::Unauthenticated)?;
        let person = state.backend.accounts.person(&token).await?;
        state.rates.of_session(person.session)?;
        Ok(person)
    }

    /// Whatever has an address, with a session or without. A made-up session is no way round.
    async fn fetch(self, state: &AppState) -> Result<Option<Person>, Error> {
        let person = match &self.token {
            Some(token) => state.backend.accounts.person(token).await.ok(),
            None => None,
        };
        state.rates.of_fetcher(person.as_ref().map_or(self.visitor, |person| Fetcher::Session(person.session)))?;
        Ok(person)
    }
}

/// The page that says that nothing is there, for who does not ask for it too fast.
pub async fn nothing_here<F: Future<Output = Response>>(
    state: AppState,
    request: Request,
    page: impl FnOnce(Request) -> F,
) -> Response {
    let asking = Asking::of(&request, &state.site);
    match asking.fetch(&state).await {
        Ok(_) => page(request).await,
        Err(error) => refused(error, accepts_page(&request)),
    }
}

/// In words for a person who waits for a page, else as the screens read it.
fn refused(error: Error, page: bool) -> Response {
    if !page {
        return ErrorJson(error).into_response();
    }
    let words = error.to_string();
    let mut response = ErrorJson(error).into_response();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = words.into();
    response
}

/// A browser posts a form by itself, and shows what comes.
pub fn wants_page(request: &Request) -> bool {
    request.method() == Method::POST && accepts_page(request)
}

fn accepts_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The secret in the session cookie.
pub fn session(headers: &HeaderMap, site: &Site) -> Option<SessionToken> {
    let wanted = cookie_name(SESSION_COOKIE, site.secure);
    let cookies =
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    cookies
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| SessionToken(value.to_owned()))
}

/// The signed-in member of a request.
pub struct Member(pub Caller);

impl FromRequestParts<AppState> for Member {
    type Rejection = ErrorJson;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorJson> {
        let token = session(&parts.headers, &state.site).ok_or(ErrorJson(Error::Unauthenticated))?;
        let caller = state.backend.accounts.caller(&token).await.map_err(ErrorJson)?;
        Ok(Self(caller.asking_from(origin_of(parts).seen())))
    }
}

/// The signed-in person of a request, in a workspace or in none.
pub struct Somebody(pub Person);

impl FromRequestParts<AppState> for Somebody {
    type Rejection = ErrorJson;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorJson> {
        let token = session(&parts.headers, &state.site).ok_or(ErrorJson(Error::Unauthenticated))?;
        let person = state.backend.accounts.person(&token).await.map_err(ErrorJson)?;
        Ok(Self(person.asking_from(origin_of(parts).seen())))
    }
}

/// An error in the form that the screens read.
pub struct ErrorJson(pub Error);

impl IntoResponse for ErrorJson {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = retry_after(&self.0);
        let mut response = (status, Json(self.0)).into_response();
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// In how many seconds to come back, for who asked too fast.
pub fn retry_after(error: &Error) -> Option<u32> {
    match error {
        Error::TooMany { seconds } => Some(*seconds),
        _ => None,
    }
}

/// Headers that keep browsers careful. A handler's own wins: pages bring their policy with a nonce.
pub async fn headers(mut request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with("/pkg/");
    let own_policy = PagePolicy::default();
    request.extensions_mut().insert(own_policy.clone());
    let mut response = next.run(request).await;
    let found = response.status().is_success();
    let headers = response.headers_mut();
    if let Some(policy) = own_policy.take() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Files of our own that a browser runs or shows, such as the service worker and its offline page, load more of them.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = kind.starts_with("text/html") || kind.contains("javascript");
    let policy = if page {
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    };
    // What is the same for everybody may be kept if it is asked about; all else is somebody's own.
    let common = ["text/css", "image/", "application/manifest+json"].iter().any(|common| kind.starts_with(common))
        || kind.contains("javascript");
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(header::X_FRAME_OPTIONS, "DENY");
    default(header::CONTENT_SECURITY_POLICY, policy);
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self), payment=()");
    // File names under /pkg carry a hash of their content.
    let lifetime = match (hashed && found, common) {
        (true, _) => "public, max-age=31536000, immutable",
        (false, true) => "no-cache",
        (false, false) => "no-store",
    };
    default(header::CACHE_CONTROL, lifetime);
    response
}
