//! The programs of PostgreSQL: where they are, whose name they run under, and the few calls that are needed.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::shell;

const OLDEST: u32 = 15;
const HINT: &str = "install PostgreSQL 15 or newer with your package manager, or name a server's superuser in PARLEY_TEST_DATABASE_URL";

pub struct Postgres {
    programs: PathBuf,
    version: u32,
    /// User and group, when root runs this: PostgreSQL refuses to run as root.
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// The newest one here; where there is none and Debian packages can be installed, Debian's.
    pub fn find_or_install() -> Result<Self> {
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        if !shell::can_apt() {
            bail!("no PostgreSQL {OLDEST} or newer was found\n  What to do: {HINT}");
        }
        println!("      PostgreSQL is not installed; apt usually takes a minute");
        shell::apt_install(&["postgresql"])?;
        Self::find()?.with_context(|| {
            format!("the PostgreSQL of this distribution is older than {OLDEST}\n  What to do: {HINT}")
        })
    }

    fn find() -> Result<Option<Self>> {
        let found = folders().into_iter().filter_map(|folder| Some((version(&folder)?, folder)));
        let newest = found.filter(|(version, _)| *version >= OLDEST).max_by_key(|(version, _)| *version);
        let Some((version, programs)) = newest else { return Ok(None) };
        let user = if shell::is_root() { Some(unprivileged_user()?) } else { None };
        Ok(Some(Self { programs, version, user }))
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn is_another_user(&self) -> bool {
        self.user.is_some()
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// A program under the server's user, in a folder that this user can read.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env("HOME", folder).env("LC_ALL", "C");
        // These would make the programs talk to another server.
        for name in ["PGHOST", "PGPORT", "PGUSER", "PGDATA", "PGDATABASE", "PGPASSWORD", "PGOPTIONS", "PGSERVICE"] {
            command.env_remove(name);
        }
        #[cfg(unix)]
        if let Some((user, group)) = self.user {
            use std::os::unix::process::CommandExt as _;
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a folder to the server's user.
    pub fn own(&self, folder: &Path) -> Result<()> {
        #[cfg(unix)]
        if let Some((user, group)) = self.user {
            std::os::unix::fs::chown(folder, Some(user), Some(group))
                .with_context(|| format!("cannot give {} to the user of PostgreSQL", folder.display()))?;
        }
        Ok(())
    }

    /// Creates a server's files in `folder/data`.
    pub fn create(&self, folder: &Path, port: u16, settings: &str) -> Result<()> {
        let data = folder.join("data");
        // The same rules for upper and lower case everywhere; macOS has no C.UTF-8 before version 15.
        let locale = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
        let mut initdb = self.command(self.program("initdb"), folder);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]);
        initdb.arg(format!("--locale={locale}")).arg("-D").arg(&data).stdout(Stdio::null());
        shell::run(&mut initdb, HINT)?;
        let file = data.join("postgresql.conf");
        let written = fs::read_to_string(&file).context("initdb left no postgresql.conf")?;
        let socket = folder.display();
        let address = format!("listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{socket}'\n");
        fs::write(&file, format!("{written}\n{address}{settings}")).context("cannot write postgresql.conf")
    }

    pub fn start(&self, folder: &Path) -> Result<()> {
        let log = folder.join("log");
        let mut start = self.control(folder, &["start", "--wait", "--timeout=60"]);
        start.arg("--log").arg(&log);
        shell::run(&mut start, HINT)
            .with_context(|| format!("PostgreSQL does not start; its log ends with\n{}", tail(&log, 20)))
    }

    pub fn stop(&self, folder: &Path) -> Result<()> {
        shell::run(&mut self.control(folder, &["stop", "--mode=fast"]), "look at the log beside its data")
    }

    pub fn is_running(&self, folder: &Path) -> bool {
        folder.join("data").exists() && shell::output(&mut self.control(folder, &["status"])).is_some()
    }

    /// The port, as `create` wrote it.
    pub fn port(&self, folder: &Path) -> Result<u16> {
        let settings =
            fs::read_to_string(folder.join("data/postgresql.conf")).context("cannot read postgresql.conf")?;
        let port = settings.lines().rev().find_map(|line| line.strip_prefix("port = "));
        port.and_then(|port| port.trim().parse().ok()).context("postgresql.conf names no port")
    }

    /// Creates a database if it is not there.
    pub fn create_database(&self, port: u16, name: &str) -> Result<()> {
        let server = ["--host=127.0.0.1", &format!("--port={port}"), "--username=postgres"];
        let question = format!("select 1 from pg_database where datname = '{name}'");
        let root = Path::new("/");
        let mut ask = self.command(self.program("psql"), root);
        ask.args(server).args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", &question, "postgres"]);
        if shell::output(&mut ask).as_deref() == Some("1") {
            return Ok(());
        }
        shell::run(self.command(self.program("createdb"), root).args(server).arg(name), "look at the server's log")
    }

    fn control(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(self.program("pg_ctl"), folder);
        command.args(arguments).arg("--silent").arg("-D").arg(folder.join("data"));
        command
    }
}

/// The last lines of a file, indented.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let all: Vec<_> = text.lines().collect();
    let last = all.iter().skip(all.len().saturating_sub(lines));
    last.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// Where the usual packages put PostgreSQL's programs.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = env::split_paths(&path).collect();
    folders.extend(shell::output(Command::new("pg_config").arg("--bindir")).map(PathBuf::from));
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        folders.extend(named.map(|entry| entry.path().join("bin")));
    }
    folders.retain(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file());
    folders
}

/// `initdb (PostgreSQL) 15.14 (Debian …)` is 15.
fn version(programs: &Path) -> Option<u32> {
    let text = shell::output(Command::new(programs.join("initdb")).arg("--version"))?;
    let word = text.split_whitespace().nth(2)?;
    word.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

fn unprivileged_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let ids = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    ids("postgres").or_else(|| ids("nobody")).context("neither a user postgres nor nobody to run PostgreSQL as")
}
