//! Tags: words that a business puts on its contacts.

use serde::{Deserialize, Serialize};

use crate::accounts::line;
use crate::error::Result;
use crate::ids::TagId;

/// The longest name, in characters.
pub const NAME_MAX: usize = 40;

/// What a tag looks like: a name of the design system's. None of them is a colour that says a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    #[default]
    Slate,
    Blue,
    Teal,
    Olive,
    Brown,
    Pink,
    Purple,
    Sky,
}

impl Colour {
    pub const ALL: [Self; 8] =
        [Self::Slate, Self::Blue, Self::Sky, Self::Teal, Self::Olive, Self::Brown, Self::Pink, Self::Purple];

    /// The word in the database, in forms and in classes of the style.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slate => "slate",
            Self::Blue => "blue",
            Self::Teal => "teal",
            Self::Olive => "olive",
            Self::Brown => "brown",
            Self::Pink => "pink",
            Self::Purple => "purple",
            Self::Sky => "sky",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == text)
    }
}

/// A tag as it is shown on a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    pub colour: Colour,
}

/// A tag in the list of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRow {
    pub tag: Tag,
    /// How many contacts have it.
    pub used: i64,
}

/// Checks a name that a person typed.
///
/// # Errors
/// `Invalid` under `name` with what to do.
pub fn parse_name(text: &str) -> Result<String> {
    line(text, "name", NAME_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_survive_the_database() {
        for colour in Colour::ALL {
            assert_eq!(Colour::parse(colour.as_str()), Some(colour));
            assert_eq!(serde_json::to_string(&colour).unwrap(), format!("\"{}\"", colour.as_str()));
        }
        assert_eq!(Colour::parse("red"), None);
    }
}
