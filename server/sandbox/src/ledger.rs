//! What the sandbox knows to have happened, in memory and, on request, on disk.
//!
//! Fault tests compare it with what the system under test believes: no inbound message that was acknowledged may be
//! missing there, and no intended send may have reached the phone twice (section 8.8).

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

enum Line {
    Entry(String),
    Barrier(oneshot::Sender<()>),
}

/// A send that got a `wamid`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SendEntry {
    pub(crate) wamid: String,
    pub(crate) biz_opaque_callback_data: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) to: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) accepted_at_ms: i64,
    /// 1 as soon as the message reached the phone.
    pub(crate) delivered_copies: u32,
    pub(crate) last_status: String,
    /// The injected fault that the sender met, if any.
    pub(crate) fault: Option<String>,
}

/// A message that a person wrote.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct InboundEntry {
    pub(crate) id: String,
    pub(crate) customer: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) text: Option<String>,
    pub(crate) posted: u32,
    pub(crate) acknowledged: bool,
}

/// The ledger. Lines go to a thread that writes them in groups with one `fdatasync` for each group.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) sends: BTreeMap<String, SendEntry>,
    pub(crate) inbound: BTreeMap<String, InboundEntry>,
    /// When people last wrote, from an earlier run: their service windows outlive a restart.
    pub(crate) last_written: BTreeMap<String, i64>,
    writer: Option<Sender<Line>>,
}

impl Ledger {
    /// Opens the file, if one is wanted, and starts its writer.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let last_written = path.map(last_written).unwrap_or_default();
        let writer = path.map(start_writer).transpose()?;
        Ok(Self { sends: BTreeMap::new(), inbound: BTreeMap::new(), last_written, writer })
    }

    /// A ledger without a file.
    pub(crate) fn in_memory() -> Self {
        Self { sends: BTreeMap::new(), inbound: BTreeMap::new(), last_written: BTreeMap::new(), writer: None }
    }

    pub(crate) fn clear(&mut self) {
        self.sends.clear();
        self.inbound.clear();
        self.note(json!({"event": "reset"}));
    }

    /// Appends a line to the file.
    pub(crate) fn note(&self, entry: Value) {
        if let Some(writer) = &self.writer {
            let _ = writer.send(Line::Entry(entry.to_string()));
        }
    }

    /// Resolves when everything noted so far is on disk.
    pub(crate) fn barrier(&self) -> oneshot::Receiver<()> {
        let (done, wait) = oneshot::channel();
        match &self.writer {
            Some(writer) => {
                let _ = writer.send(Line::Barrier(done));
            }
            None => {
                let _ = done.send(());
            }
        }
        wait
    }

    pub(crate) fn accepted(&mut self, entry: SendEntry) {
        self.note(json!({"event": "accepted", "at_ms": entry.accepted_at_ms, "wamid": entry.wamid, "to": entry.to,
            "customer": entry.customer, "type": entry.kind, "biz_opaque_callback_data": entry.biz_opaque_callback_data}));
        self.sends.insert(entry.wamid.clone(), entry);
    }

    /// Notes a status; `copy` when the message reached the phone with it.
    pub(crate) fn status(&mut self, wamid: &str, status: &str, copy: bool, at_ms: i64) {
        let Some(entry) = self.sends.get_mut(wamid) else { return };
        status.clone_into(&mut entry.last_status);
        if copy {
            entry.delivered_copies += 1;
            let line = json!({"event": "delivered", "at_ms": at_ms, "wamid": wamid,
                "biz_opaque_callback_data": entry.biz_opaque_callback_data});
            self.note(line);
        }
    }

    pub(crate) fn faulted(&mut self, wamid: &str, fault: &str) {
        if let Some(entry) = self.sends.get_mut(wamid) {
            entry.fault = Some(fault.to_owned());
        }
    }

    /// Notes that a message of a person is about to be posted.
    pub(crate) fn wrote(&mut self, entry: InboundEntry, at_ms: i64) {
        self.note(json!({"event": "inbound", "at_ms": at_ms, "id": entry.id, "customer": entry.customer,
            "type": entry.kind, "text": entry.text}));
        self.inbound.insert(entry.id.clone(), entry);
    }

    pub(crate) fn posted(&mut self, id: &str) {
        if let Some(entry) = self.inbound.get_mut(id) {
            entry.posted += 1;
        }
    }

    /// Notes that a webhook was answered with 200.
    pub(crate) fn acknowledged(&mut self, delivery: u64, inbound: &[String], statuses: &[String], at_ms: i64) {
        for id in inbound {
            if let Some(entry) = self.inbound.get_mut(id) {
                entry.acknowledged = true;
            }
        }
        self.note(json!({"event": "acknowledged", "at_ms": at_ms, "delivery": delivery, "inbound": inbound, "statuses": statuses}));
    }

    /// Counts and entries for the control interface.
    pub(crate) fn view(&self, entries: bool) -> Value {
        let mut by_biz: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for send in self.sends.values() {
            let sum = by_biz.entry(send.biz_opaque_callback_data.as_deref().unwrap_or("")).or_default();
            sum.0 += 1;
            sum.1 += send.delivered_copies;
        }
        let duplicates = by_biz.iter().filter(|(biz, sum)| !biz.is_empty() && sum.1 > 1).count();
        let unacknowledged = self.inbound.values().filter(|entry| !entry.acknowledged).count();
        let mut view = json!({
            "counts": {
                "accepted": self.sends.len(),
                "delivered": self.sends.values().map(|send| send.delivered_copies).sum::<u32>(),
                "failed": self.sends.values().filter(|send| send.last_status == "failed").count(),
                "intended": by_biz.keys().filter(|biz| !biz.is_empty()).count(),
                "delivered_more_than_once": duplicates,
                "inbound": self.inbound.len(),
                "inbound_acknowledged": self.inbound.len() - unacknowledged,
                "inbound_unacknowledged": unacknowledged,
            },
        });
        if entries && let Some(map) = view.as_object_mut() {
            let grouped: BTreeMap<&str, Value> = by_biz
                .into_iter()
                .map(|(biz, (accepted, delivered))| (biz, json!({"accepted": accepted, "delivered": delivered})))
                .collect();
            map.insert("by_biz".to_owned(), json!(grouped));
            map.insert("sends".to_owned(), json!(self.sends.values().collect::<Vec<_>>()));
            map.insert("inbound".to_owned(), json!(self.inbound.values().collect::<Vec<_>>()));
        }
        view
    }
}

