//! How screens talk to the server: the error that crosses the wire, who is calling, and the three components that
//! every read and every form uses.

pub mod json;
mod lean;
mod load;
mod posted;
mod read;
#[cfg(feature = "ssr")]
mod server;

use domain::Error;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use server_fn::{Bytes, Encodes};

pub use lean::Lean;
pub use load::{Failed, FormErrors, Load, LoadOnce, Saved};
pub use posted::PostedError;
#[cfg(feature = "ssr")]
pub use posted::refused_page;
pub use read::Read;
#[cfg(feature = "ssr")]
pub use server::{
    ClientAddress, FormRefused, PagePlace, PagePolicy, ServerInfo, backend, caller, clear_session_cookie,
    client_address, cookie_in, handed_over, origin, origin_of, page_place, person, redirect, redirect_plain, region,
    session_token, set_cookie_header, set_session_cookie, signed_in, waiting_token,
};

/// The cookie that carries the session's secret. Over https its name has a prefix: see [`cookie_name`].
pub const SESSION_COOKIE: &str = "parley_session";

/// The field by which a form says whose page it is on.
pub const PLACE_FIELD: &str = "place";

/// A cookie's name as browsers know it. With the prefix they take it from this host over TLS alone, so that neither a
/// neighbour under the same domain nor a page without TLS can plant one.
pub fn cookie_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// [`domain::Error`] on the wire. A type of its own because `domain` must not know server functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppError(pub Error);

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::words::error_words(&self.0))
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            // Arguments that do not decode are a form filled in wrongly, not an outage.
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => Error::invalid("form", text),
            other => Error::Transport(other.to_string()),
        })
    }

    /// Every `Err` would leave as a 500; here, in one place, it gets the status that it means.
    fn ser(&self) -> Bytes {
        #[cfg(feature = "ssr")]
        server::note_refusal(self.0.http_status());
        JsonEncoding::encode(self).unwrap_or_default()
    }
}

/// Parses an id that a form or an address carried as text.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError(Error::NotFound))
}

/// A fresh key for one intent to send: the server's own source while rendering, the browser's when alive.
pub fn fresh_key() -> domain::ClientKey {
    #[cfg(feature = "ssr")]
    let key = server::fresh_key();
    #[cfg(not(feature = "ssr"))]
    let key = crate::browser::random_id();
    domain::ClientKey(key)
}

/// The address of the sign-in screen that returns to `path` afterwards.
pub fn sign_in_path(path: &str, search: &str) -> String {
    let next = if search.is_empty() { path.to_owned() } else { format!("{path}?{}", search.trim_start_matches('?')) };
    format!("/sign-in?next={}", escape(&next))
}

/// Whether `next` stays on this site: one slash, then no second one and no backslash.
pub fn local_path(next: &str) -> Option<&str> {
    let local =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    local.then_some(next)
}

/// Percent-encodes a query value.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => escaped.push(byte as char),
            _ => {
                escaped.push('%');
                escaped.push(hex(byte >> 4));
                escaped.push(hex(byte & 15));
            }
        }
    }
    escaped
}

fn hex(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap_or_default().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_followed() {
        assert_eq!(local_path("/inbox?view=mine"), Some("/inbox?view=mine"));
        for foreign in ["", "inbox", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb"] {
            assert_eq!(local_path(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn query_values_are_escaped() {
        assert_eq!(escape("/a?b=ü&c"), "/a%3Fb%3D%C3%BC%26c");
    }
}
