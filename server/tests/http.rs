//! The binary over HTTP: who is let in, what is refused, and what never reaches a log.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail loudly"
)]

// Links the screens, so that their server functions are registered here too.
use app as _;

#[path = "http/served.rs"]
mod served;

#[path = "http/authority.rs"]
mod authority;
#[path = "http/browsers.rs"]
mod browsers;
#[path = "http/connections.rs"]
mod connections;
#[path = "http/doors.rs"]
mod doors;
#[path = "http/mail.rs"]
mod mail;
#[path = "http/rates.rs"]
mod rates;
#[path = "http/rest.rs"]
mod rest;
#[path = "http/safety.rs"]
mod safety;
#[path = "http/secrecy.rs"]
mod secrecy;
#[path = "http/start.rs"]
mod start;
#[path = "http/trail.rs"]
mod trail;
#[path = "http/transport.rs"]
mod transport;
#[path = "http/walls/mod.rs"]
mod walls;
#[path = "http/webhooks.rs"]
mod webhooks;
