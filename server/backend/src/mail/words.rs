//! What mails say: one file a language, each answering for every kind of mail.
//!
//! A mail's words are data, so that one layout makes HTML and text of them and both say the same.

mod en;

use domain::accounts::visible;

use super::{Kind, Language};

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

/// What every mail of a language says.
pub(super) struct Frame {
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Before the button's address, for mail programs that show no buttons.
    pub copy_link: &'static str,
    /// At the very end.
    pub footer: &'static str,
}

pub(super) fn words(language: Language, kind: &Kind) -> (Words, &'static Frame) {
    match language {
        Language::English => (en::words(kind), &en::FRAME),
    }
}

/// A name as mails show it. People choose names of people and workspaces freely and mails go to strangers, so a name is
/// one line of modest length, without characters that hide or turn text around, and without anything that a mail program
/// would make a link of.
fn plain(name: &str) -> String {
    const LONGEST: usize = 60;
    let line = visible(name).replace(char::is_control, " ");
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    unlinked(&short)
}

/// Puts a space of no width after dots within words and before slashes, so that `shop.example` stays text.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(letter);
        let inside = letters.peek().is_some_and(|next| !next.is_whitespace());
        if matches!(letter, '.' | ':' | '@' | '/') && inside {
            out.push('\u{200b}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_one_short_line_and_no_link() {
        assert_eq!(plain("  Ada\r\nBcc: x\u{202e} Lovelace\0 "), "Ada Bcc: x Lovelace");
        assert_eq!(plain("Harbour & Hill Inc."), "Harbour & Hill Inc.");
        assert_eq!(
            plain("Win at https://shop.example now"),
            "Win at https:\u{200b}/\u{200b}/\u{200b}shop.\u{200b}example now"
        );
        assert_eq!(plain(&"long ".repeat(40)).chars().count(), 61);
        assert_eq!(plain("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }
}
