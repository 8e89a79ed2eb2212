//! Slowing down who guesses passwords, fills mailboxes or leaves for providers in vain: per account and per address, without ever
//! locking anybody out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::network::holder;
use domain::{Error, Result, Timestamp, WorkspaceId};
use jiff::SignedDuration;

use crate::secret;

/// How many failures are free, and the longest wait after them, in seconds.
#[derive(Clone, Copy)]
struct Patience {
    free: u32,
    longest: i64,
}

/// With guesses and mails.
const GUESSES: Patience = Patience { free: 5, longest: 300 };
/// With departures for a provider that nobody has come back from yet: a whole office may have one address …
const FROM_AN_ADDRESS: Patience = Patience { free: 60, longest: 300 };
/// … and begin work at one time. Anybody can leave for anybody's provider, so nobody waits long on others' account.
const FOR_A_WORKSPACE: Patience = Patience { free: 600, longest: 5 };
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
        self.wait(&keys(account, address).map(|key| (key, GUESSES)), now)
    }

    fn wait(&self, keys: &[(Vec<u8>, Patience)], now: Timestamp) -> Result<()> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = keys.iter().filter_map(|(key, patience)| Some(map.get(key)?.wait(*patience, now)));
        match waits.max().and_then(|seconds| u32::try_from(seconds).ok()) {
            Some(seconds) if seconds > 0 => Err(Error::TooMany { seconds }),
            _ => Ok(()),
        }
    }

    /// Takes a departure from an address for the provider of a workspace, if its domain has one; refuses when there were many
    /// from which nobody came back.
    pub(crate) fn take_departure(&self, workspace: Option<WorkspaceId>, address: &str, now: Timestamp) -> Result<()> {
        let keys = departure_keys(workspace, address);
        self.wait(&keys, now)?;
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut map, now);
        for (key, _) in keys {
            count(&mut map, key, now);
        }
        Ok(())
    }

    /// Somebody came back and was let in: their departure was none of those.
    pub(crate) fn came_back(&self, workspace: WorkspaceId, address: &str) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in departure_keys(Some(workspace), address) {
            if let Some(failures) = map.get_mut(&key) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
    }

    /// Takes one of the mails that may be asked for about an account or from an address; refuses when there were many.
    pub(crate) fn take_mail(&self, account: &str, address: &str, now: Timestamp) -> Result<()> {
        let (account, address) = (format!("mail:{account}"), format!("mail:{}", counted(address)));
        self.check(&account, &address, now)?;
        self.note(&account, &address, false, now);
        Ok(())
    }

    /// Notes an attempt. A success clears the account's failures, not the address's.
    pub(crate) fn note(&self, account: &str, address: &str, succeeded: bool, now: Timestamp) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut map, now);
        let [account, address] = keys(account, address);
        if succeeded {
            map.remove(&account);
            return;
        }
        for key in [account, address] {
            count(&mut map, key, now);
        }
    }
}

/// Before something is noted.
fn make_room(map: &mut HashMap<Vec<u8>, Failures>, now: Timestamp) {
    map.retain(|_, failures| now.duration_since(failures.last) < MEMORY);
    if map.len() >= MAX_KEYS {
        map.clear();
    }
}

fn count(map: &mut HashMap<Vec<u8>, Failures>, key: Vec<u8>, now: Timestamp) {
    let failures = map.entry(key).or_insert(Failures { count: 0, last: now });
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
}

impl Failures {
    /// Seconds still to wait: doubling from one second after the free attempts.
    fn wait(&self, Patience { free, longest }: Patience, now: Timestamp) -> i64 {
        if self.count < free {
            return 0;
        }
        let total = 2i64.saturating_pow((self.count - free).min(20)).min(longest);
        total - now.duration_since(self.last).as_secs()
    }
}

/// An address, or that of all that one hand has.
fn counted(address: &str) -> String {
    holder(address).map_or_else(|| address.to_owned(), |holder| holder.to_string())
}

/// Hashed, so that memory holds no address or account name.
fn keys(account: &str, address: &str) -> [Vec<u8>; 2] {
    let account = format!("account:{}", account.trim().to_lowercase());
    [secret::hash(&account), secret::hash(&format!("address:{}", counted(address)))]
}

