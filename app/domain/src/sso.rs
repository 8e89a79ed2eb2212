//! Single sign-on: what a workspace says of its provider, and what becomes of those whom it sends.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::permissions::Role;
use crate::team::RoleChoice;

/// Domains that one provider may speak for.
const DOMAINS_MAX: usize = 20;

/// Mail services at which anybody can have an address: nobody speaks for them.
const PUBLIC_MAIL: &[&str] = &[
    "aol.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.ru",
    "163.com",
];

/// The part of an address behind the `@`, in small letters.
pub fn domain_of(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    (!domain.is_empty()).then(|| domain.to_lowercase())
}

/// The domains of a form: separated by commas or spaces, in small letters, each once.
///
/// # Errors
/// `Invalid` under `domains` with what to do.
pub fn domains(text: &str) -> Result<Vec<String>> {
    let words = text.split([',', ';']).flat_map(str::split_whitespace);
    let mut domains: Vec<String> = words.map(|word| word.trim_start_matches('@').to_lowercase()).collect();
    domains.sort();
    domains.dedup();
    let wrong = |words: String| Err(Error::invalid("domains", words));
    if domains.is_empty() || domains.len() > DOMAINS_MAX {
        return wrong(format!("Write the domains of your addresses, like example.com; at most {DOMAINS_MAX}."));
    }
    for domain in &domains {
        if !is_domain(domain) {
            return wrong(format!("“{domain}” is no domain. Write what stands behind the @ of an address."));
        }
        if PUBLIC_MAIL.contains(&domain.as_str()) {
            return wrong(format!("Anybody can have an address at {domain}, so nobody can speak for it."));
        }
    }
    Ok(domains)
}

/// Labels of letters, digits and inner hyphens, at least two (RFC 1035, section 2.3.1).
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// A workspace's provider, as typed.
#[derive(Clone, Serialize, Deserialize)]
pub struct SsoForm {
    pub issuer: String,
    pub client_id: String,
    /// Empty keeps the stored one.
    pub client_secret: String,
    pub domains: String,
    pub admits_new: bool,
    pub role: RoleChoice,
    pub counts_two_factors: bool,
    pub required: bool,
}

impl std::fmt::Debug for SsoForm {
    /// Keeps the secret out of every log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SsoForm").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The section of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoPage {
    /// What the provider has to be told: where people come back to.
    pub redirect_uri: String,
    pub connected: Option<SsoConnected>,
    /// The names of the workspace's own roles, for choosing one.
    pub own_roles: Vec<(RoleChoice, String)>,
}

/// The connected provider. Its secret is not among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoConnected {
    pub issuer: String,
    pub client_id: String,
    pub domains: Vec<String>,
    pub admits_new: bool,
    pub role: RoleChoice,
    pub counts_two_factors: bool,
    pub required: bool,
    /// Members who have come in this way.
    pub linked: i64,
}

impl Default for SsoConnected {
    /// What the form shows before anything is connected.
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            domains: Vec::new(),
            admits_new: false,
            role: Role::Agent.into(),
            counts_two_factors: false,
            required: false,
            linked: 0,
        }
    }
}

/// What discovery found at an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoFound {
    pub issuer: String,
    /// Where people are sent.
    pub authorization: String,
    /// Where codes are redeemed.
    pub token: String,
    /// Keys that sign.
    pub keys: u32,
    /// It says that it takes PKCE's S256. Parley sends it in any case.
    pub pkce: bool,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// Why a sign-in through a provider did not come to a session.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum SsoProblem {
            $($(#[$doc])* $name,)+
        }

        impl SsoProblem {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word in addresses and in the audit trail.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

problems! {
    /// No provider speaks for the address.
    NoProvider = "no_provider",
    /// Too late, used already, or begun in another browser.
    Expired = "expired",
    /// The provider could not be reached, or is not what it was.
    Unreachable = "unreachable",
    /// The provider said no, or the person did there.
    Declined = "declined",
    /// What the provider sent does not prove anything.
    NotProved = "not_proved",
    /// The provider has not verified the address, told none, or does not speak for its domain.
    Address = "address",
    /// Not in the workspace, which lets in only who was invited.
    NoMember = "no_member",
    /// Access was ended.
    Deactivated = "deactivated",
    /// An owner comes in by their own means, unless they chose the provider.
    Owner = "owner",
    /// The address belongs to a member whom the provider knows as somebody else.
    Taken = "taken",
    /// The workspace asks for two factors, and there was one.
    Factors = "factors",
    /// The provider was to have the person sign in anew, and did not say that it had.
    NotAnew = "not_anew",
    /// Whoever came through one workspace's provider goes on to another workspace by their own means.
    OwnSignIn = "own_sign_in",
    /// Too many left for a provider and did not come back.
    TooMany = "too_many",
}

impl SsoProblem {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|problem| problem.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_told_from_what_is_none() {
        assert_eq!(domains("Example.com, @b.example example.com").unwrap(), ["b.example", "example.com"]);
        for wrong in
            ["", " , ", "localhost", "a..b", "-a.example", "a.example/x", "a@b.example", "ex_ample.com", "%.com"]
        {
            assert!(domains(wrong).is_err(), "{wrong}");
        }
        assert!(domains("gmail.com").is_err(), "nobody speaks for everybody");
        assert_eq!(domain_of("Ada@Field.Example "), Some("field.example".to_owned()));
        assert_eq!(domain_of("\"a@evil.example\"@b.example"), Some("b.example".to_owned()));
        assert_eq!(domain_of("nothing"), None);
    }

    #[test]
    fn words_of_problems_survive_an_address() {
        for problem in SsoProblem::ALL {
            assert_eq!(SsoProblem::parse(problem.as_str()), Some(*problem));
        }
    }
}
