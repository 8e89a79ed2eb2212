//! Use cases with their SQL. Implements the ports of `domain`; owns the gate's facts, the outbox and the journal.
//!
//! Nothing here knows HTTP or a provider's wire format: the outside is reached through the traits in
//! [`outbound`], which the channel adapters implement.

pub mod accounts;
pub mod channels;
pub mod clock;
pub mod consent;
pub mod contacts;
pub mod db;
pub mod fault;
pub mod files;
pub mod gate;
pub mod ids;
pub mod inbox;
pub mod ingest;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod outbound;
pub mod outbox;
pub mod personal;
pub mod secret;
pub mod seed;

use std::sync::Arc;

pub use clock::Clock;
pub use db::Db;
pub use fault::{Fault, Outcome};

/// What every use case shares.
#[derive(Clone)]
pub struct Core {
    pub db: Db,
    pub clock: Clock,
    pub live: live::Hub,
    pub files: files::Files,
    /// Woken when a message was queued.
    pub outbox_bell: Arc<tokio::sync::Notify>,
    /// Woken when an incoming event became durable.
    pub journal_bell: Arc<tokio::sync::Notify>,
}

impl Core {
    pub fn new(db: Db, clock: Clock, files: files::Files) -> Self {
        Self { db, clock, live: live::Hub::new(), files, outbox_bell: Arc::default(), journal_bell: Arc::default() }
    }

    /// The ports as screens and routes take them.
    pub fn ports(&self, settings: accounts::Settings, provider: Arc<dyn outbound::Provider>) -> domain::ports::Backend {
        domain::ports::Backend {
            accounts: Arc::new(accounts::AccountsPort::new(self.clone(), settings)),
            inbox: Arc::new(inbox::InboxPort::new(self.clone(), Arc::clone(&provider))),
            contacts: Arc::new(contacts::ContactsPort::new(self.clone())),
            channels: Arc::new(channels::ChannelsPort::new(self.clone(), provider)),
        }
    }
}
