//! Canned replies: texts that are written once and sent often, with places that are filled for each person.

use serde::{Deserialize, Serialize};

use crate::accounts::line;
use crate::error::{Error, FieldErrors, Result};
use crate::ids::CannedReplyId;
use crate::messages::TEXT_MAX;

/// The longest shortcut, in characters.
pub const SHORTCUT_MAX: usize = 24;
/// The longest title, in characters.
pub const TITLE_MAX: usize = 80;

/// A canned reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReply {
    pub id: CannedReplyId,
    /// What is typed after the slash.
    pub shortcut: String,
    pub title: String,
    /// With its places not yet filled.
    pub body: String,
}

/// What a person typed, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub shortcut: String,
    pub title: String,
    pub body: String,
}

impl Draft {
    /// # Errors
    /// `Invalid` with a message for each field that is wrong.
    pub fn parse(shortcut: &str, title: &str, body: &str) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let shortcut = errors.keep(parse_shortcut(shortcut));
        let title = errors.keep(line(title, "title", TITLE_MAX));
        let body = errors.keep(parse_body(body));
        match (shortcut, title, body) {
            (Some(shortcut), Some(title), Some(body)) => Ok(Self { shortcut, title, body }),
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// One word, so that what is typed after the slash finds it.
fn parse_shortcut(text: &str) -> Result<String> {
    let word = line(text.trim().trim_start_matches('/'), "shortcut", SHORTCUT_MAX)?.to_lowercase();
    if word.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        return Ok(word);
    }
    Err(Error::invalid("shortcut", "Use one word of letters, digits, - and _."))
}

fn parse_body(text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(Error::invalid("body", "Write the reply."));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(Error::invalid("body", format!("A message has at most {TEXT_MAX} characters.")));
    }
    if let Some(word) = pieces(&text).find_map(|piece| match piece {
        Piece::Place(word) if Place::parse(word).is_none() => Some(word),
        _ => None,
    }) {
        let known: Vec<String> = Place::ALL.iter().map(|place| format!("{{{}}}", place.as_str())).collect();
        let text = format!("There is no {{{word}}}. What can be filled in: {}.", known.join(", "));
        return Err(Error::invalid("body", text));
    }
    Ok(text)
}

/// What can be filled in. Closed: an unknown one would be sent to a customer as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The contact's first name.
    FirstName,
    /// The contact's whole name.
    Name,
    /// Who writes.
    Agent,
    /// The name of the workspace.
    Business,
}

impl Place {
    pub const ALL: [Self; 4] = [Self::FirstName, Self::Name, Self::Agent, Self::Business];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::Name => "name",
            Self::Agent => "agent",
            Self::Business => "business",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == text)
    }
}

/// Who writes to whom.
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    /// The contact's name; a number that nobody has named has none.
    pub contact: Option<&'a str>,
    pub agent: &'a str,
    pub business: &'a str,
    /// How somebody without a name is called.
    pub nameless: &'a str,
}

/// The reply with its places filled.
pub fn fill(body: &str, between: &Between<'_>) -> String {
    let contact = between.contact.map(str::trim).filter(|name| !name.is_empty());
    let mut filled = String::with_capacity(body.len() + 16);
    for piece in pieces(body) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Place(word) => match Place::parse(word) {
                Some(Place::FirstName) => {
                    let first = contact.and_then(|name| name.split_whitespace().next());
                    filled.push_str(first.unwrap_or(between.nameless));
                }
                Some(Place::Name) => filled.push_str(contact.unwrap_or(between.nameless)),
                Some(Place::Agent) => filled.push_str(between.agent),
                Some(Place::Business) => filled.push_str(between.business),
                None => {
                    filled.push('{');
                    filled.push_str(word);
                    filled.push('}');
                }
            },
        }
    }
    filled
}

enum Piece<'a> {
    Text(&'a str),
    /// What stands between braces: letters and underscores.
    Place(&'a str),
}

/// A text in its parts. A brace that encloses no word is text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((word, after)) = rest.strip_prefix('{').and_then(|open| open.split_once('}'))
            && !word.is_empty()
            && word.chars().all(|c| c.is_alphabetic() || c == '_')
        {
            rest = after;
            return Some(Piece::Place(word));
        }
        let end = rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(piece))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BETWEEN: Between<'_> =
        Between { contact: Some("Grace Okafor"), agent: "Anna", business: "Harbour & Hill", nameless: "there" };

    #[test]
    fn places_are_filled_from_the_contact() {
        let body = "Hello {first_name} ({name}), {agent} of {business} here.";
        assert_eq!(fill(body, &BETWEEN), "Hello Grace (Grace Okafor), Anna of Harbour & Hill here.");
        assert_eq!(fill("Hello {first_name}!", &Between { contact: None, ..BETWEEN }), "Hello there!");
        assert_eq!(fill("Hello {first_name}!", &Between { contact: Some("  "), ..BETWEEN }), "Hello there!");
    }

    #[test]
    fn a_name_that_looks_like_a_place_is_a_name() {
        assert_eq!(fill("{name}", &Between { contact: Some("{agent}"), ..BETWEEN }), "{agent}");
    }

    #[test]
    fn a_place_that_nothing_fills_is_refused() {
        let Err(Error::Invalid(errors)) = Draft::parse("a", "A", "Dear {frist_name}") else { panic!("accepted") };
        assert!(errors.get("body").unwrap().contains("{frist_name}"));
        assert!(Draft::parse("a", "A", "{ \"json\": 1 } and {} stay").is_ok());
    }

    #[test]
    fn shortcuts_are_one_word() {
        assert_eq!(Draft::parse("/Viewing", "V", "x").unwrap().shortcut, "viewing");
        for bad in ["", "/", "two words", "a/b"] {
            assert!(Draft::parse(bad, "V", "x").is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_has_no_place_stays_as_it_is(text in "[^{}]{0,40}") {
            prop_assert_eq!(fill(&text, &BETWEEN), text);
        }

        #[test]
        fn nothing_is_lost_between_the_places(text in "[a-z{} ]{0,40}") {
            let whole: String = pieces(&text).map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Place(word) => format!("{{{word}}}"),
            }).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
