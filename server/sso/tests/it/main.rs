//! The client against a provider over HTTP that lies in every way there is.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

mod provider;

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use backend::outbound::{IdentityClient, IdentityProblem, IdentityProvider as _, Proofs, Vouched};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use provider::{ACCESS, CLIENT, Plan, Provider, SECRET, basic};
use reqwest::Url;
use serde_json::json;
use sso::{Oidc, Reach};

type Lie = fn(&mut Plan);

const REDIRECT: &str = "https://crm.example/sso/return/1";

fn ours(provider: &Provider) -> IdentityClient {
    IdentityClient {
        issuer: provider.issuer.clone(),
        id: CLIENT.into(),
        secret: SECRET.into(),
        redirect_uri: REDIRECT.into(),
    }
}

fn oidc() -> Oidc {
    Oidc::new(Reach::Private).unwrap()
}

async fn depart(provider: &Provider) -> (Url, Proofs) {
    depart_by(provider, &oidc(), false).await
}

async fn depart_by(provider: &Provider, oidc: &Oidc, anew: bool) -> (Url, Proofs) {
    let sent = oidc.send_away(&ours(provider), "the state", "ada@field.example", anew).await.unwrap();
    *provider.nonce.lock().unwrap() = sent.proofs.nonce.clone();
    (sent.url.parse().unwrap(), sent.proofs)
}

async fn come(provider: &Provider) -> Result<Vouched, IdentityProblem> {
    let (_, proofs) = depart(provider).await;
    oidc().redeem(&ours(provider), "the code", &proofs, None).await
}

#[tokio::test]
async fn somebody_is_sent_away_and_comes_back() {
    let provider = Provider::start().await;
    let (url, proofs) = depart(&provider).await;
    let asked =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap();
    assert!(url.as_str().starts_with(&format!("{}/authorize?tenant=1&", provider.issuer)));
    assert_eq!((asked("response_type"), asked("client_id")), ("code".to_owned(), CLIENT.to_owned()));
    assert_eq!((asked("state"), asked("redirect_uri")), ("the state".to_owned(), REDIRECT.to_owned()));
    assert_eq!((asked("code_challenge_method"), asked("nonce")), ("S256".to_owned(), proofs.nonce.clone()));
    assert_eq!(
        (asked("scope"), asked("login_hint")),
        ("openid email profile".to_owned(), "ada@field.example".to_owned())
    );
    assert!(proofs.nonce.len() >= 22 && !url.as_str().contains(&proofs.verifier));

    let ada = oidc().redeem(&ours(&provider), "the code", &proofs, Some(&provider.issuer)).await.unwrap();
    assert_eq!(
        (ada.subject.as_str(), ada.email.as_deref(), ada.email_verified),
        ("ada", Some("ada@field.example"), true)
    );
    assert!(!format!("{ada:?}").contains(ACCESS), "nobody beyond the client gets a token");
    assert_eq!((ada.name.as_deref(), ada.methods), (Some("Ada Field"), vec!["pwd".to_owned(), "mfa".to_owned()]));
    let (header, form) = provider.asked.lock().unwrap()[0].clone();
    assert_eq!(header, basic());
    assert!(form.contains(&format!("code_verifier={}", proofs.verifier)) && form.contains("code=the+code"), "{form}");
}

#[tokio::test]
async fn whoever_signs_in_anew_is_asked_at_the_provider_and_it_says_when() {
    let provider = Provider::start().await;
    let (ordinary, _) = depart(&provider).await;
    let asked =
        |url: &Url, name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!((asked(&ordinary, "prompt"), asked(&ordinary, "max_age")), (None, None));
    assert_eq!(come(&provider).await.unwrap().signed_in_at, None);
    let (anew, _) = depart_by(&provider, &oidc(), true).await;
    assert_eq!((asked(&anew, "prompt"), asked(&anew, "max_age")), (Some("login".to_owned()), Some("0".to_owned())));
    provider.plan(|plan| plan.claims = json!({ "auth_time": 1_700_000_000 }));
    let told = come(&provider).await.unwrap().signed_in_at.unwrap();
    assert_eq!(told.as_second(), 1_700_000_000);
}

