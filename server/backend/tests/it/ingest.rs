use domain::messages::{Content, Direction};
use domain::status::DeliveryStatus;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use testkit::{Webhook, World, message, status};

use crate::{GRACE, form, grace_writes, thread, world};

#[tokio::test]
async fn a_message_becomes_a_conversation_with_an_open_window() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Is the flat free?").await;
    let id = world.only_conversation().await;
    let opened = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap();
    assert_eq!(opened.conversation.title, "Grace");
    assert_eq!(opened.conversation.blocked, None);
    assert_eq!(opened.messages.items[0].content, Content::Text { body: "Is the flat free?".into() });
    let list = world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap();
    assert_eq!((list.counts.all, list.counts.unassigned), (1, 1));
    assert_eq!(list.page.items[0].unread, 1);
}

#[tokio::test]
async fn the_same_message_again_changes_nothing() {
    let mut world = world().await;
    for _ in 0..3 {
        grace_writes(&mut world, "w1", "Hello").await;
    }
    let id = world.only_conversation().await;
    assert_eq!(thread(&world, id).await.len(), 1);
    assert_eq!(world.count("select unread::bigint from conversation").await, 1);
}

#[tokio::test]
async fn one_message_twice_in_one_batch_is_one() {
    let mut world = world().await;
    let second = world.second();
    for _ in 0..2 {
        let twice =
            Webhook::to("1001").message(message("w1", GRACE, second, "Hi")).message(message("w1", GRACE, second, "Hi"));
        world.journal(twice.body()).await;
    }
    world.apply().await;
    assert_eq!(world.count("select count(*) from message").await, 1);
}

/// The state that must not depend on order or repetition.
async fn fingerprint(world: &World) -> Vec<String> {
    let rows: Vec<String> = sqlx::query_scalar(
        "select concat_ws('|', m.provider_id, m.content, m.their_reaction, m.edited_at is not null, m.revoked_at is not null, m.status)
         from message m where m.direction <> 'out' or m.permit_id is not null order by m.provider_id, m.id",
    )
    .fetch_all(&world.owner)
    .await
    .unwrap();
    let conversations: Vec<String> =
        sqlx::query_scalar("select concat_ws('|', unread, last_line, last_inbound_at, last_request_at, status) from conversation order by 1")
            .fetch_all(&world.owner)
            .await
            .unwrap();
    rows.into_iter().chain(conversations).collect()
}

/// A stream with everything that may come out of order.
fn stream(second: i64) -> Vec<bytes::Bytes> {
    let from = |n: i64| second - 100 + n;
    let entry = |value: serde_json::Value| {
        Webhook::to("1001").person("Grace", Some(GRACE), Some("GB.77")).message(value).body()
    };
    let about = |id: &str, n: i64, kind: &str, value: serde_json::Value| {
        entry(
            json!({ "from": GRACE, "from_user_id": "GB.77", "id": id, "timestamp": from(n).to_string(), "type": kind, (kind): value }),
        )
    };
    vec![
        entry(message("a", GRACE, from(0), "one")),
        entry(message("b", GRACE, from(10), "two")),
        entry(message("c", GRACE, from(20), "three")),
        about("d", 30, "reaction", json!({ "message_id": "a", "emoji": "👍" })),
        about("e", 31, "reaction", json!({ "message_id": "a", "emoji": "🎉" })),
        about(
            "f",
            40,
            "edit",
            json!({ "original_message_id": "b", "message": { "type": "text", "text": { "body": "two!" } } }),
        ),
        about("g", 50, "revoke", json!({ "original_message_id": "c" })),
        entry(message("h", GRACE, from(60), "last")),
        about("i", 70, "revoke", json!({ "original_message_id": "h" })),
    ]
}

#[test]
fn any_order_and_any_repetition_give_the_same_state() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    let reference = runtime.block_on(async {
        let mut world = world().await;
        for body in stream(world.second()) {
            world.receive(body).await;
        }
        fingerprint(&world).await
    });
    let orders = (Just((0..9usize).collect::<Vec<_>>()).prop_shuffle(), prop::collection::vec(0..9usize, 0..6));
    runner
        .run(&orders, |(order, repeats)| {
            let state = runtime.block_on(async {
                let mut world = world().await;
                let bodies = stream(world.second());
                for n in order.iter().chain(&repeats) {
                    world.journal(bodies[*n].clone()).await;
                }
                world.apply().await;
                fingerprint(&world).await
            });
            prop_assert_eq!(&state, &reference);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn statuses_may_come_before_their_message_s_answer_and_in_any_order() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    let sent = world.ports.inbox.send(&world.ours.caller, form(id, 1, "Good morning")).await.unwrap();
    let provider_id = testkit::Recorder::provider_id(sent.id);
    let second = world.second();
    // Read and delivered arrive before the provider's answer, without our id, read first.
    world.receive(Webhook::to("1001").status(status(&provider_id, "read", second + 2)).body()).await;
    world.receive(Webhook::to("1001").status(status(&provider_id, "delivered", second + 1)).body()).await;
    assert_eq!(world.count("select count(*) from stray_status").await, 2);
    world.send_due().await;
    let delivery = thread(&world, id).await[1].delivery.clone().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Read);
    assert!(delivery.delivered_at.is_some() && delivery.read_at.is_some());
    assert_eq!(world.count("select count(*) from stray_status").await, 0);
}

#[tokio::test]
async fn a_status_of_a_message_never_sent_is_kept_and_harms_nothing() {
    let mut world = world().await;
    world.receive(Webhook::to("1001").status(status("never", "read", 5)).body()).await;
    assert_eq!(world.count("select count(*) from stray_status").await, 1);
    assert_eq!(world.count("select count(*) from message").await, 0);
}

