//! The languages that Parley writes to people in. Its screens speak English so far.

/// A language that mails are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    English,
    German,
    Spanish,
    /// As Brazil writes it.
    Portuguese,
    French,
    Arabic,
}

impl Language {
    pub const ALL: [Self; 6] =
        [Self::English, Self::German, Self::Spanish, Self::Portuguese, Self::French, Self::Arabic];

    /// Its tag, as HTML, forms and the database have it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Portuguese => "pt-BR",
            Self::French => "fr",
            Self::Arabic => "ar",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::Portuguese => "Português (Brasil)",
            Self::French => "Français",
            Self::Arabic => "العربية",
        }
    }

    /// Whether it is written from right to left.
    pub fn runs_left(self) -> bool {
        self == Self::Arabic
    }

    /// The language of exactly this tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The closest to a tag such as `de-AT`; English where there is no better one.
    pub fn from_tag(tag: &str) -> Self {
        Self::closest(tag).unwrap_or_default()
    }

    /// The one that a browser likes best, by its header `Accept-Language`; English where it likes none.
    pub fn accepted(header: &str) -> Self {
        let mut liked: Vec<_> = header.split(',').filter_map(liked).collect();
        // Stable: of those liked alike the first stays first.
        liked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        liked.into_iter().find_map(|(tag, _)| Self::closest(tag)).unwrap_or_default()
    }

    fn closest(tag: &str) -> Option<Self> {
        let language = primary(tag);
        Self::ALL.into_iter().find(|known| primary(known.tag()).eq_ignore_ascii_case(language))
    }
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// One entry of `Accept-Language` and its weight (RFC 9110, section 12.5.4); `None` for what is not wanted or no entry.
fn liked(entry: &str) -> Option<(&str, f32)> {
    let (tag, weight) = match entry.split_once(';') {
        Some((tag, weight)) => (tag, weight.trim().strip_prefix("q=")?.trim().parse().ok()?),
        None => (entry, 1.0),
    };
    (weight > 0.0 && weight <= 1.0).then_some((tag.trim(), weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
            assert_eq!(Language::from_tag(language.tag()), language);
        }
        for stranger in ["", "EN", "de-AT", "pt", "nl"] {
            assert_eq!(Language::parse(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn a_tag_leads_to_the_closest_language_and_else_to_english() {
        for (tag, language) in [
            ("de-AT", Language::German),
            ("FR_ca", Language::French),
            ("pt-PT", Language::Portuguese),
            ("ar-EG", Language::Arabic),
            ("nl", Language::English),
            ("x-klingon", Language::English),
            ("deutsch", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn a_browser_gets_what_it_likes_best_of_what_there_is() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.5", Language::German),
            ("en;q=0.5, fr;q=0.9, de;q=0.7", Language::French),
            ("nl, es ; q=0.4, de;q=0.3", Language::Spanish),
            ("en, de", Language::English),
            ("de;q=0, pt;q=0.1", Language::Portuguese),
            ("de;q=1.5, ar;q=0.1", Language::Arabic),
            ("de;q=NaN, ar;q=0.001", Language::Arabic),
            ("nl, ja;q=0.5, *;q=0.1", Language::English),
            ("*", Language::English),
            (",;q=;;--", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
