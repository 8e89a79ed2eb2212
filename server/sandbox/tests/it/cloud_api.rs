//! The stand-in of the Cloud API over real HTTP.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{GRACE, Hook, signature, text, world, world_with};

fn header<'a>(hook: &'a Hook, name: &str) -> &'a str {
    hook.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn webhooks_are_signed_over_the_bytes_sent() {
    let world = world().await;
    world.write("grace", "Is it Zoë's / mine? 🏠").await;
    world.settle().await;
    let hook = world.hooks().remove(0);
    assert_eq!(header(&hook, "x-hub-signature-256"), signature(&world.config.app_secret, &hook.body));
    let raw = String::from_utf8(hook.body.to_vec()).unwrap();
    assert!(raw.contains("Zo\\u00eb's \\/ mine? \\ud83c\\udfe0"), "{raw}");
    assert_eq!(world.items("messages")[0]["text"]["body"], "Is it Zoë's / mine? 🏠");
    assert_eq!(world.items("contacts")[0]["wa_id"], GRACE);
}

#[tokio::test]
async fn a_send_is_sent_then_delivered_then_read() {
    let world = world().await;
    world.control("settings", json!({"concurrency": 1})).await;
    world.write("grace", "hello").await;
    let (status, reply) = world.send(text("+44 7700 900101", "Yes, it is.", "job-1")).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(reply["contacts"][0], json!({"input": "+44 7700 900101", "wa_id": GRACE}));
    world.settle().await;
    world.control("read", json!({"customer": "grace"})).await;
    world.settle().await;
    let statuses = world.statuses();
    let names: Vec<&str> = statuses.iter().map(|status| status["status"].as_str().unwrap()).collect();
    assert_eq!(names, ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!(status["id"], reply["messages"][0]["id"]);
        assert_eq!(status["recipient_id"], GRACE);
        assert_eq!(status["biz_opaque_callback_data"], "job-1");
    }
    assert_eq!(statuses[0]["pricing"]["category"], "service");
    assert!(statuses[2].get("pricing").is_none());
    let ledger = world.look("ledger").await;
    assert_eq!(ledger["by_biz"]["job-1"], json!({"accepted": 1, "delivered": 1}));
    assert_eq!(ledger["counts"]["inbound_acknowledged"], 1);
}

#[tokio::test]
async fn free_text_outside_the_window_fails_and_a_template_goes_through() {
    let world = world().await;
    world.write("grace", "hello").await;
    world.control("clock", json!({"advance_seconds": 86_401})).await;
    let (status, _) = world.send(text(GRACE, "Still there?", "late")).await;
    assert_eq!(status, 200);
    world.settle().await;
    let failed = world.statuses().pop().unwrap();
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));
    world.control("settings", json!({"sync_window_check": true})).await;
    let (status, reply) = world.send(text(GRACE, "Still there?", "late")).await;
    assert_eq!((status, &reply["error"]["code"]), (400, &json!(131_047)));
    let words = ["Grace", "12 Elm Street", "Saturday"].map(|word| json!({"type": "text", "text": word}));
    let mut template = json!({"messaging_product": "whatsapp", "to": GRACE, "type": "template", "template": {
        "name": "viewing_reminder", "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": words}]}});
    let (status, reply) = world.send(template.clone()).await;
    assert_eq!((status, &reply["messages"][0]["message_status"]), (200, &json!("accepted")));
    world.settle().await;
    let chat = world.look("chat/grace").await;
    let shown = chat["messages"].as_array().unwrap().last().unwrap().clone();
    assert!(shown["rendered"]["body"].as_str().unwrap().starts_with("Hello Grace, this is"), "{shown}");
    template["template"]["components"][0]["parameters"].as_array_mut().unwrap().pop();
    assert_eq!(world.send(template.clone()).await.1["error"]["code"], 132_000);
    template["template"]["language"]["code"] = json!("fr");
    let (status, reply) = world.send(template).await;
    assert_eq!((status, &reply["error"]["code"]), (404, &json!(132_001)));
    let tap = world.control("tap", json!({"message_id": shown["id"], "choice": "Yes, I will come"})).await;
    world.settle().await;
    let message = world.items("messages").pop().unwrap();
    assert_eq!((&message["id"], &message["button"]["text"]), (&tap["id"], &json!("Yes, I will come")));
    assert_eq!(message["context"]["id"], shown["id"]);
}

