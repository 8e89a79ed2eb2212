//! Identifiers of the shapes in sections 0.3, 0.5 and 5.6, and the sandbox's own random numbers.

use crate::crypto::{base64, hmac_sha256};

/// Who wrote the message that a `wamid` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    FromBusiness,
    FromCustomer,
}

/// Mints identifiers. With the same seed the same run gives the same ids, so golden tests repeat.
#[derive(Debug)]
pub(crate) struct Minter {
    seed: String,
    counter: u64,
}

impl Minter {
    pub(crate) fn new(seed: String) -> Self {
        Self { seed, counter: 0 }
    }

    fn next(&mut self, kind: &str) -> Vec<u8> {
        self.counter += 1;
        hmac_sha256(self.seed.as_bytes(), format!("{kind}/{}", self.counter).as_bytes())
    }

    /// A message id (section 0.5): the digits of the customer's number, the direction and a hex id.
    pub(crate) fn wamid(&mut self, digits: &str, direction: Direction) -> String {
        let hex: String = hex::encode_upper(self.next("wamid")).chars().take(18).collect();
        let mut bytes = vec![0x1c, 0x18, u8::try_from(digits.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(digits.as_bytes());
        bytes.extend_from_slice(&[0x15, 0x02, 0x00]);
        bytes.push(if direction == Direction::FromBusiness { 0x11 } else { 0x12 });
        bytes.extend_from_slice(&[0x18, 0x12]);
        bytes.extend_from_slice(hex.as_bytes());
        bytes.push(0);
        format!("wamid.{}", base64(&bytes))
    }

    /// A Graph node id: sixteen decimal digits after a prefix of three.
    pub(crate) fn node(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", digits(&self.next("node"), 13))
    }

    /// An `fbtrace_id`.
    pub(crate) fn trace(&mut self) -> String {
        crate::crypto::base64_url(&self.next("trace")).chars().take(12).collect()
    }
}

/// A node id of sixteen digits that a key always gives.
pub(crate) fn fixed(prefix: &str, kind: &str, key: &str) -> String {
    let tag = hmac_sha256(b"further business", format!("{kind}/{key}").as_bytes());
    prefix.chars().chain(digits(&tag, 16).chars()).take(16).collect()
}

fn digits(bytes: &[u8], count: usize) -> String {
    bytes.iter().map(|byte| char::from(b'0' + byte % 10)).take(count).collect()
}

/// Business-scoped user id (sections 5.6 and 8.2): another one for each portfolio and for each phone of a person.
pub(crate) fn bsuid(portfolio: &str, country: &str, person: &str, epoch: u32) -> String {
    let tag = hmac_sha256(portfolio.as_bytes(), format!("{person}/{epoch}").as_bytes());
    format!("{country}.{}", digits(&tag, 19))
}

/// Parent BSUID of people in linked portfolios.
pub(crate) fn parent_bsuid(country: &str, person: &str, epoch: u32) -> String {
    let tag = hmac_sha256(b"parent portfolio", format!("{person}/{epoch}").as_bytes());
    format!("{country}.ENT.{}", digits(&tag, 19))
}

/// Small seeded generator (xorshift): faults and delays must repeat under a seed, secrecy is not needed.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from `low` up to, not including, `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).max(1);
        low.saturating_add(i64::try_from(self.roll() % span).unwrap_or(0))
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        let part = u32::try_from(self.roll() >> 40).unwrap_or(0);
        f64::from(part) / f64::from(1_u32 << 24) < probability
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.between(0, i64::try_from(last).unwrap_or(0) + 1);
            items.swap(last, usize::try_from(other).unwrap_or(0));
        }
    }
}
