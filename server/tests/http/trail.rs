//! The audit trail over HTTP: taken out whole or visibly not, by whom may, and from where acts say they came.

use domain::Role;
use reqwest::header::{CONTENT_LENGTH, COOKIE, USER_AGENT};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::served::Served;
use crate::walls::town::Town;

/// Events enough for many pieces, each of them `size` and more bytes long, after those that the workspace of ours has.
async fn lengthen(town: &Town, events: i32, size: i32) -> i64 {
    let last: i64 = sqlx::query_scalar(
        "with added as (
             insert into audit_event (workspace_id, id, at, actor, action, seq, details, previous, hash)
             select workspace_id, gen_random_uuid(), now(), '{}', 'tag.saved', h.seq + n, jsonb_build_object('name', repeat('x', $3)), '', ''
             from audit_head h, generate_series(1, $2) n where workspace_id = $1)
         update audit_head set seq = seq + $2 where workspace_id = $1 returning seq",
    )
    .bind(town.ours.workspace.0)
    .bind(events)
    .bind(size)
    .fetch_one(&town.owner)
    .await
    .unwrap();
    last
}

fn export(town: &Town) -> RequestBuilder {
    town.served.get("/audit/export").header(COOKIE, town.ours.cookie(Role::Owner))
}

#[tokio::test]
async fn the_export_brings_every_event_of_a_long_trail_in_order_and_up_to_its_beginning() {
    let town = Town::new().await;
    let last = lengthen(&town, 2_500, 10).await;
    let answer = export(&town).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key(CONTENT_LENGTH), "nobody knows its length before its end");
    let file = answer.text().await.unwrap();
    let found = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_i64().unwrap());
    assert_eq!(found.collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>());
    assert!(file.ends_with('\n'));
    let again = export(&town).send().await.unwrap().text().await.unwrap();
    let newest: Value = serde_json::from_str(again.lines().last().unwrap()).unwrap();
    assert_eq!((&newest["action"], &newest["seq"]), (&json!("audit.exported"), &json!(last + 1)), "an act too");
    town.assert_calm();
}

#[tokio::test]
async fn an_export_that_loses_its_database_breaks_off_and_does_not_end() {
    let town = Town::new().await;
    // More than all buffers between here and there take.
    lengthen(&town, 20_000, 4_000).await;
    let mut answer = export(&town).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.chunk().await.unwrap().is_some(), "it begins");
    sqlx::raw_sql("alter table audit_event rename to gone").execute(&town.owner).await.unwrap();
    let rest = loop {
        match answer.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(rest.is_err(), "an end that looks like the end of all");
}

/// A session of somebody whose role has these permissions and no other.
async fn with_role(town: &Town, name: &str, permissions: &[&str]) -> String {
    let cookie = town.newcomer(name, Role::Agent).await;
    let stored: Vec<String> = permissions.iter().map(|word| (*word).to_owned()).collect();
    #[expect(clippy::disallowed_methods, reason = "roles of their own are another test's matter")]
    sqlx::query(
        "with own as (insert into role (workspace_id, id, name, permissions, created_at) values ($1, gen_random_uuid(), $2, $3, now()) returning id)
         update member set role = 'custom', custom_role_id = (select id from own) where workspace_id = $1 and name = $2",
    )
    .bind(town.ours.workspace.0)
    .bind(name)
    .bind(&stored)
    .execute(&town.owner)
    .await
    .unwrap();
    cookie
}

#[tokio::test]
async fn taking_the_trail_out_needs_two_permissions() {
    let town = Town::new().await;
    for (name, permissions, expected) in [
        ("reads", &["read_audit"][..], 403),
        ("exports", &["export"][..], 403),
        ("both", &["read_audit", "export"][..], 200),
    ] {
        let cookie = with_role(&town, name, permissions).await;
        let status = async |path: &str| town.served.get(path).header(COOKIE, &cookie).send().await.unwrap().status();
        // They were an agent, who is refused too.
        town.served.until("the role counts", async || status("/live").await == 403).await;
        assert_eq!(status("/audit/export").await, expected, "{name}");
    }
}

/// Where the newest act of a kind came from, as it is written.
async fn whence(owner: &PgPool, action: &str) -> Value {
    let origin =
        sqlx::query_scalar("select origin from audit_event where action = $1 order by at desc, seq desc limit 1");
    origin.bind(action).fetch_one(owner).await.unwrap()
}

fn from(request: RequestBuilder, address: &str, agent: &str) -> RequestBuilder {
    request.header("x-forwarded-for", address).header(USER_AGENT, agent)
}

#[tokio::test]
async fn acts_say_where_their_requests_came_from_not_only_where_the_session_was_opened() {
    const THERE: (&str, &str) = ("203.0.113.7", "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0");
    let served = Served::start_with(&[("PARLEY_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let owner = served.database.owner().await;
    let form = [("email", backend::seed::EMAIL), ("password", backend::seed::PASSWORD), ("next", "/inbox")];
    let sign_in = from(served.post("/api/app/api/sign_in"), "198.51.100.9", "Mozilla/5.0 (X11; Linux) Firefox/140.0");
    let answer: Response = sign_in.form(&form).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let home = json!({ "device": "Firefox on Linux", "network": "IPv4 198.51.100.…" });
    assert_eq!(whence(&owner, "session.opened").await, home);

    let stolen = json!({ "device": "Chrome on Windows", "network": "IPv4 203.0.113.…", "signed_in": home });
    let save = [("role", ""), ("name", "Night desk"), ("permissions[]", "read_contacts")];
    let act = from(served.post("/api/settings/api/team/save_role"), THERE.0, THERE.1).header(COOKIE, &cookie);
    assert!(act.form(&save).send().await.unwrap().status().is_success());
    assert_eq!(whence(&owner, "role.saved").await, stolen, "by a server function of a workspace");
    let act = from(served.post("/api/settings/api/security/end_other_sessions"), THERE.0, THERE.1);
    let answer = act.header(COOKIE, &cookie).form(&[("", "")]).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    assert_eq!(whence(&owner, "session.ended").await, stolen, "by one of a person's own");
    let act = from(served.get("/audit/export"), THERE.0, THERE.1).header(COOKIE, &cookie);
    assert_eq!(act.send().await.unwrap().status(), 200);
    assert_eq!(whence(&owner, "audit.exported").await, stolen, "by a route");

    let key = served.api_key("conversations:read,conversations:write");
    let list = served.get("/api/v1/conversations?limit=1").bearer_auth(&key).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    let act = served.post(&format!("/api/v1/conversations/{}/resolve", list["data"][0]["id"].as_str().unwrap()));
    let answer = from(act, THERE.0, "curl/8.9").bearer_auth(&key).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    let program = json!({ "device": "", "network": "IPv4 203.0.113.…" });
    assert_eq!(whence(&owner, "conversation.resolved").await, program, "by a key");
}
