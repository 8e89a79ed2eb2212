//! Wiring: from settings to a running system.

mod line;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use backend::connections;
use backend::db::PoolSizes;
use backend::files::Files;
use backend::ingest::{Applier, Journal};
use backend::jobs::{self, JobContext};
use backend::outbound::{Mailer, NoMailServer, Outside, Provider};
use backend::outbox::dispatch::Dispatcher;
use backend::vault::Vault;
use backend::{Clock, Core, Db, revocations};
use channels::email::{Sender, Server, Smtp};
use channels::whatsapp::{Client, ClientConfig};
use domain::connection::SignupWindow;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sso::{Oidc, Reach};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cluster::{self, Binaries, Cluster};
use crate::config::{Plaintext, Settings};
use crate::keys;

/// The lock on the data folder; released when dropped, also by a crash.
pub struct DataLock(#[expect(dead_code, reason = "holds the lock")] File);

impl DataLock {
    /// Refuses when another Parley uses the folder.
    pub fn take(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))?;
        let path = folder.join("parley.lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => bail!(
                "another Parley is running on the data folder {}. Stop it first, or choose another with PARLEY_DATA_DIR",
                folder.display()
            ),
            Err(std::fs::TryLockError::Error(error)) => bail!("cannot lock {}: {}", path.display(), error.kind()),
        }
    }
}

/// The database and how to reach it as the migrating user.
pub struct Database {
    pub owner: PgConnectOptions,
    cluster: Option<Cluster>,
}

impl Database {
    /// Connects to the configured server, or starts our own. Refuses a server to which everything could be read on its way.
    pub async fn open(settings: &Settings) -> Result<Self> {
        if let Some(url) = &settings.database_url {
            // sqlx's message could quote the address with its password.
            let owner =
                url.parse().map_err(|_| anyhow::anyhow!("PARLEY_DATABASE_URL is not an address of a database"))?;
            if let Some(words) = line::in_clear(&owner)
                && settings.database_plaintext == Plaintext::Refused
            {
                bail!("{words}");
            }
            return Ok(Self { owner, cluster: None });
        }
        let folder = settings.data_dir();
        let binaries = Binaries::find_or_fetch(settings.postgres_bin.as_deref(), &folder).await?;
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(&folder, binaries)).await??;
        let owner = cluster.options();
        cluster::ensure_database(&owner).await?;
        Ok(Self { owner, cluster: Some(cluster) })
    }

    /// Whether the line to the database could be read on its way, which the configuration then allows.
    pub fn in_clear(&self) -> bool {
        line::in_clear(&self.owner).is_some()
    }

    pub async fn migrate(&self) -> Result<()> {
        if let Err(error) = Db::migrate(&self.owner).await {
            bail!("the database could not be brought up to this version: {error}");
        }
        let pool = self.owner_pool(2).await?;
        let prepared = jobs::prepare(pool.clone()).await;
        pool.close().await;
        Ok(prepared?)
    }

    /// A small pool of the migrating user: for the job queue's schema and for accounts.
    pub async fn owner_pool(&self, size: u32) -> Result<PgPool> {
        Ok(PgPoolOptions::new().max_connections(size).connect_with(self.owner.clone()).await?)
    }

    /// For commands that may run beside a server: stops the cluster only if this process started it.
    pub async fn leave(self) {
        if self.cluster.as_ref().is_some_and(Cluster::was_started_here) {
            self.close().await;
        }
    }

    /// For the server, whose cluster it is.
    pub async fn close(self) {
        if let Some(cluster) = self.cluster {
            let stopped = tokio::task::spawn_blocking(move || cluster.stop()).await;
            if let Ok(Err(error)) = stopped {
                tracing::warn!(%error, "the database did not stop in time; the next start recovers it");
            }
        }
    }
}

/// The back end, and the parts that run beside requests.
pub struct System {
    pub core: Core,
    pub journal: Journal,
    pub ports: domain::ports::Backend,
    pub owner_pool: PgPool,
    provider: Arc<dyn Provider>,
    mailer: Arc<dyn Mailer>,
}

