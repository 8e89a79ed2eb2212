//! Consent: what a person agreed to, on which channel, for which purpose, and the words that take it back.
//!
//! Rules are named as in the consent contract (R-C…, R-T…).

mod keywords;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use keywords::{Keyword, classify};

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Advertising. Needs a grant by the person (R-C2).
    Marketing,
    /// Answers, and what the person's own matter needs.
    Service,
}

impl Purpose {
    pub const ALL: [Self; 2] = [Self::Marketing, Self::Service];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Service => "service",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// The derived state of one key of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    Granted,
    Revoked,
}

impl ConsentState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Revoked => "revoked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "granted" => Some(Self::Granted),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// State and since when. `None` stands for «nothing is known».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    pub state: ConsentState,
    pub since: Timestamp,
}

impl Consent {
    /// The state after an event, in whatever order events become known: the later one wins, and a revocation
    /// wins over a grant of the same instant (R-C3).
    pub fn fold(self, event: Self) -> Self {
        if event.wins_over(self) { event } else { self }
    }

    fn wins_over(self, other: Self) -> bool {
        self.since > other.since
            || (self.since == other.since
                && self.state == ConsentState::Revoked
                && other.state == ConsentState::Granted)
    }

    /// Of two identities of one person the more restrictive state counts (R-C6); of two revocations the later,
    /// so that the words «not since …» are true.
    pub fn strictest(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        use ConsentState::*;
        match (a, b) {
            (Some(a), Some(b)) => Some(match (a.state, b.state) {
                (Revoked, Granted) => a,
                (Granted, Revoked) => b,
                _ if a.since >= b.since => a,
                _ => b,
            }),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_consent() -> impl Strategy<Value = Consent> {
        (0i64..6, any::<bool>()).prop_map(|(second, granted)| Consent {
            state: if granted { ConsentState::Granted } else { ConsentState::Revoked },
            since: Timestamp::from_second(second).unwrap(),
        })
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(events in prop::collection::vec(any_consent(), 1..7)) {
            let fold = |events: &[Consent]| events.iter().copied().reduce(Consent::fold);
            let mut reversed = events.clone();
            reversed.reverse();
            prop_assert_eq!(fold(&events), fold(&reversed));
        }

        #[test]
        fn a_grant_never_beats_an_equally_old_revocation(second in 0i64..6) {
            let since = Timestamp::from_second(second).unwrap();
            let grant = Consent { state: ConsentState::Granted, since };
            let revocation = Consent { state: ConsentState::Revoked, since };
            prop_assert_eq!(grant.fold(revocation).state, ConsentState::Revoked);
            prop_assert_eq!(revocation.fold(grant).state, ConsentState::Revoked);
        }

        #[test]
        fn joining_identities_never_loosens(a in any_consent(), b in any_consent()) {
            let joined = Consent::strictest(Some(a), Some(b)).unwrap();
            if [a.state, b.state].contains(&ConsentState::Revoked) {
                prop_assert_eq!(joined.state, ConsentState::Revoked);
            }
        }
    }
}
