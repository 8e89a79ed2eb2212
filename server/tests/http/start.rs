use crate::served::{Served, fresh_folder, parley};
use testkit::TestDb;

#[tokio::test]
async fn a_second_server_on_the_folder_is_refused_and_a_bad_value_named() {
    let database = TestDb::new().await;
    let folder = fresh_folder();
    let lock = std::fs::File::create(folder.join("parley.lock")).unwrap();
    lock.lock().unwrap();
    let refused = parley(&database, &folder).args(["serve", "--demo", "--listen", "127.0.0.1:0"]).output().unwrap();
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("another Parley is running"), "{words}");
    let bad = parley(&database, &folder).env("PARLEY_LISTEN", "somewhere").arg("serve").output().unwrap();
    assert!(!bad.status.success() && String::from_utf8_lossy(&bad.stderr).contains("--listen"));
    let missing = parley(&database, &folder)
        .env_remove("PARLEY_WHATSAPP_TOKEN")
        .args(["serve", "--listen", "127.0.0.1:0"])
        .output();
    drop(lock);
    let words = String::from_utf8_lossy(&missing.unwrap().stderr).into_owned();
    assert!(words.contains("another Parley") || words.contains("PARLEY_WHATSAPP_TOKEN"), "{words}");
    let _ = std::fs::remove_dir_all(folder);
}

/// Names under `.invalid` lead nowhere (RFC 6761), so whatever gets as far as connecting fails there.
#[tokio::test]
async fn a_database_on_another_machine_is_not_spoken_to_in_clear() {
    let database = TestDb::new().await;
    let folder = fresh_folder();
    let said = |command: &str, url: &str, plaintext: Option<&str>| {
        let mut parley = parley(&database, &folder);
        parley.env("PARLEY_DATABASE_URL", url).args([command, "--listen", "127.0.0.1:0"]);
        if let Some(plaintext) = plaintext {
            parley.env("PARLEY_DATABASE_PLAINTEXT", plaintext);
        }
        let output = parley.output().unwrap();
        assert!(!output.status.success(), "{command} {url}");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let clear = "postgres://me:hunter2@db.invalid/parley";
    for command in ["serve", "migrate", "doctor"] {
        for plaintext in [None, Some("refused")] {
            let words = said(command, clear, plaintext);
            assert!(words.contains("does not insist on TLS"), "{command}: {words}");
            assert!(words.contains("sslmode=verify-full") && words.contains("PARLEY_DATABASE_PLAINTEXT"), "{words}");
            assert!(!words.contains("hunter2"), "{words}");
        }
        let words = said(command, &format!("{clear}?sslmode=verify-full"), None);
        assert!(!words.contains("does not insist on TLS"), "{command}: {words}");
        let words = said(command, clear, Some("allowed"));
        assert!(!words.contains("does not insist on TLS"), "{command}: {words}");
        if command != "migrate" {
            assert!(words.contains("as PARLEY_DATABASE_PLAINTEXT allows"), "{command}: {words}");
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn it_stops_gracefully_with_streams_open() {
    let mut served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let stream = served.get("/live").header("cookie", cookie).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    assert!(served.stop());
}
