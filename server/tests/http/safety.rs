//! What strangers try with browsers, mails and raw requests, against a running server.

use std::time::{Duration, Instant};

use domain::Role;
use reqwest::header::{ACCEPT, COOKIE, HOST, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use totp_rs::{Builder, Secret};

use crate::served::Served;
use crate::walls::live::Stream;
use crate::walls::town::{Town, stored};

/// Addresses that lead away from here, in the ways that browsers fall for.
const AWAY: [&str; 10] = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    " https://evil.example",
    "evil.example",
    "/inbox\r\nset-cookie: parley_session=planted",
];

pub async fn sign_in(served: &Served, cookie: &str, next: &str) -> Response {
    let form = [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", next)];
    let request = served.post("/api/app/api/sign_in").header(ACCEPT, "text/html").header(COOKIE, cookie).form(&form);
    request.send().await.unwrap()
}

/// The value of a cookie that an answer sets.
pub fn set(answer: &Response, name: &str) -> Option<String> {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

fn location(answer: &Response) -> &str {
    answer.headers().get(LOCATION).unwrap().to_str().unwrap()
}

pub async fn may_read(served: &Served, cookie: &str) -> StatusCode {
    let request = served.post("/api/settings/api/security/read_sessions").header(COOKIE, cookie);
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap().status()
}

#[tokio::test]
async fn a_planted_session_is_not_the_one_that_signing_in_gives() {
    let served = Served::start().await;
    let planted = "parley_session=planted-by-somebody-else";
    let first = set(&sign_in(&served, planted, "/inbox").await, "parley_session").unwrap();
    assert_ne!(planted, format!("parley_session={first}"));
    assert_eq!(may_read(&served, planted).await, 401);
    let first = format!("parley_session={first}");
    assert_eq!(may_read(&served, &first).await, 200);
    // Signing in again ends what the browser brought.
    let second = set(&sign_in(&served, &first, "/inbox").await, "parley_session").unwrap();
    served.until("the former session is over", async || may_read(&served, &first).await == 401).await;
    assert_eq!(may_read(&served, &format!("parley_session={second}")).await, 200);
}

#[tokio::test]
async fn every_way_on_stays_on_this_site() {
    let served = Served::start().await;
    for away in AWAY {
        let answer = sign_in(&served, "", away).await;
        assert_eq!(location(&answer), "/inbox", "{away:?}");
        assert_eq!(
            answer.headers().get_all(SET_COOKIE).iter().filter(|it| it.to_str().unwrap().contains("planted")).count(),
            0
        );
    }
    assert_eq!(location(&sign_in(&served, "", "/inbox?view=mine").await), "/inbox?view=mine");
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let act = async |path: &str, cookie: &str, form: &[(&str, &str)]| {
        let request = served.post(path).header(ACCEPT, "text/html").header(COOKIE, cookie).form(form);
        request.send().await.unwrap()
    };
    let mut cookie = cookie;
    for away in AWAY {
        let place = served.place(&cookie).await;
        let form = [("password", backend::seed::PASSWORD), ("page", away), ("place", &place)];
        let answer = act("/api/settings/api/security/prove", &cookie, &form).await;
        assert_eq!(location(&answer), "/settings/security", "{away:?}");
        cookie = format!("parley_session={}", set(&answer, "parley_session").expect("a proof renews the session"));
    }
    // Through the second factor too.
    let setup = served.post("/api/settings/api/security/begin_app").header(COOKIE, &cookie);
    let setup: Value =
        setup.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap().json().await.unwrap();
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(setup["secret"].as_str().unwrap()).unwrap())
        .with_account_name("x")
        .build()
        .unwrap();
    #[expect(clippy::disallowed_methods, reason = "the server reads the system's clock too")]
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
    let code = totp.generate(now).to_string();
    let confirmed =
        served.post("/api/settings/api/security/confirm_app").header(COOKIE, &cookie).form(&[("code", &code)]);
    let codes: Vec<String> = confirmed.send().await.unwrap().json().await.unwrap();
    for (away, code) in AWAY.into_iter().zip(&codes) {
        let first = sign_in(&served, "", away).await;
        assert_eq!(location(&first), "/sign-in/second-factor?next=/inbox", "{away:?}");
        let waiting = format!("parley_waiting={}", set(&first, "parley_waiting").unwrap());
        let answer = act("/api/app/api/second_factor", &waiting, &[("code", code), ("next", away)]).await;
        assert_eq!(location(&answer), "/inbox", "{away:?}");
    }
}

#[tokio::test]
async fn links_in_mails_carry_the_configured_host_whatever_a_request_says() {
    let served = Served::start_with(&[("PARLEY_PUBLIC_URL", "http://crm.example")]).await;
    let request = served.post("/api/app/api/forgot_password").header(HOST, "evil.example");
    let request = request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
    let answer = request.form(&[("email", backend::seed::EMAIL)]).send().await.unwrap();
    assert!(answer.status().as_u16() < 400, "{}", answer.status());
    assert!(!location(&answer).contains("evil"));
    let mails = async || {
        let answer = served.get(&format!("/sandbox/control/mail?to={}", backend::seed::EMAIL)).send().await.unwrap();
        answer.text().await.unwrap()
    };
    served.until("the mail is here", async || mails().await.contains("?link=")).await;
    let text = mails().await;
    assert!(text.contains("http://crm.example/reset-password?link=") && !text.contains("evil.example"), "{text}");
}

#[tokio::test]
async fn no_link_of_a_mail_and_no_typed_name_reaches_a_log() {
    let mut served = Served::start_with(&[("PARLEY_LOG", "trace")]).await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    for path in [
        "/reset-password",
        "/sign-up/confirm",
        "/invitation",
        "/confirm-address",
        "/nowhere",
        "/pkg/nothing",
        "/files/x",
        "/api/v1/x",
    ] {
        for cookie in ["", cookie.as_str()] {
            let request = served.get(&format!("{path}?link=canary-link-11")).header(COOKIE, cookie);
            assert!(request.send().await.unwrap().status() != 500, "{path}");
        }
    }
    for (path, form) in [
        ("reset_password", vec![("link", "canary-link-11"), ("password", "canary-word-12-otters")]),
        ("confirm_sign_up", vec![("link", "canary-link-11")]),
        ("confirm_address", vec![("link", "canary-link-11")]),
        ("read_address_change", vec![("link", "canary-link-11")]),
        ("refuse_address", vec![("link", "canary-link-11")]),
        ("read_invitation", vec![("link", "canary-link-11")]),
        (
            "accept_as_new",
            vec![("link", "canary-link-11"), ("name", "canary-name-13"), ("password", "canary-word-12-otters")],
        ),
        (
            "sign_in",
            vec![
                ("email", "canary-name-13@x.example\nlevel=ERROR forged"),
                ("password", "canary-word-12-otters"),
                ("next", "/"),
            ],
        ),
    ] {
        let request = served.post(&format!("/api/app/api/{path}")).header("user-agent", "canary-agent-14 Firefox/1");
        request.form(&form).send().await.unwrap();
    }
    assert!(served.stop(), "a graceful stop");
    let output = served.output();
    assert!(output.contains("somebody proves who they are"), "tries at signing in are logged");
    for canary in ["canary-link-11", "canary-word-12", "canary-name-13", "canary-agent-14", "forged"] {
        let place =
            output.find(canary).map(|at| output[at.saturating_sub(200)..(at + 40).min(output.len())].to_owned());
        assert_eq!(place, None, "{canary} leaked");
    }
}

#[tokio::test]
async fn tries_and_refusals_are_in_the_log_with_who_where_and_how() {
    let town = Town::new().await;
    let form = [("email", "owner@canary-ours.example"), ("password", "a wrong guess"), ("next", "/")];
    town.served.post("/api/app/api/sign_in").form(&form).send().await.unwrap();
    let account: uuid::Uuid =
        sqlx::query_scalar("select account_id from member where email = 'owner@canary-ours.example'")
            .fetch_one(&town.owner)
            .await
            .unwrap();
    let forbidden =
        town.served.get("/audit/export").header(COOKIE, town.ours.cookie(Role::Agent)).send().await.unwrap();
    assert_eq!(forbidden.status(), 403);
    let logged =
        async |words: &[&str]| town.served.output().lines().any(|line| words.iter().all(|word| line.contains(word)));
    let who = account.to_string();
    town.served
        .until("the guess", async || logged(&["INFO", "password", &who, "right", "false", "this machine"]).await)
        .await;
    town.served.until("the sign-ins", async || logged(&["INFO", "password", &who, "right", "true"]).await).await;
    town.served
        .until("the refusal", async || {
            logged(&["INFO", "403", "GET", "/audit/export", "this machine", "refused"]).await
        })
        .await;
    let line = town.served.output().lines().find(|line| line.contains("refused")).unwrap().to_owned();
    let plain: String = line.chars().filter(|c| !c.is_control()).collect();
    assert!(plain.contains("20") && plain.contains('Z'), "a time with its zone: {line}");
    town.assert_calm();
}

#[tokio::test]
async fn a_session_outlives_a_restart_of_the_server() {
    let mut served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let ended = served.sign_in(backend::seed::EMAIL).await;
    served.sign_out(&ended).await;
    served.restart().await;
    let inbox = served.get("/inbox").header(COOKIE, &cookie).send().await.unwrap();
    assert_eq!(inbox.status(), 200);
    assert_eq!(may_read(&served, &cookie).await, 200);
    assert_eq!(may_read(&served, &ended).await, 401, "and what was ended stays so");
}

#[tokio::test]
async fn who_is_demoted_removed_or_signed_out_loses_the_power_within_a_second_open_streams_included() {
    let town = Town::new().await;
    let (owner, core) = (town.ours.cookie(Role::Owner), &town.served);
    let act = async |path: &str, form: &[(&str, &str)]| {
        let request = core.post(&format!("/api/settings/api/team/{path}")).header(COOKIE, owner).form(form);
        let status = request.send().await.unwrap().status();
        assert!(status.as_u16() < 400, "{path}: {status}");
    };
    let save = [("role", ""), ("name", "Bookkeeper"), ("permissions[]", "read_contacts")];
    act("save_role", &save).await;
    let bookkeeper: uuid::Uuid =
        sqlx::query_scalar("select id from role where name = 'Bookkeeper'").fetch_one(&town.owner).await.unwrap();
    let bookkeeper = bookkeeper.to_string();
    for what in ["demoted", "removed", "signed out by an admin", "signed out"] {
        let theirs = town.newcomer(&what.replace(' ', "-"), Role::Agent).await;
        let member: uuid::Uuid = sqlx::query_scalar("select member_id from session where token_hash = $1")
            .bind(stored(&theirs))
            .fetch_one(&town.owner)
            .await
            .unwrap();
        let member = member.to_string();
        let mut stream = Stream::open(core, &theirs, None).await;
        let send = async || {
            let form = [("conversation", town.ours.ids.conversation.to_string())];
            core.post("/api/inbox/api/resolve").header(COOKIE, &theirs).form(&form).send().await.unwrap().status()
        };
        assert_eq!(send().await, 200, "{what}");
        let start = Instant::now();
        match what {
            "demoted" => act("set_role", &[("member", &member), ("role", &bookkeeper), ("scope", "all")]).await,
            "removed" => act("deactivate", &[("member", &member), ("heir", "")]).await,
            "signed out by an admin" => act("sign_out_member", &[("member", &member)]).await,
            _ => core.sign_out(&theirs).await,
        }
        assert!(matches!(send().await.as_u16(), 401 | 403 | 404), "{what}: at the next request");
        while stream.next().await.is_some() {}
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1), "{what}: the open stream ended after {took:?}");
        let again = core.get("/live").header(COOKIE, &theirs).send().await.unwrap().status();
        assert!(matches!(again.as_u16(), 401 | 403 | 404), "{what}: {again}");
    }
}

#[tokio::test]
async fn slow_downs_and_requests_of_other_sites_are_logged() {
    let served = Served::start().await;
    for _ in 0..7 {
        let form = [("email", "nobody@x.example"), ("password", "a wrong guess"), ("next", "/")];
        served.post("/api/app/api/sign_in").form(&form).send().await.unwrap();
    }
    let cross = served.post("/api/app/api/sign_out").header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(cross.status(), 403);
    for words in [["429", "/api/app/api/sign_in"], ["403", "POST"]] {
        let logged = async || {
            served.output().lines().any(|line| line.contains("refused") && words.iter().all(|word| line.contains(word)))
        };
        served.until("it is logged", logged).await;
    }
}
