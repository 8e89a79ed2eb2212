//! What each trade begins with: plain data, one file a trade, so that it can be read, corrected and translated.
//!
//! Raise a pack's version when its content changes; installed packs say which one they are of.

mod clinic;
mod estate_agency;
mod general;
mod shop;

use domain::packs::Trade;
use domain::tags::Colour;

/// A starter pack.
pub(super) struct Pack {
    pub trade: Trade,
    pub version: i32,
    pub pipeline: &'static str,
    pub stages: &'static [(&'static str, Kind)],
    pub tags: &'static [(&'static str, Colour)],
    pub replies: &'static [Reply],
    pub samples: &'static [Sample],
}

/// What reaching a stage means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Won,
    Lost,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

pub(super) struct Reply {
    pub shortcut: &'static str,
    pub title: &'static str,
    pub body: &'static str,
}

/// Somebody who does not exist. The number is of a range that Ofcom keeps for drama.
pub(super) struct Sample {
    pub name: &'static str,
    pub phone: &'static str,
    pub tags: &'static [&'static str],
    pub unread: i32,
    /// Oldest first, in minutes before the installation.
    pub lines: &'static [(i64, Line)],
}

pub(super) enum Line {
    Them(&'static str),
    Us(&'static str),
}

impl Pack {
    pub(super) fn of(trade: Trade) -> &'static Self {
        match trade {
            Trade::EstateAgency => &estate_agency::PACK,
            Trade::Clinic => &clinic::PACK,
            Trade::Shop => &shop::PACK,
            Trade::General => &general::PACK,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::canned::Draft;

    use super::*;

    /// Ofcom's ranges for drama: London, Manchester, Leeds and Birmingham, each with a thousand numbers.
    const FICTION: [&str; 4] = ["442079460", "441614960", "441134960", "441214960"];

    fn packs() -> impl Iterator<Item = &'static Pack> {
        Trade::ALL.into_iter().map(Pack::of)
    }

    #[test]
    fn every_trade_has_its_pack() {
        for (trade, pack) in Trade::ALL.into_iter().zip(packs()) {
            assert!(pack.trade == trade && pack.version > 0);
            assert!(
                pack.stages.len() >= 5 && pack.tags.len() >= 8 && pack.replies.len() >= 10 && pack.samples.len() >= 5
            );
            for kind in [Kind::Open, Kind::Won, Kind::Lost] {
                assert!(pack.stages.iter().any(|(_, stage)| *stage == kind), "{}", trade.as_str());
            }
        }
    }

    #[test]
    fn samples_have_numbers_that_nobody_has() {
        let mut seen = HashSet::new();
        for sample in packs().flat_map(|pack| pack.samples) {
            assert!(FICTION.iter().any(|range| sample.phone.starts_with(range)), "{}", sample.name);
            assert_eq!(sample.phone.len(), 12, "{}", sample.name);
            assert!(seen.insert(sample.phone), "{} twice", sample.phone);
        }
    }

    #[test]
    fn samples_begin_with_the_customer_and_use_tags_of_their_pack() {
        for pack in packs() {
            for sample in pack.samples {
                assert!(matches!(sample.lines.first(), Some((_, Line::Them(_)))), "{}", sample.name);
                assert!(sample.lines.is_sorted_by(|one, next| one.0 > next.0), "{}", sample.name);
                for tag in sample.tags {
                    assert!(pack.tags.iter().any(|(name, _)| name == tag), "{tag}");
                }
            }
        }
    }

    #[test]
    fn replies_are_what_a_person_could_have_written() {
        for pack in packs() {
            let mut seen = HashSet::new();
            for reply in pack.replies {
                let draft = Draft::parse(reply.shortcut, reply.title, reply.body).unwrap();
                assert_eq!((draft.shortcut.as_str(), draft.body.as_str()), (reply.shortcut, reply.body));
                assert!(seen.insert(reply.shortcut), "{}", reply.shortcut);
            }
        }
    }
}
