use domain::conversations::{ListQuery, View};
use domain::messages::{Content, Direction, SendForm};
use domain::templates::{TemplateCategory, TemplateRow};
use domain::{Error, Refusal, ports::TemplateForm};
use jiff::SignedDuration;
use testkit::{Webhook, World, message};

use crate::{form, grace_writes, key, thread, world};

async fn people(world: &mut World, count: u32) {
    for n in 0..count {
        let phone = format!("4477009{n:05}");
        let body = Webhook::to("1001").person(&format!("Person {n}"), Some(&phone), None);
        let entry = message(&format!("w{n}"), &phone, world.second(), "Hello");
        world.journal(body.message(entry).body()).await;
        world.apply().await;
        world.clock.advance(SignedDuration::from_secs(5));
    }
}

#[tokio::test]
async fn pages_cover_every_conversation_once_newest_first() {
    let mut world = world().await;
    people(&mut world, 12).await;
    let (mut titles, mut after) = (Vec::new(), None);
    loop {
        let query = ListQuery { limit: Some(5), after: after.clone(), ..ListQuery::default() };
        let list = world.ports.inbox.list(&world.ours.caller, query).await.unwrap();
        titles.extend(list.page.items.into_iter().map(|row| row.title));
        after = list.page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(titles, (0..12).rev().map(|n| format!("Person {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn views_and_counters_follow_assignment_and_resolution() {
    let mut world = world().await;
    people(&mut world, 3).await;
    let caller = world.ours.caller.clone();
    let rows = world.ports.inbox.list(&caller, ListQuery::default()).await.unwrap().page.items;
    world.ports.inbox.assign(&caller, rows[0].id, caller.member_id()).await.unwrap();
    world.ports.inbox.assign(&caller, rows[1].id, Some(world.ours.agent_id)).await.unwrap();
    world.ports.inbox.resolve(&caller, rows[2].id).await.unwrap();
    let count = |view| {
        let query = ListQuery { view, ..ListQuery::default() };
        let (ports, caller) = (world.ports.clone(), caller.clone());
        async move { ports.inbox.list(&caller, query).await.unwrap().page.items.len() }
    };
    assert_eq!(
        [count(View::Mine).await, count(View::Unassigned).await, count(View::All).await, count(View::Resolved).await],
        [1, 0, 2, 1]
    );
    let counts = world.ports.inbox.list(&caller, ListQuery::default()).await.unwrap().counts;
    assert_eq!((counts.mine, counts.unassigned, counts.all), (1, 0, 2));
    let wrong = "select count(*) from inbox_counter c where c.open <> (select count(*) from conversation v
        where v.workspace_id = c.workspace_id and v.status = 'open' and coalesce(v.assignee_id, '00000000-0000-0000-0000-000000000000') = c.assignee_id)";
    assert_eq!(world.count(wrong).await, 0, "counters equal a recount");
    assert_eq!(world.count("select count(*) from audit_event").await, 3);
}

#[tokio::test]
async fn search_finds_by_the_beginning_of_any_word() {
    let mut world = world().await;
    people(&mut world, 12).await;
    let find = async |words: &str| {
        let query = ListQuery { search: words.to_owned(), ..ListQuery::default() };
        world.ports.inbox.list(&world.ours.caller, query).await.unwrap().page.items.len()
    };
    assert_eq!(find("person 1").await, 3);
    assert_eq!(find("11").await, 1);
    assert_eq!(find("%").await, 0);
    assert_eq!(find("nobody").await, 0);
}

#[tokio::test]
async fn a_thread_is_read_backwards_without_gap_or_double() {
    let mut world = world().await;
    for n in 0..57 {
        grace_writes(&mut world, &format!("w{n}"), &n.to_string()).await;
    }
    let id = world.only_conversation().await;
    let first = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().messages;
    let rest = world.ports.inbox.messages(&world.ours.caller, id, first.next, 50).await.unwrap();
    let texts: Vec<_> = rest.items.iter().chain(&first.items).map(|row| row.content.preview()).collect();
    assert_eq!(texts, (0..57).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn a_colleague_s_newer_answer_asks_first() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    let seen = Some(world.now());
    world.clock.advance(SignedDuration::from_secs(5));
    world.ports.inbox.send(&world.ours.agent, form(id, 1, "I have it")).await.unwrap();
    let mine = SendForm { seen, ..form(id, 2, "Me too") };
    assert_eq!(world.ports.inbox.send(&world.ours.caller, mine.clone()).await, Err(Error::Conflict));
    assert!(world.ports.inbox.send(&world.ours.caller, SendForm { seen: None, ..mine }).await.is_ok());
}

#[tokio::test]
async fn notes_stay_inside() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    for _ in 0..2 {
        world.ports.inbox.note(&world.ours.agent, id, "She likes gardens".into(), key(1)).await.unwrap();
    }
    world.send_due().await;
    let rows = thread(&world, id).await;
    assert_eq!((rows.len(), rows[1].direction), (2, Direction::Note));
    assert!(world.provider.sent().is_empty());
    assert!(matches!(world.ports.inbox.note(&world.ours.agent, id, " ".into(), key(2)).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn replies_quote_and_a_deleted_message_cannot_be_answered() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Which flat?").await;
    let id = world.only_conversation().await;
    let target = thread(&world, id).await[0].id;
    let reply = SendForm { reply_to: Some(target), ..form(id, 1, "Elm Street") };
    let row = world.ports.inbox.send(&world.ours.caller, reply.clone()).await.unwrap();
    assert_eq!(row.quote.unwrap().preview, "Which flat?");
    world.send_due().await;
    assert_eq!(world.provider.sent()[0].reply_to(), Some("w1"));
    let revoke = serde_json::json!({ "from": crate::GRACE, "id": "w2", "timestamp": world.second(), "type": "revoke", "revoke": { "original_message_id": "w1" } });
    world.receive(Webhook::to("1001").message(revoke).body()).await;
    let rows = thread(&world, id).await;
    assert!(rows[0].revoked && rows[0].content == Content::Text { body: String::new() });
    let gone = world.ports.inbox.send(&world.ours.caller, SendForm { client_key: key(2), ..reply }).await;
    assert_eq!(gone, Err(Error::Refused(Refusal::ReplyTargetGone)));
}

#[tokio::test]
async fn reactions_go_through_the_gate_and_make_no_bubble() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Thanks!").await;
    let id = world.only_conversation().await;
    let target = thread(&world, id).await[0].id;
    world.ports.inbox.react(&world.ours.caller, target, Some("👍".into())).await.unwrap();
    world.send_due().await;
    assert_eq!(world.provider.sent().len(), 1);
    let rows = thread(&world, id).await;
    assert_eq!((rows.len(), rows[0].our_reaction.as_deref()), (1, Some("👍")));
    world.clock.advance(SignedDuration::from_hours(25));
    let closed = world.ports.inbox.react(&world.ours.caller, target, None).await;
    assert!(matches!(closed, Err(Error::Refused(Refusal::WindowClosed { .. }))));
    assert_eq!(
        thread(&world, id).await[0].our_reaction.as_deref(),
        Some("👍"),
        "a refused change leaves nothing behind"
    );
}

#[tokio::test]
async fn templates_reach_a_closed_window_and_marketing_needs_consent() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    world.clock.advance(SignedDuration::from_hours(30));
    let template = |name: &str, category, approved| TemplateRow {
        name: name.into(),
        language: "en".into(),
        category,
        body: "Hi {{1}}".into(),
        approved,
    };
    world.provider.put_templates(vec![
        template("service", TemplateCategory::Utility, true),
        template("advert", TemplateCategory::Marketing, true),
        template("paused", TemplateCategory::Utility, false),
    ]);
    assert_eq!(world.ports.inbox.templates(&world.ours.caller, id).await.unwrap().len(), 3);
    let form = |n, name: &str| TemplateForm {
        conversation: id,
        client_key: key(n),
        name: name.into(),
        language: "en".into(),
        parameters: vec!["Grace".into()],
    };
    let sent = world.ports.inbox.send_template(&world.ours.caller, form(1, "service")).await.unwrap();
    assert_eq!(sent.content.preview(), "Hi Grace");
    let refused = |name| world.ports.inbox.send_template(&world.ours.caller, form(2, name));
    assert_eq!(refused("advert").await, Err(Error::Refused(Refusal::NoConsent)));
    assert_eq!(refused("paused").await, Err(Error::Refused(Refusal::TemplateNotApproved)));
    assert!(matches!(refused("unknown").await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn reading_clears_the_count_and_tells_the_customer() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    for _ in 0..2 {
        world.ports.inbox.mark_read(&world.ours.caller, id).await.unwrap();
    }
    assert_eq!(world.count("select unread::bigint from conversation").await, 0);
    tokio::task::yield_now().await;
    assert_eq!(world.provider.receipts(), [("w1".to_owned(), false)]);
}
