//! A demo server with a data folder of its own, for tests that talk to it over HTTP.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    cluster::{free_port, fresh_folder},
    guard::Guard,
    postgres::tail,
    run, shell,
};

/// Answers once the server takes requests.
const READY_PATH: &str = "/";
/// The first start may fetch and create a PostgreSQL.
const READY_WITHIN: Duration = Duration::from_secs(300);
const STOPS_WITHIN: Duration = Duration::from_secs(30);

pub struct Demo {
    child: Child,
    guard: Option<Guard>,
    release: bool,
    port: u16,
    folder: PathBuf,
    log: PathBuf,
}

impl Demo {
    /// Starts `parley serve --demo` and waits until it answers.
    pub fn start(name: &str, release: bool) -> Result<Self> {
        let binary = shell::parley(release);
        if !binary.is_file() {
            bail!("{} does not exist\n  What to do: run the step `build` first", binary.display());
        }
        // The server's PostgreSQL may run under another user.
        let folder = fresh_folder("parley-demo", shell::is_root())?;
        let logs = shell::root().join("target/logs");
        fs::create_dir_all(&logs).context("cannot create target/logs")?;
        let log = logs.join(format!("{name}.log"));
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let port = free_port()?;
        let mut server = run::server(release);
        server
            .args(["serve", "--demo"])
            .env("PARLEY_LISTEN", format!("127.0.0.1:{port}"))
            // Passkeys belong to a name; all else is as well asked for by number.
            .env("PARLEY_PUBLIC_URL", format!("http://localhost:{port}"))
            .env("PARLEY_DATA_DIR", &folder)
            // The API test asks as fast as it can, by one key.
            .env("PARLEY_KEY_RATE", "1000000")
            .env("PARLEY_KEY_BURST", "1000000");
        server.stdout(output.try_clone()?).stderr(output);
        let child = server.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let process = child.id().to_string();
        // TERM, so that the server stops its own PostgreSQL.
        let script = "kill -TERM \"$1\"\nfor second in 1 2 3 4 5 6 7 8 9 10; do kill -0 \"$1\" || break; sleep 1; done\n\
                      kill -KILL \"$1\"\nrm -rf \"$2\"";
        let guard = Guard::new(Command::new("sh"), script, &[&process, &folder.to_string_lossy()]);
        let mut demo = Self { child, guard: Some(guard?), release, port, folder, log };
        demo.wait_until_ready()?;
        println!("      the demo server runs at {}; its log is {}", demo.url(), demo.log.display());
        Ok(demo)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command of the same binary on the same data; its standard output.
    pub fn command(&self, arguments: &[&str]) -> Result<String> {
        let mut command = run::server(self.release);
        command.args(arguments).env("PARLEY_DATA_DIR", &self.folder);
        let line = shell::describe(&command);
        let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
        if !output.status.success() {
            bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                bail!("the demo server ended by itself ({status}); its log ends with\n{}", tail(&self.log, 30));
            }
            if self.answers().is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        bail!("the demo server does not answer at {}; its log ends with\n{}", self.url(), tail(&self.log, 30))
    }

    fn answers(&self) -> Option<()> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        write!(stream, "GET {READY_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
        let mut start = [0; 12];
        stream.read_exact(&mut start).ok()?;
        (start.starts_with(b"HTTP/1.") && start.get(9) != Some(&b'5')).then_some(())
    }

    fn stop(&mut self) {
        let mut term = Command::new("kill");
        let _ = term.args(["-TERM", &self.child.id().to_string()]).status();
        let started = Instant::now();
        while started.elapsed() < STOPS_WITHIN {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        println!("      the demo server did not stop within {} s and was killed", STOPS_WITHIN.as_secs());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.stop();
        }
        if let Some(guard) = self.guard.take() {
            guard.disarm();
        }
        // What is left in a temporary folder is no failure.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
