//! The embedded PostgreSQL: found, made, started or adopted, and stopped.
//!
//! The cluster outlives a killed Parley on purpose: the next start adopts it, or PostgreSQL recovers it.

mod binaries;
mod owner;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, bail};
use sqlx::postgres::PgConnectOptions;

pub use binaries::Binaries;
use owner::Owner;

const USER: &str = "parley";
const DATABASE: &str = "parley";

/// A running cluster of our own.
pub struct Cluster {
    folder: PathBuf,
    binaries: Binaries,
    owner: Owner,
    port: u16,
    password: String,
    started: bool,
}

impl Cluster {
    /// Makes the cluster if it is not there, and starts it if it does not run.
    pub fn start(data_dir: &Path, binaries: Binaries) -> Result<Self> {
        let owner = Owner::choose()?;
        let folder = data_dir.join("postgres");
        owner.prepare(data_dir, &folder)?;
        let password = password(data_dir)?;
        let mut cluster = Self { folder, binaries, owner, port: 0, password, started: false };
        if !cluster.folder.join("PG_VERSION").exists() {
            cluster.init()?;
        }
        cluster.check_version()?;
        match cluster.running_port() {
            Some(port) => {
                tracing::info!(port, "adopting the running database");
                cluster.port = port;
            }
            None => cluster.launch()?,
        }
        Ok(cluster)
    }

    /// Whether this process started it, and did not find it running.
    pub fn was_started_here(&self) -> bool {
        self.started
    }

