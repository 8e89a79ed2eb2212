//! Error codes: what each means for the message (contract 7.2, 7.3) and for a person.

use backend::outbound::{Effect, Wait};
use domain::messages::Failure;

/// What a code says about the message that got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Certainly not out; may be tried again.
    NotSent(Wait),
    /// Certainly not out; trying again would not help.
    Refused(Effect),
    /// May be out.
    Unknown,
}

/// The class of a code, or `None` for one that no source lists: its HTTP status decides then.
pub(super) fn class(code: i64) -> Option<Class> {
    Some(match code {
        4 | 17 | 32 | 613 | 80007 | 80008 | 130_429 => Class::NotSent(Wait::Channel { seconds: None }),
        131_056 => Class::NotSent(Wait::Conversation),
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 | 2_494_100 => Class::Unknown,
        0 | 10 | 190 | 200..=299 | 131_005 => Class::Refused(Effect::Unauthorised),
        368 | 131_031 | 130_497 | 131_042 => Class::Refused(Effect::Restricted),
        131_050 => Class::Refused(Effect::MarketingStopped),
        3
        | 33
        | 100
        | 2200
        | 2500
        | 130_403
        | 130_472
        | 131_008
        | 131_009
        | 131_020
        | 131_021
        | 131_026
        | 131_030
        | 131_037
        | 131_041
        | 131_044
        | 131_045
        | 131_047..=131_049
        | 131_051..=131_053
        | 131_055
        | 131_059
        | 131_060
        | 131_062..=131_064
        | 131_201..=131_215
        | 132_000..=132_016
        | 132_018
        | 132_068
        | 132_069
        | 133_000
        | 133_005..=133_016
        | 134_011
        | 134_100..=134_102
        | 135_000
        | 136_024
        | 137_000
        | 138_000..=138_018
        | 139_000..=139_103
        | 147_001..=147_005 => Class::Refused(Effect::None),
        _ => return None,
    })
}

/// The words for a code: what happened and what a person can do.
pub(super) fn failure(code: i64) -> Failure {
    let (what, advice) = words(code);
    Failure { code: Some(code), what: what.to_owned(), advice: advice.to_owned() }
}

/// The words for an attachment that is not there any more.
pub(super) fn lost_file() -> Failure {
    Failure {
        code: None,
        what: "The attached file could not be uploaded to WhatsApp.".to_owned(),
        advice: "Attach the file again and send a new message.".to_owned(),
    }
}

fn words(code: i64) -> (&'static str, &'static str) {
    match code {
        0 | 190 => ("WhatsApp no longer accepts our access token.", "An admin must renew it under Settings, Channels."),
        3 | 10 | 200..=299 | 131_005 => {
            ("Our access token may not do this.", "An admin must check its permissions under Settings, Channels.")
        }
        4 | 17 | 32 | 613 | 80007 | 80008 | 130_429 => {
            ("Too many messages at once from this number.", "It is tried again by itself.")
        }
        131_056 => ("Too many messages to this person in a short time.", "It is tried again by itself, more slowly."),
        100 | 131_008 | 131_009 | 135_000 => {
            ("WhatsApp did not understand a part of this message.", "Change the message and send it again.")
        }
        368 | 131_031 => {
            ("WhatsApp has locked this business account.", "See the account's messages in WhatsApp Manager.")
        }
        130_403 => ("This person is blocked by your business.", "Unblock them before you write."),
        130_472 => {
            ("WhatsApp holds back marketing from this person as part of an experiment.", "Reach them another way.")
        }
        130_497 => ("WhatsApp does not let your business write to this country.", "Reach them another way."),
        131_021 => ("This is your own number.", "Choose another recipient."),
        131_026 => (
            "WhatsApp could not deliver this: the number may not use WhatsApp, or has an old version.",
            "Reach them another way.",
        ),
        131_030 => (
            "This is a test number, and this person is not on its list.",
            "Add the number to the list in Meta's app dashboard.",
        ),
        131_037 => ("The number's display name is not approved yet.", "Have it approved in WhatsApp Manager."),
        131_042 => ("WhatsApp could not charge for this message.", "Check the payment method in WhatsApp Manager."),
        131_047 => (
            "More than 24 hours have passed since the customer last wrote.",
            "Send a template, or wait until they write.",
        ),
        131_048 => (
            "WhatsApp limits this number because people reported messages as spam.",
            "Write less for a while, to people who expect it.",
        ),
        131_049 => {
            ("WhatsApp held this back because the person gets many marketing messages.", "Do not repeat it for a day.")
        }
        131_050 => {
            ("This person turned off your marketing messages in WhatsApp.", "Only service messages reach them now.")
        }
        131_051 => ("WhatsApp does not support this type of message.", "Send it in another form."),
        131_053 => ("WhatsApp could not use the attached file.", "Send it as another file type, or smaller."),
        131_062 => ("This kind of message needs the person's phone number.", "Ask them for their number first."),
        131_064 => ("WhatsApp limits your messages after wrong template categories.", "See WhatsApp Manager."),
        132_000 | 132_008 | 132_012 | 132_018 => {
            ("The template's places were not filled as WhatsApp expects.", "Check the values and send it again.")
        }
        132_001 => ("This template does not exist in this language, or is not approved.", "Choose another template."),
        132_005 => ("The filled-in template is too long.", "Shorten the values."),
        132_007 => ("The template's content breaks WhatsApp's rules.", "Choose another template."),
        132_015 => ("WhatsApp paused this template because of bad feedback.", "Choose another template, or wait."),
        132_016 => ("WhatsApp disabled this template.", "Choose another template."),
        133_010 => {
            ("This number is not registered with WhatsApp.", "An admin must register it under Settings, Channels.")
        }
        137_000 => ("The recipient's identity changed.", "Confirm with the person before you write on."),
        _ => ("WhatsApp refused this message.", "Try it again later, or reach the person another way."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_out_is_never_called_unsent() {
        for code in [1, 2, 131_000, 131_016, 133_004, 131_057] {
            assert_eq!(class(code), Some(Class::Unknown), "{code}");
        }
    }

    #[test]
    fn rate_limits_wait_and_the_pair_limit_waits_for_its_pair() {
        assert_eq!(class(130_429), Some(Class::NotSent(Wait::Channel { seconds: None })));
        assert_eq!(class(131_056), Some(Class::NotSent(Wait::Conversation)));
    }

    #[test]
    fn every_refusal_has_words_with_advice() {
        for code in [0, 100, 190, 368, 131_026, 131_047, 131_050, 132_001, 999_999] {
            let failure = failure(code);
            assert!(failure.what.len() > 10 && failure.advice.len() > 10, "{code}");
        }
    }
}
