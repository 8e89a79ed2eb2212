//! Who asks too fast is told when to come back. The buckets of these servers fill so slowly that no machine sees it.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, COOKIE, RETRY_AFTER};
use serde_json::Value;

use crate::served::{SECRET, Served};

const ONE_A_MINUTE: &[(&str, &str)] =
    &[("PARLEY_SESSION_RATE", "1"), ("PARLEY_SESSION_BURST", "2"), ("PARLEY_KEY_RATE", "1"), ("PARLEY_KEY_BURST", "2")];

fn wait(answer: &Response) -> u64 {
    answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_key_that_asks_too_fast_is_told_when_to_come_back_and_others_are_not() {
    let served = Served::start_with(ONE_A_MINUTE).await;
    let (fast, other) = (served.api_key("contacts:read"), served.api_key("contacts:read"));
    let ask = async |key: &str| served.get("/api/v1/contacts").bearer_auth(key).send().await.unwrap();
    for _ in 0..2 {
        assert_eq!(ask(&fast).await.status(), 200);
    }
    let answer = ask(&fast).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
    assert!((1..=60).contains(&wait(&answer)), "{}", wait(&answer));
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&"/problems/too-many".into(), &429.into()), "{problem}");
    assert_eq!(ask(&other).await.status(), 200, "a key of its own");
    assert_eq!(ask("nonsense").await.status(), 401, "what is no key has no bucket");
}

#[tokio::test]
async fn a_session_that_asks_too_fast_is_told_when_to_come_back_and_webhooks_are_not_slowed_down() {
    let served = Served::start_with(ONE_A_MINUTE).await;
    let (fast, other) = (served.sign_in(backend::seed::EMAIL).await, served.sign_in(backend::seed::EMAIL).await);
    let ask = async |cookie: &str| {
        served.post("/api/settings/api/security/read_sessions").header(COOKIE, cookie).send().await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(ask(&fast).await.status(), 200);
    }
    let answer = ask(&fast).await;
    assert_eq!(answer.status(), 429);
    assert!((1..=60).contains(&wait(&answer)), "{}", wait(&answer));
    let error: domain::Error = answer.json().await.unwrap();
    assert!(matches!(error, domain::Error::TooMany { .. }), "what the screens read");
    assert_eq!(ask(&other).await.status(), 200, "the same person in another browser");
    for _ in 0..5 {
        assert_eq!(served.webhook("{}", SECRET).await.status(), 200);
    }
}
