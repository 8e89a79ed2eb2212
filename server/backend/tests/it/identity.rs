use serde_json::json;
use testkit::{Webhook, World, message};

use crate::{GRACE, form, thread, world};

async fn write(world: &mut World, id: &str, phone: Option<&str>, user: Option<&str>, name: &str) {
    let mut entry =
        json!({ "id": id, "timestamp": world.second().to_string(), "type": "text", "text": { "body": id } });
    if let Some(phone) = phone {
        entry["from"] = phone.into();
    }
    if let Some(user) = user {
        entry["from_user_id"] = user.into();
    }
    world.receive(Webhook::to("1001").person(name, phone, user).message(entry).body()).await;
}

#[tokio::test]
async fn a_person_without_a_phone_number_is_written_to_by_their_id() {
    let mut world = world().await;
    write(&mut world, "w1", None, Some("IT.99"), "Luca").await;
    let id = world.only_conversation().await;
    world.ports.inbox.send(&world.ours.caller, form(id, 1, "Ciao")).await.unwrap();
    world.send_due().await;
    assert_eq!(*world.provider.sent()[0].address(), backend::outbox::Address::Bsuid("IT.99".into()));
}

#[tokio::test]
async fn two_identities_join_when_a_webhook_carries_both() {
    let mut world = world().await;
    world
        .receive(
            Webhook::to("1001")
                .person("Grace", Some(GRACE), None)
                .message(message("w1", GRACE, world.second(), "old"))
                .body(),
        )
        .await;
    write(&mut world, "w2", None, Some("GB.77"), "Grace").await;
    assert_eq!(world.count("select count(*) from contact").await, 2);
    write(&mut world, "w3", Some(GRACE), Some("GB.77"), "Grace").await;
    assert_eq!(world.count("select count(*) from contact").await, 1);
    let id = world.only_conversation().await;
    assert_eq!(thread(&world, id).await.len(), 3, "no history is lost");
    assert_eq!(world.count("select unread::bigint from conversation").await, 3);
    assert_eq!(world.count("select open from inbox_counter where open > 0").await, 1);
}

#[tokio::test]
async fn joining_keeps_the_strictest_consent() {
    let mut world = world().await;
    let stop = Webhook::to("1001")
        .person("Grace", Some(GRACE), None)
        .message(message("w1", GRACE, world.second(), "STOP"))
        .body();
    world.receive(stop).await;
    write(&mut world, "w2", None, Some("GB.77"), "Grace").await;
    let marketing = || async {
        let id = world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap().page.items[0].contact;
        world.ports.contacts.get(&world.ours.caller, id).await.unwrap().consents
    };
    assert!(marketing().await.is_empty());
    write(&mut world, "w3", Some(GRACE), Some("GB.77"), "Grace").await;
    let id = world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap().page.items[0].contact;
    let consents = world.ports.contacts.get(&world.ours.caller, id).await.unwrap().consents;
    assert!(consents.iter().all(|row| row.state == domain::consent::ConsentState::Revoked) && consents.len() == 2);
}

#[tokio::test]
async fn a_number_that_changed_hands_does_not_take_the_history_along() {
    let mut world = world().await;
    write(&mut world, "w1", Some(GRACE), Some("GB.77"), "Grace").await;
    write(&mut world, "w2", Some(GRACE), Some("GB.88"), "Henry").await;
    assert_eq!(world.count("select count(*) from contact").await, 2);
    assert_eq!(world.count("select count(*) from conversation").await, 2);
    // The number now belongs to Henry, and Grace is still reached by her id.
    write(&mut world, "w3", None, Some("GB.77"), "Grace").await;
    assert_eq!(world.count("select count(*) from conversation").await, 2);
}

#[tokio::test]
async fn a_changed_number_keeps_person_conversation_and_consent() {
    let mut world = world().await;
    write(&mut world, "w1", Some(GRACE), Some("GB.77"), "Grace").await;
    let id = world.only_conversation().await;
    let moved = json!({ "from": GRACE, "id": "w2", "timestamp": world.second().to_string(), "type": "system",
        "system": { "type": "user_changed_number", "wa_id": "447700900199", "user_id": "GB.99", "previous_user_id": "GB.77" } });
    for _ in 0..2 {
        world.receive(Webhook::to("1001").message(moved.clone()).body()).await;
    }
    write(&mut world, "w3", Some("447700900199"), Some("GB.99"), "Grace").await;
    assert_eq!(world.only_conversation().await, id);
    assert_eq!(thread(&world, id).await.len(), 3);
    assert_eq!(world.count("select count(*) from contact").await, 1);
    assert_eq!(world.count("select count(*) from identity where retired_at is not null").await, 2);
}

#[tokio::test]
async fn a_changed_id_without_any_number_keeps_the_person() {
    let mut world = world().await;
    write(&mut world, "w1", None, Some("IT.1"), "Luca").await;
    let moved = json!({ "id": "w2", "timestamp": world.second().to_string(), "type": "system",
        "system": { "type": "user_changed_user_id", "user_id": "IT.2", "previous_user_id": "IT.1" } });
    world.receive(Webhook::to("1001").message(moved).body()).await;
    write(&mut world, "w3", None, Some("IT.2"), "Luca").await;
    assert_eq!(thread(&world, world.only_conversation().await).await.len(), 3);
}

#[tokio::test]
async fn a_given_name_wins_over_the_profile_s() {
    let mut world = world().await;
    write(&mut world, "w1", Some(GRACE), None, "gracie ✨").await;
    let list = world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap();
    let contact = list.page.items[0].contact;
    world.ports.contacts.rename(&world.ours.caller, contact, "Grace Okafor".into()).await.unwrap();
    write(&mut world, "w2", Some(GRACE), None, "gracie again").await;
    let title = || async {
        world.ports.inbox.list(&world.ours.caller, Default::default()).await.unwrap().page.items[0].title.clone()
    };
    assert_eq!(title().await, "Grace Okafor");
    world.ports.contacts.rename(&world.ours.caller, contact, " ".into()).await.unwrap();
    assert_eq!(title().await, "gracie again");
}
