//! A running `parley serve --demo` on a database of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backend::db::PoolSizes;
use backend::files::Files;
use backend::vault::{MasterKey, Vault};
use backend::{Clock, Core, Db};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::TestDb;

pub const SECRET: &str = "canary-app-secret-1";
pub const TOKEN: &str = "canary-token-2";
pub const VERIFY: &str = "canary-verify-3";
/// Thirty-two sevens.
const MASTER_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
pub const NUMBER: &str = "1060000000000003";

/// The server, its database and everything that it printed.
pub struct Served {
    pub base: String,
    pub admin: String,
    pub client: Client,
    pub database: TestDb,
    output: Arc<Mutex<String>>,
    command: Command,
    child: Child,
    pub folder: PathBuf,
}

/// A `parley` command on a database, with an environment of its own.
pub fn parley(database: &TestDb, folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("PARLEY_MASTER_KEY", MASTER_KEY);
    // No test depends on how fast this machine is.
    for bucket in ["SESSION", "KEY", "FETCH"] {
        for size in ["RATE", "BURST"] {
            command.env(format!("PARLEY_{bucket}_{size}"), "1000000");
        }
    }
    command.env("PARLEY_DATABASE_URL", database.url()).env("PARLEY_DATA_DIR", folder);
    command
        .env("PARLEY_WHATSAPP_APP_SECRET", SECRET)
        .env("PARLEY_WHATSAPP_TOKEN", TOKEN)
        .env("PARLEY_WHATSAPP_VERIFY_TOKEN", VERIFY);
    command
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn fresh_folder() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a name for a throw-away folder")]
    let folder = std::env::temp_dir().join(format!("parley-http-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Served {
    /// With the demonstration workspace and the sandbox.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more of an environment.
    pub async fn start_with(environment: &[(&str, &str)]) -> Self {
        Self::run_with(&["serve", "--demo"], environment).await
    }

    /// Any command that serves.
    pub async fn run(arguments: &[&str]) -> Self {
        Self::run_with(arguments, &[]).await
    }

    async fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let (database, folder) = (TestDb::new().await, fresh_folder());
        let given = |key: &str| environment.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let (listen, admin) = (format!("127.0.0.1:{}", free_port()), free_port());
        let listen = given("PARLEY_LISTEN").unwrap_or(&listen);
        let mut command = parley(&database, &folder);
        command.env("PARLEY_LISTEN", listen).env("PARLEY_ADMIN_LISTEN", format!("127.0.0.1:{admin}"));
        command.envs(environment.iter().copied());
        command.env("PARLEY_LOG", "debug").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = Arc::default();
        let child = spawn(&mut command, &output);
        let certificate = given("PARLEY_TLS_CERT");
        let base = match certificate.or_else(|| given("PARLEY_ACME_DOMAINS")) {
            Some(_) => format!("https://localhost:{}", listen.rsplit(':').next().unwrap()),
            None => format!("http://{listen}"),
        };
        let served = Self {
            base,
            admin: format!("http://127.0.0.1:{admin}"),
            client: client(certificate.map(|file| std::fs::read(file).unwrap())),
            database,
            output,
            command,
            child,
            folder,
        };
        served.answers(given("PARLEY_ACME_DOMAINS").is_none()).await;
        served
    }

    /// Waits for the server; at the operators' port where the certificate comes later.
    async fn answers(&self, certified: bool) {
        let ready = format!("{}/readyz", if certified { &self.base } else { &self.admin });
        self.until("the server answers", async || {
            self.client.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
    }

    /// Stops it and starts it once more, on the same ports, folder and database. What was printed before is gone.
    pub async fn restart(&mut self) {
        assert!(self.stop());
        self.output.lock().unwrap().clear();
        self.child = spawn(&mut self.command, &self.output);
        self.answers(false).await;
    }

    /// Everything printed so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base))
    }

    /// A webhook of the operator's app, with its signature under `secret`.
    pub async fn webhook(&self, body: impl Into<Vec<u8>>, secret: &str) -> Response {
        self.webhook_at("/webhooks/whatsapp", body, secret).await
    }

    /// The same at another address.
    pub async fn webhook_at(&self, path: &str, body: impl Into<Vec<u8>>, secret: &str) -> Response {
        let body = body.into();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&body);
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        self.post(path).header("x-hub-signature-256", signature).body(body).send().await.unwrap()
    }

    /// A cookie of a signed-in member.
    pub async fn sign_in(&self, email: &str) -> String {
        let form = [("email", email), ("password", backend::seed::PASSWORD), ("next", "/inbox")];
        let answer = self.post("/api/app/api/sign_in").form(&form).send().await.unwrap();
        let cookie = answer.headers().get("set-cookie").expect("a session cookie").to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// What the pages of a session carry.
    pub async fn place(&self, cookie: &str) -> String {
        self.get("/place").header("cookie", cookie).send().await.unwrap().text().await.unwrap()
    }

    /// Ends the session of a cookie.
    pub async fn sign_out(&self, cookie: &str) {
        let request = self.post("/api/app/api/sign_out").header("cookie", cookie).form(&[("", "")]);
        assert!(request.send().await.unwrap().status().as_u16() < 400);
    }

    /// A key of the demonstration's workspace.
    pub fn api_key(&self, scopes: &str) -> String {
        let output =
            parley(&self.database, &self.folder).args(["api-key", "create", "--scope", scopes]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The back end over the same database and files, for setting up what has no screen.
    pub fn core(&self) -> Core {
        let db = Db::connect(&self.database.options(), PoolSizes { app: 2, worker: 2 });
        let vault = Vault::new(Arc::new(|| Ok(vec![MasterKey::new([7; 32])]))).unwrap();
        Core::new(db, Clock::system(), Files::on_disk(&self.folder.join("files")).unwrap(), vault, self.base.clone())
    }

    /// Polls a condition until it holds, for at most 30 seconds.
    pub async fn until(&self, what: &str, condition: impl AsyncFn() -> bool) {
        let start = Instant::now();
        while !condition().await {
            assert!(start.elapsed() < Duration::from_secs(30), "{what}: not within 30 s. Output:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let pool = self.database.owner().await;
        let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        pool.close().await;
        count
    }

    /// Asks the process to stop and answers whether it ended well.
    pub fn stop(&mut self) -> bool {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        self.child.wait().unwrap().success()
    }
}

/// A client that follows no redirects, and trusts one certificate if it is given one.
pub fn client(certificate: Option<Vec<u8>>) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none());
    let builder = match certificate {
        Some(pem) => builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()]),
        None => builder,
    };
    builder.build().unwrap()
}

fn spawn(command: &mut Command, output: &Arc<Mutex<String>>) -> Child {
    let mut child = command.spawn().unwrap();
    collect(child.stdout.take().unwrap(), Arc::clone(output));
    collect(child.stderr.take().unwrap(), Arc::clone(output));
    child
}

pub fn collect(stream: impl std::io::Read + Send + 'static, into: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
        let _ = reader.read_to_end(&mut line);
    });
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A text message to the demonstration's number.
pub fn text(id: &str, phone: &str, body: &str) -> Value {
    let message =
        json!({ "from": phone, "id": id, "timestamp": "1790000000", "type": "text", "text": { "body": body } });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages",
        "value": { "metadata": { "phone_number_id": NUMBER }, "messages": [message] } }] }] })
}
