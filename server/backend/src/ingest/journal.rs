//! Group commit: bodies that arrive while one commit is under way share the next.

use bytes::Bytes;
use domain::{ConnectionId, JournalId};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::Core;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::ids;

/// Bodies that may wait for the next commit; beyond, callers wait for a place.
const QUEUE: usize = 4096;
/// Bodies and bytes of one commit.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// The door to durability. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    sender: mpsc::Sender<Entry>,
}

struct Entry {
    body: Bytes,
    door: Option<ConnectionId>,
    done: oneshot::Sender<Result<JournalId, ()>>,
}

impl Journal {
    /// Starts the writer on the current runtime. It ends when the last clone is gone.
    pub fn start(core: Core) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write(core, receiver));
        Self { sender }
    }

    /// Returns when `body` is durable. `door` is the connection whose signature it carried; `None` is the operator's app.
    /// An error means that it may not be, and the sender should repeat it.
    pub async fn append(&self, body: Bytes, door: Option<ConnectionId>) -> Outcome<JournalId> {
        let (done, answer) = oneshot::channel();
        let closed = || Fault::internal("the journal is closed");
        self.sender.send(Entry { body, door, done }).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?.map_err(|()| Fault::internal("the journal could not be written"))
    }
}

async fn write(core: Core, mut receiver: mpsc::Receiver<Entry>) {
    let mut batch = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let mut rest = std::mem::take(&mut batch);
        while !rest.is_empty() {
            let later = rest.split_off(fitting(&rest));
            commit(&core, std::mem::replace(&mut rest, later)).await;
        }
    }
}

/// How many of `entries` one commit takes; at least one.
fn fitting(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take_while(|entry| {
        bytes += entry.body.len();
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}

async fn commit(core: &Core, entries: Vec<Entry>) {
    let ids: Vec<Uuid> = entries.iter().map(|_| ids::fresh()).collect();
    let bodies: Vec<&[u8]> = entries.iter().map(|entry| entry.body.as_ref()).collect();
    let doors: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.door.map(|door| door.0)).collect();
    let outcome = insert(core.db.worker(), &ids, &bodies, &doors, core.clock.now()).await;
    match &outcome {
        Ok(()) => core.journal_bell.notify_one(),
        Err(fault) => tracing::error!(error = %fault, entries = entries.len(), "the journal could not be written"),
    }
    metrics::histogram!("parley_journal_batch").record(entries.len() as f64);
    for (entry, id) in entries.into_iter().zip(ids) {
        // The request may be gone; its body is durable all the same.
        let _ = entry.done.send(outcome.as_ref().map(|()| JournalId(id)).map_err(|_| ()));
    }
}

async fn insert(
    pool: &PgPool,
    ids: &[Uuid],
    bodies: &[&[u8]],
    doors: &[Option<Uuid>],
    now: jiff::Timestamp,
) -> Outcome<()> {
    sqlx::query!(
        "insert into journal (id, received_at, body, door)
         select e.id, $4, e.body, e.door from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as e (id, body, door)",
        ids,
        bodies as _,
        doors as _,
        sql(now),
    )
    .execute(pool)
    .await?;
    Ok(())
}