#[tokio::test]
async fn the_pair_limit_lets_45_through_and_recovers() {
    let world = world().await;
    world.write("grace", "hello").await;
    for number in 0..45 {
        assert_eq!(world.send(text(GRACE, "x", &format!("p-{number}"))).await.0, 200, "{number}");
    }
    let (status, reply) = world.send(text(GRACE, "x", "p-45")).await;
    assert_eq!((status, &reply["error"]["code"]), (400, &json!(131_056)));
    world.control("clock", json!({"advance_seconds": 6})).await;
    assert_eq!(world.send(text(GRACE, "x", "p-45")).await.0, 200);
}

#[tokio::test]
async fn a_reset_after_acceptance_is_accepted_and_a_blind_retry_shows_in_the_ledger() {
    let world = world().await;
    world.write("grace", "hello").await;
    world.control("faults", json!({"kind": "reset_after_accept", "count": 1})).await;
    assert!(world.send_raw(&text(GRACE, "once", "intent-1")).await.is_err());
    assert_eq!(world.send(text(GRACE, "once", "intent-1")).await.0, 200);
    world.control("faults", json!([{"kind": "reset_before", "count": 1}])).await;
    assert!(world.send_raw(&text(GRACE, "never", "intent-2")).await.is_err());
    world.settle().await;
    let ledger = world.look("ledger").await;
    assert_eq!(ledger["by_biz"]["intent-1"], json!({"accepted": 2, "delivered": 2}));
    assert!(ledger["by_biz"].get("intent-2").is_none());
    assert_eq!(ledger["counts"]["delivered_more_than_once"], 1);
}

#[tokio::test]
async fn faults_of_the_interface_look_like_metas() {
    let world = world().await;
    world.write("grace", "hello").await;
    for (fault, status, code) in [
        (json!({"kind": "http_429", "count": 1, "seconds": 7}), 429, 130_429),
        (json!({"kind": "token_expired", "count": 1}), 401, 190),
        (json!({"kind": "code:131056", "count": 1}), 400, 131_056),
        (json!({"kind": "error_500_after_accept", "count": 1}), 500, 131_000),
    ] {
        world.control("faults", fault).await;
        let (got, reply) = world.send(text(GRACE, "x", "f")).await;
        assert_eq!((got, &reply["error"]["code"]), (status, &json!(code)), "{reply}");
    }
    world.control("faults", json!({"kind": "http_503_html", "count": 1})).await;
    let response = world.send_raw(&text(GRACE, "x", "f")).await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.text().await.unwrap().contains("<html>"));
    world.control("faults", json!({"kind": "code:131049", "count": 1})).await;
    world.send(text(GRACE, "x", "g")).await;
    world.settle().await;
    assert_eq!(world.statuses().pop().unwrap()["errors"][0]["code"], 131_049);
    world.control("faults", json!({"kind": "status_before_response", "count": 1})).await;
    world.receiver.hooks.lock().unwrap().clear();
    world.send(text(GRACE, "x", "h")).await;
    assert_eq!(world.statuses()[0]["status"], "sent");
}

#[tokio::test]
async fn webhooks_are_repeated_with_the_same_bytes_until_200() {
    let world = world().await;
    *world.receiver.answers.lock().unwrap() = vec![204, 500, 503];
    let id = world.write("grace", "do not lose me").await;
    world.settle().await;
    let hooks = world.hooks();
    let answers: Vec<u16> = hooks.iter().map(|hook| hook.answered).collect();
    assert_eq!(answers, [503, 500, 204, 200]);
    assert!(hooks.iter().all(|hook| hook.body == hooks[0].body));
    let inbound = world.look("ledger").await["inbound"][0].clone();
    assert_eq!((&inbound["id"], &inbound["acknowledged"]), (&json!(id), &json!(true)));
}

#[tokio::test]
async fn webhook_faults_arrive_as_promised() {
    let world = world().await;
    world
        .control(
            "faults",
            json!({"faults": [{"kind": "webhook_duplicate", "count": 1}, {"kind": "bad_signature", "count": 1}]}),
        )
        .await;
    world.receiver.answers.lock().unwrap().extend([200, 200, 401]);
    world.write("grace", "twice").await;
    world.settle().await;
    let bodies: std::collections::HashSet<Vec<u8>> = world.hooks().iter().map(|hook| hook.body.to_vec()).collect();
    assert_eq!(bodies.len(), 1);
    assert!(world.hooks().iter().any(|hook| header(hook, "x-hub-signature-256").ends_with("0000")));
    let forged = world.control("raw_webhook", json!({"body": {"object": "x"}, "signature": "missing"})).await;
    assert_eq!(forged["status"], 200);
    assert_eq!(header(world.hooks().last().unwrap(), "x-hub-signature-256"), "");
    assert_eq!(world.control("handshake", json!({})).await["success"], true);
    assert_eq!(world.control("handshake", json!({"verify_token": "wrong"})).await["success"], false);
}