    /// How to connect: loopback with the generated password.
    pub fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username(USER)
            .password(&self.password)
            .database(DATABASE)
    }

    /// Stops it, letting running transactions roll back.
    pub fn stop(&self) -> Result<()> {
        self.run("pg_ctl", &["stop", "-m", "fast", "-w", "-t", "60"]).map(|_| ())
    }

    fn init(&self) -> Result<()> {
        tracing::info!(folder = %self.folder.display(), "making the database (this takes a few seconds)");
        let secret = self.folder.with_extension("secret");
        write_private(&secret, &self.password)?;
        self.owner.give(&secret)?;
        let file = format!("--pwfile={}", secret.display());
        let outcome = self.run(
            "initdb",
            &["-U", USER, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", &file, "--data-checksums"],
        );
        let _ = std::fs::remove_file(&secret);
        outcome?;
        Ok(())
    }

    /// Written at every start, so that it always fits the machine.
    fn configure(&self, port: u16) -> Result<()> {
        let memory = memory_mb();
        // A tenth for the cache, within reason: the application and the system's own cache want the rest.
        let buffers = (memory / 10).clamp(128, 4096);
        let text = format!(
            "# Written by Parley at every start; put your own settings into postgresql.conf.\n\
             listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nmax_connections = 120\n\
             shared_buffers = {buffers}MB\neffective_cache_size = {}MB\nmax_wal_size = 2GB\ncheckpoint_completion_target = 0.9\n\
             wal_compression = on\nfsync = on\nsynchronous_commit = on\nfull_page_writes = on\npassword_encryption = scram-sha-256\n\
             jit = off\nrandom_page_cost = 1.1\nlog_min_messages = warning\nlog_min_error_statement = panic\nlog_error_verbosity = terse\n\
             log_parameter_max_length_on_error = 0\n",
            memory / 2
        );
        let path = self.folder.join("parley.conf");
        std::fs::write(&path, text).context("cannot write the database's configuration")?;
        self.owner.give(&path)?;
        let main = self.folder.join("postgresql.conf");
        let current = std::fs::read_to_string(&main).context("cannot read postgresql.conf")?;
        if !current.contains("include = 'parley.conf'") {
            std::fs::write(&main, format!("{current}\ninclude = 'parley.conf'\n"))
                .context("cannot write postgresql.conf")?;
            self.owner.give(&main)?;
        }
        Ok(())
    }

    fn launch(&mut self) -> Result<()> {
        let port = free_port()?;
        self.configure(port)?;
        self.remove_stale_pid();
        let log = self.folder.join("server.log");
        let outcome = self.run("pg_ctl", &["start", "-w", "-t", "120", "-l", &log.to_string_lossy()]);
        if let Err(error) = outcome {
            let last = std::fs::read_to_string(&log).unwrap_or_default();
            let tail: Vec<&str> = last.lines().rev().take(5).collect();
            bail!(
                "{error:#}\nThe database's log {} ends with:\n{}",
                log.display(),
                tail.into_iter().rev().collect::<Vec<_>>().join("\n")
            );
        }
        self.port = port;
        self.started = true;
        tracing::info!(port, "database started");
        Ok(())
    }

    /// The port of a cluster that runs already, for example because Parley was killed.
    fn running_port(&self) -> Option<u16> {
        let pid = std::fs::read_to_string(self.folder.join("postmaster.pid")).ok()?;
        let port = pid.lines().nth(3)?.trim().parse().ok()?;
        self.run("pg_ctl", &["status"]).is_ok().then_some(port)
    }

    /// A pid file whose process is gone, or is another program by now, would keep PostgreSQL from starting.
    fn remove_stale_pid(&self) {
        let path = self.folder.join("postmaster.pid");
        let Ok(text) = std::fs::read_to_string(&path) else { return };
        let pid = text.lines().next().unwrap_or_default().trim();
        let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if cfg!(target_os = "linux") && !command.starts_with("postgres") {
            let _ = std::fs::remove_file(path);
        }
    }

    fn check_version(&self) -> Result<()> {
        let theirs =
            std::fs::read_to_string(self.folder.join("PG_VERSION")).context("cannot read the database's version")?;
        let theirs: u32 = theirs.trim().parse().context("the database's version is not a number")?;
        if theirs != self.binaries.major {
            bail!(
                "the data folder was made by PostgreSQL {theirs}, and the programs found are of {}. Set PARLEY_POSTGRES_BIN to those of {theirs}.",
                self.binaries.major
            );
        }
        Ok(())
    }

    /// Runs one of PostgreSQL's programs on the cluster, as its owner.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(self.binaries.folder.join(program));
        command.arg("-D").arg(&self.folder).args(arguments).current_dir("/").stdin(Stdio::null());
        // The started server inherits these; pipes would keep this call waiting for it.
        let log = tempfile(&self.folder)?;
        command.stdout(log.try_clone()?).stderr(log);
        self.owner.become_owner(&mut command);
        let status = command.status().with_context(|| format!("cannot run {program}"))?;
        let output = std::fs::read_to_string(command_log(&self.folder)).unwrap_or_default();
        if !status.success() {
            bail!("{program} did not work: {}", output.trim());
        }
        Ok(Output { status, stdout: output.into_bytes(), stderr: Vec::new() })
    }
}

fn command_log(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

fn tempfile(folder: &Path) -> Result<std::fs::File> {
    std::fs::File::create(command_log(folder)).context("cannot write into the data folder")
}

/// The password of our own database user, made once and readable by us alone.
fn password(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("database.secret");
    if let Ok(known) = std::fs::read_to_string(&path) {
        return Ok(known.trim().to_owned());
    }
    let fresh = backend::secret::token()?;
    write_private(&path, &fresh)?;
    Ok(fresh)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no free port on loopback")?;
    Ok(listener.local_addr()?.port())
}

/// The machine's memory in megabytes; 1024 where it cannot be told.
fn memory_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("MemTotal:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse::<u64>().ok());
    kilobytes.map_or(1024, |kb| kb / 1024)
}

/// Makes the application's database on a fresh cluster.
pub async fn ensure_database(options: &PgConnectOptions) -> Result<()> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone().database("postgres"))
        .await?;
    let there: Option<i32> =
        sqlx::query_scalar("select 1 from pg_database where datname = $1").bind(DATABASE).fetch_optional(&pool).await?;
    if there.is_none() {
        sqlx::raw_sql("create database parley").execute(&pool).await?;
    }
    pool.close().await;
    Ok(())
}
