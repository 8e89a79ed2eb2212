//! How fast a signed-in session, a key and a visitor may ask. Webhooks are not slowed down: what they bring would be lost.
//!
//! What a browser fetches by address has a bucket beside the one of what it asks for: a thread's pictures come all at once,
//! and a picture that is refused stays broken. It is wide enough for whoever scrolls, and too small for a copy of everything.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::{ApiKeyId, Error, SessionId};
use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::config::Settings;

/// After so many requests the buckets that are full again are forgotten: they say nothing any more.
const TIDY_EVERY: u32 = 1_000;

/// The limits of this installation.
#[derive(Clone)]
pub struct Rates {
    sessions: Arc<Buckets<SessionId>>,
    keys: Arc<Buckets<ApiKeyId>>,
    fetches: Arc<Buckets<Fetcher>>,
}

/// Who fetches pages, files and pictures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fetcher {
    Session(SessionId),
    /// Somebody who is not signed in, by where they are; unknown only where nothing tells.
    Visitor(Option<IpAddr>),
}

impl Fetcher {
    pub fn visitor(address: Option<&str>) -> Self {
        Self::Visitor(address.and_then(domain::network::holder))
    }
}

impl Rates {
    pub fn new(settings: &Settings) -> Self {
        Self {
            sessions: Arc::new(Buckets::new(settings.session_rate, settings.session_burst)),
            keys: Arc::new(Buckets::new(settings.key_rate, settings.key_burst)),
            fetches: Arc::new(Buckets::new(settings.fetch_rate, settings.fetch_burst)),
        }
    }

    /// Refuses with [`Error::TooMany`] who asks too fast. To be asked about sessions that are known to be real, so that
    /// made-up ones take no memory.
    pub fn of_session(&self, session: SessionId) -> Result<(), Error> {
        self.sessions.take(session)
    }

    /// The same for keys.
    pub fn of_key(&self, key: ApiKeyId) -> Result<(), Error> {
        self.keys.take(key)
    }

    /// The same for pages, files, pictures and the stream of changes.
    pub fn of_fetcher(&self, fetcher: Fetcher) -> Result<(), Error> {
        self.fetches.take(fetcher)
    }
}

/// A token bucket for each.
struct Buckets<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, MonotonicClock, NoOpMiddleware<std::time::Instant>>,
    taken: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(a_minute: NonZeroU32, at_once: NonZeroU32) -> Self {
        let quota = Quota::per_minute(a_minute).allow_burst(at_once);
        Self { limiter: RateLimiter::hashmap_with_clock(quota, MonotonicClock), taken: AtomicU32::new(0) }
    }

    fn take(&self, of: K) -> Result<(), Error> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&of).map_err(|early| {
            let wait = early.wait_time_from(MonotonicClock.now());
            // Rounded up: whoever waits so long is let in.
            let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
            Error::TooMany { seconds: seconds.max(1) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> SessionId {
        SessionId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn each_has_a_bucket_of_its_own_and_is_told_when_to_come_back() {
        let few = NonZeroU32::new(2).unwrap();
        let buckets = Buckets::new(NonZeroU32::MIN, few);
        assert_eq!((buckets.take(id(1)), buckets.take(id(1))), (Ok(()), Ok(())));
        let Err(Error::TooMany { seconds }) = buckets.take(id(1)) else { panic!("a third at once") };
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(buckets.take(id(2)), Ok(()), "somebody else");
    }

    #[test]
    fn a_visitor_is_an_address_or_the_half_that_one_line_has() {
        let visitor = |address| Fetcher::visitor(Some(address));
        assert_ne!(visitor("203.0.113.7"), visitor("203.0.113.8"));
        assert_eq!(visitor("203.0.113.7"), visitor("::ffff:203.0.113.7"));
        assert_eq!(visitor("2001:db8:1:2:3:4:5:6"), visitor("2001:db8:1:2::1"));
        assert_ne!(visitor("2001:db8:1:2::1"), visitor("2001:db8:1:3::1"));
        assert_eq!(visitor("somewhere"), Fetcher::Visitor(None));
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        // Full again within a sixteenth of a microsecond.
        let buckets = Buckets::new(NonZeroU32::MAX, NonZeroU32::MIN);
        for n in 0..u128::from(TIDY_EVERY) * 20 {
            buckets.take(id(n)).unwrap();
        }
        assert!(buckets.limiter.len() <= TIDY_EVERY as usize, "{}", buckets.limiter.len());
    }
}
