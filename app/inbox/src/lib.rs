//! The inbox: the list of conversations, a thread with its composer, and the person.

#![recursion_limit = "256"]

mod address;
pub mod api;
mod coalesce;
mod composer;
mod divider;
mod keys;
mod list;
mod page;
mod palette;
mod person;
mod presence;
mod thread;

pub use page::InboxPage;