fn departure_keys(workspace: Option<WorkspaceId>, address: &str) -> Vec<(Vec<u8>, Patience)> {
    let workspace = workspace.map(|workspace| (format!("departure for:{workspace}"), FOR_A_WORKSPACE));
    let address = (format!("departure from:{}", counted(address)), FROM_AN_ADDRESS);
    workspace.into_iter().chain([address]).map(|(key, patience)| (secret::hash(&key), patience)).collect()
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
        for n in 0..GUESSES.free {
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
    fn departures_are_slowed_down_by_those_that_nobody_comes_back_from() {
        let (throttle, ours) = (Throttle::default(), WorkspaceId(uuid::Uuid::from_u128(1)));
        for n in 0..FROM_AN_ADDRESS.free * 2 {
            assert!(throttle.take_departure(Some(ours), "1.1.1.1", at(0)).is_ok(), "the office's {n}");
            throttle.came_back(ours, "1.1.1.1");
        }
        for _ in 0..FROM_AN_ADDRESS.free {
            throttle.take_departure(None, "2.2.2.2", at(0)).unwrap();
        }
        assert_eq!(throttle.take_departure(Some(ours), "2.2.2.2", at(0)), Err(Error::TooMany { seconds: 1 }));
        assert!(throttle.take_departure(Some(ours), "3.3.3.3", at(0)).is_ok(), "others are not");
        // From many addresses for one provider: each waits, and nobody long.
        for n in 0..FOR_A_WORKSPACE.free * 2 {
            let _ = throttle.take_departure(Some(ours), &format!("4.4.{}.{}", n / 250, n % 250), at(i64::from(n)));
        }
        let at_last = i64::from(FOR_A_WORKSPACE.free * 2);
        throttle.take_departure(Some(ours), "5.5.5.5", at(at_last + FOR_A_WORKSPACE.longest)).unwrap();
        let wait = throttle.take_departure(Some(ours), "6.6.6.6", at(at_last + FOR_A_WORKSPACE.longest));
        assert_eq!(wait, Err(Error::TooMany { seconds: 5 }));
        let theirs = WorkspaceId(uuid::Uuid::from_u128(2));
        assert!(throttle.take_departure(Some(theirs), "6.6.6.6", at(at_last)).is_ok(), "another's provider");
    }

    /// Whoever has one has all of them, and tries each account from another.
    #[test]
    fn addresses_of_one_network_of_ipv6_are_one() {
        let throttle = Throttle::default();
        let of_one_hand = |n: u32| format!("2001:db8:1:2::{n:x}");
        for n in 0..GUESSES.free {
            throttle.note(&format!("{n}@b.c"), &of_one_hand(n), false, at(0));
            throttle.take_mail(&format!("{n}@b.c"), &of_one_hand(n), at(0)).unwrap();
        }
        assert_eq!(throttle.check("x@b.c", &of_one_hand(99), at(0)), Err(Error::TooMany { seconds: 1 }));
        assert_eq!(throttle.take_mail("x@b.c", &of_one_hand(99), at(0)), Err(Error::TooMany { seconds: 1 }));
        assert!(throttle.check("x@b.c", "2001:db8:1:3::1", at(0)).is_ok(), "the neighbour");
        for _ in 0..FROM_AN_ADDRESS.free {
            throttle.take_departure(None, &of_one_hand(1), at(0)).unwrap();
        }
        assert!(throttle.take_departure(None, &of_one_hand(2), at(0)).is_err());
    }

    #[test]
    fn a_success_clears_the_account_but_not_the_address() {
        let throttle = Throttle::default();
        for _ in 0..GUESSES.free {
            throttle.note("a@b.c", "1.1.1.1", false, at(0));
        }
        throttle.note("a@b.c", "1.1.1.1", true, at(0));
        assert!(throttle.check("a@b.c", "3.3.3.3", at(0)).is_ok());
        assert!(throttle.check("x@y.z", "1.1.1.1", at(0)).is_err());
    }
}
