//! What screens and server routes ask of the back end: one trait an area.
//!
//! The UI is compiled against these traits, so editing the back end never recompiles a screen
//! (ARCHITECTURE.md, «Why ports»). Every method takes the caller first and may answer
//! `Unauthenticated`, `Forbidden` or `NotFound`; something of another workspace is `NotFound`.

mod accounts;
mod api_keys;
mod audit;
mod canned;
mod channels;
mod connections;
mod contacts;
mod inbox;
mod notifications;
mod onboarding;
mod packs;
mod profile;
mod sso;
mod tags;
mod team;

use std::sync::Arc;

pub use accounts::{Accounts, SessionToken, SignedIn};
pub use api_keys::ApiKeys;
pub use audit::{Audit, AuditLines};
pub use canned::Canned;
pub use channels::Channels;
pub use connections::Connections;
pub use contacts::Contacts;
pub use inbox::{Download, Inbox, TemplateForm, Upload};
pub use notifications::Notifications;
pub use onboarding::Onboarding;
pub use packs::Packs;
pub use profile::{PictureSize, Profile};
pub use sso::{Arrival, Arrived, Departure, SingleSignOn};
pub use tags::Tags;
pub use team::Team;

/// The back end as the screens see it.
#[derive(Clone)]
pub struct Backend {
    pub accounts: Arc<dyn Accounts>,
    pub inbox: Arc<dyn Inbox>,
    pub contacts: Arc<dyn Contacts>,
    pub channels: Arc<dyn Channels>,
    pub connections: Arc<dyn Connections>,
    pub onboarding: Arc<dyn Onboarding>,
    pub profile: Arc<dyn Profile>,
    pub team: Arc<dyn Team>,
    pub audit: Arc<dyn Audit>,
    pub sso: Arc<dyn SingleSignOn>,
    pub packs: Arc<dyn Packs>,
    pub tags: Arc<dyn Tags>,
    pub canned: Arc<dyn Canned>,
    pub api_keys: Arc<dyn ApiKeys>,
    pub notifications: Arc<dyn Notifications>,
}
