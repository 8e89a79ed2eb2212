//! The mail adapter against the sandbox's mail server, over SMTP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::allow_attributes,
    reason = "tests may fail loudly"
)]

use std::net::SocketAddr;
use std::time::Duration;

use backend::outbound::{Mail, MailParts, MailProblem, Mailer as _};
use channels::email::{Sender, Server, Smtp};
use sandbox::{Profile, Sandbox, SandboxConfig};
use serde_json::{Value, json};

struct World {
    sandbox: Sandbox,
    base: String,
    http: reqwest::Client,
}

impl World {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = SandboxConfig {
            public_url: base.clone(),
            profile: Profile::Test,
            smtp: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(config).unwrap();
        let router = sandbox.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { sandbox, base, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    fn smtp(&self) -> Smtp {
        let address = self.sandbox.smtp_address().unwrap();
        smtp(&format!("smtp://parley:secret@{address}"))
    }

    async fn fault(&self, fault: Value) {
        let answer = self.http.post(format!("{}/control/faults", self.base)).json(&fault).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn mails(&self) -> Vec<Value> {
        let answer = self.http.get(format!("{}/control/mail", self.base)).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["mails"].as_array().unwrap().clone()
    }
}

fn smtp(url: &str) -> Smtp {
    let sender = Sender::parse("Parley & Söhne <no-reply@parley.example>").unwrap();
    Smtp::new(&Server::parse(url).unwrap(), sender).unwrap()
}

fn mail(to: &str) -> Mail {
    Mail::new(MailParts {
        to: to.to_owned(),
        subject: "Grüße 👋 an alle".to_owned(),
        text: ".eins\nzwei Größen\n".to_owned() + &"lang ".repeat(400),
        html: "<p>zwei Größen</p>".to_owned(),
        message_id: "<0199@parley.example>".to_owned(),
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
    })
    .unwrap()
}

fn header<'a>(mail: &'a Value, name: &str) -> Option<&'a str> {
    mail["headers"].as_array().unwrap().iter().find(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap())
}

#[tokio::test]
async fn a_mail_arrives_with_its_parts_and_the_headers_of_an_automatic_one() {
    let world = World::new().await;
    let smtp = world.smtp();
    smtp.reach().await.unwrap();
    smtp.send(&mail("ada@parley.example")).await.unwrap();
    let mails = world.mails().await;
    let [arrived] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(arrived["subject"], "Grüße 👋 an alle");
    let text = arrived["text"].as_str().unwrap();
    assert!(text.starts_with(".eins") && text.contains("zwei Größen") && text.trim_end().ends_with("lang"), "{text}");
    assert_eq!(arrived["html"].as_str().unwrap().trim_end(), "<p>zwei Größen</p>");
    assert_eq!(arrived["message_id"], "0199@parley.example");
    assert_eq!(header(arrived, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(arrived, "To"), Some("ada@parley.example"));
    assert_eq!(header(arrived, "Date"), Some("Sun, 22 Nov 2026 12:00:00 +0000"));
    assert!(header(arrived, "From").unwrap().ends_with("<no-reply@parley.example>"));
    assert!(header(arrived, "Content-Type").unwrap().starts_with("multipart/alternative"));
    assert!(header(arrived, "MIME-Version").is_some());
    assert_eq!(header(arrived, "Reply-To"), None);
    assert_eq!((&arrived["from"], smtp.domain()), (&json!("no-reply@parley.example"), "parley.example"));
}

#[tokio::test]
async fn a_refusal_for_now_is_told_from_one_for_good() {
    let world = World::new().await;
    let smtp = world.smtp();
    world.fault(json!({"kind": "smtp_try_later", "count": 1})).await;
    let problem = smtp.send(&mail("ada@parley.example")).await.unwrap_err();
    assert!(matches!(&problem, MailProblem::Temporary { code: Some(code), .. } if code == "451 4.3.0"), "{problem:?}");
    smtp.send(&mail("ada@parley.example")).await.unwrap();
    let problem = smtp.send(&mail("hard@parley.example")).await.unwrap_err();
    assert!(
        matches!(&problem, MailProblem::Permanent { code: Some(code), no_such_address: true, .. } if code == "550 5.1.1"),
        "{problem:?}"
    );
    let problem = smtp.send(&mail("full@parley.example")).await.unwrap_err();
    assert!(matches!(problem, MailProblem::Temporary { .. }), "{problem:?}");
    world.fault(json!({"kind": "smtp_refuse", "count": 1})).await;
    for to in ["block@parley.example", "ada@parley.example"] {
        let problem = smtp.send(&mail(to)).await.unwrap_err();
        assert!(matches!(problem, MailProblem::Permanent { no_such_address: false, .. }), "{problem:?}");
    }
    smtp.send(&mail("ada@parley.example")).await.unwrap();
    assert_eq!(world.mails().await.len(), 2);
}

#[tokio::test]
async fn a_line_that_breaks_after_the_mail_leaves_doubt() {
    let world = World::new().await;
    let smtp = world.smtp();
    let problem = smtp.send(&mail("drop-after-data@parley.example")).await.unwrap_err();
    assert!(matches!(problem, MailProblem::Unknown { .. }), "{problem:?}");
    assert_eq!(world.mails().await.len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let smtp = smtp(&format!("smtp://{}", silent.local_addr().unwrap())).with_patience(Duration::from_millis(50));
    let problem = smtp.send(&mail("ada@parley.example")).await.unwrap_err();
    assert!(matches!(problem, MailProblem::Unknown { .. }), "{problem:?}");
    assert!(smtp.reach().await.is_err());
}

#[tokio::test]
async fn a_wrong_password_and_a_server_that_is_away_are_the_operators_to_mend() {
    let world = World::new().await;
    world.fault(json!({"kind": "smtp_auth", "count": 2})).await;
    let problem = world.smtp().send(&mail("ada@parley.example")).await.unwrap_err();
    assert!(matches!(&problem, MailProblem::Temporary { code: Some(code), .. } if code == "535 5.7.8"), "{problem:?}");
    assert!(world.smtp().reach().await.is_err());
    world.smtp().reach().await.unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let problem = smtp(&format!("smtp://{nobody}")).send(&mail("ada@parley.example")).await.unwrap_err();
    assert!(matches!(&problem, MailProblem::Temporary { code: None, .. }), "{problem:?}");
}

/// The sandbox speaks no TLS. To any other machine that ends the conversation before the password or the mail is said.
#[tokio::test]
async fn nothing_is_said_in_clear_to_another_machine() {
    let world = World::new().await;
    let port = world.sandbox.smtp_address().unwrap().port();
    // An address of this machine that does not look like one, so that STARTTLS is asked for.
    let smtp = smtp(&format!("smtp://parley:secret@0.0.0.0:{port}"));
    let problem = smtp.send(&mail("ada@parley.example")).await.unwrap_err();
    assert!(matches!(problem, MailProblem::Temporary { .. }), "{problem:?}");
    assert_eq!(world.mails().await.len(), 0);
}

#[tokio::test]
async fn an_address_cannot_bring_a_header_or_a_command() {
    let world = World::new().await;
    let smtp = world.smtp();
    for to in
        ["ada@parley.example> SIZE=1", "ada@parley.example, eve@parley.example", "Eve <eve@parley.example>", "ada"]
    {
        let problem = smtp.send(&mail(to)).await.unwrap_err();
        assert!(matches!(problem, MailProblem::Permanent { code: None, .. }), "{to}: {problem:?}");
    }
    let evil =
        MailParts { to: "ada@parley.example\r\nBcc: eve@parley.example".to_owned(), ..(*mail("a@b.example")).clone() };
    assert!(Mail::new(evil).is_err());
    assert_eq!(world.mails().await.len(), 0);
}
