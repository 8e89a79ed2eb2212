//! One conversation with a mail program (RFC 5321), as a server of submissions holds it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{MOST_BYTES, bounce};
use crate::Inner;

/// Longest command line; the standard asks for 512.
const LONGEST_LINE: u64 = 4096;
/// Longest line of a mail that is read at once; longer ones arrive in pieces.
const LONGEST_PIECE: u64 = 64 * 1024;
const MOST_RECIPIENTS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(300);

/// Recipients that are answered like this whatever faults there are, for trying things by hand. As real servers do, the
/// answer repeats the address between code and words.
const MAGIC: &[(&str, &str, &str)] = &[
    ("hard", "550 5.1.1", "is no mailbox here"),
    ("soft", "451 4.2.2", "cannot be reached now"),
    ("full", "552 5.2.2", "has no room left"),
    ("block", "554 5.7.1", "is refused by policy"),
];

/// What follows a command.
enum Next {
    Reply(String),
    /// Says goodbye.
    Quit,
    /// Breaks the line without a word.
    HangUp,
}

fn reply(text: &str) -> Next {
    Next::Reply(text.to_owned())
}

/// Holds one conversation until one side ends it.
pub(super) async fn talk(inner: Arc<Inner>, stream: TcpStream) -> io::Result<()> {
    let mut session = Session { inner, stream: BufReader::new(stream), from: None, to: Vec::new() };
    session.say("220 sandbox ESMTP; no mail leaves this machine").await?;
    loop {
        let Some(line) = session.line().await? else { return Ok(()) };
        match session.obey(&line).await? {
            Next::Reply(words) => session.say(&words).await?,
            Next::Quit => return session.say("221 2.0.0 Goodbye").await,
            Next::HangUp => return Ok(()),
        }
    }
}