#[tokio::test]
async fn media_keep_their_digest_in_both_directions() {
    let world = world().await;
    let bytes = b"not really a picture, but bytes are bytes".to_vec();
    let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name("a.png").mime_str("image/png").unwrap();
    let form = reqwest::multipart::Form::new()
        .text("messaging_product", "whatsapp")
        .text("type", "image/png")
        .part("file", part);
    let url = world.graph(&format!("{}/media", world.config.phone_number_id));
    let uploaded: Value = world
        .http
        .post(url)
        .bearer_auth(&world.config.token)
        .multipart(form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = uploaded["id"].as_str().unwrap();
    let get = |url: String| world.http.get(url).bearer_auth(&world.config.token).send();
    let node: Value = get(world.graph(id)).await.unwrap().json().await.unwrap();
    assert_eq!(node["sha256"], hex::encode(Sha256::digest(&bytes)));
    let url = node["url"].as_str().unwrap().to_owned();
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 401);
    assert_eq!(get(url.clone()).await.unwrap().bytes().await.unwrap(), bytes);
    world.control("clock", json!({"advance_seconds": 301})).await;
    assert_eq!(get(url).await.unwrap().status(), 404);
    world
        .control("inbound", json!({"customer": "luca", "type": "image", "sample": "photo", "caption": "The door"}))
        .await;
    world.settle().await;
    let message = world.items("messages").pop().unwrap();
    let file = get(message["image"]["url"].as_str().unwrap().to_owned()).await.unwrap().bytes().await.unwrap();
    use base64::Engine as _;
    assert_eq!(message["image"]["sha256"], base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&file)));
    assert!(file.starts_with(&[0x89, b'P', b'N', b'G']));
}

#[tokio::test]
async fn a_person_without_a_number_is_reached_by_user_id_and_offline_phones_wait() {
    let world = world().await;
    world.write("luca", "ciao").await;
    world.settle().await;
    let message = world.items("messages").pop().unwrap();
    assert!(message.get("from").is_none());
    let user = message["from_user_id"].as_str().unwrap().to_owned();
    assert_eq!(world.items("contacts")[0]["profile"]["username"], "@luca_m");
    world.control("customer/luca", json!({"offline": true})).await;
    let body = json!({"messaging_product": "whatsapp", "recipient": user, "text": {"body": "Ciao"}});
    let (_, reply) = world.send(body.clone()).await;
    assert_eq!(reply["contacts"][0], json!({"input": user, "user_id": user}));
    world.settle().await;
    assert_eq!(world.statuses().len(), 1);
    world.control("customer/luca", json!({"offline": false, "phone": "447700900777"})).await;
    world.settle().await;
    assert!(
        world.statuses().iter().any(|status| status["status"] == "delivered" && status.get("recipient_id").is_none())
    );
    let system = world.items("messages").pop().unwrap();
    assert_eq!(
        (&system["system"]["type"], &system["system"]["previous_user_id"]),
        (&json!("user_changed_user_id"), &json!(user))
    );
    assert_eq!(world.send(body).await.1["error"]["code"], 131_009);
}

