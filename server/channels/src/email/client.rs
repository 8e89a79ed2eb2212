//! The SMTP client: a connection a mail, typed outcomes, no retries of its own.
//!
//! No pool: mails are few, and a conversation that was given up half-way must not be handed to the next mail, which would
//! take the late answer for its own.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use backend::outbound::{Mail, MailProblem, Mailer};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::address::{Protection, Sender, Server};
use super::reply;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// How long a mail may take, from connecting to the server's last word.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands mails to one server.
pub struct Smtp {
    transport: Transport,
    sender: Sender,
    patience: Duration,
}

impl Smtp {
    /// Connects when there is a mail.
    pub fn new(server: &Server, sender: Sender) -> Result<Self, MailProblem> {
        let builder = match server.protection {
            Protection::Tls => Transport::relay(&server.host),
            Protection::StartTls => Transport::starttls_relay(&server.host),
            Protection::Plain => Ok(Transport::builder_dangerous(&server.host)),
        };
        let mut builder = builder.map_err(|error| reply::problem(&error))?.port(server.port);
        if let Some((user, password)) = &server.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: builder.build(), sender, patience: PATIENCE })
    }

    /// The same with another limit of time.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Connects and signs in, and sends nothing.
    pub async fn reach(&self) -> Result<(), MailProblem> {
        match self.in_time(self.transport.test_connection()).await? {
            true => Ok(()),
            false => Err(MailProblem::Temporary { what: "the mail server is there but not ready", code: None }),
        }
    }

    /// lettre's own limit covers connecting alone; a server that then says nothing would hold us for ever.
    async fn in_time<T>(&self, talk: impl Future<Output = Result<T, Error>>) -> Result<T, MailProblem> {
        match tokio::time::timeout(self.patience, talk).await {
            Ok(outcome) => outcome.map_err(|error| reply::problem(&error)),
            Err(_) => Err(reply::SILENCE),
        }
    }

    /// The mail in its form on the wire: text and HTML of one content, marked as written by a program so that no
    /// absence note answers it.
    fn message(&self, mail: &Mail) -> Result<Message, MailProblem> {
        let to: Address =
            mail.to.parse().map_err(|_| MailProblem::malformed("its address is none that mail can go to"))?;
        Message::builder()
            .from(self.sender.0.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .date(SystemTime::from(mail.at))
            .message_id(Some(mail.message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|_| MailProblem::malformed("it could not be put together"))
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[async_trait]
impl Mailer for Smtp {
    fn domain(&self) -> &str {
        self.sender.0.email.domain()
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailProblem> {
        let message = self.message(mail)?;
        self.in_time(self.transport.send(message)).await.map(|_| ())
    }
}
