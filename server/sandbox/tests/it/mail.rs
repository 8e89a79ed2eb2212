//! The stand-in of a mail server, spoken to line by line.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::common::{World, world_with};

struct Line(BufReader<TcpStream>);

async fn world() -> World {
    world_with(|config| config.smtp = Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await
}

impl Line {
    async fn open(world: &World) -> Self {
        let mut line = Self(BufReader::new(TcpStream::connect(world.sandbox.smtp_address().unwrap()).await.unwrap()));
        assert!(line.hear().await.starts_with("220 "));
        line
    }

    /// The last line of an answer.
    async fn hear(&mut self) -> String {
        loop {
            let mut text = String::new();
            self.0.read_line(&mut text).await.unwrap();
            if text.as_bytes().get(3) != Some(&b'-') {
                return text.trim_end().to_owned();
            }
        }
    }

    async fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
    }

    async fn says(&mut self, command: &str) -> String {
        self.write(&format!("{command}\r\n")).await;
        self.hear().await
    }

    async fn expect(&mut self, command: &str, code: &str) {
        let answer = self.says(command).await;
        assert!(answer.starts_with(code), "{command}: {answer}");
    }

    async fn ready_for(&mut self, to: &str) {
        self.expect("EHLO test", "250").await;
        self.expect("MAIL FROM:<no-reply@parley.example>", "250").await;
        self.expect(&format!("RCPT TO:<{to}>"), "250").await;
    }

    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.is_ok_and(|_| rest.is_empty())
    }
}

