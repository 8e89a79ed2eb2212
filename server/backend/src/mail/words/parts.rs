//! What a mail has beside its sentences, the same in every language.

use super::super::{Kind, Occasion};

pub(super) struct Parts<'a> {
    /// The recipient.
    pub name: Option<&'a str>,
    /// Where the button leads.
    pub page: Option<&'a str>,
    pub occasion: Option<&'a Occasion>,
    /// Where the last line leads.
    pub end: Option<&'a str>,
}

pub(super) fn parts(kind: &Kind) -> Parts<'_> {
    let (name, page, occasion) = match kind {
        Kind::VerifyEmail { link } | Kind::Invitation { link, .. } => (None, Some(&link.url), None),
        Kind::AlreadyRegistered { sign_in } => (None, Some(sign_in), None),
        Kind::ResetPassword { name, link }
        | Kind::EmailChangeOld { name, link, .. }
        | Kind::EmailChangeNew { name, link }
        | Kind::OwnershipOffered { name, link, .. } => (Some(name), Some(&link.url), None),
        Kind::PasswordChanged { name, occasion, reset: page }
        | Kind::EmailChanged { name, occasion, security: page, .. }
        | Kind::EmailChangeRefused { name, occasion, reset: page, .. }
        | Kind::NewDevice { name, occasion, security: page }
        | Kind::SecondFactorChanged { name, occasion, security: page, .. }
        | Kind::PasskeyChanged { name, occasion, security: page, .. }
        | Kind::RecoveryCodes { name, occasion, security: page, .. }
        | Kind::SingleSignOnLinked { name, occasion, security: page, .. }
        | Kind::SignedOut { name, occasion, security: page, .. }
        | Kind::ApiKeyMade { name, occasion, keys: page, .. }
        | Kind::PowerGiven { name, occasion, team: page, .. } => (Some(name), Some(page), Some(occasion)),
        Kind::InvitationAccepted { name, team: page, .. }
        | Kind::Reactivated { name, inbox: page, .. }
        | Kind::Waiting { name, inbox: page, .. } => (Some(name), Some(page), None),
        Kind::Deactivated { name, .. } => (Some(name), None, None),
        Kind::MasterKeyRotated { name, occasion } => (Some(name), None, Some(occasion)),
    };
    let end = if let Kind::Waiting { choices, .. } = kind { Some(choices.as_str()) } else { None };
    Parts { name: name.map(String::as_str), page: page.map(String::as_str), occasion, end }
}
