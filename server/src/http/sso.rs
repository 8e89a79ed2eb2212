//! `/sso`: leaving for a provider of single sign-on and coming back.
//!
//! No server functions: a form that a page posts may not be redirected to another site (`form-action 'self'`), so the way there
//! is a page of its own, and the way back is a link of somebody else's.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use domain::accounts::{Origin, device_words};
use domain::ports::{Arrival, Arrived, Backend, Departure};
use domain::sso::SsoProblem;
use domain::{Error, Language, WorkspaceId};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use ui::wire::{ClientAddress, cookie_in, escape, handed_over, local_path, set_cookie_header, sign_in_path};
use ui::words::leading_away;

use super::{AppState, Site, guard};

/// The secret that binds a sign-in under way to the browser that began it.
const COOKIE: &str = "parley_sso";
const TEN_MINUTES: u32 = 10 * 60;

pub fn routes() -> Router<AppState> {
    Router::new().route("/sso/start", post(start)).route("/sso/return/{workspace}", get(come_back))
}

/// Somebody writes an address, or has signed in and names a workspace of theirs.
#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    email: String,
    workspace: Option<WorkspaceId>,
    #[serde(default)]
    next: String,
}

async fn start(
    State(backend): State<Backend>,
    State(site): State<Site>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Form(form): Form<Start>,
) -> Response {
    let next = local_path(&form.next).unwrap_or("/inbox");
    let origin = origin(address, &headers, &site);
    match depart(&backend, &form, next, &origin).await {
        Ok(Departure::To { url, browser }) => {
            let cookie = set_cookie_header(COOKIE, &browser, TEN_MINUTES, site.secure);
            with_cookies(Html(leading_to(&url)).into_response(), cookie)
        }
        Ok(Departure::Nowhere(problem)) => refused(problem, next),
        Err(Error::Unauthenticated) => Redirect::to(&sign_in_path(next, "")).into_response(),
        Err(Error::TooMany { .. }) => refused(SsoProblem::TooMany, next),
        Err(Error::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(Error::OwnSignInNeeded) => refused(SsoProblem::OwnSignIn, next),
        // It is in the log.
        Err(_) => refused(SsoProblem::Unreachable, next),
    }
}

async fn depart(backend: &Backend, form: &Start, next: &str, origin: &Origin) -> domain::Result<Departure> {
    let Some(workspace) = form.workspace else { return backend.sso.depart(&form.email, next, origin).await };
    let token = origin.session.as_ref().ok_or(Error::Unauthenticated)?;
    let person = backend.accounts.person(token).await?.asking_from(origin.seen());
    backend.sso.depart_to(&person, workspace, next, origin).await
}

/// Whose browser it is.
fn origin(address: Option<Extension<ClientAddress>>, headers: &HeaderMap, site: &Site) -> Origin {
    let header = |name| headers.get(name).and_then(|text| text.to_str().ok()).unwrap_or_default();
    Origin {
        address: address.map_or_else(|| "unknown".to_owned(), |Extension(ClientAddress(address))| address),
        device: device_words(header(USER_AGENT)),
        device_token: None,
        session: guard::session(headers, site),
        language: Language::accepted(header(ACCEPT_LANGUAGE)),
    }
}

/// A page that leads on by itself.
fn leading_to(url: &str) -> String {
    let (url, (title, link)) = (attribute(url), leading_away());
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={url}\"></head><body><p><a href=\"{url}\">{link}</a></p></body></html>",
    )
}

/// Text within double quotes of HTML.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
}

async fn come_back(
    State(backend): State<Backend>,
    State(site): State<Site>,
    Path(workspace): Path<WorkspaceId>,
    Query(back): Query<Back>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Response {
    let arrival = Arrival {
        state: back.state,
        code: back.code,
        issuer: back.iss,
        browser: cookie_in(&headers, COOKIE, site.secure),
    };
    let origin = origin(address, &headers, &site);
    let served = set_cookie_header(COOKIE, "", 0, site.secure);
    let response = match backend.sso.arrive(workspace, arrival, &origin).await {
        Ok(Arrived::In { outcome, next }) => {
            let (cookies, next) = handed_over(outcome, &next, site.secure);
            with_cookies(Redirect::to(&next).into_response(), cookies)
        }
        Ok(Arrived::Not(problem)) => refused(problem, ""),
        Err(Error::Unauthenticated) => refused(SsoProblem::Expired, ""),
        Err(_) => refused(SsoProblem::Unreachable, ""),
    };
    with_cookies(response, served)
}

fn refused(problem: SsoProblem, next: &str) -> Response {
    let path = format!("/sign-in/sso?problem={}&next={}", problem.as_str(), escape(next));
    Redirect::to(&path).into_response()
}

/// What is said here is for this browser, now.
fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.extend(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
