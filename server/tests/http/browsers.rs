//! What browsers may do with answers, and what is in them.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use domain::Role;
use reqwest::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::safety::{may_read, set, sign_in};
use crate::served::{SECRET, Served, text};
use crate::walls::asking::{ask, ordinary};
use crate::walls::table::{DOORS, Guard};
use crate::walls::town::Town;

#[tokio::test]
async fn what_is_somebodys_own_is_not_kept_by_browsers_and_signing_out_clears_the_rest() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let key = served.api_key("conversations:read");
    for path in ["/inbox", "/settings/team", "/settings/security", "/audit/export", "/sign-in", "/api/v1/conversations"]
    {
        let answer = served.get(path).header(COOKIE, &cookie).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.headers().get(CACHE_CONTROL).unwrap(), "no-store", "{path}");
    }
    let read = served.post("/api/inbox/api/list_conversations").header(COOKIE, &cookie);
    let read = read.form(&[("view", "all"), ("search", ""), ("after", "")]).send().await.unwrap();
    assert_eq!(read.headers().get(CACHE_CONTROL).unwrap(), "no-store");
    let out = served.post("/api/app/api/sign_out").header(COOKIE, &cookie).form(&[("", "")]).send().await.unwrap();
    assert_eq!(out.headers().get("clear-site-data").unwrap(), "\"cache\"");
    assert_eq!(set(&out, "parley_session").unwrap(), "");
}

#[tokio::test]
async fn every_answer_says_what_browsers_may_do_with_it() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    for path in
        ["/inbox", "/sign-in", "/nowhere", "/healthz", "/audit/export", "/api/v1/openapi.json", "/favicon.svg", "/live"]
    {
        let answer = served.get(path).header(COOKIE, &cookie).send().await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let policy = header("content-security-policy");
        for part in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action", "default-src"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(header("access-control-allow-origin"), "", "{path}: no other site reads it");
        assert_eq!(header("server"), "", "{path}: nobody is told what this is");
        let kind = header("content-type");
        assert!(!kind.starts_with("text/") || path == "/live" || kind.contains("utf-8"), "{path}: {kind}");
    }
    // Nor is another site let in when it asks first.
    let asked = served.client.request(reqwest::Method::OPTIONS, format!("{}/api/v1/conversations", served.base));
    let asked = asked.header("origin", "https://evil.example").header("access-control-request-method", "GET");
    let asked = asked.send().await.unwrap();
    assert!(asked.headers().keys().all(|name| !name.as_str().starts_with("access-control")), "{:?}", asked.headers());
    for method in ["TRACE", "TRACK", "DEBUG"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        for path in ["/healthz", "/inbox", "/api/v1/conversations"] {
            let answer = served.client.request(method.clone(), format!("{}{path}", served.base)).send().await.unwrap();
            assert!(answer.status().is_client_error(), "{method} {path}: {}", answer.status());
        }
    }
}

#[tokio::test]
async fn over_tls_cookies_are_bound_to_this_host_and_a_planted_one_of_another_name_is_nothing() {
    let served = Served::start_with(&[("PARLEY_PUBLIC_URL", "https://crm.example")]).await;
    let answer = sign_in(&served, "", "/inbox").await;
    // A return from nowhere ends the cookie of a single sign-on under way, in the words that began it.
    let return_to = "/sso/return/00000000-0000-0000-0000-000000000001?state=canary-state&code=canary-code";
    let back = served.get(return_to).send().await.unwrap();
    let cookies = [&answer, &back].into_iter().flat_map(|answer| answer.headers().get_all(SET_COOKIE));
    let cookies: Vec<&str> = cookies.map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.len() >= 3, "session, device and single sign-on: {cookies:?}");
    for cookie in &cookies {
        assert!(cookie.starts_with("__Host-parley_"), "{cookie}");
        for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let secret = set(&answer, "__Host-parley_session").unwrap();
    assert_eq!(may_read(&served, &format!("__Host-parley_session={secret}")).await, 200);
    assert_eq!(
        may_read(&served, &format!("parley_session={secret}")).await,
        401,
        "a neighbour's page could have set it"
    );
    assert_eq!(
        served.get("/live").header(COOKIE, format!("parley_session={secret}")).send().await.unwrap().status(),
        401
    );
    assert!(!["canary-state", "canary-code"].iter().any(|secret| served.output().contains(secret)), "not in the log");
}

