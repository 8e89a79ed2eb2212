//! People's accounts: what they type, how they prove who they are, and what they see of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, FieldErrors, Result};
use crate::ids::{PasskeyId, SessionId, WorkspaceId};
use crate::language::Language;
use crate::members::SessionOrigin;
use crate::network::network;
use crate::ports::SessionToken;

/// The version of the terms that a sign-up accepts.
pub const TERMS_VERSION: &str = "2026-11-22";
/// Characters of a password, at least (ASVS 5.0, 6.2.1 and 6.2.9).
pub const PASSWORD_MIN: usize = 10;
/// And at most, so that hashing stays bounded; far above the 64 that must be possible (ASVS 5.0, 6.2.9).
pub const PASSWORD_MAX: usize = 256;

/// An email address in a form that can be mailed to: one `@`, no space or control character, at most 254 bytes (RFC 5321,
/// section 4.5.3.1.3). Whether it exists is shown by a link only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// `Invalid` under `field` with what to do.
    pub fn parse(text: &str, field: &str) -> Result<Self> {
        let text = text.trim();
        let plausible = text.len() <= 254
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
            && text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty()
                    && name.len() <= 64
                    && host.contains('.')
                    && !host.contains('@')
                    && !host.starts_with(['.', '-'])
                    && !host.ends_with(['.', '-'])
                    && !host.contains("..")
            });
        if plausible {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid(field, "Write a whole address, like name@example.com."))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    /// Addresses stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A new password of a fitting length. Whether it is a common one is checked by the back end, which has the list.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// # Errors
    /// `Invalid` under `field` with what to do.
    pub fn parse(text: &str, field: &str) -> Result<Self> {
        let length = text.chars().count();
        if length < PASSWORD_MIN {
            return Err(Error::invalid(
                field,
                format!("Use at least {PASSWORD_MIN} characters. Several words are easy to remember."),
            ));
        }
        if length > PASSWORD_MAX {
            return Err(Error::invalid(field, format!("Use at most {PASSWORD_MAX} characters.")));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NewPassword {
    /// Keeps the password out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// What can be seen of a name. Marks that turn the text around them, or are nothing, let one name pass for another; they
/// come along with what is pasted, so they go without a word. The joiners, which some scripts and emoji need, stay.
pub fn visible(text: &str) -> String {
    text.chars().filter(|letter| !hides(*letter)).collect()
}

fn hides(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether there is nothing to see: joiners join nothing by themselves.
fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| letter.is_whitespace() || matches!(letter, '\u{200c}' | '\u{200d}'))
}

/// One line of text that a person typed, as it is [`visible`] and trimmed: not empty unless it may be, and not longer than
/// `max` characters.
///
/// # Errors
/// `Invalid` under `field` with what to do.
pub fn line(text: &str, field: &str, max: usize) -> Result<String> {
    let text = visible(text);
    let text = text.trim();
    let wrong = if is_blank(text) {
        "Please fill this in.".to_owned()
    } else if text.chars().count() > max {
        format!("Use at most {max} characters.")
    } else if text.chars().any(char::is_control) {
        "Use a single line of text.".to_owned()
    } else {
        return Ok(text.to_owned());
    };
    Err(Error::invalid(field, wrong))
}

/// The same, where nothing is an answer too.
///
/// # Errors
/// `Invalid` under `field` with what to do.
pub fn optional_line(text: &str, field: &str, max: usize) -> Result<Option<String>> {
    if is_blank(&visible(text)) { Ok(None) } else { line(text, field, max).map(Some) }
}

/// The first page of signing up, as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SignUpForm {
    pub name: String,
    pub email: String,
    pub password: String,
    pub organisation: String,
    pub job_title: String,
    /// «I am of age and accept the terms.»
    pub accepted: bool,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub name: String,
    pub email: Email,
    pub password: NewPassword,
    pub organisation: String,
    pub job_title: String,
}

impl SignUpForm {
    /// # Errors
    /// `Invalid` with a message for every field that needs one.
    pub fn parse(&self) -> Result<SignUp> {
        let mut errors = FieldErrors::default();
        let name = errors.keep(line(&self.name, "name", 80));
        let email = errors.keep(Email::parse(&self.email, "email"));
        let password = errors.keep(NewPassword::parse(&self.password, "password"));
        let organisation = errors.keep(line(&self.organisation, "organisation", 80));
        let job_title = errors.keep(optional_line(&self.job_title, "job_title", 80));
        if !self.accepted {
            errors.keep(Err::<(), _>(Error::invalid("accepted", "Please accept this to go on.")));
        }
        match (name, email, password, organisation, job_title) {
            (Some(name), Some(email), Some(password), Some(organisation), Some(job_title)) if errors.is_empty() => {
                Ok(SignUp { name, email, password, organisation, job_title: job_title.unwrap_or_default() })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

impl std::fmt::Debug for SignUpForm {
    /// Keeps the password and the person out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignUpForm(…)")
    }
}

/// Where a request came from, as far as people are told of it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address of the other end, for slowing down guesses.
    pub address: String,
    /// The browser and system in words, for example `Firefox on Linux`.
    pub device: String,
    /// The secret of this browser's own cookie, if it has one.
    pub device_token: Option<String>,
    /// The session that this browser still brings: a new one takes its place.
    pub session: Option<SessionToken>,
    /// The language that the browser likes best, for people who have not chosen one yet.
    pub language: Language,
}

impl Origin {
    /// As much of it as is written down.
    pub fn seen(&self) -> SessionOrigin {
        SessionOrigin { device: self.device.clone(), network: network(&self.address) }
    }
}

/// What stands between a browser and its system in [`device_words`].
const DEVICE_ON: &str = " on ";
/// A device that tells nothing of itself, in [`device_words`].
pub const UNKNOWN_DEVICE: &str = "Unknown device";

/// A browser and its system in words, from the header `User-Agent`. Only for people to recognise: it proves nothing.
pub fn device_words(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: most browsers also carry the names of those that they are like.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}{DEVICE_ON}{system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => UNKNOWN_DEVICE.to_owned(),
    }
}

/// The browser and the system of [`device_words`] that name both.
pub fn device_parts(words: &str) -> Option<(&str, &str)> {
    words.split_once(DEVICE_ON)
}

/// One signed-in browser, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    pub id: SessionId,
    pub device: String,
    pub network: String,
    #[serde(with = "crate::time::text")]
    pub created_at: Timestamp,
    #[serde(with = "crate::time::text")]
    pub last_seen_at: Timestamp,
    /// The one that asks.
    pub this: bool,
}

/// How a person can prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    pub password: bool,
    /// An authenticator app is set up.
    pub app: bool,
    /// Recovery codes that are left.
    pub recovery_codes: u32,
    pub passkeys: Vec<PasskeyRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub name: String,
    #[serde(with = "crate::time::text")]
    pub created_at: Timestamp,
    #[serde(default, with = "crate::time::maybe")]
    pub last_used_at: Option<Timestamp>,
}

