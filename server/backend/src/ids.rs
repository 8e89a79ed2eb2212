//! The one place that makes ids: UUIDv7, so that they sort by time and fill indexes from the right.

use uuid::Uuid;

/// A new id of any of domain's kinds.
pub fn fresh<T: From<Uuid>>() -> T {
    #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
    T::from(Uuid::now_v7())
}
