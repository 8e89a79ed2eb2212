//! Where the mail server is and who writes, as the configuration says it.

use std::net::IpAddr;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// How the line to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// TLS from the first byte (port 465).
    Tls,
    /// Plain until STARTTLS, which the server must offer (port 587).
    StartTls,
    /// None; only to this machine.
    Plain,
}

/// A mail server that takes our mails: `smtps://user:password@host` or `smtp://user:password@host`.
#[derive(Clone)]
pub struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) credentials: Option<(String, String)>,
}

impl Server {
    /// Reads an address; the error says what would be right and nothing of what was there.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be smtps://user:password@host (TLS) or smtp://user:password@host (STARTTLS)";
        let url = Url::parse(text).map_err(|_| FORM)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(FORM)?.trim_matches(['[', ']']).to_owned();
        let protection = match url.scheme() {
            "smtps" => Protection::Tls,
            "smtp" if is_loopback(&host) => Protection::Plain,
            "smtp" => Protection::StartTls,
            _ => return Err(FORM),
        };
        let rest = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
        if rest {
            return Err("must end with the host or its port; encode / ? # and @ in the password, as in %2F");
        }
        let default = if protection == Protection::Tls { 465 } else { 587 };
        Ok(Self { port: url.port().unwrap_or(default), host, protection, credentials: credentials(&url)? })
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

fn credentials(url: &Url) -> Result<Option<(String, String)>, &'static str> {
    let clear = |text: &str| percent_decode_str(text).decode_utf8().map(String::from).ok();
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => match (clear(user), clear(password)) {
            (Some(user), Some(password)) => Ok(Some((user, password))),
            _ => Err("has a user name or password whose %-signs are no valid text"),
        },
        _ => Err("must have both a user name and a password, or neither"),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Who our mails are from: `Parley <no-reply@crm.example>`.
#[derive(Clone)]
pub struct Sender(pub(super) Mailbox);

impl Sender {
    /// Reads a sender; the error says what would be right.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must look like Parley <no-reply@crm.example>";
        if text.chars().any(char::is_control) {
            return Err(FORM);
        }
        let mailbox: Mailbox = text.parse().map_err(|_| FORM)?;
        if mailbox.email.domain().starts_with('[') {
            return Err("must have a domain of its own, as in Parley <no-reply@crm.example>");
        }
        Ok(Self(mailbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_how_the_line_is_protected() {
        let cases = [
            ("smtps://mail.example", Protection::Tls, 465),
            ("smtps://mail.example:2465", Protection::Tls, 2465),
            ("smtp://mail.example", Protection::StartTls, 587),
            ("smtp://mail.example:25/", Protection::StartTls, 25),
            ("smtp://127.0.0.1:2525", Protection::Plain, 2525),
            ("smtp://[::1]:2525", Protection::Plain, 2525),
            ("smtp://localhost:2525", Protection::Plain, 2525),
            // Names that only look like this machine.
            ("smtp://localhost.evil.example", Protection::StartTls, 587),
            ("smtp://127.0.0.1.evil.example", Protection::StartTls, 587),
        ];
        for (text, protection, port) in cases {
            let server = Server::parse(text).unwrap();
            assert_eq!((server.protection, server.port, server.credentials), (protection, port, None), "{text}");
        }
        let server = Server::parse("smtps://ada%40crm.example:p%2Fs%40s@mail.example").unwrap();
        assert_eq!(server.credentials, Some(("ada@crm.example".to_owned(), "p/s@s".to_owned())));
    }

    #[test]
    fn a_bad_address_is_refused_without_being_repeated() {
        let bad = [
            "",
            "mail.example",
            "http://hunter2@mail.example",
            "smtps://",
            "smtps://ada@mail.example",
            "smtps://:hunter2@mail.example",
            "smtps://ada:hunter2@mail.example/x",
            "smtps://ada:hunter2@mail.example?tls=none",
            "smtps://ada:%FF@mail.example",
        ];
        for text in bad {
            let words = Server::parse(text).unwrap_err();
            assert!(!words.contains("hunter2"), "{text}");
        }
        assert!(!format!("{:?}", Server::parse("smtps://ada:hunter2@mail.example").unwrap()).contains("hunter2"));
    }

    #[test]
    fn a_sender_is_one_line_with_an_address() {
        for good in ["Parley <no-reply@crm.example>", "no-reply@crm.example", "Müller & Söhne <a@b.example>"] {
            assert!(Sender::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Parley", "Parley <no-reply>", "Parley <a@b.example>\r\nBcc: c@d.example", "a@b.example\n"] {
            assert!(Sender::parse(bad).is_err(), "{bad}");
        }
    }
}
