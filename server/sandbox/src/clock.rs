//! Time of the sandbox: the machine's clock plus an offset that the control interface moves.
//!
//! A simulator has to show what happens after 24 hours, 7 days or 30 days, so every rule reads this clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Shared virtual clock. Cheap to clone; all clones move together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox imports none of our crates, so this is its one reading of the machine's clock"
    )]
    fn machine() -> Timestamp {
        Timestamp::now()
    }

    /// Milliseconds since the epoch, in virtual time.
    pub(crate) fn now_ms(&self) -> i64 {
        Self::machine().as_millisecond() + self.offset_ms()
    }

    /// Microseconds since the epoch, in virtual time; rate buckets need the resolution.
    pub(crate) fn now_us(&self) -> i64 {
        Self::machine().as_microsecond() + self.offset_ms() * 1000
    }

    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// Moves virtual time forward. It never runs backwards: statuses must not carry earlier times than their predecessors.
    pub(crate) fn advance(&self, milliseconds: i64) {
        self.offset_ms.fetch_add(milliseconds.max(0), Ordering::Relaxed);
    }
}
