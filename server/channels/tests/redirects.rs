//! Addresses that the Cloud API sends us on to: a file may lie elsewhere, and our token stays behind.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use backend::outbound::{ExpectedMedia, Line, MediaProblem, Provider as _};
use channels::whatsapp::{Client, ClientConfig};
use serde_json::json;
use tokio::net::TcpListener;

/// Who was asked for a file, each time with the token that came along.
type Asked = Arc<Mutex<Vec<Option<String>>>>;

fn note(asked: &Asked, headers: &HeaderMap) {
    let token = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    asked.lock().unwrap().push(token);
}

/// Serves on a port of its own and answers its address.
async fn serve(build: impl FnOnce(&str) -> Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = build(&base);
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// A Cloud API whose file lies at `/file`, which leads on to `target`, or round and round without one.
async fn api(asked: &Asked, target: Option<String>) -> Client {
    let asked = Arc::clone(asked);
    let base = serve(move |base| {
        let (file, target) = (format!("{base}/file"), target.unwrap_or_else(|| format!("{base}/file")));
        let meta = json!({ "url": file, "mime_type": "image/png", "file_size": 4 });
        let lead_on = async move |State(asked): State<Asked>, headers: HeaderMap| -> Response {
            note(&asked, &headers);
            Redirect::temporary(&target).into_response()
        };
        Router::new()
            .route("/v26.0/media-1", get(async move || Json(meta)))
            .route("/file", get(lead_on))
            .with_state(asked)
    })
    .await;
    let config = ClientConfig {
        base_url: base,
        version: "v26.0".into(),
        token: "canary-token".into(),
        app_id: None,
        app_secret: "secret".into(),
        sandbox: None,
        timeout: Duration::from_secs(20),
    };
    Client::new(config).unwrap()
}

fn line() -> Line {
    Line { number: "1001".into(), access: None }
}

fn expected() -> ExpectedMedia {
    ExpectedMedia { mime: "image/png".into(), sha256: None, max_bytes: 100 }
}

#[tokio::test]
async fn a_file_that_lies_elsewhere_is_fetched_without_our_token() {
    let (at_api, elsewhere) = (Asked::default(), Asked::default());
    let there = Arc::clone(&elsewhere);
    let other = serve(move |_| {
        let give = async |State(asked): State<Asked>, headers: HeaderMap| {
            note(&asked, &headers);
            "file"
        };
        Router::new().route("/copy", get(give)).with_state(there)
    })
    .await;
    let client = api(&at_api, Some(format!("{other}/copy"))).await;
    let file = client.fetch_media(&line(), "media-1", &expected()).await.ok().unwrap();
    assert_eq!(&file.bytes[..], b"file");
    assert_eq!(*at_api.lock().unwrap(), [Some("Bearer canary-token".to_owned())]);
    assert_eq!(*elsewhere.lock().unwrap(), [None], "the token is the Cloud API's alone");
}

#[tokio::test]
async fn who_is_led_round_and_round_stops() {
    let asked = Asked::default();
    let client = api(&asked, None).await;
    let outcome = client.fetch_media(&line(), "media-1", &expected()).await;
    assert!(matches!(outcome, Err(MediaProblem::Later)));
    assert!(asked.lock().unwrap().len() <= 4);
}

/// Whoever has an app of their own can sign any webhook.
#[tokio::test]
async fn an_id_of_a_file_leads_to_no_other_place() {
    let asked = Asked::default();
    let client = api(&asked, None).await;
    for id in ["../../file", "..%2Ffile", "media-1?fields=url", "media-1/../media-1", "media-1#", "", "."] {
        let outcome = client.fetch_media(&line(), id, &expected()).await;
        assert!(matches!(outcome, Err(MediaProblem::Gone(_))), "{id}");
    }
    assert!(asked.lock().unwrap().is_empty(), "nothing is asked for");
}
