use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{StatusCode, Version};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::served::{Served, client, fresh_folder, parley};
use testkit::TestDb;

const FORWARDED: &str = "x-forwarded-for";
const HSTS: &str = "strict-transport-security";

/// Guesses a password of an account of its own, so that only where the guesses come from ties them together.
async fn guess(served: &Served, n: usize, forwarded: &str) -> StatusCode {
    let email = format!("nobody-{n}@parley.example");
    let form = [("email", email.as_str()), ("password", "a wrong guess"), ("next", "/inbox")];
    let request = served.post("/api/app/api/sign_in").header(FORWARDED, forwarded).form(&form);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_made_up_address_escapes_no_slowing_down() {
    let served = Served::start().await;
    let mut slowed = false;
    for n in 0..8 {
        slowed |= guess(&served, n, &format!("198.51.100.{n}")).await == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed, "each guess named another address, and nobody had to vouch for it");
}

#[tokio::test]
async fn behind_a_proxy_who_asks_is_slowed_down_and_nobody_else() {
    let served = Served::start_with(&[("PARLEY_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")]).await;
    let mut slowed = false;
    for n in 0..8 {
        // The first entry is the guesser's own word, the second the outer proxy's, the third the inner one's.
        let forwarded = format!("203.0.113.{n}, 198.51.100.7, 10.0.0.2");
        slowed |= guess(&served, n, &forwarded).await == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed, "each guess made up another first entry");
    for n in 0..8 {
        let status = guess(&served, 100 + n, &format!("198.51.101.{n}, 10.0.0.2")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "somebody else behind the same proxy");
    }
}

#[tokio::test]
async fn browsers_are_bound_to_tls_where_the_public_address_has_it() {
    let paths = ["/sign-in", "/api/v1/conversations", "/nowhere", "/healthz", "/sandbox"];
    let bound = Served::start_with(&[("PARLEY_PUBLIC_URL", "https://crm.example")]).await;
    let plain = Served::start().await;
    for path in paths {
        let answer = bound.get(path).send().await.unwrap();
        assert_eq!(answer.headers().get(HSTS).unwrap(), "max-age=31536000; includeSubDomains", "{path}");
        assert!(plain.get(path).send().await.unwrap().headers().get(HSTS).is_none(), "{path}");
    }
}

/// A folder with a certificate of its own and its key.
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
}

impl Pair {
    fn make(folder: &Path, name: &str) -> Self {
        let pair =
            Self { certificate: folder.join(format!("{name}.pem")), key: folder.join(format!("{name}.key.pem")) };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&pair.certificate, made.cert.pem()).unwrap();
        fs::write(&pair.key, made.signing_key.serialize_pem()).unwrap();
        pair
    }

    fn environment(&self) -> [(&str, &str); 2] {
        [("PARLEY_TLS_CERT", self.certificate.to_str().unwrap()), ("PARLEY_TLS_KEY", self.key.to_str().unwrap())]
    }
}

