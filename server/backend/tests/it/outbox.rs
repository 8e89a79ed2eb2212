use backend::outbound::{Effect, SendOutcome, Wait};
use domain::messages::Failure;
use domain::status::DeliveryStatus;
use domain::{ConversationId, Error, MessageId, Refusal};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{Recorder, Webhook, World};

use crate::{form, grace_writes, thread, world};

async fn open(world: &mut World) -> ConversationId {
    grace_writes(world, "w1", "Hello").await;
    world.only_conversation().await
}

async fn send(world: &World, id: ConversationId, n: u128, text: &str) -> MessageId {
    world.ports.inbox.send(&world.ours.caller, form(id, n, text)).await.unwrap().id
}

async fn state(world: &World, message: MessageId) -> String {
    sqlx::query_scalar("select state from outbox where message_id = $1")
        .bind(message.0)
        .fetch_one(&world.owner)
        .await
        .unwrap()
}

async fn shown(world: &World, id: ConversationId) -> DeliveryStatus {
    thread(world, id).await.last().unwrap().delivery.clone().unwrap().status
}

#[tokio::test]
async fn an_admitted_message_is_sent_once_with_our_id_on_it() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let message = send(&world, id, 1, "Good morning").await;
    world.send_due().await;
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["Good morning"]);
    assert_eq!(world.provider.sent()[0].message(), message);
    assert_eq!(
        (state(&world, message).await.as_str(), shown(&world, id).await),
        ("accepted", DeliveryStatus::Accepted)
    );
}

#[tokio::test]
async fn one_client_key_is_one_message_even_at_the_same_time() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let (a, b) = tokio::join!(
        world.ports.inbox.send(&world.ours.caller, form(id, 1, "Once")),
        world.ports.inbox.send(&world.ours.caller, form(id, 1, "Once")),
    );
    assert_eq!(a.unwrap().id, b.unwrap().id);
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["Once"]);
}

#[tokio::test]
async fn outside_the_window_nothing_free_is_admitted() {
    let mut world = world().await;
    let id = open(&mut world).await;
    world.clock.advance(SignedDuration::from_hours(25));
    let refused = world.ports.inbox.send(&world.ours.caller, form(id, 1, "Too late")).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::WindowClosed { .. }))));
    assert_eq!(world.count("select count(*) from permit").await, 0);
}

#[tokio::test]
async fn a_message_that_waits_until_the_window_closes_does_not_leave() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let message = send(&world, id, 1, "Slow").await;
    world.clock.advance(SignedDuration::from_hours(25));
    world.send_due().await;
    assert!(world.provider.sent().is_empty());
    assert_eq!(state(&world, message).await, "failed");
}

#[tokio::test]
async fn the_database_refuses_a_message_without_a_permit() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let forged = sqlx::query(
        "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, payload, status, created_at)
         select workspace_id, gen_random_uuid(), id, channel_id, 'out', '{}', now(), '{}', '{}', 0, now() from conversation where id = $1",
    )
    .bind(id.0)
    .execute(&world.owner)
    .await;
    let error = forged.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("message_needs_permit"));
    // Another message's permit does not help.
    send(&world, id, 1, "Real").await;
    let borrowed = sqlx::query(
        "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, payload, status, permit_id, created_at)
         select m.workspace_id, gen_random_uuid(), m.conversation_id, m.channel_id, 'out', '{}', now(), '{}', '{}', 0, m.permit_id, now()
         from message m where m.permit_id is not null",
    )
    .execute(&world.owner)
    .await;
    assert!(borrowed.unwrap_err().as_database_error().unwrap().is_foreign_key_violation());
}

#[tokio::test]
async fn a_conversation_leaves_in_its_order_even_when_its_first_must_wait() {
    let mut world = world().await;
    let id = open(&mut world).await;
    world.provider.answer([SendOutcome::NotSent { wait: Wait::Conversation, code: Some(131_056) }]);
    for n in 1..=3 {
        send(&world, id, n, &n.to_string()).await;
    }
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["1"], "the others wait behind the first");
    world.clock.advance(SignedDuration::from_secs(10));
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["1", "1", "2", "3"]);
}

#[tokio::test]
async fn what_may_be_out_is_never_repeated_and_a_status_settles_it() {
    let mut world = world().await;
    let id = open(&mut world).await;
    world.provider.answer([SendOutcome::Unknown { why: "timeout" }]);
    let message = send(&world, id, 1, "Maybe").await;
    world.send_due().await;
    world.clock.advance(SignedDuration::from_hours(2));
    world.send_due().await;
    assert_eq!(world.provider.texts().len(), 1);
    assert_eq!((state(&world, message).await.as_str(), shown(&world, id).await), ("in_doubt", DeliveryStatus::InDoubt));
    let echoed = json!({ "id": "wamid.real", "status": "delivered", "timestamp": world.second(), "biz_opaque_callback_data": message.to_string() });
    world.receive(Webhook::to("1001").status(echoed).body()).await;
    assert_eq!(
        (state(&world, message).await.as_str(), shown(&world, id).await),
        ("accepted", DeliveryStatus::Delivered)
    );
}

