//! Settings: one's own, the team's and the business's, and how the channels are doing.

#![recursion_limit = "256"]

pub mod api;
mod audit;
mod business;
mod canned;
mod channels;
mod copy;
mod fold;
mod keys;
mod lines;
mod nav;
mod notifications;
mod page;
mod places;
mod profile;
mod proof;
mod security;
mod sso;
mod start;
mod starter_pack;
mod tags;
mod team;
mod words;
mod workspaces;

pub use audit::AuditPage;
pub use business::{BusinessPage, WelcomePage};
pub use canned::CannedPage;
pub use channels::{ChannelsPage, ConnectPage, ConnectionPage};
pub use keys::ApiKeysPage;
pub use notifications::NotificationsPage;
pub use profile::ProfilePage;
pub use security::SecurityPage;
pub use start::StartPage;
pub use starter_pack::StarterPackPage;
pub use tags::TagsPage;
pub use team::TeamPage;
pub use workspaces::WorkspacesPage;
