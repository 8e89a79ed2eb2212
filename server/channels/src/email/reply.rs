//! What a mail server's answer means for a mail.

use std::error::Error as _;

use backend::outbound::MailProblem;
use lettre::transport::smtp::Error;

/// No answer where one was due; the mail may be out.
pub(super) const SILENCE: MailProblem = MailProblem::Unknown { what: "the mail server did not answer in time" };

/// Reads an error of the transport. Only codes are kept: the text of an answer repeats the address.
pub(super) fn problem(error: &Error) -> MailProblem {
    if let Some(status) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return answered(&status.to_string(), &text);
    }
    let temporary = |what| MailProblem::Temporary { what, code: None };
    if error.is_tls() {
        return temporary("no secure connection to the mail server could be made");
    }
    if error.is_client() {
        // Nothing was sent: the server lacks something that we insist on, such as STARTTLS.
        return temporary("the mail server does not offer what is needed (STARTTLS, or a way to sign in)");
    }
    if error.is_timeout() {
        return SILENCE;
    }
    if error.to_string().starts_with("Connection error") {
        return temporary("the mail server could not be reached");
    }
    MailProblem::Unknown { what: "the connection to the mail server broke" }
}

/// An answer with a code of 4 or 5 hundred (RFC 5321, RFC 3463; contract 1 and 6).
fn answered(status: &str, text: &str) -> MailProblem {
    let enhanced = enhanced(text);
    let code = Some(enhanced.map_or_else(|| status.to_owned(), |enhanced| format!("{status} {enhanced}")));
    match status {
        // Sign-in: nothing about this mail is wrong, and the operator can mend it.
        "530" | "534" | "535" | "538" | "454" => {
            MailProblem::Temporary { what: "the mail server refused our user name or password", code }
        }
        _ if status.starts_with('4') => {
            MailProblem::Temporary { what: "the mail server did not take it for now", code }
        }
        // A full mailbox empties again.
        _ if enhanced == Some("5.2.2") => MailProblem::Temporary { what: "the mailbox is full", code },
        _ if no_such_address(status, enhanced, text) => MailProblem::Permanent {
            what: "the mail server says that there is no such address",
            code,
            no_such_address: true,
        },
        _ => MailProblem::Permanent { what: "the mail server refused it", code, no_such_address: false },
    }
}

/// `5.1.1` at the beginning of the text.
pub(super) fn enhanced(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let mut numbers = word.split('.');
    let three = (numbers.next()?, numbers.next()?, numbers.next()?);
    let number = |text: &str| matches!(text.len(), 1..=3) && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = matches!(three.0, "4" | "5") && number(three.1) && number(three.2) && numbers.next().is_none();
    right.then_some(word)
}

/// The hard class of section 6. Policy refusals (5.7) tell nothing about the address.
pub(super) fn no_such_address(status: &str, enhanced: Option<&str>, text: &str) -> bool {
    match enhanced {
        Some(code) => matches!(code, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.4.4"),
        None => {
            let text = text.to_ascii_lowercase();
            let words = ["user unknown", "unknown user", "no such user", "does not exist", "mailbox not found"];
            matches!(status, "550" | "551" | "553") && words.into_iter().any(|words| text.contains(words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_and_their_text_is_dropped() {
        let cases = [
            ("451", "4.3.0 try later <ada@x.example>", "temporary"),
            ("421", "closing", "temporary"),
            ("535", "5.7.8 wrong", "temporary"),
            ("552", "5.2.2 full", "temporary"),
            ("550", "5.1.1 <ada@x.example> unknown", "gone"),
            ("550", "User unknown: ada@x.example", "gone"),
            ("550", "5.7.1 blocked, user unknown to us", "refused"),
            ("554", "no", "refused"),
            ("550", "5.1.1.9 odd", "refused"),
        ];
        for (status, text, expected) in cases {
            let problem = answered(status, text);
            let found = match &problem {
                MailProblem::Temporary { .. } => "temporary",
                MailProblem::Permanent { no_such_address: true, .. } => "gone",
                MailProblem::Permanent { .. } => "refused",
                MailProblem::Unknown { .. } => "unknown",
            };
            assert_eq!(found, expected, "{status} {text}");
            assert!(!problem.to_string().contains("ada"), "{problem}");
            assert!(problem.to_string().contains(status), "{problem}");
        }
    }
}