/// What the browser's authenticator is asked, and the secret of the step that waits for its answer.
#[derive(Clone, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    pub waiting: String,
    /// JSON for `PublicKeyCredential.parse…OptionsFromJSON` (WebAuthn level 3).
    pub options: String,
}

impl std::fmt::Debug for PasskeyQuestion {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasskeyQuestion(…)")
    }
}

/// An authenticator app about to be set up.
#[derive(Clone, Serialize, Deserialize)]
pub struct AppSetup {
    /// In base 32, for typing.
    pub secret: String,
    /// `otpauth://…`, for the app.
    pub uri: String,
    /// The same as a picture: an SVG document.
    pub picture: String,
}

impl std::fmt::Debug for AppSetup {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSetup(…)")
    }
}

/// One's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
    /// Waits until both addresses agreed.
    pub new_email: Option<String>,
    /// A mail server said that there is no such address.
    pub comes_back: bool,
    pub phone: String,
    pub job_title: String,
    pub bio: String,
    pub time_zone: String,
    pub currency: String,
    pub language: String,
    /// The hash of their picture.
    pub picture: Option<String>,
}

/// A change of the address that somebody signs in with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChange {
    /// Told in its own mailbox only: whoever reads the new one may be a stranger, after a slip of the pen.
    pub before: Option<String>,
    pub after: String,
}

impl std::fmt::Debug for EmailChange {
    /// Addresses stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailChange(…)")
    }
}

/// What a person may change of it, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileForm {
    pub name: String,
    pub phone: String,
    pub job_title: String,
    pub bio: String,
    pub time_zone: String,
    pub currency: String,
    pub language: String,
}

/// A workspace that a person belongs to, for the switcher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceRow {
    pub id: WorkspaceId,
    pub name: String,
    /// It opens through its own provider only.
    pub single_sign_on: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SignUpForm {
        SignUpForm {
            name: " Ada Field ".into(),
            email: "ada@example.com".into(),
            password: "several plain words".into(),
            organisation: "Field Estates".into(),
            job_title: String::new(),
            accepted: true,
        }
    }

    #[test]
    fn a_sign_up_is_checked_as_a_whole() {
        assert_eq!(form().parse().unwrap().name, "Ada Field");
        let wrong = SignUpForm { email: "ada".into(), password: "short".into(), accepted: false, ..form() };
        let Err(Error::Invalid(errors)) = wrong.parse() else { panic!("accepted") };
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["email", "password", "accepted"]);
    }

    #[test]
    fn a_name_has_no_marks_that_hide_or_turn_text() {
        for (typed, kept) in [
            ("Ada\u{202e}ecalevoL\u{202c}", "AdaecalevoL"),
            ("\u{feff}\u{2067}Ada\u{2069} Love\u{200b}lace\u{200f}", "Ada Lovelace"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("Ada 👩\u{200d}🚀", "Ada 👩\u{200d}🚀"),
        ] {
            assert_eq!(line(typed, "name", 80).unwrap(), kept);
        }
        for nothing in ["\u{202e}", " \u{200b} ", "\u{200d}\u{200c}"] {
            assert!(line(nothing, "name", 80).is_err(), "{nothing:?}");
            assert_eq!(optional_line(nothing, "name", 80).unwrap(), None);
        }
        assert!(line("two\nlines", "name", 80).is_err());
    }

    #[test]
    fn devices_have_names_that_people_know() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0";
        assert_eq!(device_words(firefox), "Firefox on Linux");
        assert_eq!(device_words(edge), "Edge on Windows");
        assert_eq!(device_words("curl/8"), "Unknown device");
        assert_eq!(device_parts(&device_words(edge)), Some(("Edge", "Windows")));
        assert_eq!(device_parts(UNKNOWN_DEVICE), None);
    }

    #[test]
    fn addresses_that_could_smuggle_a_header_are_refused() {
        for text in [
            "",
            "a@b",
            "a b@c.de",
            "a@b.c\r\nBcc: x@y.z",
            "<a@b.cd>",
            "a@b@c.de",
            "@b.cd",
            "a@.cd",
            "a@b..cd",
            "a,b@c.de",
        ] {
            assert!(Email::parse(text, "email").is_err(), "{text}");
        }
        assert_eq!(Email::parse(" Ada+x@Example.com ", "email").unwrap().as_str(), "Ada+x@Example.com");
    }
}
