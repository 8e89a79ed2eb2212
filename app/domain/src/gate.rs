//! The gate: the one decision that every message to a customer passes.
//!
//! Pure: facts in, decision out. The browser runs it for its preview, the server before a message is
//! written and once more before it is posted (consent contract R-C1).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::ChannelState;
use crate::consent::{Consent, ConsentState, Purpose};
use crate::error::Refusal;
use crate::templates::TemplateCategory;

/// How long after a customer's message free-form answers may be sent (contract 6.1).
pub const SERVICE_WINDOW_HOURS: i64 = 24;

/// Everything the decision weighs, read in the transaction that will write the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub now: Timestamp,
    /// A starter pack made this contact up.
    #[serde(default)]
    pub sample: bool,
    pub channel: ChannelState,
    /// The contact has an identity that this channel can address.
    pub reachable: bool,
    /// A data-protection restriction: stored, not processed.
    pub restricted: bool,
    /// Strictest over the contact's identities on this channel.
    pub marketing: Option<ConsentFact>,
    pub service: Option<ConsentFact>,
    /// End of the service window, if the customer ever wrote.
    pub window_expires_at: Option<Timestamp>,
    /// The customer's last message that was no opt-out.
    pub last_request_at: Option<Timestamp>,
}

/// A [`Consent`] that can be stored with the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentFact {
    pub state: ConsentState,
    pub since: Timestamp,
}

impl From<Consent> for ConsentFact {
    fn from(consent: Consent) -> Self {
        Self { state: consent.state, since: consent.since }
    }
}

/// What is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// Text, media, reaction or interactive message, written for this conversation.
    FreeForm,
    Template {
        category: TemplateCategory,
        approved: bool,
    },
    /// The single confirmation of an opt-out (R-T5) or answer to HELP (R-X3).
    KeywordAnswer,
}

impl Intent {
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Template { category: TemplateCategory::Marketing, .. } => Purpose::Marketing,
            _ => Purpose::Service,
        }
    }
}

/// Why the answer is yes; stored with the permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// The service window is open.
    OpenWindow,
    /// A template for the person's own matter.
    ServiceTemplate,
    /// The person granted marketing.
    MarketingConsent,
    /// The one confirmation that an opt-out is owed.
    KeywordAnswer,
}

impl Grounds {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenWindow => "open_window",
            Self::ServiceTemplate => "service_template",
            Self::MarketingConsent => "marketing_consent",
            Self::KeywordAnswer => "keyword_answer",
        }
    }
}

/// Decides on one message. The order of checks is the order in which a person would want to hear of them.
pub fn decide(facts: &Facts, intent: Intent) -> Result<Grounds, Refusal> {
    if facts.sample {
        return Err(Refusal::Sample);
    }
    if facts.restricted {
        return Err(Refusal::Restricted);
    }
    if !facts.reachable {
        return Err(Refusal::Unreachable);
    }
    if facts.channel != ChannelState::Connected {
        return Err(Refusal::ChannelDown);
    }
    match intent {
        Intent::KeywordAnswer => window(facts).map(|()| Grounds::KeywordAnswer),
        Intent::FreeForm => {
            not_opted_out(facts)?;
            window(facts).map(|()| Grounds::OpenWindow)
        }
        Intent::Template { approved: false, .. } => Err(Refusal::TemplateNotApproved),
        Intent::Template { category: TemplateCategory::Marketing, .. } => {
            not_opted_out(facts)?;
            marketing(facts).map(|()| Grounds::MarketingConsent)
        }
        Intent::Template { .. } => not_opted_out(facts).map(|()| Grounds::ServiceTemplate),
    }
}

/// A revocation of service stands until the customer writes again of their own accord: their request is the
/// new affirmative act (R-C2, R-C3, R-T8).
fn not_opted_out(facts: &Facts) -> Result<(), Refusal> {
    match facts.service {
        Some(ConsentFact { state: ConsentState::Revoked, since })
            if facts.last_request_at.is_none_or(|request| request <= since) =>
        {
            Err(Refusal::OptedOut { since })
        }
        _ => Ok(()),
    }
}

/// Unknown means no (R-C2).
fn marketing(facts: &Facts) -> Result<(), Refusal> {
    match facts.marketing {
        Some(ConsentFact { state: ConsentState::Granted, .. }) => Ok(()),
        Some(ConsentFact { state: ConsentState::Revoked, since }) => Err(Refusal::OptedOut { since }),
        None => Err(Refusal::NoConsent),
    }
}

