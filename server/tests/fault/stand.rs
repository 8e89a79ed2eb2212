//! The stand on which Parley is tortured: its database, the sandbox, lines that can be cut, and Parley itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, process};

use ::sandbox::{Profile, Sandbox, SandboxConfig};
use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::task::JoinHandle;

use crate::control::Control;
use crate::guard::Guard;
use crate::neighbour::Neighbour;
use crate::parley::Parley;
use crate::postgres::{self, Postgres};
use crate::proxy::Proxy;
use crate::report;
use crate::wait;

/// Parley comes back within this time, or it does not come back.
pub const RECOVERY: Duration = Duration::from_secs(60);
/// All work is done within this time after the last fault. Less than a lease of the outbox (two minutes): nothing may
/// have to wait for one to run out.
const DRAIN: Duration = Duration::from_secs(90);
/// Files are fetched within this time after everything else is done.
const FETCH: Duration = Duration::from_secs(60);
/// Seconds that a send may take. Short, because every message that is never answered costs as much.
const SEND_SECONDS: &str = "3";

pub struct Stand {
    pub parley: Parley,
    pub postgres: Postgres,
    pub lines: Lines,
    pub control: Control,
    pub http: reqwest::Client,
    pub workspace: String,
    pub neighbour: Neighbour,
    pub api: Api,
    port: u16,
    sandbox: JoinHandle<()>,
    _folder: Folder,
    _guard: Guard,
    _turn: File,
}

/// Lines that can be cut.
pub struct Lines {
    pub database: Proxy,
    pub graph: Proxy,
    pub webhooks: Proxy,
}

/// The REST interface.
#[derive(Clone)]
pub struct Api {
    pub base: String,
    pub key: String,
}

/// How everything came to rest.
pub struct Settled {
    pub took: Duration,
    /// How often each fault of the sandbox has struck.
    pub hits: BTreeMap<String, u64>,
    /// What never came to rest.
    pub stuck: Vec<String>,
}

impl Stand {
    /// Builds everything; Parley is ready then. `settings` are added to those of PostgreSQL.
    pub async fn start(settings: &str) -> Result<Self> {
        let turn = turn()?;
        let folder = Folder::new()?;
        let guard = Guard::new(&folder.0)?;
        let postgres = tokio::task::block_in_place(|| Postgres::start_new(&folder.0, free_port()?, settings))?;
        let mut server = PgConnection::connect(&postgres.url("postgres")).await?;
        sqlx::raw_sql("create database parley").execute(&mut server).await?;
        let port = free_port()?;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let sandbox_port = listener.local_addr()?.port();
        let lines = Lines {
            database: Proxy::start(postgres.port()).await?,
            graph: Proxy::start(sandbox_port).await?,
            webhooks: Proxy::start(port).await?,
        };
        let config = SandboxConfig {
            callback_url: format!("http://127.0.0.1:{}/webhooks/whatsapp", lines.webhooks.port()),
            public_url: format!("http://127.0.0.1:{}", lines.graph.port()),
            ledger: Some(folder.0.join("ledger.jsonl")),
            profile: Profile::Test,
            ..SandboxConfig::default()
        };
        let mut parley = Parley::new(&folder.0, parley_settings(&config, &lines, port, &folder.0));
        let sandbox = Sandbox::start(config)?;
        let routes = sandbox.router();
        let sandbox = tokio::spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        let control = Control::new(http.clone(), sandbox_port);
        control.settings(&json!({"throughput_per_second": 0, "pair_interval_ms": 0, "allowance": 1_000_000})).await?;
        tokio::task::block_in_place(|| parley.run(&["seed"]))?;
        let scope = "conversations:read,conversations:write,messages:write";
        let key = tokio::task::block_in_place(|| parley.run(&["api-key", "create", "--scope", scope]))?;
        let mut database = PgConnection::connect(&postgres.url("parley")).await?;
        let workspace: String =
            sqlx::query_scalar("select workspace_id::text from channel_route").fetch_one(&mut database).await?;
        let neighbour = Neighbour::move_in(&mut database).await?;
        parley.start()?;
        let api = Api { base: format!("http://127.0.0.1:{port}/api/v1"), key };
        let mut stand = Self {
            parley,
            postgres,
            lines,
            control,
            http,
            workspace,
            neighbour,
            api,
            port,
            sandbox,
            _folder: folder,
            _guard: guard,
            _turn: turn,
        };
        stand.ready().await?;
        Ok(stand)
    }

    /// A connection of the superuser, past the proxies.
    pub async fn database(&self) -> Result<PgConnection> {
        Ok(PgConnection::connect(&self.postgres.url("parley")).await?)
    }

    /// The rows of a query, as JSON.
    pub async fn rows<T: DeserializeOwned>(&self, query: &str) -> Result<Vec<T>> {
        let statement = AssertSqlSafe(format!("select coalesce(jsonb_agg(r), '[]') from ({query}) r"));
        let rows: Value = sqlx::query_scalar(statement).fetch_one(&mut self.database().await?).await?;
        Ok(serde_json::from_value(rows)?)
    }

    /// Sets something up, or sabotages it.
    pub async fn execute(&self, statements: &'static str) -> Result<()> {
        sqlx::raw_sql(statements).execute(&mut self.database().await?).await?;
        Ok(())
    }

