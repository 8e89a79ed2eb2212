//! Certificates from an authority: Pebble, the one that Let's Encrypt tests with.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Client, StatusCode, tls::TlsInfo};
use serde_json::json;

use crate::served::{Served, client, collect, free_port, fresh_folder, parley};

/// An authority with a root of its own, which it forgets when it ends. It looks for hosts on `looks_at`.
struct Authority {
    folder: PathBuf,
    port: u16,
    management: u16,
    looks_at: u16,
    root: Vec<u8>,
    running: Option<Child>,
    output: Arc<Mutex<String>>,
}

impl Authority {
    fn prepared(looks_at: u16) -> Self {
        let (folder, port, management) = (fresh_folder(), free_port(), free_port());
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.join("own.pem"), own.cert.pem()).unwrap();
        fs::write(folder.join("own.key"), own.signing_key.serialize_pem()).unwrap();
        let config = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"), "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": folder.join("own.pem"), "privateKey": folder.join("own.key"),
            "httpPort": free_port(), "tlsPort": looks_at,
        } });
        fs::write(folder.join("pebble.json"), config.to_string()).unwrap();
        Self { folder, port, management, looks_at, root: Vec::new(), running: None, output: Arc::default() }
    }

    async fn start(&mut self) {
        let mut command = Command::new("pebble");
        command.arg("-config").arg(self.folder.join("pebble.json"));
        command.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0");
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("pebble runs; Debian has it as a package");
        collect(child.stdout.take().unwrap(), Arc::clone(&self.output));
        collect(child.stderr.take().unwrap(), Arc::clone(&self.output));
        self.running = Some(child);
        let root = format!("https://localhost:{}/roots/0", self.management);
        let asking = client(Some(fs::read(self.folder.join("own.pem")).unwrap()));
        for _ in 0..500 {
            if let Ok(answer) = asking.get(&root).send().await {
                self.root = answer.bytes().await.unwrap().to_vec();
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("pebble does not answer: {}", self.output.lock().unwrap());
    }

    fn orders(&self) -> usize {
        self.output.lock().unwrap().matches("POST /order-plz").count()
    }

    async fn parley(&self, more: &[(&str, &str)]) -> Served {
        let listen = format!("127.0.0.1:{}", self.looks_at);
        let directory = format!("https://localhost:{}/dir", self.port);
        let ca = self.folder.join("own.pem");
        let mut environment = vec![
            ("PARLEY_LISTEN", listen.as_str()),
            ("PARLEY_ACME_DOMAINS", "localhost"),
            ("PARLEY_ACME_CONTACT", "admin@parley.example"),
            ("PARLEY_ACME_DIRECTORY", &directory),
            ("PARLEY_ACME_CA", ca.to_str().unwrap()),
        ];
        environment.extend(more);
        Served::start_with(&environment).await
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The certificate that is shown, once one is that a client of the authority trusts.
async fn shown(served: &Served, authority: &Authority) -> Vec<u8> {
    let root = reqwest::Certificate::from_pem(&authority.root).unwrap();
    let trusting = Client::builder().tls_certs_only([root]).tls_info(true).build().unwrap();
    let page = format!("{}/sign-in", served.base);
    let found = Mutex::new(Vec::new());
    served
        .until("a certificate of the authority is shown", async || {
            let Ok(answer) = trusting.get(&page).send().await else { return false };
            assert_eq!(answer.status(), StatusCode::OK);
            let certificate = answer.extensions().get::<TlsInfo>().unwrap().peer_certificate().unwrap();
            *found.lock().unwrap() = certificate.to_owned();
            true
        })
        .await;
    found.into_inner().unwrap()
}

// The client has to answer while the server says good-bye.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_fetched_kept_and_not_asked_for_again() {
    let mut authority = Authority::prepared(free_port());
    authority.start().await;
    let mut served = authority.parley(&[]).await;
    let first = shown(&served, &authority).await;
    assert_eq!(authority.orders(), 1);
    let folder = served.folder.join("acme");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let kept = || fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
    served.until("both files are there", async || kept().count() == 2).await;
    for file in kept() {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
    let mut doctor = parley(&served.database, &served.folder);
    doctor.envs([("PARLEY_ACME_DOMAINS", "localhost"), ("PARLEY_PUBLIC_URL", "https://localhost")]);
    doctor.env("PARLEY_ACME_DIRECTORY", format!("https://localhost:{}/dir", authority.port));
    let said = doctor.arg("doctor").output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("ok     certificate: localhost: valid until 2"), "{said}");

    served.restart().await;
    assert_eq!(shown(&served, &authority).await, first, "the kept one");
    assert_eq!(authority.orders(), 1, "no second order");
    for secret in ["PRIVATE KEY", "admin@parley.example"] {
        assert!(!served.output().contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn without_the_authority_everything_else_goes_on_and_the_certificate_comes_when_it_is_back() {
    let mut authority = Authority::prepared(free_port());
    let plain = format!("127.0.0.1:{}", free_port());
    let served = authority.parley(&[("PARLEY_HTTP_LISTEN", &plain)]).await;
    served.until("it is said", async || served.output().contains("no certificate came: the directory cannot be")).await;
    let led = |method, path: &str, host: &'static str| {
        let request = client(None).request(method, format!("http://{plain}{path}")).header("host", host);
        async { request.send().await.unwrap() }
    };
    let page = led(reqwest::Method::GET, "/sign-in?next=%2Finbox", "elsewhere.example").await;
    assert_eq!(page.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(page.headers()["location"], "https://localhost/sign-in?next=%2Finbox", "never where the request says");
    for (method, path) in [
        (reqwest::Method::POST, "/sign-in"),
        (reqwest::Method::GET, "/api/v1/conversations"),
        (reqwest::Method::GET, "/webhooks/whatsapp"),
    ] {
        let told = led(method, path, "localhost").await;
        assert_eq!(told.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(told.headers().get("location").is_none());
    }
    authority.start().await;
    shown(&served, &authority).await;
}

#[tokio::test]
async fn an_authority_that_does_not_find_us_is_quoted_and_not_asked_again_at_once() {
    let mut authority = Authority::prepared(free_port());
    authority.start().await;
    let elsewhere = format!("127.0.0.1:{}", free_port());
    let served = authority.parley(&[("PARLEY_LISTEN", &elsewhere)]).await;
    let words = "the authority looked for localhost on port 443 and was not satisfied: ";
    served.until("it is said", async || served.output().contains(words)).await;
    assert!(served.output().contains("Failed to connect to 127.0.0.1"), "its own words: {}", served.output());
    assert_eq!(authority.orders(), 1);
}
