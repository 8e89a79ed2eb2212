//! The one layout of all mails, as HTML and as text.

use askama::Template;

use super::words::{Frame, Words, words};
use super::{Kind, Language};
use crate::fault::{Fault, Outcome};

/// A mail in both forms.
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Light HTML with its styles inline, for mail programs drop the rest; no images, nothing fetched. The style element only
/// adds the dark colours. Everything is escaped by the file's ending.
#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    language: Language,
    frame: &'a Frame,
    words: &'a Words,
}

impl Html<'_> {
    fn direction(&self) -> &'static str {
        if self.language.runs_left() { "rtl" } else { "ltr" }
    }

    /// The side where lines begin. Mail programs do not know the logical properties of styles.
    fn start(&self) -> &'static str {
        if self.language.runs_left() { "right" } else { "left" }
    }

    fn end(&self) -> &'static str {
        if self.language.runs_left() { "left" } else { "right" }
    }
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    frame: &'a Frame,
    words: &'a Words,
}

/// What a mail looks like in a language.
pub fn render(language: Language, kind: &Kind) -> Outcome<Rendered> {
    let (words, frame) = words(language, kind);
    let html = Html { language, frame, words: &words }.render();
    let text = Text { frame, words: &words }.render();
    match (html, text) {
        (Ok(html), Ok(text)) => Ok(Rendered { subject: words.subject, text, html }),
        _ => Err(Fault::internal("a mail could not be laid out")),
    }
}

#[cfg(test)]
mod tests;
