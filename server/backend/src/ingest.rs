//! What comes in: durable first, applied after.
//!
//! [`Journal`] makes a webhook body durable (group commit) before anybody answers 200. The [`Applier`] takes waiting
//! bodies apart and applies their items in batches: idempotent, in any order, one transaction a batch. When an item
//! fails, the batch is done again with a savepoint around each item and the bad one goes to quarantine.

mod apply;
mod applier;
mod journal;
mod message;
mod quarantine;

pub use applier::Applier;
pub use journal::Journal;
pub(crate) use quarantine::replay;