#[tokio::test]
async fn one_request_is_not_smuggled_in_another() {
    let served = Served::start().await;
    let address = served.base.trim_start_matches("http://");
    let ask = |request: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (head, tail) = ("POST /api/app/api/sign_out HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", "0\r\n\r\n");
    // With both, the chunks count: else the server would wait for more than there is.
    let both = ask(&format!("{head}content-length: 500\r\ntransfer-encoding: chunked\r\n\r\n{tail}"));
    assert_eq!(both.matches("HTTP/1.1 ").count(), 1, "{both}");
    for broken in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: +5\r\n",
        "content-length: 5, 6\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding : chunked\r\n",
    ] {
        let answer = ask(&format!(
            "{head}{broken}\r\n{tail}GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        ));
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{broken:?}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{broken:?}: {answer}");
    }
}

#[tokio::test]
async fn what_customers_write_is_text_in_a_page() {
    let served = Served::start().await;
    let nasty = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'&amp; {{7*7}} ${7*7} %0d%0a";
    let mut webhook = text("wamid.nasty", "447700900177", nasty);
    let value = &mut webhook["entry"][0]["changes"][0]["value"];
    value["contacts"] =
        serde_json::json!([{ "wa_id": "447700900177", "profile": { "name": "<b onclick=x>Mallory</b>" } }]);
    assert_eq!(served.webhook(webhook.to_string(), SECRET).await.status(), 200);
    served
        .until("it is stored", async || {
            served.count("select count(*) from message where provider_id = 'wamid.nasty'").await == 1
        })
        .await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let pool = served.database.owner().await;
    let id: uuid::Uuid = sqlx::query_scalar("select conversation_id from message where provider_id = 'wamid.nasty'")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    for path in ["/inbox".to_owned(), format!("/inbox/{id}")] {
        let page = served.get(&path).header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Mallory") && page.contains("alert(1)"), "{path} shows it");
        for markup in ["<script>alert(1)", "<img src=x", "<b onclick", "</script><script>alert"] {
            assert!(!page.contains(markup), "{path} has {markup}");
        }
        assert!(page.contains("{{7*7}}") && !page.contains(">49<"), "{path}: nothing is worked out");
    }
    let key = served.api_key("conversations:read");
    let answer = served.get(&format!("/api/v1/conversations/{id}/messages")).bearer_auth(&key).send().await.unwrap();
    assert!(answer.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("application/json"));
    let messages: Value = answer.json().await.unwrap();
    assert!(
        messages.to_string().contains("</script><script>alert(1)"),
        "a program gets it as it was written: {messages}"
    );
}

#[tokio::test]
async fn files_that_could_run_something_are_saved_and_not_shown() {
    let town = Town::new().await;
    let cookie = town.ours.cookie(Role::Owner);
    const RUNS: &str = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    for (mime, name, shown) in [
        ("image/svg+xml", "a\".svg", false),
        ("text/html", "../../x; filename=\"set-cookie: a=b.html", false),
        ("application/xhtml+xml", "x.xhtml", false),
        ("text/javascript", "x.js", false),
        ("application/x-msdownload", "x.exe", false),
        ("text/plain", "x.txt", true),
        ("application/pdf", "\u{202e}fdp.exe", true),
    ] {
        let text = if mime == "application/pdf" { format!("%PDF-1.7 {RUNS}") } else { RUNS.to_owned() };
        let part = Part::text(text).file_name(name);
        let form = Form::new().part("file", part.mime_str(mime).unwrap());
        let path = format!("/files?conversation={}", town.ours.ids.conversation);
        let uploaded = town.served.post(&path).header(COOKIE, cookie).multipart(form).send().await.unwrap();
        let uploaded: Value = uploaded.json().await.unwrap();
        let id = uploaded["id"].as_str().unwrap_or_else(|| panic!("{mime} {name}: {uploaded}")).to_owned();
        let answer = town.served.get(&format!("/files/{id}")).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{mime}");
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let disposition = header(CONTENT_DISPOSITION.as_str());
        assert!(disposition.starts_with(if shown { "inline; " } else { "attachment; " }), "{mime}: {disposition}");
        let (_, encoded) = disposition.split_once("filename*=UTF-8''").expect("a name");
        assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%.-_".contains(&byte)), "{disposition}");
        assert!(!encoded.to_lowercase().contains("%2f") && !encoded.to_lowercase().contains("%0d"), "{disposition}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.ends_with("sandbox"), "{mime}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let varies = answer.headers().get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("cookie"));
        assert!(varies, "the next person at this browser does not get what it kept");
        assert!(answer.headers().get(SET_COOKIE).is_none());
    }
    town.assert_calm();
}

#[tokio::test]
async fn a_file_that_is_not_what_it_claims_to_be_is_refused_and_a_customers_saved() {
    let town = Town::new().await;
    let cookie = town.ours.cookie(Role::Owner);
    let part = Part::text("<script>alert(1)</script>").file_name("x.png").mime_str("image/png").unwrap();
    let path = format!("/files?conversation={}", town.ours.ids.conversation);
    let form = Form::new().part("file", part);
    let refused = town.served.post(&path).header(COOKIE, cookie).multipart(form).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("is not what its name promises"));
    // What a customer sends is not refused: the kind was named elsewhere.
    let claims = "update attachment set mime = $2 where id = $1";
    #[expect(clippy::disallowed_methods, reason = "the sandbox's customers send what they say they do")]
    let claimed = sqlx::query(claims).bind(town.ours.ids.file).bind("image/png").execute(&town.owner).await.unwrap();
    assert_eq!(claimed.rows_affected(), 1);
    let answer =
        town.served.get(&format!("/files/{}", town.ours.ids.file)).header(COOKIE, cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    assert!(answer.headers()[CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment; "));
    town.assert_calm();
}

#[tokio::test]
async fn nothing_changes_by_looking_at_an_address() {
    let town = Town::new().await;
    let before = town.holdings(&town.ours).await;
    let mut asked = 0;
    for door in DOORS.iter().filter(|door| door.guard != Guard::StandIn) {
        // What is done by a form is not done by a link or a picture.
        let answer = match door.method {
            "GET" => {
                ask(&town.served, door, &town.ours.session(Role::Owner), |field| ordinary(field, &town.ours.ids))
                    .await
                    .status
            }
            _ => {
                let path = door.path.replace("{id}", &town.ours.ids.conversation.to_string());
                let request = town.served.get(&path).header(COOKIE, town.ours.cookie(Role::Owner));
                request.send().await.unwrap().status().as_u16()
            }
        };
        assert!(answer < 500, "{} {}: {answer}", door.method, door.path);
        asked += 1;
    }
    assert!(asked > 60, "{asked}");
    // Reading the trail out is an act of its own, and noted in it.
    let changes = |mut holdings: std::collections::BTreeMap<String, String>| {
        holdings.retain(|table, _| !table.starts_with("audit_"));
        holdings
    };
    assert_eq!(changes(town.holdings(&town.ours).await), changes(before));
}

#[tokio::test]
async fn a_form_writes_its_own_fields_and_takes_them_from_its_body_alone() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let form = [
        ("name", "Somebody"),
        ("phone", ""),
        ("job_title", ""),
        ("bio", ""),
        ("time_zone", "UTC"),
        ("currency", "EUR"),
        ("language", "en"),
        ("theme", "dark"),
        ("email", "other@evil.example"),
        ("password_hash", "x"),
        ("role", "owner"),
        ("id", "00000000-0000-0000-0000-000000000001"),
    ];
    let saved =
        served.post("/api/settings/api/person/save_profile").header(COOKIE, &cookie).form(&form).send().await.unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let there = "select count(*) from account where email = 'other@evil.example' or password_hash = 'x'";
    assert_eq!(served.count(there).await, 0);
    assert_eq!(served.count("select count(*) from account where name = 'Somebody'").await, 1, "but it is saved");
    // Nor is anything taken from the address, or twice.
    let query = format!("email={}&password={}&next=/inbox", backend::seed::EMAIL, backend::seed::PASSWORD);
    let by_address =
        served.post(&format!("/api/app/api/sign_in?{query}")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let by_address = by_address.body("").send().await.unwrap();
    let twice = served.post("/api/app/api/sign_in").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let twice = twice.body(format!("email=nobody@x.example&{query}")).send().await.unwrap();
    for answer in [by_address, twice] {
        assert!(answer.status().is_client_error() && answer.headers().get(SET_COOKIE).is_none(), "{}", answer.status());
    }
}

#[tokio::test]
async fn password_fields_hide_what_is_typed_and_let_password_managers_help() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    for (path, managers) in
        [("/sign-in", "current-password"), ("/sign-up", "new-password"), ("/settings/security", "new-password")]
    {
        let page = served.get(path).header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
        let fields: Vec<&str> =
            page.split("<input").filter(|field| field.contains("password\"") && field.contains("name=\"")).collect();
        let fields: Vec<&str> = fields.into_iter().map(|field| field.split('>').next().unwrap()).collect();
        let secret = |field: &&&str| field.contains("name=\"password\"") || field.contains("name=\"new_password\"");
        assert!(fields.iter().any(|field| secret(&field)), "{path}");
        for field in fields.iter().filter(secret) {
            assert!(field.contains("type=\"password\""), "{path}: {field}");
            assert!(
                field.contains("-password\"") && !field.contains("onpaste") && !field.contains("maxlength"),
                "{path}: {field}"
            );
        }
        assert!(page.contains(managers), "{path}");
    }
}

#[tokio::test]
async fn every_page_of_a_signed_in_person_has_a_way_out() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    for path in [
        "/inbox",
        "/workspaces",
        "/settings/profile",
        "/settings/security",
        "/settings/team",
        "/settings/business",
        "/settings/audit",
        "/settings/channels",
    ] {
        let page = served.get(path).header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
        // Or one step away: everywhere one's own name leads to the page that has it.
        assert!(page.contains("/api/app/api/sign_out") || page.contains("href=\"/settings/profile\""), "{path}");
        assert!(path != "/settings/profile" || page.contains("/api/app/api/sign_out"));
    }
}

#[tokio::test]
async fn nothing_but_the_site_is_served_and_no_folder_is_listed() {
    let served = Served::start().await;
    for path in [
        "/.git/config",
        "/.env",
        "/Cargo.toml",
        "/.sqlx",
        "/pkg/",
        "/pkg",
        "/icons/",
        "/icons",
        "/hash.txt",
        "/master.key",
        "/metrics",
        "/debug",
    ] {
        let answer = served.get(path).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
    }
}

#[tokio::test]
async fn without_the_demonstration_there_is_no_account_at_all() {
    let served = Served::run(&["serve"]).await;
    assert_eq!(served.count("select (select count(*) from account) + (select count(*) from api_key) + (select count(*) from workspace)").await, 0);
}

#[tokio::test]
async fn the_log_is_a_json_object_a_line_where_it_is_asked_for() {
    let mut served = Served::start_with(&[("PARLEY_LOG_FORMAT", "json")]).await;
    sign_in(&served, "", "/inbox").await;
    assert!(served.stop());
    let output = served.output();
    let lines: Vec<Value> =
        output.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 3, "{output}");
    for line in &lines {
        assert!(
            line["timestamp"].as_str().unwrap().ends_with('Z')
                && line["level"].is_string()
                && line["target"].is_string(),
            "{line}"
        );
    }
    assert!(
        lines
            .iter()
            .any(|line| line["fields"]["message"] == "somebody proves who they are" && line["fields"]["right"] == true)
    );
}
