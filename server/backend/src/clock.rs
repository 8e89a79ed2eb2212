//! The one place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The system's clock, or one that a test moves by hand.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until [`advance`](Self::advance)d.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    /// Microsecond resolution, as PostgreSQL keeps it: what is written reads back equal.
    pub fn now(&self) -> Timestamp {
        let microsecond = match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else uses")]
            Source::System => Timestamp::now().as_microsecond(),
            Source::Fixed(at) => at.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(microsecond).unwrap_or_default()
    }

    /// Moves a fixed clock; the system's cannot be moved.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Fixed(at) = &self.0 {
            at.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}