fn window(facts: &Facts) -> Result<(), Refusal> {
    match facts.window_expires_at {
        Some(end) if end > facts.now => Ok(()),
        since => Err(Refusal::WindowClosed { since }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn any_time() -> impl Strategy<Value = Timestamp> {
        (0i64..20).prop_map(at)
    }

    fn any_consent() -> impl Strategy<Value = Option<ConsentFact>> {
        prop::option::of((any::<bool>(), any_time()).prop_map(|(granted, since)| ConsentFact {
            state: if granted { ConsentState::Granted } else { ConsentState::Revoked },
            since,
        }))
    }

    prop_compose! {
        fn any_facts()(
            now in any_time(),
            // Mostly open, so that the check under test is the one that decides.
            channel in prop_oneof![8 => Just(ChannelState::Connected), 1 => prop::sample::select(ChannelState::ALL.to_vec())],
            reachable in prop::bool::weighted(0.9),
            restricted in prop::bool::weighted(0.1),
            sample in prop::bool::weighted(0.1),
            marketing in any_consent(),
            service in any_consent(),
            window_expires_at in prop::option::weighted(0.9, (10i64..40).prop_map(at)),
            last_request_at in prop::option::of(any_time()),
        ) -> Facts {
            Facts { now, sample, channel, reachable, restricted, marketing, service, window_expires_at, last_request_at }
        }
    }

    fn any_intent() -> impl Strategy<Value = Intent> {
        use TemplateCategory::*;
        prop_oneof![
            Just(Intent::FreeForm),
            Just(Intent::KeywordAnswer),
            (prop::sample::select(vec![Marketing, Utility, Authentication]), any::<bool>())
                .prop_map(|(category, approved)| Intent::Template { category, approved }),
        ]
    }

    proptest! {
        #[test]
        fn no_means_no(facts in any_facts(), intent in any_intent()) {
            let revoked = facts.service.is_some_and(|c| c.state == ConsentState::Revoked
                && facts.last_request_at.is_none_or(|request| request <= c.since));
            if revoked && intent != Intent::KeywordAnswer {
                prop_assert!(decide(&facts, intent).is_err());
            }
        }

        #[test]
        fn marketing_needs_a_grant(facts in any_facts(), approved in any::<bool>()) {
            let intent = Intent::Template { category: TemplateCategory::Marketing, approved };
            if decide(&facts, intent).is_ok() {
                prop_assert!(facts.marketing.is_some_and(|c| c.state == ConsentState::Granted));
            }
        }

        #[test]
        fn free_form_needs_an_open_window(facts in any_facts()) {
            if decide(&facts, Intent::FreeForm).is_ok() {
                prop_assert!(facts.window_expires_at.is_some_and(|end| end > facts.now));
            }
        }

        #[test]
        fn nothing_leaves_a_channel_that_is_down_or_for_a_restricted_person(facts in any_facts(), intent in any_intent()) {
            if facts.restricted || facts.channel != ChannelState::Connected || !facts.reachable {
                prop_assert!(decide(&facts, intent).is_err());
            }
        }

        #[test]
        fn nothing_leaves_for_a_sample(facts in any_facts(), intent in any_intent()) {
            let sample = Facts { sample: true, ..facts };
            prop_assert_eq!(decide(&sample, intent), Err(Refusal::Sample));
        }

        #[test]
        fn taking_consent_back_never_opens_anything(facts in any_facts(), intent in any_intent()) {
            let since = facts.last_request_at.unwrap_or(facts.now);
            let revoked = Some(ConsentFact { state: ConsentState::Revoked, since });
            let stricter = Facts { service: revoked, marketing: revoked, ..facts.clone() };
            if decide(&facts, intent).is_err() {
                prop_assert!(decide(&stricter, intent).is_err());
            }
        }
    }

    #[test]
    fn a_customer_who_writes_again_may_be_answered_but_not_advertised_to() {
        let revoked = Some(ConsentFact { state: ConsentState::Revoked, since: at(5) });
        let facts = Facts {
            now: at(8),
            sample: false,
            channel: ChannelState::Connected,
            reachable: true,
            restricted: false,
            marketing: revoked,
            service: revoked,
            window_expires_at: Some(at(100)),
            last_request_at: Some(at(6)),
        };
        assert_eq!(decide(&facts, Intent::FreeForm), Ok(Grounds::OpenWindow));
        let marketing = Intent::Template { category: TemplateCategory::Marketing, approved: true };
        assert_eq!(decide(&facts, marketing), Err(Refusal::OptedOut { since: at(5) }));
    }
}
