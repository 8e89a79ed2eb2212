use reqwest::header::COOKIE;
use serde_json::json;

use crate::served::{SECRET, Served, TOKEN, VERIFY, text};

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
