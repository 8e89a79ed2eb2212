//! A PostgreSQL cluster of the test's own, which waits for the disk as one in production does.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

const DURABLE: &str = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nmax_connections = 80\n";

pub struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    /// User and group, when root runs this: PostgreSQL refuses to run as root.
    user: Option<(u32, u32)>,
    port: u16,
}

impl Postgres {
    /// Makes and starts a cluster in `folder`. `settings` come last, so that they win.
    pub fn start_new(folder: &Path, port: u16, settings: &str) -> Result<Self> {
        let cluster = Self { programs: programs()?, data: folder.join("postgres"), user: user()?, port };
        fs::create_dir(&cluster.data).context("cannot make the folder of the cluster")?;
        fs::set_permissions(&cluster.data, fs::Permissions::from_mode(0o700))?;
        if let Some((user, group)) = cluster.user {
            std::os::unix::fs::chown(&cluster.data, Some(user), Some(group)).context("cannot hand the folder over")?;
        }
        cluster
            .run("initdb", &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])?;
        let file = cluster.data.join("postgresql.conf");
        let written = fs::read_to_string(&file)?;
        let sockets = cluster.data.display();
        let address = format!("listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{sockets}'");
        fs::write(&file, format!("{written}\n{address}\n{DURABLE}{settings}\n"))?;
        cluster.start()?;
        Ok(cluster)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of the superuser, past all proxies.
    pub fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// Starts it, recovering what an immediate stop left.
    pub fn start(&self) -> Result<()> {
        let log = self.data.join("server.log");
        self.run("pg_ctl", &["start", "--wait", "--timeout=60", "--silent", "--log", &log.to_string_lossy()])
    }

    /// As a crash: no shutdown checkpoint, no goodbye to clients.
    pub fn stop_at_once(&self) -> Result<()> {
        self.run("pg_ctl", &["stop", "--mode=immediate", "--wait", "--silent"])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(&self.data).args(arguments).current_dir(&self.data).env("LC_ALL", "C");
        for name in ["PGHOST", "PGPORT", "PGUSER", "PGDATA", "PGDATABASE", "PGPASSWORD", "PGOPTIONS", "PGSERVICE"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        let status = command.status().with_context(|| format!("cannot run {program}"))?;
        if !status.success() {
            bail!("{program} {arguments:?} ended with {status}; see {}", self.data.display());
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data.join("postmaster.pid").exists() {
            let _ = self.stop_at_once();
        }
    }
}

/// An address on this machine.
pub fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

/// The folder of the programs: of the path, else the newest of Debian's packages.
fn programs() -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let packages = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut packages: Vec<PathBuf> = packages.map(|entry| entry.path().join("bin")).collect();
    packages.sort();
    folders.extend(packages.into_iter().rev());
    let found = folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).exists()));
    found.context("PostgreSQL's programs (initdb, pg_ctl) were not found; install PostgreSQL 15 or newer")
}

/// As root, the user `postgres` or else `nobody`.
fn user() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read the list of users")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).map(Some).context("there is neither a user postgres nor nobody")
}
