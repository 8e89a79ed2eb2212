//! Errors and refusals in the reader's words.

use domain::{Error, Refusal};

use crate::t;

/// What to tell a person about an error.
pub fn error_words(error: &Error) -> String {
    match error {
        Error::Unauthenticated => t!(error_unauthenticated).to_owned(),
        Error::Forbidden => t!(error_forbidden).to_owned(),
        Error::ProofNeeded => t!(error_proof_needed).to_owned(),
        Error::SecondFactorNeeded => t!(error_second_factor_needed).to_owned(),
        Error::SingleSignOnNeeded => t!(error_single_sign_on_needed).to_owned(),
        Error::OwnSignInNeeded => t!(error_own_sign_in_needed).to_owned(),
        Error::NotFound => t!(error_not_found).to_owned(),
        Error::Invalid(fields) => match fields.iter().next() {
            Some((_, message)) => message.to_owned(),
            None => t!(error_invalid).to_owned(),
        },
        Error::Refused(refusal) => refusal_words(refusal).to_owned(),
        Error::Conflict => t!(error_conflict).to_owned(),
        Error::Moved => t!(error_moved).to_owned(),
        Error::TooMany { seconds: 1 } => t!(error_too_many_one).to_owned(),
        Error::TooMany { seconds } => t!(error_too_many, seconds = *seconds).to_string(),
        Error::Unexpected(reference) => t!(error_unexpected, reference = reference.0.clone()).to_string(),
        Error::Transport(_) => t!(error_transport).to_owned(),
    }
}

/// Why Parley says no. The time, where there is one, is shown beside it.
pub fn refusal_words(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::OptedOut { .. } => t!(refused_opted_out),
        Refusal::NoConsent => t!(refused_no_consent),
        Refusal::WindowClosed { .. } => t!(refused_window_closed),
        Refusal::Restricted => t!(refused_restricted),
        Refusal::ChannelDown => t!(refused_channel_down),
        Refusal::Unreachable => t!(refused_unreachable),
        Refusal::TemplateNotApproved => t!(refused_template),
        Refusal::ReplyTargetGone => t!(refused_reply_gone),
        Refusal::Sample => t!(refused_sample),
    }
}

/// The page that leads to a provider of single sign-on: its title and its link.
pub fn leading_away() -> (&'static str, &'static str) {
    (t!(sso_sign_in_title), t!(sso_leading))
}
