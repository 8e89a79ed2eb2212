//! The provider as the back end knows it.

use std::time::Duration;

use async_trait::async_trait;
use backend::outbound::{IdentityClient, IdentityProblem, IdentityProvider, Proofs, SentAway, Vouched};
use domain::Timestamp;
use domain::sso::SsoFound;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm as Algorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, Scope, TokenResponse as _,
};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::fetch::{FetchError, Fetcher};
use crate::memory::Memory;
use crate::reach::Reach;
use crate::token::{Claims, Client, Tokens};

const CONFIGURATION: &str = "This address answers, but not with an OpenID configuration at \
                             /.well-known/openid-configuration.";

/// How long a provider's configuration is remembered, and that there was none: one that does not answer is not asked by each who
/// comes, and a repaired one is back soon.
const LONG: Duration = Duration::from_secs(300);
const SHORT: Duration = Duration::from_secs(30);

/// Signatures that only the provider can make. None, and those made with the secret that is shared with it, are not
/// among them, whatever its configuration says.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// What Parley reads of a configuration beside OpenID's own fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More {
    /// Answers name their issuer (RFC 9207).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Outcome<T> = Result<T, IdentityProblem>;

/// Providers that speak OpenID Connect.
pub struct Oidc {
    http: Fetcher,
    reach: Reach,
    known: Memory<Outcome<Metadata>>,
}

impl Oidc {
    pub fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        Ok(Self { http: Fetcher::new(reach)?, reach, known: Memory::default() })
    }

    async fn ask(&self, issuer: &str) -> Outcome<Metadata> {
        let issuer =
            IssuerUrl::new(issuer.to_owned()).map_err(|_| IdentityProblem::Unreachable("This is no address."))?;
        if issuer.url().query().is_some() || issuer.url().fragment().is_some() {
            return Err(IdentityProblem::Unreachable("An issuer's address has no ? and no #."));
        }
        self.reach.check(issuer.url()).map_err(IdentityProblem::Unreachable)?;
        let metadata = Metadata::discover_async(issuer, &self.http).await.map_err(|error| unreachable(&error))?;
        // People are sent there, so it must be an address that a browser can only visit.
        self.reach.check(metadata.authorization_endpoint().url()).map_err(IdentityProblem::Unreachable)?;
        if metadata.token_endpoint().is_none() {
            return Err(IdentityProblem::Unreachable("This provider redeems no codes: it has no token endpoint."));
        }
        Ok(metadata)
    }

    /// For sending people away, which anybody can cause.
    async fn remembered(&self, issuer: &str) -> Outcome<Metadata> {
        self.known
            .recall(issuer, async || self.ask(issuer).await, |answer| if answer.is_ok() { LONG } else { SHORT })
            .await
    }

    /// The address and the name of the person, from where providers keep them that make small tokens.
    async fn user_info(
        &self,
        client: &Client,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Outcome<Option<CoreUserInfoClaims>> {
        // Whoever has none says all that it says in the token.
        let Ok(request) = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())) else {
            return Ok(None);
        };
        let answer = request.request_async(&self.http).await;
        answer.map(Some).map_err(|_| IdentityProblem::NotProved("the answer about the person is not of them"))
    }
}

fn unreachable(error: &DiscoveryError<FetchError>) -> IdentityProblem {
    IdentityProblem::Unreachable(match error {
        DiscoveryError::Request(FetchError::Refused(why)) => why,
        DiscoveryError::Request(FetchError::TooBig) => "The answer is too big for a provider's.",
        DiscoveryError::Request(FetchError::Silent) => "There is no answer at this address.",
        DiscoveryError::Validation(_) => {
            "The configuration there names another issuer. Write the issuer exactly as your provider does."
        }
        _ => CONFIGURATION,
    })
}

fn client(metadata: Metadata, ours: &IdentityClient) -> Outcome<Client> {
    // Basic is every provider's default; only who takes nothing else gets the secret in the body.
    let methods = metadata.token_endpoint_auth_methods_supported();
    let basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let redirect = RedirectUrl::new(ours.redirect_uri.clone());
    let redirect = redirect.map_err(|_| IdentityProblem::Unreachable("Parley's own public address is wrong."))?;
    let secret = ClientSecret::new(ours.secret.clone());
    let client = openidconnect::Client::from_provider_metadata(metadata, ClientId::new(ours.id.clone()), Some(secret));
    let auth = if basic { AuthType::BasicAuth } else { AuthType::RequestBody };
    Ok(client.set_redirect_uri(redirect).set_auth_type(auth))
}

