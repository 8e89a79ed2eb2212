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

const OUR_TERMS: &[(&str, &str)] =
    &[("PARLEY_TERMS_URL", "https://crm.example/our-terms"), ("PARLEY_TERMS_VERSION", "ours of May")];

#[tokio::test]
async fn what_is_accepted_at_a_sign_up_can_be_read_and_is_the_operator_s_own_where_there_is_one() {
    let own = Served::start_with(OUR_TERMS).await;
    let sign_up = own.get("/sign-up").send().await.unwrap().text().await.unwrap();
    for path in ["/terms", "/privacy"] {
        assert!(sign_up.contains(&format!("href=\"{path}\"")), "{path}");
    }
    let terms = own.get("/terms").send().await.unwrap();
    assert_eq!((terms.status().as_u16(), leads_to(&terms).as_str()), (303, OUR_TERMS[0].1));
    assert_eq!(own.get("/privacy").send().await.unwrap().status(), 200, "of which there is none of their own");

    let plain = Served::start().await;
    let accepted = format!("{}T00:00:00Z", domain::accounts::TERMS_VERSION);
    let accepted = domain::Timestamp::from_str(&accepted).unwrap().strftime("%-d %B %Y");
    for (path, title) in [("/terms", "Terms of use"), ("/privacy", "Privacy notice")] {
        let text = plain.get(path).send().await.unwrap().text().await.unwrap();
        assert!(text.contains(&format!("<h1>{title}</h1>")), "{path}");
        assert!(text.contains(&format!("<p>Version of {accepted}. ")), "{path}, as it is recorded: {accepted}");
    }
}

/// Where an answer leads.
fn leads_to(answer: &reqwest::Response) -> String {
    answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// What an answer sets a cookie to, as a browser sends it back.
fn cookie_of(answer: &reqwest::Response, name: &str) -> Option<String> {
    let cookies = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    cookies.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.starts_with(name)).map(str::to_owned)
}

#[tokio::test]
async fn a_page_says_only_what_this_browser_was_refused_for() {
    let served = Served::start().await;
    // {"Invalid":{"email":"Parley has moved"}}
    let made_up =
        "__path=%2Fapi%2Fapp%2Fapi%2Fsign_in&__err=eyJJbnZhbGlkIjp7ImVtYWlsIjoiUGFybGV5IGhhcyBtb3ZlZCJ9fQ%3D%3D";
    for (asked, led) in [
        (format!("/sign-in?{made_up}"), "/sign-in"),
        (format!("/sign-in?next=%2Finbox&{made_up}"), "/sign-in?next=%2Finbox"),
        (format!("/sign-in?{}", made_up.replace("__", "%5F_")), "/sign-in"),
        (format!("/settings/team?{made_up}"), "/settings/team"),
        (format!("//evil.example/?{made_up}"), "/"),
    ] {
        let answer = served.get(&asked).header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), leads_to(&answer).as_str()), (303, led), "{asked}");
    }

    let page = format!("{}/sign-in?next=%2Finbox&{made_up}", served.base);
    let post = |password: &'static str, next: &str| {
        let form = [("email", backend::seed::EMAIL), ("password", password), ("next", next)];
        served.post("/api/app/api/sign_in").header(ACCEPT, "text/html").header("referer", &page).form(&form).send()
    };
    let refused = post("a wrong guess", "/inbox").await.unwrap();
    let back = leads_to(&refused).strip_prefix(&served.base).unwrap().to_owned();
    assert!(back.starts_with("/sign-in?next=%2Finbox&__path=") && back.matches("__err=").count() == 1, "{back}");
    let cookie = cookie_of(&refused, "parley_refused").unwrap();
    let read = |address: String, cookie: &str| served.get(&address).header(COOKIE, cookie).send();
    assert_eq!(read(back.clone(), "").await.unwrap().status(), 303, "another browser");
    assert_eq!(read(format!("/sign-in?{made_up}"), &cookie).await.unwrap().status(), 303, "another refusal");
    assert_eq!(read(format!("{back}&{made_up}"), &cookie).await.unwrap().status(), 303, "another beside it");
    let shown = read(back, &cookie).await.unwrap();
    assert_eq!(
        (shown.status().as_u16(), cookie_of(&shown, "parley_refused").unwrap().as_str()),
        (200, "parley_refused=")
    );
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("class=\"form-error\"") && !shown.contains("has moved"));

    // A page to go on to is somebody else's word. With scripts it is followed without asking us.
    let next = format!("/settings/profile?{made_up}");
    let answer = post(backend::seed::PASSWORD, &next).await.unwrap();
    assert_eq!((leads_to(&answer).as_str(), cookie_of(&answer, "parley_refused")), ("/settings/profile", None));
    let form = [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", &next)];
    let answer = served.post("/api/app/api/sign_in").form(&form).send().await.unwrap();
    assert_eq!(leads_to(&answer), "/settings/profile");
}

#[tokio::test]
async fn what_was_accepted_is_kept_with_its_version() {
    const OURS: &str = "select count(*) from sign_up where terms_version = 'ours of May'";
    const PARLEYS: &str = "select count(*) from sign_up where terms_version <> 'ours of May' and terms_version <> ''";
    for (environment, of_version) in [(OUR_TERMS, OURS), (&[][..], PARLEYS)] {
        let served = Served::start_with(environment).await;
        let form = [
            ("name", "Nora New"),
            ("email", "nora@new.example"),
            ("password", "seven brown otters"),
            ("organisation", "New Estates"),
            ("job_title", ""),
            ("accepted", "true"),
        ];
        served.post("/api/app/api/sign_up").form(&form).send().await.unwrap();
        assert_eq!(served.count(of_version).await, 1, "{of_version}");
    }
}
