//! Settings: one's own, the team's and the business's, and how the channels are doing.

#![recursion_limit = "256"]

pub mod api;
mod audit;
mod business;
mod channels;
mod keys;
mod nav;
mod notifications;
mod places;
mod profile;
mod proof;
mod security;
mod team;
mod words;

pub use audit::AuditPage;
pub use business::{BusinessPage, WelcomePage};
pub use channels::ChannelsPage;
pub use keys::ApiKeysPage;
pub use notifications::NotificationsPage;
pub use profile::ProfilePage;
pub use security::SecurityPage;
pub use team::TeamPage;