#[tokio::test]
async fn doubt_does_not_hold_up_what_follows() {
    let mut world = world().await;
    let id = open(&mut world).await;
    world.provider.answer([SendOutcome::Unknown { why: "timeout" }]);
    send(&world, id, 1, "Maybe").await;
    send(&world, id, 2, "Next").await;
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["Maybe", "Next"]);
}

#[tokio::test]
async fn a_lease_that_ran_out_while_posting_becomes_doubt_and_while_claimed_goes_back() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let (posted, claimed) = (send(&world, id, 1, "Posted").await, send(&world, id, 2, "Claimed").await);
    for (message, state) in [(posted, "posting"), (claimed, "claimed")] {
        sqlx::query(
            "update outbox set state = $2, lease_until = now() - interval '1 year', fence = 1 where message_id = $1",
        )
        .bind(message.0)
        .bind(state)
        .execute(&world.owner)
        .await
        .unwrap();
    }
    world.send_due().await;
    assert_eq!(state(&world, posted).await, "in_doubt");
    assert_eq!(state(&world, claimed).await, "accepted");
    assert_eq!(world.provider.texts(), ["Claimed"]);
}

#[tokio::test]
async fn a_refusal_is_told_in_words_and_a_dead_token_stops_the_channel() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let failure =
        Failure { code: Some(190), what: "The token is no longer accepted.".into(), advice: "Renew it.".into() };
    world.provider.answer([SendOutcome::Refused { failure: failure.clone(), effect: Effect::Unauthorised }]);
    send(&world, id, 1, "Hi").await;
    world.send_due().await;
    let delivery = thread(&world, id).await[1].delivery.clone().unwrap();
    assert_eq!((delivery.status, delivery.failure), (DeliveryStatus::Failed, Some(failure)));
    let blocked = world.ports.inbox.send(&world.ours.caller, form(id, 2, "Again")).await;
    assert_eq!(blocked, Err(Error::Refused(Refusal::ChannelDown)));
}

#[tokio::test]
async fn a_rate_limit_holds_the_whole_channel_back_for_a_while() {
    let mut world = world().await;
    let id = open(&mut world).await;
    world.provider.answer([SendOutcome::NotSent { wait: Wait::Channel { seconds: Some(30) }, code: Some(130_429) }]);
    send(&world, id, 1, "One").await;
    world.send_due().await;
    let body = Webhook::to("1001").person("Tom", Some("447700900102"), None);
    let other = testkit::message("w9", "447700900102", world.second(), "Me too");
    world.receive(body.message(other).body()).await;
    let list = world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap();
    let tom = list.page.items.iter().find(|row| row.title == "Tom").unwrap().id;
    send(&world, tom, 2, "Two").await;
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["One"]);
    world.clock.advance(SignedDuration::from_secs(60));
    world.send_due().await;
    assert_eq!(world.provider.texts(), ["One", "One", "Two"]);
}

#[tokio::test]
async fn a_late_failure_is_shown_and_a_delivery_after_it_wins() {
    let mut world = world().await;
    let id = open(&mut world).await;
    let message = send(&world, id, 1, "Hi").await;
    world.send_due().await;
    let provider_id = Recorder::provider_id(message);
    let failed =
        json!({ "id": provider_id, "status": "failed", "timestamp": world.second(), "errors": [{ "code": 131_047 }] });
    world.receive(Webhook::to("1001").status(failed).body()).await;
    let delivery = thread(&world, id).await[1].delivery.clone().unwrap();
    assert!(delivery.failure.unwrap().what.contains("24 hours"));
    world.receive(Webhook::to("1001").status(testkit::status(&provider_id, "delivered", world.second())).body()).await;
    let delivery = thread(&world, id).await[1].delivery.clone().unwrap();
    assert_eq!((delivery.status, delivery.failure), (DeliveryStatus::Delivered, None));
}

#[tokio::test]
async fn the_database_lets_no_status_fall() {
    let mut world = world().await;
    let id = open(&mut world).await;
    send(&world, id, 1, "Hi").await;
    world.send_due().await;
    let fall = sqlx::query("update message set status = 0 where direction = 'out'").execute(&world.owner).await;
    assert_eq!(fall.unwrap_err().as_database_error().unwrap().constraint(), Some("message_status_climbs"));
}
