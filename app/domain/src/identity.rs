//! Identities: how a contact is reached. A phone number is one kind and always optional.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Kinds of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// WhatsApp's business-scoped user id (contract 5.6): verbatim, never normalised.
    Bsuid,
    /// Digits of an international phone number, without `+`.
    Phone,
}

impl IdentityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bsuid => "bsuid",
            Self::Phone => "phone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "bsuid" => Some(Self::Bsuid),
            "phone" => Some(Self::Phone),
            _ => None,
        }
    }
}

/// A business-scoped user id: two-letter country, optional `ENT.`, up to 128 alphanumerics (contract 5.6).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bsuid(String);

impl Bsuid {
    pub fn parse(text: &str) -> Option<Self> {
        let (country, rest) = text.split_once('.')?;
        let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
        let well_formed = country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=128).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        well_formed.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Bsuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bsuid(…)")
    }
}

/// The digits of an international phone number as WhatsApp writes it (`wa_id`): 6 to 15 of them (E.164).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneDigits(String);

impl PhoneDigits {
    /// Tolerates the punctuation people write; anything else is no phone number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = String::with_capacity(text.len());
        for (i, c) in text.trim().chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if i == 0 => {}
                ' ' | '-' | '(' | ')' | '.' | '\u{a0}' => {}
                _ => return None,
            }
        }
        (6..=15).contains(&digits.len()).then_some(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a list shows of a number nobody has named yet: country digits and the last two, the rest dots.
    pub fn masked(&self) -> String {
        let (head, tail) = (self.0.get(..2).unwrap_or(""), self.0.get(self.0.len() - 2..).unwrap_or(""));
        format!("+{head} ••• {tail}")
    }
}

impl fmt::Debug for PhoneDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneDigits(…)")
    }
}

/// Removes the `@` that some of Meta's payloads put before a username (contract 5.6).
pub fn username(text: &str) -> Option<String> {
    let name = text.trim().trim_start_matches('@');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bsuids_are_taken_verbatim_or_not_at_all() {
        for good in ["US.2200000000000000001", "DE.ENT.33", "BR.a1B2"] {
            assert_eq!(Bsuid::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "US.", "us.22", "USA.22", "US.ENT.", "US.2 2", "14155550111", "US.22-3"] {
            assert!(Bsuid::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn phone_digits_tolerate_punctuation_only() {
        assert_eq!(PhoneDigits::parse("+1 (415) 555-0111").unwrap().as_str(), "14155550111");
        for bad in ["", "12345", "1234567890123456", "US.22", "1415555o111", "1+415555"] {
            assert!(PhoneDigits::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_masked_number_cannot_be_dialled() {
        assert_eq!(PhoneDigits::parse("14155550111").unwrap().masked(), "+14 ••• 11");
    }

    #[test]
    fn debug_output_holds_no_number() {
        let shown = format!("{:?}{:?}", PhoneDigits::parse("14155550111"), Bsuid::parse("US.22"));
        assert!(!shown.contains("415") && !shown.contains("22"));
    }
}
