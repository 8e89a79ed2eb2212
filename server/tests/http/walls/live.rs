//! The event stream: it tells a workspace of its own changes, and only while the session stands.

use std::time::Duration;

use domain::Role;
use reqwest::Response;
use serde_json::{Value, json};

use super::town::{House, Town, stored};
use crate::served::Served;

/// An open stream with what came and was not looked at yet.
pub struct Stream {
    response: Response,
    text: String,
}

/// One event as it came.
#[derive(Debug)]
pub struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Stream {
    /// Opens a stream, and reads up to its greeting: what comes after it is new.
    pub async fn open(served: &Served, cookie: &str, last: Option<&str>) -> Self {
        Self::resume(served, cookie, last).await.0
    }

    /// The same with what the browser had missed.
    pub async fn resume(served: &Served, cookie: &str, last: Option<&str>) -> (Self, Vec<Event>) {
        let mut request = served.get("/live").header("cookie", cookie);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let (mut stream, mut missed) = (Self { response, text: String::new() }, Vec::new());
        loop {
            let event = stream.next().await.expect("a greeting");
            let greeting = event.name == "hello";
            missed.push(event);
            if greeting {
                return (stream, missed);
            }
        }
    }

    /// The next event, or `None` at the stream's end. One of them comes within 30 seconds.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(30), self.read()).await.expect("an event or the end within 30 s")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| {
                    let found = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    found.unwrap_or_default().trim().to_owned()
                };
                let event = Event {
                    name: line("event"),
                    id: line("id"),
                    data: serde_json::from_str(&line("data")).unwrap_or_default(),
                };
                self.text = rest.to_owned();
                // A comment only keeps the line open.
                if !event.name.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let more = self.response.chunk().await.ok().flatten()?;
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// What the next event is about.
    pub async fn next_topic(&mut self) -> Value {
        let mut data = self.next().await.expect("an event").data;
        data.as_object_mut().expect("an event has fields").remove("version");
        data
    }
}

/// What a stream says when the conversation of a workspace changed.
pub fn conversation(house: &House) -> Value {
    json!({ "topic": "conversation", "id": house.ids.conversation })
}

#[tokio::test]
async fn a_stream_tells_a_workspace_of_its_own_changes_only() {
    let town = Town::new().await;
    let (ours, theirs) = (town.ours.cookie(Role::Owner), town.theirs.cookie(Role::Owner));
    let mut at_ours = Stream::open(&town.served, ours, None).await;
    let mut at_theirs = Stream::open(&town.served, theirs, None).await;
    town.ours.note(&town.served).await;
    let heard = at_ours.next().await.unwrap();
    assert_eq!(heard.data["id"], town.ours.ids.conversation.to_string());
    town.theirs.note(&town.served).await;
    assert_eq!(at_theirs.next_topic().await, conversation(&town.theirs), "ours came first, and is not told");
    // Nor does the place in our stream let them resume it.
    for last in [heard.id.as_str(), "", "nonsense", "0-0", &"9".repeat(6_000)] {
        let (_, missed) = Stream::resume(&town.served, theirs, Some(last)).await;
        assert!(!format!("{missed:?}").contains(&town.ours.ids.conversation.to_string()), "{last}: {missed:?}");
    }
    town.assert_calm();
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_is_refused_when_it_comes_back() {
    let town = Town::new().await;
    let (ended, left) = (town.newcomer("ended", Role::Agent).await, town.newcomer("left", Role::Agent).await);
    let mut of_ended = Stream::open(&town.served, &ended, None).await;
    let mut of_left = Stream::open(&town.served, &left, None).await;
    town.served.sign_out(&ended).await;
    town.leaves(&left).await;
    // Who left still is somebody, but has nothing to hear.
    for (cookie, status) in [(&ended, 401), (&left, 404)] {
        let again = async || town.served.get("/live").header("cookie", cookie).send().await.unwrap().status() == status;
        town.served.until("a new stream is refused", again).await;
    }
    assert!(of_ended.next().await.is_none() && of_left.next().await.is_none(), "the open streams end by themselves");
    town.assert_calm();
}

/// What another process, or a command, does to the member behind a session.
const ELSEWHERE: [(&str, &str); 3] = [
    ("ended", "delete from session where token_hash = $1"),
    (
        "left",
        "update member set deactivated_at = now() where id = (select member_id from session where token_hash = $1)",
    ),
    (
        "demoted",
        "with nothing as (insert into role (workspace_id, id, name, permissions, created_at)
             select workspace_id, gen_random_uuid(), 'Nothing', '{}', now() from session where token_hash = $1 returning id)
         update member set role = 'custom', custom_role_id = nothing.id from nothing
         where member.id = (select member_id from session where token_hash = $1)",
    ),
];

#[tokio::test]
async fn power_that_is_taken_elsewhere_is_gone_within_a_second() {
    let town = Town::new().await;
    for (who, what) in ELSEWHERE {
        let cookie = town.newcomer(who, Role::Agent).await;
        let mut stream = Stream::open(&town.served, &cookie, None).await;
        town.execute(what, stored(&cookie)).await;
        let end = async {
            assert!(stream.next().await.is_none(), "{who}: nothing but the end comes");
            assert_ne!(town.served.get("/live").header("cookie", &cookie).send().await.unwrap().status(), 200, "{who}");
        };
        tokio::time::timeout(Duration::from_secs(1), end).await.unwrap_or_else(|_| panic!("{who}: a second is over"));
    }
    // So it is where the database rings while the line to it is lost.
    let cookie = town.newcomer("unheard", Role::Agent).await;
    let mut stream = Stream::open(&town.served, &cookie, None).await;
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
               where query like 'LISTEN %parley_revocation%' and datname = current_database()";
    assert_eq!(town.served.count(cut).await, 1, "one line listens");
    town.execute(ELSEWHERE[0].1, stored(&cookie)).await;
    let end = tokio::time::timeout(Duration::from_secs(2), stream.next()).await;
    assert!(end.expect("two seconds are over").is_none());
    town.assert_calm();
}
