use std::io::Write as _;
use std::process::Stdio;

use backend::mail::{self, Kind, Language, Link, Outgoing};
use domain::Timestamp;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};

use crate::served::{SECRET, Served, parley};

/// A mail with a link that is good for long.
pub fn reset(to: &str, link: &str) -> Outgoing {
    let until: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let link = Link { url: link.to_owned(), until };
    let kind = Kind::ResetPassword { name: "Ada <script>".to_owned(), link };
    Outgoing { to: to.to_owned(), language: Language::English, kind }
}

/// Queues mails as the back end does; the running server sends them.
pub async fn queue(served: &Served, mails: &[Outgoing]) {
    let pool = served.database.owner().await;
    let core = served.core();
    for mail in mails {
        let mut tx = pool.begin().await.unwrap();
        mail::queue(&core, &mut tx, mail).await.unwrap();
        tx.commit().await.unwrap();
    }
    pool.close().await;
}

/// Lets the queue's back-off pass.
pub async fn hurry(served: &Served) {
    let pool = served.database.owner().await;
    sqlx::raw_sql("update graphile_worker._private_jobs set run_at = now()").execute(&pool).await.unwrap();
    pool.close().await;
}

async fn arrived(served: &Served, to: &str) -> Vec<Value> {
    let answer = served.get(&format!("/sandbox/control/mail?to={to}")).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    body.get("mails").and_then(Value::as_array).unwrap().clone()
}

#[tokio::test]
async fn mails_of_the_demonstration_arrive_on_its_page() {
    let mut served = Served::start().await;
    let link = "https://crm.example/reset/1?a=b&c=d";
    queue(&served, &[reset("ada@parley.example", link), reset("hard@parley.example", link)]).await;
    served.until("the mail is here", async || arrived(&served, "ada@parley.example").await.len() == 1).await;
    let mail = arrived(&served, "ada@parley.example").await.remove(0);
    assert_eq!((&mail["subject"], &mail["links"]), (&json!("Choose a new password"), &json!([link])));
    assert!(mail["html"].as_str().unwrap().contains("Ada &#60;script&#62;"));
    served
        .until("the address is marked", async || {
            served.count("select count(*) from mail_bounce").await == 1
                && served.count("select count(*) from mail where state = 'failed' and data is null").await == 1
        })
        .await;
    // Refused once, taken the next time.
    let fault = json!({ "kind": "smtp_try_later", "count": 1 });
    served.post("/sandbox/control/faults").json(&fault).send().await.unwrap();
    queue(&served, &[reset("bob@parley.example", link)]).await;
    served
        .until("the first try has failed", async || {
            served.count("select count(*) from graphile_worker._private_jobs where last_error is not null").await == 1
        })
        .await;
    assert_eq!(arrived(&served, "bob@parley.example").await.len(), 0);
    hurry(&served).await;
    served.until("the second try", async || arrived(&served, "bob@parley.example").await.len() == 1).await;
    let page = served.get("/sandbox/mail").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("frame-src 'self'"));
    let shown = served.get(&format!("/sandbox/control/mail/{}/html", mail["id"])).send().await.unwrap();
    assert_eq!(shown.headers()["x-frame-options"], "SAMEORIGIN");
    assert!(served.output().contains(&format!("Mails are at {}/sandbox/mail", served.base)));
    assert!(served.stop());
}

#[tokio::test]
async fn a_mail_that_comes_back_later_is_reported_by_the_mail_server_or_on_the_command_line() {
    let served = Served::start().await;
    let marked = "select count(*) from mail_bounce where reported";
    queue(&served, &[reset("later-hard@parley.example", "https://crm.example/reset/1")]).await;
    served.until("the address is marked", async || served.count(marked).await == 1).await;

    let pool = served.database.owner().await;
    sqlx::raw_sql("delete from mail_bounce").execute(&pool).await.unwrap();
    let id: String = sqlx::query_scalar("select message_id from mail").fetch_one(&pool).await.unwrap();
    pool.close().await;
    let report = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
    );
    let hand_over = async |secret: &str| {
        let request = served.post("/webhooks/mail").basic_auth("parley", Some(secret)).body(report.clone());
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(hand_over("a guess").await, 401);
    assert_eq!(served.post("/webhooks/mail").body(report.clone()).send().await.unwrap().status(), 401);
    assert_eq!(served.count(marked).await, 0);
    // With the sandbox on, its two halves share a secret.
    assert_eq!(hand_over(SECRET).await, 204);
    assert_eq!(served.count(marked).await, 1);

    let piped = |mail: &str| {
        let mut command = parley(&served.database, &served.folder);
        command.args(["mail", "bounce"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(piped(&report), "Noted.\n");
    assert!(piped(&report.replace('@', "@elsewhere.")).starts_with("This is about no mail"));
    assert!(piped("Subject: Holiday\r\n\r\nAway").starts_with("This is no report"));
    assert!(!served.output().contains("later-hard@parley.example"), "no address is in the log");
}

/// Somebody without an account has chosen no language yet, so their browser's counts.
#[tokio::test]
async fn a_sign_up_is_answered_in_the_browser_s_language() {
    let served = Served::start().await;
    for (to, header, language) in [
        ("ada@new.example", Some("de-AT,de;q=0.9,en;q=0.5"), "de"),
        ("bea@new.example", Some("nl, en;q=0.2, fr;q=0.8"), "fr"),
        ("cem@new.example", Some("tlh;;=,\u{1f595}"), "en"),
        ("dan@new.example", None, "en"),
    ] {
        let form = [
            ("name", "Somebody"),
            ("email", to),
            ("password", "seven brown otters"),
            ("organisation", "A business"),
            ("job_title", ""),
            ("accepted", "true"),
        ];
        let mut request = served.post("/api/app/api/sign_up").form(&form);
        if let Some(header) = header {
            request = request.header(ACCEPT_LANGUAGE, header.as_bytes());
        }
        let answer = request.send().await.unwrap();
        assert!(!answer.status().is_client_error() && !answer.status().is_server_error(), "{to}: {answer:?}");
        let pool = served.database.owner().await;
        let mails: Vec<(String, String)> = sqlx::query_as("select kind, language from mail where to_address = $1")
            .bind(to)
            .fetch_all(&pool)
            .await
            .unwrap();
        pool.close().await;
        assert_eq!(mails, [("verify_email".to_owned(), language.to_owned())], "{to}");
    }
}
