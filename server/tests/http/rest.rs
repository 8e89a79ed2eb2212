use serde_json::{Value, json};

use crate::served::Served;

const ALL: &str = "conversations:read,conversations:write,messages:write,contacts:read";

#[tokio::test]
async fn a_program_lists_reads_answers_and_follows_the_delivery() {
    let served = Served::start().await;
    let key = served.api_key(ALL);
    let get = async |path: &str| -> Value {
        let answer = served.get(&format!("/api/v1{path}")).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    };
    let first = get("/conversations?limit=3").await;
    assert_eq!(first["data"].as_array().unwrap().len(), 3);
    let second = get(&format!("/conversations?limit=3&after={}", first["next"].as_str().unwrap())).await;
    assert_ne!(first["data"][0]["id"], second["data"][0]["id"]);
    let grace = get("/conversations?limit=100").await["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["title"] == "Grace Okafor")
        .cloned()
        .unwrap();
    let id = grace["id"].as_str().unwrap();
    // The sandbox's own service window must be open too: she writes.
    let wrote = served
        .post("/sandbox/control/inbound")
        .json(&json!({ "customer": "grace", "text": "Any news?" }))
        .send()
        .await
        .unwrap();
    assert_eq!(wrote.status(), 200);
    served
        .until("her message is here", async || {
            get(&format!("/conversations/{id}/messages")).await["data"].to_string().contains("Any news?")
        })
        .await;
    let send = async |idempotency: &str, text: &str| {
        let request = served
            .post(&format!("/api/v1/conversations/{id}/messages"))
            .bearer_auth(&key)
            .header("idempotency-key", idempotency);
        let answer = request.json(&json!({ "text": text })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, sent) = send("one", "The garden is included.").await;
    assert_eq!(status, 202);
    let (_, again) = send("one", "The garden is included.").await;
    assert_eq!(sent["id"], again["id"], "the same key is the same message");
    assert_eq!(send("one", "Something else").await.0, 409, "a key names one message");
    let message = format!("/messages/{}", sent["id"].as_str().unwrap());
    served
        .until("it is delivered", async || matches!(get(&message).await["status"].as_str(), Some("delivered" | "read")))
        .await;
    assert!(get(&message).await["provider_id"].as_str().unwrap().starts_with("wamid."));
    let ledger: Value = served.get("/sandbox/control/ledger?entries=false").send().await.unwrap().json().await.unwrap();
    assert_eq!(ledger["counts"]["delivered_more_than_once"], 0);
}

#[tokio::test]
async fn what_is_wrong_is_said_as_a_problem() {
    let served = Served::start().await;
    let key = served.api_key(ALL);
    let nobody = "018f0000-0000-7000-8000-000000000001";
    for (path, status) in [
        ("/conversations?limit=0".to_owned(), 422),
        ("/conversations?limit=x".to_owned(), 400),
        ("/conversations?view=theirs".to_owned(), 400),
        ("/conversations?after=x".to_owned(), 422),
        ("/conversations?unknown=1".to_owned(), 400),
        ("/conversations/not-an-id".to_owned(), 404),
        (format!("/conversations/{nobody}"), 404),
        (format!("/contacts/{nobody}"), 404),
        ("/nothing".to_owned(), 404),
    ] {
        let answer = served.get(&format!("/api/v1{path}")).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["status"], status, "{path}: {problem}");
    }
    let post = |body: &'static str| {
        let request = served
            .post(&format!("/api/v1/conversations/{nobody}/messages"))
            .bearer_auth(&key)
            .header("content-type", "application/json");
        request.header("idempotency-key", "k").body(body).send()
    };
    assert_eq!(post("{").await.unwrap().status(), 400);
    assert_eq!(post("{\"text\":1}").await.unwrap().status(), 422);
    assert_eq!(post("{\"text\":\"x\"}").await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_scope_is_no_more_than_it_says() {
    let served = Served::start().await;
    let key = served.api_key("contacts:read");
    assert_eq!(served.get("/api/v1/contacts").bearer_auth(&key).send().await.unwrap().status(), 200);
    assert_eq!(served.get("/api/v1/conversations").bearer_auth(&key).send().await.unwrap().status(), 403);
}
