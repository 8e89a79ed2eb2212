//! Settings that few people open: how the channels are doing, and one's own preferences.

#![recursion_limit = "256"]

pub mod api;
mod channels;
mod profile;

pub use channels::ChannelsPage;
pub use profile::ProfilePage;
