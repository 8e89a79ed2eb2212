//! The inbox: the list of conversations, a thread with its composer, and the person.

#![recursion_limit = "256"]

mod address;
pub mod api;
mod coalesce;
mod composer;
mod desk;
mod divider;
mod keys;
mod list;
mod nothing;
mod page;
mod palette;
mod person;
mod picker;
mod presence;
mod thread;

pub use address::Address;
pub use page::{InboxPage, preload};