#[tokio::test]
async fn a_burst_is_posted_whole_and_the_ledger_file_has_it() {
    let path = std::env::temp_dir().join(format!("sandbox-ledger-{}.jsonl", std::process::id()));
    let world = world_with(|config| config.ledger = Some(path.clone())).await;
    let reply = world
        .control("burst", json!({"messages": 300, "customers": 20, "duplicate_probability": 0.2, "reorder": true, "batch": 3, "seed": 4}))
        .await;
    assert!(reply["duplicates"].as_u64().unwrap() > 20, "{reply}");
    world.settle().await;
    let counts = world.look("ledger?entries=false").await["counts"].clone();
    assert_eq!((&counts["inbound"], &counts["inbound_acknowledged"]), (&json!(300), &json!(300)));
    let texts: std::collections::HashSet<String> =
        world.items("messages").iter().map(|message| message["text"]["body"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts.len(), 300);
    assert!(texts.contains("m-000123"));
    world.sandbox.shutdown().await;
    let lines = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"event\":\"inbound\"")).count(), 300);
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn calls_without_rights_are_refused() {
    let world = world().await;
    let node = world.graph(&world.config.phone_number_id);
    let get = |url: String, token: &str| world.http.get(url).bearer_auth(token).send();
    let code = async |response: reqwest::Response| response.json::<Value>().await.unwrap()["error"]["code"].clone();
    assert_eq!(code(get(node.clone(), "wrong").await.unwrap()).await, 190);
    assert_eq!(code(get(node.replace("v26.0", "v3.0"), &world.config.token).await.unwrap()).await, 2500);
    assert_eq!(code(get(format!("{node}?appsecret_proof=00"), &world.config.token).await.unwrap()).await, 100);
    assert_eq!(code(get(format!("{node}?fields=nonsense"), &world.config.token).await.unwrap()).await, 100);
    assert_eq!(code(get(world.graph("42"), &world.config.token).await.unwrap()).await, 100);
    let mut mac = Hmac::<Sha256>::new_from_slice(world.config.app_secret.as_bytes()).unwrap();
    mac.update(world.config.token.as_bytes());
    let proof = hex::encode(mac.finalize().into_bytes());
    let good = get(format!("{node}?fields=verified_name&appsecret_proof={proof}"), &world.config.token).await.unwrap();
    assert_eq!(good.headers()["facebook-api-version"], "v26.0");
    assert_eq!(good.json::<Value>().await.unwrap()["verified_name"], world.config.business_name);
    let log = world.look("requests").await.to_string();
    assert!(!log.contains(&proof) && !log.contains(&world.config.token));
}

#[tokio::test]
async fn the_page_is_served_at_the_mount_with_and_without_slash() {
    let world = world().await;
    for url in [world.base.clone(), format!("{}/", world.base)] {
        let page = world.http.get(url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("src=\"/sandbox/phone.js\""), "{page}");
        assert!(
            !page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick"),
            "inline code breaks the policy"
        );
    }
    for page in ["app", "embedded-signup", "mail"] {
        let page = world.http.get(format!("{}/{page}", world.base)).send().await.unwrap();
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
        let page = page.text().await.unwrap();
        assert!(!page.contains(" style=") && !page.contains("<script>") && !page.contains("{{"), "{page}");
    }
    for file in ["phone.css", "phone.js", "chat.js", "panel.js", "app.css", "app.js", "signup.js", "sdk.js"] {
        assert_eq!(world.http.get(format!("{}/{file}", world.base)).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn held_templates_go_out_or_fail_with_the_assessment() {
    let world = world().await;
    world.control("faults", json!({"kind": "hold_for_quality", "count": 2})).await;
    let words = ["4 Harbour Road", "Saturday"].map(|word| json!({"type": "text", "text": word}));
    let body = json!({"messaging_product": "whatsapp", "to": GRACE, "type": "template", "template": {
        "name": "weekend_open_house", "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": words}]}});
    let (_, reply) = world.send(body.clone()).await;
    assert_eq!(reply["messages"][0]["message_status"], "held_for_quality_assessment");
    world.settle().await;
    assert!(world.statuses().is_empty());
    world.control("template", json!({"name": "weekend_open_house", "status": "APPROVED"})).await;
    world.settle().await;
    assert!(world.statuses().iter().any(|status| status["status"] == "delivered"));
    world.send(body.clone()).await;
    world.control("template", json!({"name": "weekend_open_house", "status": "PAUSED"})).await;
    world.settle().await;
    let codes: Vec<Value> = world.statuses().iter().map(|status| status["errors"][0]["code"].clone()).collect();
    assert!(codes.contains(&json!(132_015)));
    assert_eq!(world.send(body).await.1["error"]["code"], 132_015);
}

#[tokio::test]
async fn marketing_after_stop_fails_and_counts_as_a_violation() {
    let world = world().await;
    world.control("customer/grace", json!({"marketing": "stop"})).await;
    world.settle().await;
    assert_eq!(world.items("user_preferences")[0]["value"], "stop");
    let words = ["4 Harbour Road", "Saturday"].map(|word| json!({"type": "text", "text": word}));
    let body = json!({"messaging_product": "whatsapp", "to": GRACE, "type": "template", "template": {
        "name": "weekend_open_house", "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": words}]}});
    world.send(body).await;
    world.settle().await;
    assert_eq!(world.statuses()[0]["errors"][0]["code"], 131_050);
    assert!(world.statuses()[0].get("recipient_user_id").is_none());
    assert_eq!(world.look("ledger?entries=false").await["violations"], json!({"marketing_after_stop": 1}));
}

