//! What a mail server says, by a mail, of a mail that it had taken (RFC 3464; contract 6).

use backend::outbound::{Fate, MailReport};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _};

use super::reply::{enhanced, no_such_address};

/// Reads a mail that may be such a report: what it is about, and what became of that. Nothing where it is none, or says
/// nothing that counts, such as that a mail is late or that somebody is on holiday.
pub fn read_report(mail: &[u8]) -> Option<MailReport> {
    let mail = MessageParser::default().parse(mail)?;
    let part = |wanted: &[(&str, &str)]| {
        mail.parts.iter().find(|part| {
            let kind = part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
            kind.is_some_and(|(kind, sub)| {
                wanted.iter().any(|(one, two)| one.eq_ignore_ascii_case(kind) && two.eq_ignore_ascii_case(sub))
            })
        })
    };
    let status = part(&[("message", "delivery-status"), ("message", "global-delivery-status")])?;
    let original = part(&[
        ("message", "rfc822"),
        ("message", "global"),
        ("text", "rfc822-headers"),
        ("message", "global-headers"),
    ])?;
    Some(MailReport { message_id: message_id(original)?, fate: fate(&text(status))? })
}

fn text(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).replace("\r\n", "\n")
}

/// The original comes whole or as its headers.
fn message_id(original: &MessagePart<'_>) -> Option<String> {
    let id = |message: &Message<'_>| message.message_id().map(str::to_owned);
    match original.message() {
        Some(message) => id(message),
        None => id(&MessageParser::default().parse_headers(original.contents())?),
    }
}

/// Our mails have one recipient, so the first group that says something is about theirs. The group before the first empty
/// line is about the mail as a whole.
fn fate(status: &str) -> Option<Fate> {
    status.split("\n\n").skip(1).find_map(|group| {
        let field = |name: &str| {
            group.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
            })
        };
        match field("Action")?.to_ascii_lowercase().as_str() {
            "delivered" => Some(Fate::Delivered),
            "failed" => Some(came_back(field("Status").unwrap_or_default(), field("Diagnostic-Code"))),
            _ => None,
        }
    })
}

fn came_back(status: &str, diagnostic: Option<&str>) -> Fate {
    // `smtp; 550 5.1.1 <somebody> unknown`; of it only the codes are kept, because its text repeats the address.
    let said = diagnostic.and_then(|text| text.split_once(';')).map_or("", |(_, text)| text.trim());
    let (code, words) = said.split_at_checked(3).unwrap_or_default();
    let code = if code.bytes().all(|byte| byte.is_ascii_digit()) { code } else { "" };
    // `5.0.0` says only that it failed: what the last server said is more.
    let precise = enhanced(status).filter(|status| !status.ends_with(".0.0"));
    let precise = precise.or_else(|| enhanced(words.trim_start()));
    let shown = [code, precise.unwrap_or_default()].join(" ").trim().to_owned();
    Fate::CameBack {
        code: (!shown.is_empty()).then_some(shown),
        no_such_address: no_such_address(code, precise, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(action: &str, status: &str, diagnostic: &str, original: &str) -> String {
        format!(
            "From: MAILER-DAEMON@relay.example\r\nTo: no-reply@parley.example\r\nSubject: Undelivered Mail\r\n\
             Message-ID: <bounce-1@relay.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; relay.example\r\nArrival-Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n\r\n\
             Final-Recipient: rfc822; ada@parley.example\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: {diagnostic}\r\n\r\n\
             --b\r\n{original}\r\n--b--\r\n"
        )
    }

    const WHOLE: &str = "Content-Type: message/rfc822\r\n\r\nFrom: Parley <no-reply@parley.example>\r\n\
                         Message-ID: <1@parley.example>\r\nSubject: Hello\r\n\r\nHello\r\n";
    const HEADERS: &str =
        "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@parley.example>\r\nSubject: Hello\r\n";

    fn came_back(code: &str, no_such_address: bool) -> Option<Fate> {
        Some(Fate::CameBack { code: Some(code.to_owned()), no_such_address })
    }

    #[test]
    fn hard_soft_and_good_news_are_told_apart() {
        let gone = "smtp; 550 5.1.1 <ada@parley.example>: user unknown";
        for (action, status, diagnostic, expected) in [
            ("failed", "5.1.1", gone, came_back("550 5.1.1", true)),
            ("Failed", "5.0.0", "smtp; 550 No such user here", came_back("550", true)),
            ("failed", "5.0.0", gone, came_back("550 5.1.1", true)),
            ("failed", "5.4.4", "X-Postfix; host not found", came_back("5.4.4", true)),
            ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", came_back("552 5.2.2", false)),
            ("failed", "5.7.1", "smtp; 550 5.7.1 user unknown to our policy", came_back("550 5.7.1", false)),
            ("failed", "4.4.7", "smtp; 451 4.3.0 given up", came_back("451 4.4.7", false)),
            ("delayed", "4.4.1", gone, None),
            ("relayed", "2.0.0", "", None),
            ("delivered", "2.0.0", "smtp; 250 fine", Some(Fate::Delivered)),
        ] {
            for original in [WHOLE, HEADERS] {
                let read = read_report(report(action, status, diagnostic, original).as_bytes());
                let expected = expected.clone().map(|fate| MailReport { message_id: "1@parley.example".into(), fate });
                assert_eq!(read, expected, "{action} {status} {diagnostic}");
            }
        }
    }

    #[test]
    fn what_is_no_report_says_nothing() {
        let holiday =
            "From: ada@parley.example\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <1@parley.example>\r\n\r\nAway";
        let no_original = report("failed", "5.1.1", "smtp; 550 5.1.1 gone", "Content-Type: text/plain\r\n\r\nGone");
        let foreign =
            report("failed", "5.1.1", "smtp; 550", "Content-Type: message/rfc822\r\n\r\nSubject: Hi\r\n\r\nHi");
        for mail in ["", "nonsense", "\0\0", holiday, &no_original, &foreign] {
            assert_eq!(read_report(mail.as_bytes()), None, "{mail}");
        }
        let whole = report("failed", "5.1.1", "smtp; 550 5.1.1 gone", WHOLE);
        for end in 0..whole.len() {
            // Whatever a broken line leaves must be read without a fall.
            let _ = read_report(&whole.as_bytes()[..end]);
        }
    }
}
