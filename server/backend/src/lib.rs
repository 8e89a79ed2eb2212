//! Use cases with their SQL. Implements the ports of `domain`; owns the gate's facts, the outbox and the journal.
//!
//! Nothing here knows HTTP or a provider's wire format: the outside is reached through the traits in
//! [`outbound`], which the channel adapters implement.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod canned;
pub mod channels;
pub mod clock;
pub mod connections;
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
pub mod notifications;
pub mod onboarding;
pub mod outbound;
pub mod outbox;
pub mod packs;
pub mod personal;
pub mod profile;
pub mod revocations;
pub mod secret;
pub mod seed;
pub mod sso;
pub mod tags;
pub mod team;
pub mod vault;

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
    pub vault: vault::Vault,
    /// The address in links of mails, without a slash at its end. Never taken from a request, whose `Host` anybody can
    /// write.
    public_url: Arc<str>,
    /// The version of the terms that people accept here, kept with each acceptance.
    terms: Arc<str>,
    /// Woken when a message was queued.
    pub outbox_bell: Arc<tokio::sync::Notify>,
    /// Woken when an incoming event became durable.
    pub journal_bell: Arc<tokio::sync::Notify>,
    /// What is remembered of the addresses that webhooks come to.
    pub doors: connections::doors::Doors,
    /// Counts how often somebody lost power: a session ended, a role changed, a member left.
    revocations: tokio::sync::watch::Sender<u64>,
}

impl Core {
    pub fn new(db: Db, clock: Clock, files: files::Files, vault: vault::Vault, public_url: String) -> Self {
        Self {
            db,
            clock,
            live: live::Hub::new(),
            files,
            vault,
            public_url: public_url.into(),
            terms: domain::accounts::TERMS_VERSION.into(),
            outbox_bell: Arc::default(),
            journal_bell: Arc::default(),
            doors: connections::doors::Doors::default(),
            revocations: tokio::sync::watch::Sender::new(0),
        }
    }

    /// Whoever signs up accepts other terms than those that Parley brings.
    pub fn with_terms(self, version: &str) -> Self {
        Self { terms: version.into(), ..self }
    }

    /// A page of this installation.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Tells whoever remembers who may do what to look again. Call it after the commit; other processes hear of it from
    /// the database ([`revocations`]).
    pub fn revoked(&self) {
        self.revocations.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes whenever somebody lost power.
    pub fn revocation(&self) -> u64 {
        *self.revocations.borrow()
    }

    /// For open streams, which have to look again at once.
    pub fn revocations(&self) -> tokio::sync::watch::Receiver<u64> {
        self.revocations.subscribe()
    }

    /// The ports as screens and routes take them.
    pub fn ports(&self, settings: connections::Settings, outside: outbound::Outside) -> domain::ports::Backend {
        let outbound::Outside { provider, setup, identities } = outside;
        let sandbox = settings.sandbox;
        let throttle = Arc::<accounts::throttle::Throttle>::default();
        domain::ports::Backend {
            accounts: Arc::new(accounts::AccountsPort::new(
                self.clone(),
                accounts::Settings { sandbox },
                Arc::clone(&throttle),
            )),
            inbox: Arc::new(inbox::InboxPort::new(self.clone(), Arc::clone(&provider))),
            contacts: Arc::new(contacts::ContactsPort::new(self.clone())),
            channels: Arc::new(channels::ChannelsPort::new(self.clone(), provider)),
            connections: Arc::new(connections::ConnectionsPort::new(self.clone(), setup, settings)),
            onboarding: Arc::new(onboarding::OnboardingPort::new(self.clone())),
            profile: Arc::new(profile::ProfilePort::new(self.clone(), Arc::clone(&throttle))),
            team: Arc::new(team::TeamPort::new(self.clone(), Arc::clone(&throttle))),
            audit: Arc::new(audit::AuditPort::new(self.clone())),
            sso: Arc::new(sso::SsoPort::new(self.clone(), identities, Arc::clone(&throttle))),
            packs: Arc::new(packs::PacksPort::new(self.clone())),
            tags: Arc::new(tags::TagsPort::new(self.clone())),
            canned: Arc::new(canned::CannedPort::new(self.clone())),
            api_keys: Arc::new(api_keys::ApiKeysPort::new(self.clone())),
            notifications: Arc::new(notifications::NotificationsPort::new(self.clone())),
        }
    }
}
