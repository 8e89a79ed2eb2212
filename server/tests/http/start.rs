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

#[tokio::test]
async fn it_stops_gracefully_with_streams_open() {
    let mut served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let stream = served.get("/live").header("cookie", cookie).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    assert!(served.stop());
}
