//! A small world: two workspaces with a number and members each, and the loops driven by hand.

use std::path::PathBuf;
use std::sync::Arc;

use backend::connections::Settings;
use backend::db::PoolSizes;
use backend::files::Files;
use backend::ingest::{Applier, Journal};
use backend::jobs::{self, JobContext};
use backend::outbound::{Mailer, Provider, Setup};
use backend::outbox::dispatch::Dispatcher;
use backend::seed::{self, Number, Seeded};
use backend::vault::{MasterKey, Vault};
use backend::{Clock, Core, Db};
use bytes::Bytes;
use domain::connection::SignupWindow;
use domain::conversations::ListQuery;
use domain::ports::Backend;
use domain::{Caller, ConnectionId, ConversationId, MemberId, Role, Timestamp};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{Parse, Postbox, Recorder, TestDb};

/// One workspace and who is in it.
pub struct Bench {
    pub seeded: Seeded,
    pub number: String,
    /// The owner.
    pub caller: Caller,
    /// An agent.
    pub agent: Caller,
    pub agent_id: MemberId,
}

/// The address in links of mails.
pub const PUBLIC_URL: &str = "https://parley.example";

/// Everything a back-end test needs.
pub struct World {
    pub core: Core,
    pub clock: Clock,
    pub provider: Arc<Recorder>,
    pub postbox: Arc<Postbox>,
    pub ports: Backend,
    /// Sees all rows of all workspaces.
    pub owner: PgPool,
    pub ours: Bench,
    /// The neighbour, who must never see anything of ours.
    pub theirs: Bench,
    journal: Journal,
    applier: Applier,
    dispatcher: Dispatcher,
    folder: PathBuf,
    _database: TestDb,
}

/// Everything is offered.
fn settings() -> Settings {
    let window = SignupWindow {
        app_id: "55".to_owned(),
        config_id: "66".to_owned(),
        version: "v26.0".to_owned(),
        script: "/sandbox/sdk.js".to_owned(),
    };
    Settings { sandbox: true, signup: Some(window) }
}

impl World {
    /// It is 2026-11-22 12:00 UTC until the clock is moved.
    pub async fn new(parse: Parse) -> Self {
        let database = TestDb::new().await;
        let owner = database.owner().await;
        let clock = Clock::fixed("2026-11-22T12:00:00Z".parse().unwrap());
        #[expect(clippy::disallowed_methods, reason = "a name for a throw-away folder")]
        let folder = std::env::temp_dir().join(format!("parley-test-{}", uuid::Uuid::now_v7().simple()));
        let db = Db::connect(&database.options(), PoolSizes { app: 8, worker: 4 });
        let vault = Vault::new(Arc::new(|| Ok(vec![MasterKey::new([7; 32])]))).unwrap();
        let core = Core::new(db, clock.clone(), Files::on_disk(&folder).unwrap(), vault, PUBLIC_URL.to_owned());
        let provider = Arc::new(Recorder::new(parse));
        let shared: Arc<dyn Provider> = Arc::clone(&provider) as Arc<dyn Provider>;
        let ours = bench(&core, &owner, "Ours", "1001").await;
        let theirs = bench(&core, &owner, "Theirs", "2002").await;
        Self {
            ports: core.ports(settings(), Arc::clone(&shared), Arc::clone(&provider) as Arc<dyn Setup>),
            journal: Journal::start(core.clone()),
            applier: Applier::new(core.clone(), Arc::clone(&shared)),
            dispatcher: Dispatcher::new(core.clone(), shared),
            core,
            clock,
            provider,
            postbox: Arc::default(),
            owner,
            ours,
            theirs,
            folder,
            _database: database,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn second(&self) -> i64 {
        self.now().as_second()
    }

    /// Journals a body, as the webhook route does.
    pub async fn journal(&self, body: Bytes) {
        self.journal.append(body, None).await.unwrap();
    }

    /// The same for a body that carried the signature of a connection's own app.
    pub async fn receive_at(&mut self, door: ConnectionId, body: Bytes) {
        self.journal.append(body, Some(door)).await.unwrap();
        self.apply().await;
    }

    /// Applies all that waits.
    pub async fn apply(&mut self) {
        while self.applier.round().await.unwrap() > 0 {}
    }

    /// Journals and applies.
    pub async fn receive(&mut self, body: Bytes) {
        self.journal(body).await;
        self.apply().await;
    }

    /// Sends all that is due now.
    pub async fn send_due(&mut self) {
        let stop = CancellationToken::new();
        while self.dispatcher.round(&stop).await.unwrap() {}
    }

    /// Runs all waiting background jobs once.
    pub async fn run_jobs(&self) {
        let context = JobContext {
            core: self.core.clone(),
            provider: Arc::clone(&self.provider) as Arc<dyn Provider>,
            mailer: Arc::clone(&self.postbox) as Arc<dyn Mailer>,
        };
        let worker = jobs::worker(self.owner.clone(), context, CancellationToken::new()).await.unwrap();
        worker.run_once().await.unwrap();
    }

    /// The only conversation of our workspace.
    pub async fn only_conversation(&self) -> ConversationId {
        let list = self.ports.inbox.list(&self.ours.caller, ListQuery::default()).await.unwrap();
        match list.page.items.as_slice() {
            [only] => only.id,
            rows => panic!("one conversation expected, {} found", rows.len()),
        }
    }

    /// A number from a query that the migrating user runs.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.owner).await.unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn bench(core: &Core, owner: &PgPool, name: &str, number: &str) -> Bench {
    let connected = Number {
        phone_number_id: number.to_owned(),
        waba_id: format!("waba{number}"),
        display_number: format!("+{number}"),
    };
    let email = format!("owner@{}.example", name.to_lowercase());
    let seeded =
        seed::workspace(core, owner, name, ("Olive Owner", &email, "correct horse"), &connected).await.unwrap();
    let email = format!("agent@{}.example", name.to_lowercase());
    let agent_id = seed::member(core, owner, seeded.workspace, ("Adam Agent", &email, "battery staple"), Role::Agent)
        .await
        .unwrap();
    Bench {
        number: number.to_owned(),
        caller: Caller::member(seeded.workspace, seeded.owner, "Olive Owner", Role::Owner),
        agent: Caller::member(seeded.workspace, agent_id, "Adam Agent", Role::Agent),
        agent_id,
        seeded,
    }
}
