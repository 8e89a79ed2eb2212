use std::str::FromStr as _;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN};

use crate::served::Served;

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

#[tokio::test]
async fn what_is_accepted_at_a_sign_up_can_be_read_and_is_the_operator_s_own_where_there_is_one() {
    let own = Served::start_with(&[("PARLEY_TERMS_URL", "https://crm.example/our-terms")]).await;
    let sign_up = own.get("/sign-up").send().await.unwrap().text().await.unwrap();
    for path in ["/terms", "/privacy"] {
        assert!(sign_up.contains(&format!("href=\"{path}\"")), "{path}");
    }
    let terms = own.get("/terms").send().await.unwrap();
    assert_eq!(
        (terms.status(), &terms.headers()["location"]),
        (reqwest::StatusCode::SEE_OTHER, &"https://crm.example/our-terms".parse().unwrap())
    );
    let privacy = own.get("/privacy").send().await.unwrap().text().await.unwrap();
    assert!(privacy.contains("<h1>Privacy notice</h1>"));
    let version = format!(
        "Version of {}",
        domain::Timestamp::from_str(&format!("{}T00:00:00Z", domain::accounts::TERMS_VERSION))
            .unwrap()
            .strftime("%-d %B %Y")
    );
    assert!(privacy.contains(&version), "as it is recorded: {version}");
}
