//! What a form that was posted without scripts was refused for.
//!
//! The framework leads the browser back with the refusal in the address, and shows whatever refusal an address has. So
//! that nobody can put words of their own on our pages by a link, an address with one is served only to the browser that
//! was refused just now: it holds a cookie with the fingerprint of exactly that refusal, once.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderValue;
use http::header::{LOCATION, SET_COOKIE};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use ui::wire::{FormRefused, cookie_in, local_path, set_cookie_header};

use super::Site;

const COOKIE: &str = "parley_refused";
const FIVE_MINUTES: u32 = 5 * 60;

/// Leads away from addresses with a refusal that this browser was not told, and lets it know of those that it is told.
pub async fn refusals(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let (refusal, rest) = apart(request.uri().query().unwrap_or_default());
    let shows = request.method().is_safe() && !refusal.is_empty();
    if shows && cookie_in(request.headers(), COOKIE, site.secure) != Some(fingerprint(&refusal)) {
        let address = address(request.uri().path(), &rest);
        return Redirect::to(local_path(&address).unwrap_or("/")).into_response();
    }
    let refused = FormRefused::default();
    request.extensions_mut().insert(refused.clone());
    let mut response = next.run(request).await;
    if shows {
        set_cookie(&mut response, "", 0, site.secure);
    }
    lead_on(&mut response, refused.is_noted(), site.secure);
    response
}

/// An address that the browser is led to has this refusal, or none: it may hold older ones, of the page that the form was
/// on, and made-up ones, of a page to go on to that somebody else named. Scripts follow it too, and ask nobody.
fn lead_on(response: &mut Response, refused: bool, secure: bool) {
    let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else { return };
    let Some((page, query)) = location.split_once('?') else { return };
    let (found, mut pairs) = apart(query);
    if found.is_empty() {
        return;
    }
    // The framework appends its two.
    let own = if refused { found.get(found.len().saturating_sub(2)..).unwrap_or_default() } else { &[] };
    pairs.extend_from_slice(own);
    let mark = (!own.is_empty()).then(|| fingerprint(own));
    if let Ok(location) = HeaderValue::from_str(&address(page, &pairs)) {
        response.headers_mut().insert(LOCATION, location);
    }
    if let Some(mark) = mark {
        set_cookie(response, &mark, FIVE_MINUTES, secure);
    }
}

/// A query's pairs that make a refusal, and the others. As they are written, so that what goes on is what came.
fn apart(query: &str) -> (Vec<&str>, Vec<&str>) {
    query.split('&').filter(|pair| !pair.is_empty()).partition(|pair| {
        let key = pair.split('=').next().unwrap_or_default();
        let key = percent_decode_str(key).decode_utf8_lossy();
        matches!(key.as_ref(), "__path" | "__err")
    })
}

fn address(page: &str, pairs: &[&str]) -> String {
    if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) }
}

fn fingerprint(refusal: &[&str]) -> String {
    hex::encode(Sha256::digest(refusal.join("&")))
}

fn set_cookie(response: &mut Response, value: &str, age: u32, secure: bool) {
    if let Some(cookie) = set_cookie_header(COOKIE, value, age, secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
