//! Machines whose certificate no authority vouches for: they are told nothing.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use backend::outbound::{ExpectedMedia, Line, Mail, MailParts, MailProblem, Mailer as _, MediaProblem, Provider as _};
use channels::email::{Sender, Server, Smtp};
use channels::whatsapp::{Client, ClientConfig};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const PATIENCE: Duration = Duration::from_secs(20);

/// A server under a certificate that it signed itself, with the right names in it.
struct Stranger {
    port: u16,
    certificate: String,
    /// Of each visitor: the first words under TLS, or why there were none.
    heard: mpsc::Receiver<Result<String, String>>,
}

impl Stranger {
    fn start(greet: fn(&mut TcpStream)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned(), "0.0.0.0".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
        let config = ServerConfig::builder().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![own.cert.der().clone()], key.into()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, heard) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                greet(&mut stream);
                let mut line = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
                let mut bytes = [0; 4096];
                let words = line.read(&mut bytes).map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned());
                let _ = line.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                if tell.send(words.map_err(|error| error.to_string())).is_err() {
                    break;
                }
            }
        });
        Self { port, certificate: own.cert.pem(), heard }
    }

    /// The next visitor left over the certificate, before a word.
    fn was_left(&self) {
        let heard = self.heard.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(&heard, Err(why) if why.contains("UnknownCA")), "{heard:?}");
    }
}

fn no_greeting(_: &mut TcpStream) {}

/// As a mail server does before STARTTLS.
fn offer_tls(stream: &mut TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    stream.write_all(b"220 stranger.example\r\n").unwrap();
    assert!(lines.next().unwrap().unwrap().starts_with("EHLO"));
    stream.write_all(b"250-stranger.example\r\n250 STARTTLS\r\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "STARTTLS");
    stream.write_all(b"220 go on\r\n").unwrap();
}

#[tokio::test]
async fn the_cloud_api_is_known_by_its_certificate() {
    let stranger = Stranger::start(no_greeting);
    let config = ClientConfig {
        base_url: format!("https://localhost:{}", stranger.port),
        version: "v26.0".into(),
        token: "canary-token".into(),
        app_id: None,
        app_secret: "secret".into(),
        sandbox: None,
        timeout: PATIENCE,
    };
    let client = Client::new(config.clone()).unwrap();
    let line = Line { number: "1001".into(), access: None };
    let expected = ExpectedMedia { mime: "image/png".into(), sha256: None, max_bytes: 100 };
    let file = client.fetch_media(&line, "media-1", &expected).await;
    assert!(matches!(file, Err(MediaProblem::Later)));
    stranger.was_left();
    // Whoever trusts the certificate gets through: nothing but that is wrong with the server.
    let trusted = reqwest::Certificate::from_pem(stranger.certificate.as_bytes()).unwrap();
    let trusting = reqwest::Client::builder().tls_certs_only([trusted]).no_proxy().build().unwrap();
    assert_eq!(trusting.get(&config.base_url).send().await.unwrap().status(), 200);
    assert!(stranger.heard.recv_timeout(PATIENCE).unwrap().unwrap().starts_with("GET / "));
}

#[tokio::test]
async fn the_mail_server_is_known_by_its_certificate_from_the_first_byte_and_after_starttls() {
    let (at_once, later) = (Stranger::start(no_greeting), Stranger::start(offer_tls));
    // An address of this machine that does not look like one, so that STARTTLS is asked for.
    let addresses = [
        (&at_once, format!("smtps://parley:secret@localhost:{}", at_once.port)),
        (&later, format!("smtp://parley:secret@0.0.0.0:{}", later.port)),
    ];
    for (stranger, address) in addresses {
        let sender = Sender::parse("Parley <no-reply@parley.example>").unwrap();
        let smtp = Smtp::new(&Server::parse(&address).unwrap(), sender).unwrap().with_patience(PATIENCE);
        let problem = smtp.send(&mail()).await.unwrap_err();
        assert!(matches!(problem, MailProblem::Temporary { .. }), "{address}: {problem:?}");
        stranger.was_left();
    }
}

fn mail() -> Mail {
    Mail::new(MailParts {
        to: "ada@parley.example".to_owned(),
        subject: "Hello".to_owned(),
        text: "Hello".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        message_id: "<0199@parley.example>".to_owned(),
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
    })
    .unwrap()
}
