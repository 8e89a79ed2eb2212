//! A release server with its own durable embedded cluster, in a temporary folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub const SECRET: &str = "bench-secret";
pub const NUMBER: &str = "1060000000000003";

pub struct Served {
    pub base: String,
    pub folder: PathBuf,
    child: Child,
}

pub fn parley(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command
        .env("PARLEY_DATA_DIR", folder)
        .env("PARLEY_LISTEN", format!("127.0.0.1:{port}"))
        .env("PARLEY_WHATSAPP_APP_SECRET", SECRET)
        .env("PARLEY_WHATSAPP_TOKEN", "t")
        .env("PARLEY_WHATSAPP_VERIFY_TOKEN", "v")
        .env("PARLEY_SITE_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site"))
        .env("PARLEY_FETCH_RATE", "1000000")
        .env("PARLEY_FETCH_BURST", "1000000")
        .env("PARLEY_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    command
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn fresh_folder() -> PathBuf {
    std::env::temp_dir().join(format!("parley-bench-{}", uuid::Uuid::now_v7().simple()))
}

/// Polls until the server answers, and says how long it took.
pub async fn until_ready(base: &str, since: Instant) -> Duration {
    let client = reqwest::Client::new();
    loop {
        if client.get(format!("{base}/readyz")).send().await.is_ok_and(|answer| answer.status() == 200) {
            return since.elapsed();
        }
        assert!(since.elapsed() < Duration::from_secs(60), "the server did not start");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

impl Served {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (folder, port) = (fresh_folder(), free_port());
        let child = parley(&folder, port).args(["serve", "--demo"]).spawn().unwrap();
        let served = Self { base: format!("http://127.0.0.1:{port}"), folder, child };
        until_ready(&served.base, Instant::now()).await;
        served
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn options(&self) -> PgConnectOptions {
        options(&self.folder)
    }

    pub async fn owner(&self) -> PgPool {
        PgPoolOptions::new().max_connections(2).connect_with(self.options()).await.unwrap()
    }
}

/// How to reach the embedded cluster of a folder.
pub fn options(folder: &Path) -> PgConnectOptions {
    let pid = std::fs::read_to_string(folder.join("postgres/postmaster.pid")).unwrap();
    let password = std::fs::read_to_string(folder.join("database.secret")).unwrap();
    let port = pid.lines().nth(3).unwrap().trim().parse().unwrap();
    PgConnectOptions::new().host("127.0.0.1").port(port).username("parley").password(password.trim()).database("parley")
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
