//! PostgreSQL servers of our own: a throw-away one for tests, a lasting one for development.

use std::{
    env, fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{guard::Guard, postgres::Postgres, shell};

/// Losing the data of a throw-away server costs nothing, so it never waits for the disk.
const THROW_AWAY: &str = "fsync = off\nsynchronous_commit = on\nfull_page_writes = off\nmax_connections = 200\n";
const LASTING: &str = "max_connections = 100\n";

/// A running server that is stopped and removed when dropped, and also when this program is killed.
pub struct Cluster {
    url: String,
    /// Stops the server; there is none for one that somebody else runs.
    _guard: Option<Guard>,
}

impl Cluster {
    /// Takes the server of `PARLEY_TEST_DATABASE_URL`, or starts one.
    pub fn start() -> Result<Self> {
        if let Ok(url) = env::var("PARLEY_TEST_DATABASE_URL") {
            println!("      using the PostgreSQL of PARLEY_TEST_DATABASE_URL");
            return Ok(Self { url, _guard: None });
        }
        let postgres = Postgres::find_or_install()?;
        let folder = fresh_folder("parley-test", postgres.is_another_user())?;
        postgres.own(&folder)?;
        // From here on an early end removes the folder.
        let guard = Guard::new(
            postgres.command("sh", &folder),
            "\"$1\" stop --silent --mode immediate -D \"$2/data\"\ncd /\nrm -rf \"$2\"",
            &[&postgres.program("pg_ctl").to_string_lossy(), &folder.to_string_lossy()],
        )?;
        let port = free_port()?;
        postgres.create(&folder, port, THROW_AWAY)?;
        postgres.start(&folder)?;
        let url = url(port, "postgres");
        println!("      PostgreSQL {} runs at {url}", postgres.version());
        Ok(Self { url, _guard: Some(guard) })
    }

    /// The address of a superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of another database of the same server.
    pub fn database(&self, name: &str) -> String {
        let (server, query) =
            self.url.split_once('?').map_or((self.url.as_str(), None), |(url, query)| (url, Some(query)));
        let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
        query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}"))
    }
}

/// Starts the development server, creating it the first time, and returns the address of its database.
pub fn start_development() -> Result<String> {
    let postgres = Postgres::find_or_install()?;
    let folder = development_folder(postgres.is_another_user())?;
    if !folder.join("data/PG_VERSION").exists() {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        postgres.own(&folder)?;
        postgres.create(&folder, free_port()?, LASTING)?;
    }
    if !postgres.is_running(&folder) {
        postgres.start(&folder)?;
    }
    let port = postgres.port(&folder)?;
    postgres.create_database(port, "parley")?;
    Ok(url(port, "parley"))
}

/// Stops the development server; its data stay.
pub fn stop_development() -> Result<bool> {
    let postgres = Postgres::find_or_install()?;
    let folder = development_folder(postgres.is_another_user())?;
    let running = postgres.is_running(&folder);
    if running {
        postgres.stop(&folder)?;
    }
    Ok(running)
}

/// A new folder under the system's temporary one.
pub fn fresh_folder(name: &str, for_another_user: bool) -> Result<PathBuf> {
    let temporary = [env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
    let parent = temporary.into_iter().find(|folder| folder.is_dir() && (!for_another_user || is_open_to_all(folder)));
    let parent = parent.context("no temporary folder that an unprivileged user can reach\n  What to do: set TMPDIR")?;
    // Folders of earlier processes with the same id may be left.
    for number in 0..1000 {
        let folder = parent.join(format!("{name}-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot create {}", folder.display())),
        }
    }
    bail!("{} is full of folders named {name}-…", parent.display())
}

/// A port nobody listens on.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

/// `target/dev-db`, unless the server's user cannot get there: a clone in root's home is closed to others.
fn development_folder(for_another_user: bool) -> Result<PathBuf> {
    let target = shell::root().join("target");
    fs::create_dir_all(&target).context("cannot create target")?;
    let target = target.canonicalize().context("cannot find target")?;
    if !for_another_user || is_open_to_all(&target) {
        return Ok(target.join("dev-db"));
    }
    Ok(PathBuf::from("/var/tmp/parley-dev-db"))
}

#[cfg(unix)]
fn is_open_to_all(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let Ok(folder) = folder.canonicalize() else { return false };
    folder.ancestors().all(|step| fs::metadata(step).is_ok_and(|data| data.permissions().mode() & 0o001 != 0))
}

#[cfg(not(unix))]
fn is_open_to_all(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_keeps_server_and_query() {
        let cluster = |url: &str| Cluster { url: url.to_owned(), _guard: None };
        assert_eq!(cluster("postgres://a@b:1/postgres").database("x"), "postgres://a@b:1/x");
        assert_eq!(cluster("postgres://a@b/p?host=/run/s").database("x"), "postgres://a@b/x?host=/run/s");
    }
}
