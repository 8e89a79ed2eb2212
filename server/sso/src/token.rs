//! What a provider hands over for a code, as far as Parley reads it.

use backend::Clock;
use jiff::SignedDuration;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims,
    IdTokenFields, StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};

/// By how much a provider's clock may be ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// What Parley reads of an identity token beside OpenID's own claims, which leave out when a token begins to count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NotBefore {
    nbf: Option<f64>,
}

impl AdditionalClaims for NotBefore {}

impl NotBefore {
    pub(crate) fn is_reached(&self) -> bool {
        let latest = Clock::system().now().checked_add(SKEW).map_or(f64::MAX, |at| at.as_duration().as_secs_f64());
        self.nbf.is_none_or(|at| at <= latest)
    }
}

pub(crate) type Claims = IdTokenClaims<NotBefore, CoreGenderClaim>;
pub(crate) type Tokens = StandardTokenResponse<
    IdTokenFields<
        NotBefore,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

pub(crate) type Client = openidconnect::Client<
    NotBefore,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