#[async_trait]
impl IdentityProvider for Oidc {
    /// Forgives a slash at the end that is missing or too many: what counts is what the provider calls itself.
    async fn discover(&self, issuer: &str) -> Outcome<SsoFound> {
        let metadata = match self.ask(issuer).await {
            Ok(metadata) => metadata,
            Err(problem) => {
                let other = issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned);
                self.ask(&other).await.map_err(|_| problem)?
            }
        };
        let token = metadata.token_endpoint().map(|url| url.to_string()).unwrap_or_default();
        Ok(SsoFound {
            issuer: metadata.issuer().to_string(),
            authorization: metadata.authorization_endpoint().to_string(),
            token,
            keys: u32::try_from(metadata.jwks().keys().len()).unwrap_or(u32::MAX),
            pkce: metadata.additional_metadata().code_challenge_methods_supported.iter().any(|method| method == "S256"),
        })
    }

    async fn send_away(&self, ours: &IdentityClient, state: &str, hint: &str, anew: bool) -> Outcome<SentAway> {
        let client = client(self.remembered(&ours.issuer).await?, ours)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = state.to_owned();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                Nonce::new_random,
            )
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        if anew {
            // The one has the person asked, the other has the provider say when they were (OpenID Connect Core 1.0, 3.1.2.1).
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (mut url, _, nonce): (Url, _, _) = request.url();
        url.query_pairs_mut().append_pair("login_hint", hint);
        let proofs = Proofs { verifier: verifier.into_secret(), nonce: nonce.secret().clone() };
        Ok(SentAway { url: url.into(), proofs })
    }

    async fn redeem(&self, ours: &IdentityClient, code: &str, proofs: &Proofs, said: Option<&str>) -> Outcome<Vouched> {
        let not = IdentityProblem::NotProved;
        // Asked anew, because keys change.
        let metadata = self.ask(&ours.issuer).await?;
        let names_itself = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if said.map_or(names_itself, |said| said != ours.issuer) {
            return Err(not("the answer does not name its issuer"));
        }
        let client = client(metadata, ours)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| not("the provider redeems no codes"))?
            .set_pkce_verifier(PkceCodeVerifier::new(proofs.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|_| not("the code was not taken"))?;
        let token = tokens.id_token().ok_or(not("there is no identity token"))?;
        let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
        let claims = token
            .claims(&verifier, &Nonce::new(proofs.nonce.clone()))
            .map_err(|_| not("the identity token is not valid"))?;
        if !claims.additional_claims().is_reached() {
            return Err(not("the identity token is not valid yet"));
        }
        if let Some(expected) = claims.access_token_hash() {
            let made = token.signing_alg().ok().zip(token.signing_key(&verifier).ok());
            let made = made
                .and_then(|(algorithm, key)| AccessTokenHash::from_token(tokens.access_token(), algorithm, key).ok());
            if made.as_ref() != Some(expected) {
                return Err(not("the access token is another's"));
            }
        }
        let more = match claims.email() {
            Some(_) => None,
            None => self.user_info(&client, &tokens, claims).await?,
        };
        Ok(vouched(claims, more.as_ref()))
    }
}

fn vouched(claims: &Claims, more: Option<&CoreUserInfoClaims>) -> Vouched {
    // The address and whether it is verified come from one place.
    let (email, verified) = match more {
        Some(more) => (more.email(), more.email_verified()),
        None => (claims.email(), claims.email_verified()),
    };
    let name = claims.name().or_else(|| more.and_then(|more| more.name()));
    let methods = claims.auth_method_refs().into_iter().flatten();
    Vouched {
        subject: claims.subject().to_string(),
        email: email.map(|email| email.to_string()),
        email_verified: verified == Some(true),
        name: name.and_then(|name| name.get(None)).map(|name| name.to_string()),
        methods: methods.map(|method| method.to_string()).collect(),
        signed_in_at: claims.auth_time().and_then(|at| Timestamp::from_second(at.timestamp()).ok()),
    }
}