#[tokio::test]
async fn people_react_edit_and_delete_and_any_change_can_be_posted() {
    let world = world().await;
    world.control("settings", json!({"concurrency": 1})).await;
    let id = world.write("grace", "Is it fre").await;
    world
        .control("inbound", json!({"customer": "grace", "type": "edit", "message_id": id, "text": "Is it free"}))
        .await;
    let (_, reply) = world.send(text(GRACE, "Yes", "a")).await;
    world.settle().await;
    let answer = reply["messages"][0]["id"].clone();
    world.control("react", json!({"customer": "grace", "message_id": answer, "emoji": "👍"})).await;
    let reaction = json!({"messaging_product": "whatsapp", "to": GRACE, "type": "reaction", "reaction": {"message_id": id, "emoji": "🙏"}});
    world.send(reaction).await;
    world.settle().await;
    let chat = world.look("chat/grace").await;
    assert_eq!(
        (&chat["messages"][0]["content"]["body"], &chat["messages"][0]["edited"]),
        (&json!("Is it free"), &json!(true))
    );
    assert_eq!(chat["messages"][0]["reactions"][0]["emoji"], "🙏");
    assert_eq!(chat["messages"][1]["reactions"][0]["emoji"], "👍");
    assert_eq!(world.statuses().last().unwrap()["status"], "sent");
    world.control("inbound", json!({"customer": "grace", "type": "revoke", "message_id": id})).await;
    world.control("change", json!({"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}})).await;
    world.settle().await;
    let types: Vec<Value> = world.items("messages").iter().map(|message| message["type"].clone()).collect();
    assert_eq!(types, ["text", "edit", "reaction", "revoke"]);
    let last: Value = serde_json::from_slice(&world.hooks().last().unwrap().body).unwrap();
    assert_eq!(last["entry"][0]["changes"][0]["field"], "account_update");
}

#[tokio::test]
async fn list_replies_and_limits_of_interactive_messages() {
    let world = world().await;
    world.write("luca", "ciao").await;
    let user = world.look("chat/luca").await["customer"]["user_id"].clone();
    let mut body = json!({"messaging_product": "whatsapp", "recipient": user, "type": "interactive", "interactive": {"type": "list",
        "body": {"text": "When?"}, "action": {"button": "Times", "sections": [{"rows": [{"id": "t-1", "title": "10:30", "description": "Hannah"}]}]}}});
    let (_, reply) = world.send(body.clone()).await;
    world.settle().await;
    world.control("tap", json!({"message_id": reply["messages"][0]["id"], "choice": "t-1"})).await;
    world.settle().await;
    let message = world.items("messages").pop().unwrap();
    assert_eq!(message["interactive"]["list_reply"], json!({"id": "t-1", "title": "10:30", "description": "Hannah"}));
    body["interactive"]["action"]["button"] = json!("a label that is far too long");
    assert_eq!(world.send(body).await.1["error"]["code"], 131_009);
}

#[tokio::test]
async fn service_windows_outlive_a_restart_with_the_same_ledger() {
    let path = std::env::temp_dir().join(format!("sandbox-window-{}.jsonl", std::process::id()));
    let first = world_with(|config| config.ledger = Some(path.clone())).await;
    first.write("grace", "hello").await;
    first.settle().await;
    first.sandbox.shutdown().await;
    let second = world_with(|config| config.ledger = Some(path.clone())).await;
    second.send(text(GRACE, "Good morning", "after")).await;
    second.settle().await;
    assert_eq!(second.look("ledger").await["by_biz"]["after"]["delivered"], 1);
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_callback_that_is_down_gets_everything_when_it_returns() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let world = world_with(|config| config.callback_url = format!("http://127.0.0.1:{port}/hook")).await;
    world.write("grace", "anybody there?").await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while world.look("idle").await["last_error"].is_null() {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let app = axum::Router::new().route("/hook", axum::routing::post(|| async {}));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    world.settle().await;
    let idle = world.look("idle").await;
    assert!(idle["last_error"].is_null(), "{idle}");
    assert_eq!(world.look("ledger").await["counts"]["inbound_acknowledged"], 1);
}