#[tokio::test]
async fn a_poisoned_item_is_quarantined_and_the_rest_is_stored() {
    let mut world = world().await;
    let second = world.second();
    let body = Webhook::to("1001")
        .message(message("w1", GRACE, second, "before"))
        .message(json!({ "type": "text", "id": "w2" }))
        .message(message("w3", GRACE, second, "after"))
        .body();
    world.receive(body).await;
    assert_eq!(world.count("select count(*) from message").await, 2);
    let report = world.ports.channels.report(&world.ours.caller).await.unwrap();
    assert_eq!(report.quarantine.len(), 1);
    assert!(report.quarantine[0].reason.contains("timestamp"), "{}", report.quarantine[0].reason);
    world.ports.channels.replay(&world.ours.caller, report.quarantine[0].id).await.unwrap();
    let again = world.ports.channels.report(&world.ours.caller).await.unwrap();
    assert_eq!(again.quarantine[0].attempts, 2);
}

#[tokio::test]
async fn an_item_that_the_database_refuses_is_quarantined_and_replayed_once_it_can_be_applied() {
    let mut world = world().await;
    let second = world.second();
    sqlx::raw_sql("alter table message add constraint poison check (provider_id <> 'w2')")
        .execute(&world.owner)
        .await
        .unwrap();
    for id in ["w1", "w2", "w3"] {
        world.journal(Webhook::to("1001").message(message(id, GRACE, second, id)).body()).await;
    }
    world.apply().await;
    assert_eq!(world.count("select count(*) from message").await, 2);
    let report = world.ports.channels.report(&world.ours.caller).await.unwrap();
    assert!(report.quarantine[0].reason.contains("poison"), "{}", report.quarantine[0].reason);
    sqlx::raw_sql("alter table message drop constraint poison").execute(&world.owner).await.unwrap();
    world.ports.channels.replay(&world.ours.caller, report.quarantine[0].id).await.unwrap();
    assert!(world.ports.channels.report(&world.ours.caller).await.unwrap().quarantine.is_empty());
    assert_eq!(world.count("select count(*) from message").await, 3);
}

#[tokio::test]
async fn bodies_that_are_no_webhook_are_kept_with_a_word_why() {
    let mut world = world().await;
    for body in [&b"\xff\xfe"[..], b"{", b"[]", b"{\"entry\":[{\"changes\":[{\"field\":\"flows\",\"value\":{}}]}]}"] {
        world.receive(bytes::Bytes::copy_from_slice(body)).await;
    }
    assert_eq!(world.count("select count(*) from journal where problem is not null").await, 3);
    assert_eq!(world.count("select count(*) from journal where applied_at is null").await, 0);
}

#[tokio::test]
async fn a_number_that_nobody_connected_reaches_nobody() {
    let mut world = world().await;
    world.receive(Webhook::to("9999").message(message("w1", GRACE, 5, "hi")).body()).await;
    assert_eq!(world.count("select count(*) from message").await, 0);
    assert_eq!(world.count("select count(*) from journal where applied_at is not null").await, 1);
}

#[tokio::test]
async fn one_body_for_two_workspaces_lands_in_both_and_nowhere_else() {
    let mut world = world().await;
    let second = world.second();
    let both = |number: &str| Webhook::to(number).message(message(&format!("w{number}"), GRACE, second, number)).body();
    world.journal(both("1001")).await;
    world.journal(both("2002")).await;
    world.apply().await;
    assert_eq!(thread(&world, world.only_conversation().await).await[0].content, Content::Text { body: "1001".into() });
    assert_eq!(world.ports.inbox.list(&world.theirs.caller, Default::default()).await.unwrap().page.items.len(), 1);
}

#[tokio::test]
async fn unknown_types_are_shown_as_unsupported_with_their_original_kept() {
    let mut world = world().await;
    let second = world.second();
    let strange =
        json!({ "from": GRACE, "id": "w1", "timestamp": second, "type": "hologram", "hologram": { "scale": 3 } });
    world.receive(Webhook::to("1001").message(strange).body()).await;
    let rows = thread(&world, world.only_conversation().await).await;
    assert_eq!(rows[0].content, Content::Unsupported { what: "hologram".into() });
    assert_eq!(world.count("select count(*) from message where raw #>> '{messages,hologram,scale}' = '3'").await, 1);
}

#[tokio::test]
async fn messages_from_the_phone_app_appear_as_sent_by_it() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let echo = json!({ "from": "1001", "to": GRACE, "id": "e1", "timestamp": world.second() + 5, "type": "text", "text": { "body": "From my phone" } });
    world.receive(Webhook::to("1001").item("message_echoes", echo).body()).await;
    let rows = thread(&world, world.only_conversation().await).await;
    assert_eq!((rows[1].direction, &rows[1].sender), (Direction::Out, &domain::messages::Sender::PhoneApp));
    world.send_due().await;
    assert!(world.provider.sent().is_empty(), "an echo is never sent again");
}

#[tokio::test]
async fn a_resolved_conversation_reopens_when_the_customer_writes() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    world.ports.inbox.resolve(&world.ours.caller, id).await.unwrap();
    assert_eq!(world.count("select coalesce(sum(open), 0)::bigint from inbox_counter").await, 0);
    world.clock.advance(jiff::SignedDuration::from_mins(5));
    grace_writes(&mut world, "w2", "One more thing").await;
    assert_eq!(world.only_conversation().await, id);
    assert_eq!(world.count("select coalesce(sum(open), 0)::bigint from inbox_counter").await, 1);
}
