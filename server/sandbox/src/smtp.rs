//! The stand-in of a mail server: takes every mail on a port of this machine and keeps it for the page.

mod bounce;
mod parse;
mod session;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Inner;

/// The largest mail, as announced by `SIZE`.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The oldest mails go when there are more.
const MOST_MAILS: usize = 500;
const MOST_MEMORY: usize = 64 * 1024 * 1024;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Counts up, so that newer is greater.
    pub(crate) id: u64,
    at_ms: i64,
    /// Sender and recipients of the envelope.
    from: String,
    to: Vec<String>,
    raw: Bytes,
}

/// The mails that are there, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Mails {
    list: VecDeque<Mail>,
    last: u64,
}

impl Mails {
    fn add(&mut self, at_ms: i64, from: String, to: Vec<String>, raw: Bytes) {
        self.last += 1;
        self.list.push_back(Mail { id: self.last, at_ms, from, to, raw });
        while self.list.len() > MOST_MAILS || self.list.len() > 1 && self.memory() > MOST_MEMORY {
            self.list.pop_front();
        }
    }

    fn memory(&self) -> usize {
        self.list.iter().map(|mail| mail.raw.len()).sum()
    }

    /// Newest first; with `to`, those of one recipient.
    pub(crate) fn newest_first(&self, to: Option<&str>) -> Vec<Mail> {
        let wanted = |mail: &&Mail| to.is_none_or(|to| mail.to.iter().any(|one| one.eq_ignore_ascii_case(to)));
        self.list.iter().rev().filter(wanted).cloned().collect()
    }

    pub(crate) fn get(&self, id: u64) -> Option<Mail> {
        self.list.iter().find(|mail| mail.id == id).cloned()
    }

    /// Ids are not given again, so that a page does not take a new mail for an old one.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }
}

impl Mail {
    /// As the control interface shows it.
    pub(crate) fn view(&self) -> Value {
        let read = parse::read(&self.raw);
        json!({
            "id": self.id, "at_ms": self.at_ms, "from": self.from, "to": self.to, "size": self.raw.len(),
            "subject": read.subject, "message_id": read.message_id, "headers": read.headers,
            "text": read.text, "html": read.html, "links": read.links,
        })
    }

    pub(crate) fn html(&self) -> Option<String> {
        parse::read(&self.raw).html
    }
}

/// Opens the port. Bound at once, so that the address is known when the sandbox has started.
pub(crate) fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the stand-in of a mail server is for this machine only",
        ));
    }
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((TcpListener::from_std(listener)?, address))
}

/// Takes connections until the sandbox stops.
pub(crate) async fn serve(inner: Arc<Inner>, listener: TcpListener) {
    let mut stop = inner.stop.subscribe();
    loop {
        let stream = tokio::select! {
            taken = listener.accept() => match taken {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
            _ = stop.changed() => return,
        };
        let (inner, mut stop) = (Arc::clone(&inner), inner.stop.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                // Whoever breaks the line has no use for a report.
                _ = session::talk(inner, stream) => {}
                _ = stop.changed() => {}
            }
        });
    }
}