/// Reads who wrote when; lines that cannot be read, such as one cut short by a crash, are passed over.
fn last_written(path: &Path) -> BTreeMap<String, i64> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut last = BTreeMap::new();
    for entry in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let string = |key: &str| entry.get(key).and_then(Value::as_str);
        match (string("event"), string("customer"), entry.get("at_ms").and_then(Value::as_i64)) {
            (Some("reset"), _, _) => last.clear(),
            (Some("inbound"), Some(customer), Some(at_ms)) => {
                last.insert(customer.to_owned(), at_ms);
            }
            _ => {}
        }
    }
    last
}

fn start_writer(path: &Path) -> io::Result<Sender<Line>> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let (sender, lines) = channel();
    std::thread::Builder::new().name("sandbox-ledger".to_owned()).spawn(move || write(file, &lines))?;
    Ok(sender)
}

fn write(mut file: File, lines: &Receiver<Line>) {
    while let Ok(first) = lines.recv() {
        let mut text = String::new();
        let mut waiting = Vec::new();
        for line in std::iter::once(first).chain(lines.try_iter()) {
            match line {
                Line::Entry(entry) => {
                    text.push_str(&entry);
                    text.push('\n');
                }
                Line::Barrier(done) => waiting.push(done),
            }
        }
        if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_data()) {
            tracing::error!(%error, "the sandbox's ledger could not be written");
        }
        for done in waiting {
            let _ = done.send(());
        }
    }
}