    /// Waits until Parley answers with a database behind it. Starts it again if it gave up, as a service manager does.
    pub async fn ready(&mut self) -> Result<()> {
        let address = format!("http://127.0.0.1:{}/readyz", self.port);
        let (http, parley) = (self.http.clone(), &mut self.parley);
        wait::until("Parley is ready", RECOVERY, async || {
            parley.keep_running()?;
            let response = http.get(&address).timeout(Duration::from_secs(2)).send().await?;
            Ok(response.status().is_success().then_some(()))
        })
        .await
    }

    /// Stops PostgreSQL at once and starts it again.
    pub fn crash_database(&self) -> Result<()> {
        tokio::task::block_in_place(|| {
            self.postgres.stop_at_once()?;
            self.postgres.start()
        })
    }

    /// Ends the sandbox's faults and waits until nobody has anything left to do.
    pub async fn settle(&mut self) -> Result<Settled> {
        let started = Instant::now();
        let hits = self.control.end_faults().await?;
        self.control.settings(&json!({"deliver": true})).await?;
        let mut stuck = Vec::new();
        if let Err(error) = self.ready().await {
            stuck.push(format!("{error:#}"));
        }
        if wait::until("rest", DRAIN, async || Ok(self.at_rest().await?.then_some(()))).await.is_err() {
            stuck.extend(self.unrest().await?);
        }
        let took = started.elapsed();
        let files = "select 1 from attachment where state = 'waiting'";
        let fetched = async || Ok(self.rows::<Value>(files).await?.is_empty().then_some(()));
        if wait::until("files", FETCH, fetched).await.is_err() {
            let waiting = self.rows::<Value>(files).await?.len();
            stuck.push(format!("{waiting} files are still not fetched {FETCH:?} after everything else was done"));
        }
        // A file that came changed its conversation; nothing else may be under way.
        if !self.at_rest().await? {
            stuck.extend(self.unrest().await?);
        }
        Ok(Settled { took, hits, stuck })
    }

    /// Asked in this order, because webhooks fill the journal and the outbox causes webhooks.
    async fn at_rest(&self) -> Result<bool> {
        Ok(self.control.is_idle().await? && self.unrest().await?.is_empty() && self.control.is_idle().await?)
    }

    async fn unrest(&self) -> Result<Vec<String>> {
        let query = "select 'journal' as place, 'waiting' as state, count(*) as n from journal where applied_at is null
             having count(*) > 0
             union all
             select 'outbox', state, count(*) from outbox where state in ('queued', 'claimed', 'posting') group by state";
        let rows: Vec<Value> = self.rows(query).await?;
        Ok(rows.iter().map(|row| format!("still not at rest: {row}")).collect())
    }

    /// What a person wants to see after a failure.
    pub fn show_logs(&self) {
        report::say(&format!("the end of Parley's log:\n{}", self.parley.log_tail(40)));
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.sandbox.abort();
    }
}

fn parley_settings(config: &SandboxConfig, lines: &Lines, port: u16, folder: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("PATH", env::var("PATH").unwrap_or_default()),
        ("PARLEY_LOG", "warn".to_owned()),
        ("PARLEY_LISTEN", format!("127.0.0.1:{port}")),
        ("PARLEY_DATA_DIR", folder.join("parley").display().to_string()),
        ("PARLEY_DATABASE_URL", postgres::url(lines.database.port(), "parley")),
        ("PARLEY_WHATSAPP_BASE_URL", format!("{}/graph", config.public_url)),
        ("PARLEY_WHATSAPP_TOKEN", config.token.clone()),
        ("PARLEY_WHATSAPP_APP_SECRET", config.app_secret.clone()),
        ("PARLEY_WHATSAPP_VERIFY_TOKEN", config.verify_token.clone()),
        ("PARLEY_WHATSAPP_NUMBER_ID", config.phone_number_id.clone()),
        ("PARLEY_WHATSAPP_ACCOUNT_ID", config.waba_id.clone()),
        // The load comes by one key.
        ("PARLEY_KEY_RATE", "1000000".to_owned()),
        ("PARLEY_KEY_BURST", "1000000".to_owned()),
        ("PARLEY_WHATSAPP_TIMEOUT", SEND_SECONDS.to_owned()),
    ]
}

/// A folder that an unprivileged user can reach, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        for number in 0..1000 {
            let path = env::temp_dir().join(format!("parley-fault-{}-{number}", process::id()));
            if fs::create_dir(&path).is_ok() {
                return Ok(Self(path));
            }
        }
        anyhow::bail!("no folder could be made in {}", env::temp_dir().display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if env::var_os("PARLEY_TORTURE_KEEP").is_some() {
            report::say(&format!("kept: {}", self.0.display()));
        } else {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// One stand at a time: two would disturb each other's moments, and each has a whole system.
fn turn() -> Result<File> {
    let path = env::temp_dir().join("parley-fault.lock");
    let file = File::options().create(true).append(true).open(&path).context("cannot make the lock of the stand")?;
    tokio::task::block_in_place(|| file.lock()).context("cannot lock the stand")?;
    Ok(file)
}

/// A port nobody listens on.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).context("no free port")?.local_addr()?.port())
}