struct Session {
    inner: Arc<Inner>,
    stream: BufReader<TcpStream>,
    /// Set between MAIL and the end of the mail.
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await
    }

    /// Reads up to a line's end, at most `most` bytes; nothing at the end of the stream.
    async fn piece(&mut self, most: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.stream).take(most);
        let read = tokio::time::timeout(PATIENCE, limited.read_until(b'\n', &mut bytes)).await;
        let count = read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Ok((count > 0).then_some(bytes))
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let Some(bytes) = self.piece(LONGEST_LINE).await? else { return Ok(None) };
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Ok(match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.forget();
                Next::Reply(format!(
                    "250-sandbox\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n\
                     250-SIZE {MOST_BYTES}\r\n250 AUTH PLAIN LOGIN"
                ))
            }
            "HELO" => {
                self.forget();
                reply("250 sandbox")
            }
            "AUTH" => self.sign_in(rest).await?,
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => self.data().await?,
            "RSET" => {
                self.forget();
                reply("250 2.0.0 Forgotten")
            }
            "NOOP" => reply("250 2.0.0 Still here"),
            "VRFY" => reply("252 2.1.5 Try it"),
            "QUIT" => Next::Quit,
            _ => reply("500 5.5.2 Unknown command"),
        })
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn strikes(&self, kind: &str, person: Option<&str>) -> bool {
        self.inner.with(|state| state.faults.strike(kind, person).is_some())
    }

    /// Any name and password will do.
    async fn sign_in(&mut self, rest: &str) -> io::Result<Next> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let questions: &[&str] = match (mechanism.to_ascii_uppercase().as_str(), initial) {
            ("PLAIN", "") => &["334 "],
            ("PLAIN", _) => &[],
            ("LOGIN", "") => &["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"],
            ("LOGIN", _) => &["334 UGFzc3dvcmQ6"],
            _ => return Ok(reply("504 5.5.4 Only PLAIN and LOGIN")),
        };
        for question in questions {
            self.say(question).await?;
            match self.line().await? {
                None => return Ok(Next::HangUp),
                Some(answer) if answer == "*" => return Ok(reply("501 5.7.0 Given up")),
                Some(_) => {}
            }
        }
        if self.strikes("smtp_auth", None) {
            return Ok(reply("535 5.7.8 Wrong user name or password"));
        }
        Ok(reply("235 2.7.0 Welcome"))
    }

    fn mail(&mut self, rest: &str) -> Next {
        if self.from.is_some() {
            return reply("503 5.5.1 One mail at a time");
        }
        let Some((from, parameters)) = path(rest, "FROM:") else { return reply("501 5.5.4 MAIL FROM:<address>") };
        let size = parameters.split(' ').find_map(|one| one.strip_prefix("SIZE=")?.parse::<usize>().ok());
        if size.is_some_and(|size| size > MOST_BYTES) {
            return reply("552 5.3.4 Too large");
        }
        self.from = Some(from.to_owned());
        reply("250 2.1.0 Fine")
    }

    fn recipient(&mut self, rest: &str) -> Next {
        if self.from.is_none() {
            return reply("503 5.5.1 MAIL first");
        }
        let Some((to, _)) = path(rest, "TO:").filter(|(to, _)| to.contains('@')) else {
            return reply("501 5.1.3 RCPT TO:<address>");
        };
        if self.to.len() >= MOST_RECIPIENTS {
            return reply("452 4.5.3 Too many recipients");
        }
        let name = to.split('@').next().unwrap_or_default();
        if let Some((_, code, words)) = MAGIC.iter().find(|(magic, ..)| magic.eq_ignore_ascii_case(name)) {
            return Next::Reply(format!("{code} <{to}> {words}"));
        }
        if self.strikes("smtp_unknown_user", Some(to)) {
            return Next::Reply(format!("550 5.1.1 <{to}> is no mailbox of ours"));
        }
        if self.strikes("smtp_try_later", Some(to)) {
            return Next::Reply(format!("451 4.3.0 <{to}> cannot be reached now"));
        }
        self.to.push(to.to_owned());
        reply("250 2.1.5 Fine")
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.to.is_empty() {
            return Ok(reply("503 5.5.1 RCPT first"));
        }
        self.say("354 End with a dot on a line of its own").await?;
        let mail = self.content().await?;
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let Some(mail) = mail else { return Ok(Next::HangUp) };
        if mail.len() > MOST_BYTES {
            return Ok(reply("552 5.3.4 Too large"));
        }
        if self.strikes("smtp_refuse", to.first().map(String::as_str)) {
            return Ok(reply("554 5.7.1 Refused by policy"));
        }
        let falls_silent = to.iter().any(|one| one.starts_with("drop-after-data@"))
            || self.strikes("smtp_drop_after_data", to.first().map(String::as_str));
        if let Some(address) = to.iter().find(|one| bounce::comes_back(one)) {
            tokio::spawn(bounce::report(Arc::clone(&self.inner), address.clone(), mail.clone()));
        }
        self.inner.with(|state| {
            let now = state.now_ms();
            state.mails.add(now, from, to, Bytes::from(mail));
            state.tell("mail");
        });
        Ok(if falls_silent { Next::HangUp } else { reply("250 2.0.0 Taken") })
    }

    /// The mail up to its dot, without the dots that were stuffed. One that is too large is read to its end, so that the
    /// other side hears why, but only its beginning is kept. Nothing when the line broke before the end.
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut mail = Vec::new();
        let mut at_line_start = true;
        while let Some(piece) = self.piece(LONGEST_PIECE).await? {
            let mut rest = piece.as_slice();
            if at_line_start {
                if rest == b".\r\n" || rest == b".\n" {
                    return Ok(Some(mail));
                }
                rest = rest.strip_prefix(b".").unwrap_or(rest);
            }
            at_line_start = rest.ends_with(b"\n");
            if mail.len() <= MOST_BYTES {
                mail.extend_from_slice(rest);
            }
        }
        Ok(None)
    }
}

/// The address between angle brackets after `FROM:` or `TO:`, and the parameters behind it.
fn path<'a>(rest: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let (head, tail) = rest.split_at_checked(word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    tail.trim_start().strip_prefix('<')?.split_once('>')
}
