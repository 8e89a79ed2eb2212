use crate::served::{SECRET, Served, VERIFY, text};

#[tokio::test]
async fn the_handshake_repeats_the_challenge_to_who_knows_the_word() {
    let served = Served::start().await;
    let ask = async |query: &str| {
        let answer = served.get(&format!("/webhooks/whatsapp?{query}")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(
        ask(&format!("hub.mode=subscribe&hub.challenge=1158&hub.verify_token={VERIFY}")).await,
        (200, "1158".into())
    );
    for query in [
        "hub.mode=subscribe&hub.challenge=1158&hub.verify_token=wrong",
        "hub.mode=subscribe&hub.challenge=1",
        "",
        "hub.verify_token=",
    ] {
        assert_eq!(ask(query).await.0, 403, "{query}");
    }
    assert_eq!(ask(&format!("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={VERIFY}")).await.0, 403);
}

#[tokio::test]
async fn only_signed_bodies_are_kept_and_every_signed_body_is() {
    let served = Served::start().await;
    let kept = || served.count("select count(*) from journal");
    let body = text("wamid.1", "447700900177", "hello").to_string();
    assert_eq!(served.webhook(body.clone(), "another secret").await.status(), 401);
    for (name, value) in
        [("x-hub-signature-256", "sha256=00"), ("x-hub-signature-256", ""), ("x-hub-signature", "sha1=0000")]
    {
        assert_eq!(
            served.post("/webhooks/whatsapp").header(name, value).body(body.clone()).send().await.unwrap().status(),
            401
        );
    }
    assert_eq!(served.post("/webhooks/whatsapp").body(body.clone()).send().await.unwrap().status(), 401);
    assert_eq!(kept().await, 0, "no side effect");
    // Refused before it is read, so the sender may see the answer or only the closed connection.
    let too_large = served.post("/webhooks/whatsapp").body(vec![b' '; 4 * 1024 * 1024]).send().await;
    assert!(too_large.map_or(true, |answer| answer.status() == 413));
    assert_eq!(kept().await, 0);
    let deep = format!("{{\"entry\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let strange: [Vec<u8>; 6] = [
        b"\xff\xfe".to_vec(),
        b"{".to_vec(),
        Vec::new(),
        b"null".to_vec(),
        deep.into_bytes(),
        body.replace("hello", "a\\u0000b").into_bytes(),
    ];
    for body in strange {
        assert_eq!(served.webhook(body, SECRET).await.status(), 200);
    }
    assert_eq!(kept().await, 6);
    assert_eq!(served.webhook(body, SECRET).await.status(), 200);
    served
        .until("all is applied", async || {
            served.count("select count(*) from journal where applied_at is null").await == 0
        })
        .await;
    assert_eq!(served.count("select count(*) from journal where problem is not null").await, 5);
    // The NUL came first and made the message; the same id with other text is the same message.
    assert_eq!(served.count("select count(*) from message where provider_id = 'wamid.1'").await, 1);
}