async fn mails(world: &World) -> Vec<Value> {
    world.look("mail").await["mails"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_mail_is_kept_as_it_was_sent_dots_included() {
    let world = world().await;
    let mut line = Line::open(&world).await;
    line.ready_for("ada@parley.example").await;
    line.expect("DATA", "354").await;
    line.write("Subject: Dots\r\n\r\n..one\r\n...two\r\nin.side\r\nhttps://crm.example/a?b=1\r\n.\r\n").await;
    assert!(line.hear().await.starts_with("250"));
    line.expect("QUIT", "221").await;
    let mails = mails(&world).await;
    assert_eq!(mails[0]["text"], ".one\r\n..two\r\nin.side\r\nhttps://crm.example/a?b=1\r\n");
    assert_eq!(mails[0]["subject"], "Dots");
    assert_eq!(
        (&mails[0]["to"], &mails[0]["from"]),
        (&json!(["ada@parley.example"]), &json!("no-reply@parley.example"))
    );
    assert_eq!((&mails[0]["links"], &mails[0]["html"]), (&json!(["https://crm.example/a?b=1"]), &Value::Null));
}

#[tokio::test]
async fn commands_out_of_order_are_refused_and_a_conversation_can_start_anew() {
    let world = world().await;
    let mut line = Line::open(&world).await;
    line.expect("RCPT TO:<ada@parley.example>", "503").await;
    line.expect("DATA", "503").await;
    line.expect("MAIL TO:<x@y.example>", "501").await;
    line.expect("mail from:<>", "250").await;
    line.expect("MAIL FROM:<x@y.example>", "503").await;
    line.expect("RCPT TO:ada", "501").await;
    line.expect("RSET", "250").await;
    line.expect("NOOP", "250").await;
    line.expect("DANCE", "500").await;
    line.expect("MAIL FROM:<x@y.example> SIZE=99999999", "552").await;
    line.ready_for("ada@parley.example").await;
}

#[tokio::test]
async fn any_sign_in_will_do_unless_it_is_to_fail() {
    let world = world().await;
    let mut line = Line::open(&world).await;
    line.expect("AUTH PLAIN AGEAYg==", "235").await;
    line.expect("AUTH PLAIN", "334").await;
    line.expect("AGEAYg==", "235").await;
    line.expect("AUTH LOGIN", "334").await;
    line.expect("YQ==", "334").await;
    line.expect("Yg==", "235").await;
    line.expect("AUTH LOGIN", "334").await;
    line.expect("*", "501").await;
    line.expect("AUTH XOAUTH2 x", "504").await;
    world.control("faults", json!({"kind": "smtp_auth", "count": 1})).await;
    line.expect("AUTH PLAIN AGEAYg==", "535").await;
    line.expect("AUTH PLAIN AGEAYg==", "235").await;
}

#[tokio::test]
async fn trouble_comes_as_ordered() {
    let world = world().await;
    let mut line = Line::open(&world).await;
    line.expect("EHLO test", "250").await;
    line.expect("MAIL FROM:<x@y.example>", "250").await;
    for (name, code) in [("hard", "550 5.1.1"), ("soft", "451 4.2.2"), ("full", "552 5.2.2"), ("BLOCK", "554 5.7.1")] {
        line.expect(&format!("RCPT TO:<{name}@parley.example>"), code).await;
    }
    world
        .control(
            "faults",
            json!([
                {"kind": "smtp_unknown_user", "customer": "bob@parley.example", "count": 1},
                {"kind": "smtp_try_later", "count": 1},
                {"kind": "smtp_refuse", "count": 1},
                {"kind": "smtp_drop_after_data", "count": 1},
            ]),
        )
        .await;
    line.expect("RCPT TO:<bob@parley.example>", "550 5.1.1").await;
    line.expect("RCPT TO:<ada@parley.example>", "451 4.3.0").await;
    line.expect("RCPT TO:<ada@parley.example>", "250").await;
    line.expect("DATA", "354").await;
    line.expect("Subject: refused\r\n\r\n.", "554 5.7.1").await;
    assert_eq!(mails(&world).await.len(), 0);
    line.ready_for("ada@parley.example").await;
    line.expect("DATA", "354").await;
    line.write("Subject: taken\r\n\r\n.\r\n").await;
    assert!(line.is_closed().await, "no answer");
    assert_eq!(mails(&world).await.len(), 1);
}

#[tokio::test]
async fn a_mail_that_is_too_large_or_never_ends_is_not_kept() {
    let world = world().await;
    let mut line = Line::open(&world).await;
    line.ready_for("ada@parley.example").await;
    line.expect("DATA", "354").await;
    let thousand = "x".repeat(998) + "\r\n";
    let part = thousand.repeat(1000);
    for _ in 0..11 {
        line.write(&part).await;
    }
    line.expect(".", "552").await;
    line.ready_for("ada@parley.example").await;
    line.expect("DATA", "354").await;
    line.write("Subject: half\r\n\r\nno en").await;
    drop(line);
    let mut next = Line::open(&world).await;
    next.expect("NOOP", "250").await;
    assert_eq!(mails(&world).await.len(), 0);
}

#[tokio::test]
async fn mails_are_listed_newest_first_by_address_and_can_be_deleted() {
    let world = world().await;
    for (to, subject) in [("ada@parley.example", "one"), ("bob@parley.example", "two"), ("ada@parley.example", "three")]
    {
        let mut line = Line::open(&world).await;
        line.ready_for(to).await;
        line.expect("DATA", "354").await;
        line.expect(
            &format!("Subject: {subject}\r\nContent-Type: text/html\r\n\r\n<html><head></head><p>x</p></html>\r\n."),
            "250",
        )
        .await;
    }
    let subjects = async |path: &str| {
        let list = world.look(path).await["mails"].as_array().unwrap().clone();
        list.iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subjects("mail").await, ["three", "two", "one"]);
    assert_eq!(subjects("mail?to=Ada@parley.example").await, ["three", "one"]);
    let shown = world.http.get(format!("{}/control/mail/1/html", world.base)).send().await.unwrap();
    let policy = shown.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("allow-scripts"));
    assert!(shown.text().await.unwrap().contains("<head><base target=\"_blank\">"));
    let deleted = world.http.delete(format!("{}/control/mail", world.base)).send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    assert_eq!(subjects("mail").await, Vec::<String>::new());
    let gone = world.http.get(format!("{}/control/mail/1/html", world.base)).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}

#[tokio::test]
async fn a_port_that_others_could_reach_is_refused() {
    let world = world().await;
    let config = sandbox::SandboxConfig { smtp: Some(SocketAddr::from(([0, 0, 0, 0], 0))), ..world.config.clone() };
    assert!(sandbox::Sandbox::start(config).is_err());
}