#[tokio::test]
async fn a_provider_is_asked_for_its_configuration_once_whether_it_answers_or_not() {
    let provider = Provider::start().await;
    let client = oidc();
    let broken = Some((StatusCode::SERVICE_UNAVAILABLE, HeaderMap::new(), vec![]));
    provider.plan(|plan| plan.instead = broken);
    for _ in 0..5 {
        let outcome = client.send_away(&ours(&provider), "the state", "ada@field.example", false).await;
        assert!(matches!(outcome, Err(IdentityProblem::Unreachable(_))));
    }
    assert_eq!(provider.configured.load(Relaxed), 1, "one that does not answer");
    assert!(client.discover(&provider.issuer).await.is_err());
    assert!(provider.configured.load(Relaxed) > 1, "who looks after it is told how it is now");
    provider.plan(|plan| plan.instead = None);
    // By and by it is asked again.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    provider.configured.store(0, Relaxed);
    for _ in 0..5 {
        depart_by(&provider, &client, false).await;
    }
    assert_eq!(provider.configured.load(Relaxed), 1, "one that answers");
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_refused() {
    let provider = Provider::start().await;
    come(&provider).await.expect("the ordinary one is good");
    let lies: [(&str, Lie); 13] = [
        ("another nonce", |plan| plan.claims = json!({ "nonce": "another" })),
        ("no nonce", |plan| plan.claims = json!({ "nonce": null })),
        ("another client's", |plan| plan.claims = json!({ "aud": "another" })),
        ("several clients'", |plan| plan.claims = json!({ "aud": [CLIENT, "another"] })),
        ("another issuer", |plan| plan.claims = json!({ "iss": "https://login.example" })),
        ("too old", |plan| plan.claims = json!({ "exp": 1_700_000_000 })),
        ("not valid yet", |plan| plan.claims = json!({ "nbf": 4_000_000_000_u64 })),
        ("an access token's kind", |plan| plan.head = json!({ "typ": "at+jwt" })),
        ("a word of signing out", |plan| plan.head = json!({ "typ": "logout+jwt" })),
        ("another access token", |plan| plan.claims = json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" })),
        ("another key", |plan| plan.other_key = true),
        ("no signature", |plan| plan.algorithm = "none"),
        ("signed with the shared secret", |plan| plan.algorithm = "HS256"),
    ];
    for (lie, tell) in lies {
        let provider = Provider::start().await;
        provider.plan(tell);
        let outcome = come(&provider).await;
        assert!(matches!(outcome, Err(IdentityProblem::NotProved(_))), "{lie}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_token_cannot_bring_the_key_that_it_is_checked_with() {
    let provider = Provider::start().await;
    let key = provider.foreign_key();
    for head in [json!({ "jwk": key }), json!({ "jku": format!("{}/other-keys", provider.issuer) })] {
        provider.plan(|plan| (plan.other_key, plan.head) = (true, head.clone()));
        let outcome = come(&provider).await;
        assert!(matches!(outcome, Err(IdentityProblem::NotProved(_))), "{head}: {outcome:?}");
    }
    provider.plan(|plan| plan.other_key = false);
    come(&provider).await.expect("with a published one it is good");
}

#[tokio::test]
async fn an_answer_names_its_issuer_where_that_was_promised_and_never_another() {
    let provider = Provider::start().await;
    let (_, proofs) = depart(&provider).await;
    let client = ours(&provider);
    let redeem = async |said: Option<&str>| oidc().redeem(&client, "the code", &proofs, said).await;
    assert!(matches!(redeem(Some("https://evil.example")).await, Err(IdentityProblem::NotProved(_))));
    assert!(provider.asked.lock().unwrap().is_empty(), "the code was told to nobody");
    assert!(redeem(None).await.is_ok());
    provider.plan(|plan| plan.configuration["authorization_response_iss_parameter_supported"] = true.into());
    assert!(matches!(redeem(None).await, Err(IdentityProblem::NotProved(_))));
    assert!(redeem(Some(&provider.issuer)).await.is_ok());
}

#[tokio::test]
async fn what_the_token_does_not_say_is_asked_for_and_must_be_of_the_same_person() {
    let provider = Provider::start().await;
    provider.plan(|plan| {
        plan.claims = json!({ "email": null, "email_verified": true, "name": null });
        plan.user_info = json!({ "sub": "ada", "email": "ada@field.example", "name": "Ada" });
    });
    let ada = come(&provider).await.unwrap();
    assert_eq!((ada.email.as_deref(), ada.name.as_deref()), (Some("ada@field.example"), Some("Ada")));
    assert!(!ada.email_verified, "verified is said of an address by whoever says the address");
    provider
        .plan(|plan| plan.user_info = json!({ "sub": "eve", "email": "eve@field.example", "email_verified": true }));
    assert!(matches!(come(&provider).await, Err(IdentityProblem::NotProved(_))));
}

#[tokio::test]
async fn the_secret_goes_into_the_form_where_nothing_else_is_taken() {
    let provider = Provider::start().await;
    provider.plan(|plan| plan.configuration["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]));
    come(&provider).await.unwrap();
    let (header, form) = provider.asked.lock().unwrap()[0].clone();
    assert!(header.is_empty() && form.contains("client_secret=a+secret+%26+more"), "{form}");
}

#[tokio::test]
async fn discovery_says_what_is_there_and_what_is_wrong() {
    let provider = Provider::start().await;
    let found = oidc().discover(&provider.issuer).await.unwrap();
    assert_eq!((found.issuer.as_str(), found.keys, found.pkce), (provider.issuer.as_str(), 1, true));
    assert_eq!(oidc().discover(&format!("{}/", provider.issuer)).await.unwrap(), found, "a slash too many");

    let words = async |change: fn(&mut Plan)| {
        let provider = Provider::start().await;
        provider.plan(change);
        match oidc().discover(&provider.issuer).await {
            Err(IdentityProblem::Unreachable(words)) => words,
            other => unreachable!("{other:?}"),
        }
    };
    let redirected = words(|plan| {
        let to = (header::LOCATION, HeaderValue::from_static("http://127.0.0.1:1/"));
        plan.instead = Some((StatusCode::FOUND, HeaderMap::from_iter([to]), vec![]));
    });
    assert!(redirected.await.contains("not with an OpenID configuration"), "redirects are not followed");
    assert!(
        words(|plan| plan.instead = Some((StatusCode::OK, HeaderMap::new(), b"hello".to_vec())))
            .await
            .contains("not with")
    );
    assert!(
        words(|plan| plan.instead = Some((StatusCode::OK, HeaderMap::new(), vec![b' '; 1024 * 1024])))
            .await
            .contains("too big")
    );
    let script = words(|plan| plan.configuration["authorization_endpoint"] = "javascript:alert(1)".into());
    assert!(script.await.contains("https://"), "nobody is sent there");
    let plain = words(|plan| plan.configuration["jwks_uri"] = "http://login.example/keys".into());
    assert!(plain.await.contains("https://"));
    assert!(
        words(|plan| plan.configuration["issuer"] = "https://login.example".into()).await.contains("another issuer")
    );
    assert!(
        words(|plan| drop(plan.configuration.as_object_mut().unwrap().remove("token_endpoint")))
            .await
            .contains("token endpoint")
    );
    assert!(
        matches!(oidc().discover("http://127.0.0.1:9").await, Err(IdentityProblem::Unreachable(words)) if words.contains("no answer"))
    );
    assert!(oidc().discover("https://login.example/?a=b").await.is_err() && oidc().discover("nonsense").await.is_err());
}

#[tokio::test]
async fn without_the_operator_s_leave_private_machines_are_asked_nothing() {
    let provider = Provider::start().await;
    let public = Oidc::new(Reach::Public).unwrap();
    let port = provider.issuer.rsplit(':').next().unwrap();
    for issuer in [provider.issuer.clone(), format!("https://127.0.0.1:{port}"), format!("https://localhost:{port}")] {
        assert!(matches!(public.discover(&issuer).await, Err(IdentityProblem::Unreachable(_))), "{issuer}");
    }
    let named = public.discover(&format!("https://localhost:{port}")).await;
    assert!(
        matches!(named, Err(IdentityProblem::Unreachable(words)) if words.contains("PARLEY_SSO_PRIVATE_ISSUERS")),
        "{named:?}"
    );
}
