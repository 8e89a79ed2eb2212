//! Who asks too fast is told when to come back. The buckets of these servers fill so slowly that no machine sees it.

use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, RETRY_AFTER};
use serde_json::Value;

use crate::served::{SECRET, Served, VERIFY};

const ONE_A_MINUTE: &[(&str, &str)] =
    &[("PARLEY_SESSION_RATE", "1"), ("PARLEY_SESSION_BURST", "2"), ("PARLEY_KEY_RATE", "1"), ("PARLEY_KEY_BURST", "2")];
/// What is fetched by address: two at once, and others by an address of their own behind a proxy.
const FETCHES: &[(&str, &str)] = &[
    ("PARLEY_FETCH_RATE", "1"),
    ("PARLEY_FETCH_BURST", "2"),
    ("PARLEY_TRUSTED_PROXIES", "127.0.0.1"),
    ("PARLEY_SITE_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/../public")),
];
/// A file and a picture that nobody has: they are looked for all the same.
const FETCHED: [&str; 6] = [
    "/inbox",
    "/files/018f0000-0000-7000-8000-000000000000",
    "/pictures/0123456789abcdef0123456789abcdef/64",
    "/live",
    "/audit/export",
    "/nothing-here",
];

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
async fn a_session_that_asks_too_fast_is_told_when_to_come_back() {
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
}

/// Each bucket that there is holds two, and one address has brought it to its end.
#[tokio::test]
async fn webhooks_are_not_slowed_down() {
    let all: Vec<_> = ONE_A_MINUTE.iter().chain(FETCHES).copied().collect();
    let served = Served::start_with(&all).await;
    let visit = async || served.get("/sign-in").send().await.unwrap().status();
    for _ in 0..2 {
        assert_eq!(visit().await, 200);
    }
    assert_eq!(visit().await, 429, "whoever posts from here as a visitor is slowed down");
    let handshake = format!("/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token={VERIFY}&hub.challenge=still-here");
    for _ in 0..5 {
        assert_eq!(served.webhook("{}", SECRET).await.status(), 200);
        assert_eq!(served.get(&handshake).send().await.unwrap().status(), 200);
        assert_eq!(served.post("/webhooks/mail").send().await.unwrap().status(), 401, "nor whoever is told no");
    }
}

async fn sign_in_from(served: &Served, address: &str) -> String {
    let form = [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", "/inbox")];
    let request = served.post("/api/app/api/sign_in").header("x-forwarded-for", address).form(&form);
    let answer = request.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_fetched_too_fast_by_its_address_is_told_when_to_come_back_and_files_of_the_site_are_not() {
    let served = Served::start_with(FETCHES).await;
    for (n, path) in FETCHED.into_iter().enumerate() {
        let fast = sign_in_from(&served, &format!("203.0.113.{n}")).await;
        let fetch = async || served.get(path).header(COOKIE, &fast).send().await.unwrap();
        for _ in 0..2 {
            assert_ne!(fetch().await.status(), 429, "{path}");
        }
        let answer = fetch().await;
        assert_eq!(answer.status(), 429, "{path}");
        assert!((1..=60).contains(&wait(&answer)), "{path}: {}", wait(&answer));
        for file in ["/favicon.svg", "/favicon.ico", "/boot.js", "/sw.js", "/icons/icon-192.png", "/healthz"] {
            for _ in 0..3 {
                let status = served.get(file).header(COOKIE, &fast).send().await.unwrap().status();
                assert!(status == 200 || file == "/favicon.ico" && status == 308, "{file}: {status}");
            }
        }
        let read = served.post("/api/settings/api/security/read_sessions").header(COOKIE, &fast);
        assert_eq!(read.send().await.unwrap().status(), 200, "what screens ask for has a bucket of its own");
    }
}

#[tokio::test]
async fn a_visitor_that_fetches_too_fast_is_told_in_words_and_a_made_up_session_is_no_way_round() {
    let served = Served::start_with(FETCHES).await;
    let fetch = async |address: &str, cookie: &str| {
        let request = served.get("/sign-in").header(ACCEPT, "text/html").header("x-forwarded-for", address);
        request.header(COOKIE, format!("parley_session={cookie}")).send().await.unwrap()
    };
    for made_up in ["", "one"] {
        assert_eq!(fetch("203.0.113.7", made_up).await.status(), 200);
    }
    for made_up in ["", "one", "another"] {
        let answer = fetch("203.0.113.7", made_up).await;
        assert_eq!(answer.status(), 429, "{made_up}");
        assert!((1..=60).contains(&wait(&answer)));
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
        assert!(answer.text().await.unwrap().contains("Try again in"), "for a person");
    }
    let form = served.post("/api/app/api/forgot_password").header("x-forwarded-for", "203.0.113.7");
    assert_eq!(form.form(&[("email", "a@b.example")]).send().await.unwrap().status(), 429, "nor a form for visitors");
    assert_eq!(fetch("203.0.113.8", "").await.status(), 200, "somebody else");
}
