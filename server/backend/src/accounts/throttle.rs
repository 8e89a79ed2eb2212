//! Slowing down who guesses passwords: per account and per address, without ever locking anybody out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Error, Result, Timestamp};
use jiff::SignedDuration;

use crate::secret;

/// Failures before waiting begins.
const FREE: u32 = 5;
/// The longest wait, in seconds.
const MAX_WAIT: i64 = 300;
/// Failures are forgotten after this.
const MEMORY: SignedDuration = SignedDuration::from_mins(30);
const MAX_KEYS: usize = 50_000;

#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Vec<u8>, Failures>>);

struct Failures {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Refuses while either the account or the address has to wait.
    pub(crate) fn check(&self, account: &str, address: &str, now: Timestamp) -> Result<()> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait =
            keys(account, address).iter().filter_map(|key| map.get(key)).map(|failures| failures.wait(now)).max();
        match wait.and_then(|seconds| u32::try_from(seconds).ok()) {
            Some(seconds) if seconds > 0 => Err(Error::TooMany { seconds }),
            _ => Ok(()),
        }
    }

    /// Takes one of the mails that may be asked for about an account or from an address; refuses when there were many.
    pub(crate) fn take_mail(&self, account: &str, address: &str, now: Timestamp) -> Result<()> {
        let (account, address) = (format!("mail:{account}"), format!("mail:{address}"));
        self.check(&account, &address, now)?;
        self.note(&account, &address, false, now);
        Ok(())
    }

    /// Notes an attempt. A success clears the account's failures, not the address's.
    pub(crate) fn note(&self, account: &str, address: &str, succeeded: bool, now: Timestamp) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.retain(|_, failures| now.duration_since(failures.last) < MEMORY);
        if map.len() >= MAX_KEYS {
            map.clear();
        }
        let [account, address] = keys(account, address);
        if succeeded {
            map.remove(&account);
            return;
        }
        for key in [account, address] {
            let failures = map.entry(key).or_insert(Failures { count: 0, last: now });
            failures.count += 1;
            failures.last = now;
        }
    }
}

impl Failures {
    /// Seconds still to wait: doubling from one second after the free attempts.
    fn wait(&self, now: Timestamp) -> i64 {
        if self.count < FREE {
            return 0;
        }
        let total = 2i64.saturating_pow((self.count - FREE).min(20)).min(MAX_WAIT);
        total - now.duration_since(self.last).as_secs()
    }
}

/// Hashed, so that memory holds no address or account name.
fn keys(account: &str, address: &str) -> [Vec<u8>; 2] {
    [secret::hash(&format!("account:{}", account.trim().to_lowercase())), secret::hash(&format!("address:{address}"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn guessing_gets_slower_and_never_locks_out() {
        let throttle = Throttle::default();
        for n in 0..FREE {
            assert!(throttle.check("a@b.c", "1.1.1.1", at(0)).is_ok(), "attempt {n}");
            throttle.note("a@b.c", "1.1.1.1", false, at(0));
        }
        assert_eq!(throttle.check("A@B.c ", "2.2.2.2", at(0)), Err(Error::TooMany { seconds: 1 }));
        assert!(throttle.check("a@b.c", "2.2.2.2", at(1)).is_ok());
        for _ in 0..40 {
            throttle.note("a@b.c", "1.1.1.1", false, at(10));
        }
        assert_eq!(throttle.check("a@b.c", "9.9.9.9", at(10)), Err(Error::TooMany { seconds: 300 }));
        assert!(throttle.check("a@b.c", "9.9.9.9", at(310)).is_ok());
    }

    #[test]
    fn a_success_clears_the_account_but_not_the_address() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            throttle.note("a@b.c", "1.1.1.1", false, at(0));
        }
        throttle.note("a@b.c", "1.1.1.1", true, at(0));
        assert!(throttle.check("a@b.c", "3.3.3.3", at(0)).is_ok());
        assert!(throttle.check("x@y.z", "1.1.1.1", at(0)).is_err());
    }
}
