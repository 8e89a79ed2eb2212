//! What the back end asks of a mail server.

use std::ops::Deref;

use async_trait::async_trait;
use domain::Timestamp;

/// A mail server that takes our mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// The domain of the sender's address; the right-hand side of our message ids.
    fn domain(&self) -> &str;

    /// Hands over one mail. `Ok` says that the server took it, not that anybody has it.
    async fn send(&self, mail: &Mail) -> Result<(), MailProblem>;
}

/// What a mail consists of. The sender and the headers of automatic mails are the adapter's.
#[derive(Clone)]
pub struct MailParts {
    /// The bare address.
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// `<id@domain>`. The same for every attempt.
    pub message_id: String,
    pub at: Timestamp,
}

/// A mail whose header values are one line each, so that no value can bring a header of its own.
#[derive(Clone)]
pub struct Mail(MailParts);

impl Mail {
    /// Refuses line breaks and control characters where a header will be.
    pub fn new(parts: MailParts) -> Result<Self, MailProblem> {
        let one_line = |value: &str| !value.is_empty() && !value.chars().any(char::is_control);
        if !one_line(&parts.to) {
            return Err(MailProblem::malformed("its address is empty or more than one line"));
        }
        if !one_line(&parts.subject) || !one_line(&parts.message_id) {
            return Err(MailProblem::malformed("a header of it is empty or more than one line"));
        }
        Ok(Self(parts))
    }
}

impl Deref for Mail {
    type Target = MailParts;
    fn deref(&self) -> &MailParts {
        &self.0
    }
}

impl std::fmt::Debug for Mail {
    /// Shows neither who it is for nor what it says.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Mail").field(&self.0.message_id).finish()
    }
}

/// Why a mail is not certainly out. Our own words and the server's codes; its text would repeat the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailProblem {
    /// Certainly not sent; may be tried again.
    #[error("{what}{}", shown(code))]
    Temporary { what: &'static str, code: Option<String> },
    /// Certainly refused; trying again would not help.
    #[error("{what}{}", shown(code))]
    Permanent {
        what: &'static str,
        code: Option<String>,
        /// The server says that there is no such address.
        no_such_address: bool,
    },
    /// Handed over without a clear answer: it may be out.
    #[error("{what}")]
    Unknown { what: &'static str },
}

impl MailProblem {
    /// A mail that no server would take.
    pub fn malformed(what: &'static str) -> Self {
        Self::Permanent { what, code: None, no_such_address: false }
    }
}

/// What a mail server says of a mail that it had taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailReport {
    /// Ours, without angle brackets.
    pub message_id: String,
    pub fate: Fate,
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    CameBack {
        code: Option<String>,
        /// There is no such address.
        no_such_address: bool,
    },
}

fn shown(code: &Option<String>) -> String {
    code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default()
}

/// Stands where no mail server is configured: mails wait, and the log says what to do.
pub struct NoMailServer;

#[async_trait]
impl Mailer for NoMailServer {
    fn domain(&self) -> &'static str {
        "localhost"
    }

    async fn send(&self, _mail: &Mail) -> Result<(), MailProblem> {
        Err(MailProblem::Temporary {
            what: "no mail server is set; PARLEY_SMTP_URL and PARLEY_MAIL_FROM name one",
            code: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> MailParts {
        MailParts {
            to: "ada@parley.example".into(),
            subject: "Hello".into(),
            text: "Hello\n".into(),
            html: "<p>Hello</p>".into(),
            message_id: "<1@parley.example>".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn no_value_can_bring_a_header_of_its_own() {
        assert!(Mail::new(parts()).is_ok());
        for evil in ["a@b.example\r\nBcc: c@d.example", "a@b.example\nX: y", "a@b.example\rX: y", "a\0@b.example", ""] {
            let tries = [
                MailParts { to: evil.into(), ..parts() },
                MailParts { subject: evil.into(), ..parts() },
                MailParts { message_id: evil.into(), ..parts() },
            ];
            for parts in tries {
                assert!(matches!(Mail::new(parts), Err(MailProblem::Permanent { .. })), "{evil:?}");
            }
        }
    }
}
