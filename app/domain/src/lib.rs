//! What Parley knows without doing any I/O: the values, the rules and the ports.
//!
//! This crate compiles for the browser and for the server, so a rule that both sides apply
//! (permissions, consent, the gate) is written once. It never reads a clock and never draws a random
//! number: time and ids are passed in.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod canned;
pub mod channel;
pub mod connection;
pub mod consent;
pub mod contacts;
pub mod conversations;
pub mod error;
pub mod gate;
pub mod identity;
pub mod ids;
pub mod language;
pub mod live;
pub mod members;
pub mod messages;
pub mod network;
pub mod notifications;
pub mod onboarding;
pub mod packs;
pub mod page;
pub mod permissions;
pub mod ports;
pub mod sso;
pub mod status;
pub mod tags;
pub mod team;
pub mod templates;
pub mod time;

pub use error::{Error, ErrorRef, FieldErrors, Refusal, Result};
pub use ids::*;
pub use jiff::Timestamp;
pub use language::Language;
pub use members::Caller;
pub use permissions::{Permission, Role, Scope};
