use domain::consent::{ConsentState, Purpose};
use domain::{Error, Refusal};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{Webhook, message};

use crate::{GRACE, form, grace_writes, world};

#[tokio::test]
async fn stop_blocks_at_once_and_is_confirmed_once() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    world.clock.advance(SignedDuration::from_secs(60));
    grace_writes(&mut world, "w2", "Please STOP!").await;
    let head = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().conversation;
    assert!(matches!(head.blocked, Some(Refusal::OptedOut { .. })));
    let refused = world.ports.inbox.send(&world.ours.caller, form(id, 1, "But wait")).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::OptedOut { .. }))));
    world.send_due().await;
    assert_eq!(world.provider.texts().len(), 1, "one confirmation");
    world.clock.advance(SignedDuration::from_secs(60));
    grace_writes(&mut world, "w3", "STOP").await;
    world.send_due().await;
    assert_eq!(world.provider.texts().len(), 1, "a second STOP is not confirmed again");
    for purpose in Purpose::ALL {
        let row = head.contact.consents.iter().find(|row| row.purpose == purpose).unwrap();
        assert_eq!((row.state, row.method.as_str()), (ConsentState::Revoked, "keyword"));
    }
}

#[tokio::test]
async fn a_customer_who_writes_again_can_be_answered() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "STOP").await;
    let id = world.only_conversation().await;
    world.clock.advance(SignedDuration::from_secs(60));
    grace_writes(&mut world, "w2", "Actually, is it still free?").await;
    world.ports.inbox.send(&world.ours.caller, form(id, 1, "It is")).await.unwrap();
    let contact = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().conversation.contact;
    let marketing = contact.consents.iter().find(|row| row.purpose == Purpose::Marketing).unwrap();
    assert_eq!(marketing.state, ConsentState::Revoked, "advertising needs a new grant");
}

#[tokio::test]
async fn the_order_of_stop_and_message_does_not_matter() {
    let mut world = world().await;
    let second = world.second();
    let at = |id: &str, second: i64, text: &str| Webhook::to("1001").message(message(id, GRACE, second, text)).body();
    // The later question arrives first, the earlier STOP last.
    world.receive(at("w2", second - 10, "Is it free?")).await;
    world.receive(at("w1", second - 60, "STOP")).await;
    let id = world.only_conversation().await;
    world.ports.inbox.send(&world.ours.caller, form(id, 1, "It is")).await.unwrap();
    // And a STOP of the same second as a message wins over it.
    world.receive(at("w3", second - 5, "thanks")).await;
    world.receive(at("w4", second - 5, "stop")).await;
    assert!(world.ports.inbox.send(&world.ours.caller, form(id, 2, "Bye")).await.is_err());
}

#[tokio::test]
async fn a_message_queued_before_stop_does_not_leave_after_it() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    world.ports.inbox.send(&world.ours.caller, form(id, 1, "An offer")).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(60));
    grace_writes(&mut world, "w2", "stop").await;
    world.send_due().await;
    assert!(!world.provider.texts().contains(&"An offer".to_owned()));
    assert_eq!(world.count("select count(*) from message where failure is not null and status = 4").await, 1);
}

#[tokio::test]
async fn start_welcomes_back_and_grants_again() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "STOP").await;
    let id = world.only_conversation().await;
    world.clock.advance(SignedDuration::from_secs(60));
    grace_writes(&mut world, "w2", "START").await;
    let head = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().conversation;
    assert_eq!(head.blocked, None);
    assert!(head.contact.consents.iter().all(|row| row.state == ConsentState::Granted));
    world.send_due().await;
    assert_eq!(world.provider.texts().len(), 2);
}

#[tokio::test]
async fn a_first_message_that_is_stop_is_recorded_and_confirmed() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "UNSUBSCRIBE").await;
    world.send_due().await;
    assert_eq!(world.provider.texts().len(), 1);
    assert_eq!(world.count("select count(*) from consent_event").await, 2);
}

#[tokio::test]
async fn the_choice_in_whatsapp_s_own_settings_goes_to_the_ledger() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let stop =
        json!({ "wa_id": GRACE, "category": "marketing_messages", "value": "stop", "timestamp": world.second() });
    for _ in 0..2 {
        world.receive(Webhook::to("1001").item("user_preferences", stop.clone()).body()).await;
    }
    let id = world.only_conversation().await;
    let head = world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().conversation;
    assert_eq!(head.contact.consents.len(), 1);
    assert_eq!(head.contact.consents[0].method, "whatsapp_preference");
    assert_eq!(head.blocked, None, "answers are no marketing");
    assert_eq!(world.count("select count(*) from consent_event").await, 1);
}

#[tokio::test]
async fn the_ledger_cannot_be_rewritten_by_the_application() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "STOP").await;
    let mut tx = world.core.db.worker_scoped(world.ours.seeded.workspace).await.unwrap();
    for forbidden in
        ["update consent_event set action = 'granted'", "delete from consent_event", "delete from audit_event"]
    {
        let outcome = sqlx::raw_sql(forbidden).execute(&mut **tx).await;
        let code = outcome.unwrap_err().as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        // After the first refusal the transaction itself is refused.
        assert!(matches!(code.as_deref(), Some("42501" | "25P02")), "{forbidden}: {code:?}");
    }
}
