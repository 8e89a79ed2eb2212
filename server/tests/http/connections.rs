//! Numbers that workspaces connect themselves: the page with Meta's script, and the address of each app's webhooks.

use backend::connections::doors;
use reqwest::header::COOKIE;

use crate::served::{SECRET, Served, text};

#[tokio::test]
async fn metas_script_runs_on_its_page_alone_and_with_nothing_beside_it() {
    let served = Served::start().await;
    let answer = served.get("/connect/whatsapp").send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    for part in [
        "default-src 'self'",
        "script-src 'self' https://connect.facebook.net",
        "connect-src 'self' https://*.facebook.com",
        "frame-src https://*.facebook.com",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split(';').any(|own| own.trim() == part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe-"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin-allow-popups", "the window answers");
    for path in ["/sign-in", "/sign-in/sso", "/settings/channels/connect", "/connect/nowhere"] {
        let answer = served.get(path).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("facebook"), "{path}: {policy}");
        assert_eq!(answer.headers()["cross-origin-opener-policy"], "same-origin", "{path}");
    }
}

#[tokio::test]
async fn each_app_speaks_at_its_own_address_with_its_own_secrets() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let made = served.post("/api/settings/api/channels/try_sandbox").header(COOKIE, &cookie).form(&[("", "")]);
    assert!(made.send().await.unwrap().status().as_u16() < 400);
    let pool = served.database.owner().await;
    let hook: String = sqlx::query_scalar("select hook from connection_route").fetch_one(&pool).await.unwrap();
    pool.close().await;
    let door = doors::find(&served.core(), &hook).await.unwrap().unwrap();
    let path = format!("/webhooks/whatsapp/{hook}");
    let ask = async |word: &str| {
        let query = format!("{path}?hub.mode=subscribe&hub.challenge=1158&hub.verify_token={word}");
        served.get(&query).send().await.unwrap().status().as_u16()
    };
    assert_eq!((ask(&door.verify_token).await, ask("").await, ask(crate::served::VERIFY).await), (200, 403, 403));

    let kept = || served.count("select count(*) from journal");
    let before = kept().await;
    let body = text("wamid.1", "447700900177", "hello").to_string();
    for (path, secret) in [
        (path.as_str(), SECRET),
        (path.as_str(), ""),
        ("/webhooks/whatsapp", &door.app_secret),
        ("/webhooks/whatsapp/x", SECRET),
    ] {
        assert_eq!(served.webhook_at(path, body.clone(), secret).await.status(), 401, "{path}");
    }
    assert_eq!(served.post(&path).body(body.clone()).send().await.unwrap().status(), 401, "unsigned");
    assert_eq!(kept().await, before, "no side effect");
    assert_eq!(served.webhook_at(&path, body, &door.app_secret).await.status(), 200);
    assert_eq!(kept().await, before + 1);
    for secret in [&door.app_secret, &door.verify_token] {
        assert!(!served.output().contains(secret), "no secret in the log");
    }
}
