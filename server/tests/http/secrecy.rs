use std::net::SocketAddr;

use reqwest::header::COOKIE;
use sandbox::{Profile, Sandbox, SandboxConfig};
use serde_json::json;

use crate::mail;
use crate::served::{SECRET, Served, TOKEN, VERIFY, parley, text};

/// Sent through every input below; none may appear in what the process prints or measures.
const CANARIES: [&str; 7] =
    [SECRET, TOKEN, VERIFY, "canary-text-4", "447700999555", "canary-password-5", "canary-search-6"];

#[tokio::test]
async fn no_secret_text_or_number_reaches_a_log_a_metric_or_an_error_page() {
    let mut served = Served::start().await;
    let key = served.api_key("conversations:read,messages:write");
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let session = cookie.split_once('=').unwrap().1.to_owned();
    // In by webhook: good, unsupported, poisoned and unreadable.
    served.webhook(text("wamid.canary-text-4", "447700999555", "canary-text-4").to_string(), SECRET).await;
    let mut poisoned = text("w2", "447700999555", "canary-text-4");
    poisoned["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = json!("canary-text-4");
    served.webhook(poisoned.to_string(), SECRET).await;
    served.webhook("{\"canary-text-4\": 447700999555", SECRET).await;
    served.webhook("canary-text-4", "wrong").await;
    // In by screens, programs and addresses; wrong in every way that is easy to think of.
    let mut pages = String::new();
    let form = [("email", "canary-text-4@x.example"), ("password", "canary-password-5"), ("next", "/")];
    let tries = [
        served.post("/api/app/api/sign_in").form(&form),
        served.post("/api/inbox/api/list_conversations").header(COOKIE, &cookie).form(&[("view", "canary-search-6")]),
        served.get("/api/v1/conversations?after=canary-search-6").bearer_auth(&key),
        served.get("/api/v1/conversations").bearer_auth("canary-password-5"),
        served.get("/inbox/canary-search-6").header(COOKIE, &cookie),
    ];
    for request in tries {
        let answer = request.send().await.unwrap();
        if answer.status().is_server_error() {
            pages.push_str(&answer.text().await.unwrap());
        }
    }
    // Out: an answer that the provider refuses.
    let fault = json!([{ "kind": "code:131026", "count": 1 }, { "kind": "http_500", "count": 1, "skip": 1 }]);
    served.post("/sandbox/control/faults").json(&fault).send().await.unwrap();
    let id: uuid::Uuid = {
        served
            .until("the conversation is here", async || {
                served.count("select count(*) from message where provider_id = 'wamid.canary-text-4'").await == 1
            })
            .await;
        let pool = served.database.owner().await;
        let id = sqlx::query_scalar("select conversation_id from message where provider_id = 'wamid.canary-text-4'")
            .fetch_one(&pool)
            .await
            .unwrap();
        pool.close().await;
        id
    };
    for n in 0..3 {
        let request = served
            .post(&format!("/api/v1/conversations/{id}/messages"))
            .bearer_auth(&key)
            .header("idempotency-key", n.to_string());
        request.json(&json!({ "text": "canary-text-4" })).send().await.unwrap();
    }
    served
        .until("all is applied", async || {
            served.count("select count(*) from journal where applied_at is null").await == 0
        })
        .await;
    let metrics = served.client.get(format!("{}/metrics", served.admin)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("parley_webhooks_total"));
    assert!(served.stop(), "a graceful stop");
    let all = format!("{}{metrics}{pages}", served.output());
    assert!(all.contains("quarantined"), "the log is really collected");
    for canary in CANARIES.into_iter().chain([key.as_str(), session.as_str()]) {
        let place = all.find(canary).map(|at| all[at.saturating_sub(200)..(at + 40).min(all.len())].to_owned());
        assert_eq!(place, None, "{canary} leaked");
    }
}

/// In the address of the mail server, of the recipients and of the links.
const MAIL_CANARIES: [&str; 4] =
    ["canary-smtp-user-7", "canary-smtp-password-8", "canary-mail-9", "canary-link-token-10"];

#[tokio::test]
async fn no_address_link_or_password_of_a_mail_reaches_a_log_or_a_metric() {
    let config = SandboxConfig {
        smtp: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        profile: Profile::Test,
        ..SandboxConfig::default()
    };
    let post = Sandbox::start(config).unwrap();
    let url = format!("smtp://canary-smtp-user-7:canary-smtp-password-8@{}", post.smtp_address().unwrap());
    let mail_environment =
        [("PARLEY_SMTP_URL", url.as_str()), ("PARLEY_MAIL_FROM", "Parley <no-reply@parley.example>")];
    let mut served = Served::start_with(&mail_environment).await;
    let link = "https://crm.example/reset/canary-link-token-10";
    let everybody = ["ok", "hard", "soft", "full", "block", "drop-after-data"];
    let mut mails: Vec<_> =
        everybody.iter().map(|name| mail::reset(&format!("{name}@canary-mail-9.example"), link)).collect();
    // One that is no address at all, and one whose data cannot be read.
    mails.push(mail::reset("canary-mail-9", link));
    mail::queue(&served, &mails).await;
    let pool = served.database.owner().await;
    sqlx::raw_sql(
        "insert into mail (id, to_address, kind, language, data)
             values ('00000000-0000-0000-0000-000000000001', 'a@canary-mail-9.example', 'x', 'en', 'canary-link-token-10');
         select enqueue_job('send_mail', '{\"mail\": \"00000000-0000-0000-0000-000000000001\"}', 'x')",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    served
        .until("all are tried", async || served.count("select count(*) from mail where attempts = 0").await == 0)
        .await;
    served
        .until("all that can end have ended", async || {
            served.count("select count(*) from mail where state in ('sent', 'failed')").await == 5
                && served.count("select count(*) from graphile_worker._private_jobs where last_error is not null").await
                    == 3
        })
        .await;
    mail::hurry(&served).await;
    served
        .until("the second tries", async || served.count("select count(*) from mail where attempts = 2").await == 3)
        .await;
    let mut doctor = parley(&served.database, &served.folder);
    doctor.envs(mail_environment).arg("doctor");
    // On a thread of its own: the mail server that it talks to runs on this one.
    let doctor = tokio::task::spawn_blocking(move || doctor.output().unwrap()).await.unwrap();
    let doctor = format!("{}{}", String::from_utf8_lossy(&doctor.stdout), String::from_utf8_lossy(&doctor.stderr));
    assert!(doctor.contains("the mail server answers"), "{doctor}");
    let metrics = served.client.get(format!("{}/metrics", served.admin)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("parley_mails_total"));
    assert!(served.stop(), "a graceful stop");
    let all = format!("{}{metrics}{doctor}", served.output());
    assert!(all.contains("550 5.1.1") && all.contains("451 4.2.2"), "the log says what the server said");
    for canary in MAIL_CANARIES {
        let place = all.find(canary).map(|at| all[at.saturating_sub(200)..(at + 40).min(all.len())].to_owned());
        assert_eq!(place, None, "{canary} leaked");
    }
    post.shutdown().await;
}
