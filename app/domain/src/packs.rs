//! Starter packs: what a trade begins with, and what becomes of it when it is removed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tags::Colour;

/// The trades that there is a pack for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trade {
    EstateAgency,
    Clinic,
    Shop,
    General,
}

impl Trade {
    pub const ALL: [Self; 4] = [Self::EstateAgency, Self::Clinic, Self::Shop, Self::General];

    /// The word in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EstateAgency => "estate_agency",
            Self::Clinic => "clinic",
            Self::Shop => "shop",
            Self::General => "general",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trade| trade.as_str() == text)
    }
}

/// The whole page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacksPage {
    pub packs: Vec<PackCard>,
    pub installed: Option<Installed>,
    /// Samples that somebody worked on and that outlived their pack.
    pub left: i64,
}

/// What a pack contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackCard {
    pub trade: Trade,
    pub stages: Vec<String>,
    pub tags: Vec<(String, Colour)>,
    /// Titles.
    pub replies: Vec<String>,
    /// Names of the sample contacts.
    pub samples: Vec<String>,
}

/// The pack that is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub trade: Trade,
    #[serde(with = "crate::time::text")]
    pub at: Timestamp,
    /// Who installed it, by name.
    pub by: Option<String>,
    /// What removing it would do now.
    pub removal: Removal,
}

/// What removing a pack does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    pub goes: Vec<Share>,
    pub stays: Vec<Share>,
}

/// So many parts of a kind, and why they stay if they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub part: Part,
    pub count: i64,
    #[serde(default)]
    pub why: Option<Why>,
}

/// What packs make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Pipeline,
    Tag,
    Reply,
    /// A contact with its conversation.
    Sample,
}

impl Part {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "pipeline" => Some(Self::Pipeline),
            "tag" => Some(Self::Tag),
            "reply" => Some(Self::Reply),
            "sample" => Some(Self::Sample),
            _ => None,
        }
    }
}

/// Why a part is no longer the pack's to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody changed it.
    Changed,
    /// Something that stays has it.
    Used,
}

impl Why {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "changed" => Some(Self::Changed),
            "used" => Some(Self::Used),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trades_survive_the_database() {
        for trade in Trade::ALL {
            assert_eq!(Trade::parse(trade.as_str()), Some(trade));
        }
        assert_eq!(Trade::parse("circus"), None);
    }
}