impl System {
    pub async fn build(settings: &Settings, database: &Database) -> Result<Self> {
        let core = core(settings, database)?;
        let client = Arc::new(client(settings)?);
        let provider: Arc<dyn Provider> = Arc::clone(&client) as Arc<dyn Provider>;
        let reach = if settings.sandbox || settings.sso_private_issuers { Reach::Private } else { Reach::Public };
        let identities = Arc::new(Oidc::new(reach).context("the client of sign-in providers could not be built")?);
        let outside = Outside { provider: Arc::clone(&provider), setup: client, identities };
        let ports = core.ports(offered(settings), outside);
        let mailer: Arc<dyn Mailer> = match smtp(settings)? {
            Some(smtp) => Arc::new(smtp),
            None => Arc::new(NoMailServer),
        };
        let owner_pool = database.owner_pool(4).await?;
        core.vault.check(&owner_pool).await.map_err(|fault| {
            anyhow!(
                "{fault}. Give the right key under PARLEY_MASTER_KEY, or put back {}",
                keys::file(settings).display()
            )
        })?;
        Ok(Self { journal: Journal::start(core.clone()), core, ports, owner_pool, provider, mailer })
    }

    /// Starts what runs beside requests. Each part ends after `stop`.
    pub async fn start(&self, stop: &CancellationToken) -> Result<JoinSet<()>> {
        let mut parts = JoinSet::new();
        parts.spawn(Applier::new(self.core.clone(), Arc::clone(&self.provider)).run(stop.clone()));
        parts.spawn(Dispatcher::new(self.core.clone(), Arc::clone(&self.provider)).run(stop.clone()));
        parts.spawn(revocations::listen(self.core.clone(), stop.clone()));
        let context = JobContext {
            core: self.core.clone(),
            provider: Arc::clone(&self.provider),
            mailer: Arc::clone(&self.mailer),
        };
        let worker = jobs::worker(self.owner_pool.clone(), context.clone(), stop.clone()).await?;
        let (pool, again, stop) = (self.owner_pool.clone(), context, stop.clone());
        parts.spawn(async move {
            let mut worker = Some(worker);
            while !stop.is_cancelled() {
                if let Some(worker) = worker.take()
                    && worker.run().await.is_err()
                {
                    tracing::warn!("the job worker lost its database");
                }
                // It ends with its database and cannot run twice: a new one follows.
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    () = stop.cancelled() => return,
                }
                worker = jobs::worker(pool.clone(), again.clone(), stop.clone()).await.ok();
            }
        });
        Ok(parts)
    }
}

/// The shared core, for commands that need no provider.
pub fn core(settings: &Settings, database: &Database) -> Result<Core> {
    let sizes = PoolSizes { app: settings.database_pool, worker: 6 };
    let db = Db::connect(&database.owner, sizes);
    let files = Files::on_disk(&settings.data_dir().join("files"))?;
    let core = Core::new(db, Clock::system(), files, Vault::new(keys::masters(settings))?, settings.public_url());
    Ok(match &settings.terms_version {
        Some(version) => core.with_terms(version),
        None => core,
    })
}

/// The client of the mail server, if one is configured.
pub fn smtp(settings: &Settings) -> Result<Option<Smtp>> {
    let (Some(server), Some(sender)) = (&settings.smtp_url, &settings.mail_from) else { return Ok(None) };
    let named = |key: &'static str| move |why: &'static str| anyhow::anyhow!("{key} {why}");
    let server = Server::parse(server).map_err(named("PARLEY_SMTP_URL"))?;
    let sender = Sender::parse(sender).map_err(named("PARLEY_MAIL_FROM"))?;
    Ok(Some(Smtp::new(&server, sender).context("the mail client could not be built (PARLEY_SMTP_URL)")?))
}

/// Which ways of connecting a number this installation has.
fn offered(settings: &Settings) -> connections::Settings {
    let window = |app_id: &String, config_id: &String| SignupWindow {
        app_id: app_id.clone(),
        config_id: config_id.clone(),
        version: settings.whatsapp_version.clone(),
        script: settings.whatsapp_signup_script.clone(),
    };
    let signup = settings.whatsapp_app_id.as_ref().zip(settings.whatsapp_signup_config.as_ref());
    connections::Settings { sandbox: settings.sandbox, signup: signup.map(|(app, config)| window(app, config)) }
}

fn client(settings: &Settings) -> Result<Client> {
    let config = ClientConfig {
        base_url: settings.whatsapp_base_url.clone(),
        version: settings.whatsapp_version.clone(),
        token: settings.whatsapp_token.clone().unwrap_or_default(),
        app_id: settings.whatsapp_app_id.clone(),
        app_secret: settings.whatsapp_app_secret.clone().unwrap_or_default(),
        sandbox: settings.sandbox.then(|| settings.whatsapp_base_url.trim_end_matches("/graph").to_owned()),
        timeout: Duration::from_secs(settings.whatsapp_timeout),
    };
    Client::new(config).context("the HTTP client could not be built")
}
