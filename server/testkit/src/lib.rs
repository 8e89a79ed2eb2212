//! What tests stand on: a real PostgreSQL with one database a test, a clock that is moved by hand, a provider that
//! records what it is asked to send, a mail server that keeps what it is given.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set up its world has failed, and says where"
)]

mod database;
mod mailer;
mod provider;
mod setup;
mod webhook;
mod world;

pub use database::TestDb;
pub use mailer::Postbox;
pub use provider::{Parse, Recorder};
pub use setup::Account;
pub use webhook::{Webhook, message, status};
pub use world::{Bench, PUBLIC_URL, World};
