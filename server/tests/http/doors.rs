use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN};

use crate::served::Served;

/// Server functions that need no session; everything else must refuse.
const PUBLIC: [&str; 2] = ["/api/app/api/sign_in", "/api/app/api/sign_out"];

#[tokio::test]
async fn without_a_session_every_server_function_refuses() {
    let served = Served::start().await;
    let paths: Vec<(&str, http::Method)> = server_fn::axum::server_fn_paths().collect();
    assert!(paths.len() > 15, "the screens' functions are registered: {}", paths.len());
    for (path, method) in paths {
        if PUBLIC.contains(&path) {
            continue;
        }
        for cookie in ["", "parley_session=", "parley_session=forged"] {
            let request =
                served.client.request(method.clone(), format!("{}{path}", served.base)).header(COOKIE, cookie);
            let answer =
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("").send().await.unwrap();
            assert_eq!(answer.status(), 401, "{path}");
        }
    }
}

#[tokio::test]
async fn without_a_session_no_file_and_no_stream() {
    let served = Served::start().await;
    for path in ["/live", "/files/018f0000-0000-7000-8000-000000000001"] {
        assert_eq!(served.get(path).send().await.unwrap().status(), 401, "{path}");
    }
    let upload = served
        .post("/files?conversation=018f0000-0000-7000-8000-000000000001")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    assert_eq!(upload.body("--x--").send().await.unwrap().status(), 401);
    let page = served.get("/inbox").header(ACCEPT, "text/html").send().await.unwrap();
    let text = page.text().await.unwrap();
    assert!(!text.contains("Grace Okafor"), "no content without a session");
}

#[tokio::test]
async fn another_site_s_page_cannot_act() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let act = |name: &'static str, value: &str| {
        let request = served.post("/api/app/api/sign_out").header(COOKIE, &cookie).header(name, value);
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("").send()
    };
    assert_eq!(act("sec-fetch-site", "cross-site").await.unwrap().status(), 403);
    assert_eq!(act("sec-fetch-site", "same-site").await.unwrap().status(), 403);
    assert_eq!(act(ORIGIN.as_str(), "https://evil.example").await.unwrap().status(), 403);
    assert_ne!(act(ORIGIN.as_str(), &served.base).await.unwrap().status(), 403);
}

#[tokio::test]
async fn answers_carry_the_careful_headers_and_cookies_are_closed_to_scripts() {
    let served = Served::start().await;
    for path in ["/sign-in", "/api/v1/openapi.json", "/nowhere", "/healthz"] {
        let answer = served.get(path).send().await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src") && !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{path}: {policy}"
        );
    }
    let form =
        [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", "https://evil.example")];
    let answer = served.post("/api/app/api/sign_in").header(ACCEPT, "text/html").form(&form).send().await.unwrap();
    let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(answer.headers().get("location").unwrap(), "/inbox", "no open redirect");
}

#[tokio::test]
async fn a_wrong_key_is_a_problem_in_the_standard_form() {
    let served = Served::start().await;
    for value in ["", "Bearer", "Bearer wrong", "Basic eDp5"] {
        let answer = served.get("/api/v1/conversations").header(AUTHORIZATION, value).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers().get(CONTENT_TYPE).unwrap(), "application/problem+json");
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["type"], "/problems/unauthenticated");
    }
}