// The client has to answer while the server says good-bye.
#[tokio::test(flavor = "multi_thread")]
async fn pages_streams_and_the_sandbox_work_over_tls_and_it_stops_gracefully() {
    let folder = fresh_folder();
    let mut served = Served::start_with(&Pair::make(&folder, "one").environment()).await;
    let page = served.get("/sign-in").send().await.unwrap();
    assert_eq!((page.status(), page.version()), (StatusCode::OK, Version::HTTP_2));
    assert!(page.headers().get(HSTS).is_some(), "the public address is https by itself");
    let form = [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", "/inbox")];
    let own = served.post("/api/app/api/sign_in").header("origin", &served.base).form(&form).send().await.unwrap();
    let cookie = own.headers().get("set-cookie").expect("a session").to_str().unwrap().to_owned();
    assert!(cookie.contains("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(served.get("/inbox").header("cookie", cookie).send().await.unwrap().status(), 200);
    let incoming = "select count(*) from message where direction = 'in'";
    let before = served.count(incoming).await;
    let wrote = serde_json::json!({ "customer": "grace", "text": "Over TLS" });
    let wrote = served.post("/sandbox/control/inbound").json(&wrote).send().await.unwrap();
    assert_eq!(wrote.status(), 200);
    served.until("the sandbox's webhook is here", async || served.count(incoming).await > before).await;
    let stream = served.get("/live").header("cookie", cookie).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    assert!(served.stop());
    assert!(!served.output().contains("did not finish in time"), "{}", served.output());
    let _ = fs::remove_dir_all(folder);
}

#[tokio::test]
async fn old_tls_and_no_tls_are_refused() {
    let folder = fresh_folder();
    let pair = Pair::make(&folder, "one");
    let served = Served::start_with(&pair.environment()).await;
    let address = served.base.trim_start_matches("https://");
    let answer = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = vec![0; 512];
        let length = stream.read(&mut answer).unwrap();
        answer.truncate(length);
        answer
    };
    assert!(!answer(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").starts_with(b"HTTP"));
    // The same words begin a handshake in a version that is spoken, and meet a fatal alert in one that is not.
    assert_eq!(answer(&hello([3, 3]))[0], 22, "TLS 1.2");
    let alert = answer(&hello([3, 2]));
    assert_eq!((alert[0], &alert[5..]), (21, &[2, 70][..]), "TLS 1.1: {alert:?}");
    let newest = handshake(address, &pair, &rustls::version::TLS13);
    assert_eq!(newest.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    assert_eq!(newest.alpn_protocol(), Some(&b"http/1.1"[..]));
    let older = handshake(address, &pair, &rustls::version::TLS12);
    assert_eq!(older.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_2));
    drop(served);
    let _ = fs::remove_dir_all(folder);
}

/// The first words of a client that knows no newer version than this one.
fn hello(version: [u8; 2]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]); // its random number
    body.push(0); // no session
    body.extend([0, 2, 0xc0, 0x2b]); // a cipher that fits the certificate
    body.extend([1, 0]); // no compression
    body.extend([0, 22, 0, 13, 0, 4, 0, 2, 4, 3]); // extensions: ECDSA with P-256 and SHA-256,
    body.extend([0, 10, 0, 4, 0, 2, 0, 23]); // the curve P-256,
    body.extend([0, 11, 0, 2, 1, 0]); // its points in full
    let length = u8::try_from(body.len()).unwrap();
    [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &body].concat()
}

/// Shakes hands in one version, with a client that knows no HTTP/2.
fn handshake(address: &str, pair: &Pair, version: &'static rustls::SupportedProtocolVersion) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&pair.certificate).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_protocol_versions(&[version]);
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).unwrap();
    }
    connection
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let folder = fresh_folder();
    let (used, new) = (Pair::make(&folder, "used"), Pair::make(&folder, "new"));
    let served = Served::start_with(&used.environment()).await;
    let answers = async |pem: &[u8]| {
        // A client of its own, so that no connection is used again.
        let answer = client(Some(pem.to_vec())).get(format!("{}/healthz", served.base)).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    };
    let (old_pem, new_pem) = (fs::read(&used.certificate).unwrap(), fs::read(&new.certificate).unwrap());
    assert!(answers(&old_pem).await && !answers(&new_pem).await);
    // Half of a renewal: the key does not fit yet.
    fs::write(&used.certificate, &new_pem).unwrap();
    served.until("it is said", async || served.output().contains("the certificate in use stays: PARLEY_TLS_KEY")).await;
    assert!(answers(&old_pem).await && !answers(&new_pem).await);
    fs::copy(&new.key, &used.key).unwrap();
    served.until("the new one is shown", async || answers(&new_pem).await).await;
    assert!(!answers(&old_pem).await);
    assert_eq!(served.get("/healthz").send().await.unwrap().status(), 200, "an open connection goes on");
    fs::remove_file(&used.certificate).unwrap();
    served.until("it is said", async || served.output().contains("stays: PARLEY_TLS_CERT")).await;
    assert!(answers(&new_pem).await);
    drop(served);
    let _ = fs::remove_dir_all(folder);
}

#[tokio::test]
async fn files_that_cannot_serve_are_refused_at_the_start_by_name() {
    let (database, folder) = (TestDb::new().await, fresh_folder());
    let (one, two) = (Pair::make(&folder, "one"), Pair::make(&folder, "two"));
    let (empty, missing, broken) = (folder.join("empty.pem"), folder.join("missing.pem"), folder.join("broken.pem"));
    fs::write(&empty, "").unwrap();
    fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for (certificate, key, words) in [
        (&one.certificate, Some(&two.key), "two.key.pem does not fit the certificate"),
        (&missing, Some(&one.key), "PARLEY_TLS_CERT: "),
        (&missing, Some(&one.key), "missing.pem cannot be read (entity not found)"),
        (&one.certificate, Some(&missing), "PARLEY_TLS_KEY: "),
        (&empty, Some(&one.key), "empty.pem has no certificate in it"),
        (&one.key, Some(&one.key), "one.key.pem has no certificate in it"),
        (&broken, Some(&one.key), "broken.pem has a certificate in it that cannot be read"),
        (&one.certificate, Some(&one.certificate), "one.pem has no private key in it"),
        (&one.certificate, None, "PARLEY_TLS_KEY must be set"),
    ] {
        let mut command = parley(&database, &folder);
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).env("PARLEY_TLS_CERT", certificate);
        let refused = command.envs(key.map(|key| ("PARLEY_TLS_KEY", key))).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(words), "{words}: {said}");
        assert!(!said.contains("PRIVATE KEY"), "{said}");
    }
    let _ = fs::remove_dir_all(folder);
}
