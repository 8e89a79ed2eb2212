//! What screens and server routes ask of the back end: one trait an area.
//!
//! The UI is compiled against these traits, so editing the back end never recompiles a screen
//! (ARCHITECTURE.md, «Why ports»). Every method takes the caller first and may answer
//! `Unauthenticated`, `Forbidden` or `NotFound`; something of another workspace is `NotFound`.

mod accounts;
mod channels;
mod contacts;
mod inbox;

use std::sync::Arc;

pub use accounts::{Accounts, SessionToken};
pub use channels::Channels;
pub use contacts::Contacts;
pub use inbox::{Download, Inbox, TemplateForm, Upload};

/// The back end as the screens see it.
#[derive(Clone)]
pub struct Backend {
    pub accounts: Arc<dyn Accounts>,
    pub inbox: Arc<dyn Inbox>,
    pub contacts: Arc<dyn Contacts>,
    pub channels: Arc<dyn Channels>,
}
