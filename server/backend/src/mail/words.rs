//! What mails say: one file a language, each answering for every kind of mail.
//!
//! A mail's words are data, so that one layout makes HTML and text of them and both say the same. A language says its
//! sentences and nothing else: links, facts, names and their marks are put in here, once for all.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod names;
mod parts;
mod pt;

use domain::Timestamp;
use domain::accounts::{UNKNOWN_DEVICE, device_parts};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Kind, Language, Occasion};
use names::{plain, within};
use parts::{Parts, parts};

/// What one mail says.
pub(super) struct Words {
    pub subject: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    /// Short lines such as «When» and «Device».
    pub facts: Vec<Fact>,
    pub button: Option<Button>,
    /// Smaller, below the button.
    pub notes: Vec<String>,
    /// A page beside the point, below the notes.
    pub end: Option<Button>,
}

pub(super) struct Fact {
    pub label: &'static str,
    pub value: String,
}

pub(super) struct Button {
    pub label: &'static str,
    pub url: String,
}

/// A language of mails: what every mail of it says, and the sentences of each kind.
pub(super) struct Frame {
    /// Before the button's address, for mail programs that show no buttons.
    pub copy_link: &'static str,
    /// At the very end.
    pub footer: &'static str,
    /// After a label, with what stands before it.
    pub colon: &'static str,
    hello: fn(&str) -> String,
    /// To somebody whose name is not known.
    hello_stranger: &'static str,
    works_until: fn(&str) -> String,
    when: &'static str,
    device: &'static str,
    /// Between a browser and its system.
    on: &'static str,
    unknown_device: &'static str,
    months: [&'static str; 12],
    /// A day of a month, the month's name, a year and a time of day.
    moment: fn(i8, &str, i16, &str) -> String,
    says: fn(&Kind) -> Said,
}

fn frame(language: Language) -> &'static Frame {
    match language {
        Language::English => &en::FRAME,
        Language::German => &de::FRAME,
        Language::Spanish => &es::FRAME,
        Language::Portuguese => &pt::FRAME,
        Language::French => &fr::FRAME,
        Language::Arabic => &ar::FRAME,
    }
}

pub(super) fn words(language: Language, kind: &Kind) -> (Words, &'static Frame) {
    let frame = frame(language);
    let kind = names::shown(kind, language);
    let said = (frame.says)(&kind);
    let Parts { name, page, occasion, end } = parts(&kind);
    let until = kind.link().map(|link| (frame.works_until)(&frame.moment(link.until)));
    let words = Words {
        subject: said.subject,
        greeting: match name {
            Some(name) if !name.is_empty() => (frame.hello)(name),
            _ => frame.hello_stranger.to_owned(),
        },
        paragraphs: said.paragraphs,
        facts: occasion.map(|occasion| frame.facts(language, occasion)).unwrap_or_default(),
        button: page.map(|url| Button { label: said.button, url: url.to_owned() }),
        notes: until.into_iter().chain(said.notes).collect(),
        end: end.map(|url| Button { label: said.end, url: url.to_owned() }),
    };
    (words, frame)
}

impl Frame {
    fn facts(&self, language: Language, occasion: &Occasion) -> Vec<Fact> {
        let when = Fact { label: self.when, value: self.moment(occasion.at) };
        let network = occasion.network.as_deref().map(|network| format!(" ({})", within(language, &plain(network))));
        let device = occasion.device.as_deref().map(|words| {
            let value = self.device(language, words) + &network.unwrap_or_default();
            Fact { label: self.device, value }
        });
        [Some(when), device].into_iter().flatten().collect()
    }

    fn device(&self, language: Language, words: &str) -> String {
        let name = |part| within(language, &plain(part));
        match device_parts(words) {
            Some((browser, system)) => format!("{} {} {}", name(browser), self.on, name(system)),
            None if words == UNKNOWN_DEVICE => self.unknown_device.to_owned(),
            None => name(words),
        }
    }

    /// A mail program knows no time zone of its reader.
    fn moment(&self, at: Timestamp) -> String {
        let at: DateTime = at.to_zoned(TimeZone::UTC).datetime();
        let month = usize::try_from(at.month() - 1).ok().and_then(|month| self.months.get(month));
        (self.moment)(at.day(), month.copied().unwrap_or_default(), at.year(), &at.strftime("%H:%M").to_string())
    }
}

/// What a language says in a mail of one kind.
struct Said {
    subject: String,
    paragraphs: Vec<String>,
    button: &'static str,
    notes: Vec<String>,
    end: &'static str,
}

fn mail(subject: impl Into<String>) -> Said {
    Said { subject: subject.into(), paragraphs: vec![], button: "", notes: vec![], end: "" }
}

impl Said {
    fn says(mut self, words: impl Into<String>) -> Self {
        self.paragraphs.push(words.into());
        self
    }

    fn leads(self, button: &'static str) -> Self {
        Self { button, ..self }
    }

    fn notes(mut self, words: impl Into<String>) -> Self {
        self.notes.push(words.into());
        self
    }

    fn ends(self, end: &'static str) -> Self {
        Self { end, ..self }
    }
}

#[cfg(test)]
mod tests;
