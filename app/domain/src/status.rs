//! What became of a sent message. A status only climbs; the order in which news arrives does not matter.

use serde::{Deserialize, Serialize};

/// States of an outgoing message as a person sees them; [`rank`](DeliveryStatus::rank) is their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Durable here, on its way out.
    Queued,
    /// Posted, but no answer came: it may or may not be out. Never repeated blindly.
    InDoubt,
    /// Taken by the provider.
    Accepted,
    /// Did not reach the person. News of a delivery wins over it.
    Failed,
    /// On the provider's servers, one tick.
    Sent,
    /// On the person's device, two ticks.
    Delivered,
    /// Seen.
    Read,
    /// A voice note was played.
    Played,
}

impl DeliveryStatus {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::InDoubt,
        Self::Accepted,
        Self::Failed,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Played,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InDoubt => "in_doubt",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// The rank by which the database folds too (`smallint`).
    pub fn rank(self) -> i16 {
        match self {
            Self::Queued => 0,
            Self::InDoubt => 1,
            Self::Accepted => 2,
            Self::Sent => 3,
            Self::Failed => 4,
            Self::Delivered => 5,
            Self::Read => 6,
            Self::Played => 7,
        }
    }

    pub fn from_rank(rank: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.rank() == rank)
    }

    /// The state after `news`: the higher of the two by [`rank`](Self::rank). A failure after `sent` counts
    /// (contract 8.4: `sent` may precede 131049), a delivery after a failure too.
    pub fn fold(self, news: Self) -> Self {
        if news.rank() > self.rank() { news } else { self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_status() -> impl Strategy<Value = DeliveryStatus> {
        prop::sample::select(DeliveryStatus::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut news in prop::collection::vec(any_status(), 0..8), seed in any::<usize>()) {
            let fold = |news: &[DeliveryStatus]| news.iter().fold(DeliveryStatus::Queued, |s, n| s.fold(*n));
            let before = fold(&news);
            let len = news.len().max(1);
            news.rotate_left(seed % len);
            news.reverse();
            prop_assert_eq!(before, fold(&news));
        }

        #[test]
        fn repeats_change_nothing(a in any_status(), b in any_status()) {
            prop_assert_eq!(a.fold(b).fold(b), a.fold(b));
        }

        #[test]
        fn it_only_climbs(a in any_status(), b in any_status()) {
            prop_assert!(a.fold(b).rank() >= a.rank());
        }
    }

    #[test]
    fn read_implies_delivered_and_nothing_unreads() {
        assert_eq!(DeliveryStatus::Read.fold(DeliveryStatus::Delivered), DeliveryStatus::Read);
        assert_eq!(DeliveryStatus::Delivered.fold(DeliveryStatus::Failed), DeliveryStatus::Delivered);
        assert_eq!(DeliveryStatus::Sent.fold(DeliveryStatus::Failed), DeliveryStatus::Failed);
    }

    #[test]
    fn words_and_ranks_are_unique() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Some(status));
            assert_eq!(DeliveryStatus::from_rank(status.rank()), Some(status));
        }
    }
}
