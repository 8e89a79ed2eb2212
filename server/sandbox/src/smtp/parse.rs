//! What a mail says, for people and tests.

use mail_parser::{ContentType, MessageParser, MessagePart, MimeHeaders as _};

/// A mail taken apart. Absent parts stay absent: a text is not made up from the HTML.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) subject: String,
    pub(super) message_id: Option<String>,
    /// As they came, unfolded.
    pub(super) headers: Vec<(String, String)>,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) links: Vec<String>,
}

pub(super) fn read(raw: &[u8]) -> Read {
    let Some(message) = MessageParser::default().parse(raw) else { return Read::default() };
    let shown = |part: &&MessagePart<'_>| !part.content_disposition().is_some_and(|how| how.is_attachment());
    let part = |subtype: &str| {
        let is_it = |kind: &ContentType<'_>| kind.ctype() == "text" && kind.subtype() == Some(subtype);
        let mut matching = message.parts.iter().filter(shown).filter(|part| part.content_type().is_some_and(is_it));
        matching.find_map(|part| part.text_contents()).map(str::to_owned)
    };
    let html = part("html");
    let text = part("plain").or_else(|| {
        // A mail without a content type is text.
        if html.is_none() { message.body_text(0).map(|text| text.into_owned()) } else { None }
    });
    let headers = message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value)));
    Read {
        subject: message.subject().unwrap_or_default().to_owned(),
        message_id: message.message_id().map(str::to_owned),
        headers: headers.collect(),
        links: links(text.as_deref().or(html.as_deref()).unwrap_or_default()),
        text,
        html,
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The web addresses in a text, each once, in order.
fn links(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '<' | '>' | '"' | '\'');
    for word in text.split(ends) {
        let Some(start) = word.find("https://").or_else(|| word.find("http://")) else { continue };
        let link = word.get(start..).unwrap_or_default().trim_end_matches(['.', ',', ')', ';']);
        if !found.iter().any(|known| known == link) {
            found.push(link.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_once_and_without_the_sentence_around_them() {
        let text = "See https://a.example/x?y=1&z=2. Or (http://b.example), or <https://a.example/x?y=1&z=2>.";
        assert_eq!(links(text), ["https://a.example/x?y=1&z=2", "http://b.example"]);
    }

    #[test]
    fn both_parts_are_read_and_neither_is_made_up() {
        let both = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n--x--\r\n";
        let mail = read(both.as_bytes());
        assert_eq!(mail.subject, "Grüße");
        assert_eq!((mail.text.as_deref(), mail.html.as_deref()), (Some("hello"), Some("<p>hello</p>")));
        let text = read(b"Subject: x\r\n\r\njust text\r\n");
        assert_eq!((text.text.as_deref().map(str::trim), text.html), (Some("just text"), None));
        let html = read(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n");
        assert!(html.text.is_none() && html.html.is_some());
    }

    #[test]
    fn junk_is_survived() {
        for junk in [&b""[..], b"\0\xff\xfe", b"\r\n\r\n", b"Content-Type: multipart/mixed; boundary=\r\n\r\n--"] {
            let _ = read(junk);
        }
    }
}
