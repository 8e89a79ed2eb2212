use backend::notifications::remind;
use backend::outbound::{Effect, SendOutcome};
use domain::messages::Failure;
use domain::notifications::{Choices, Notice, QuietHours};
use domain::{ConversationId, Error};
use jiff::SignedDuration;
use testkit::{Webhook, World};

use crate::people::{OWNER, sign_in};
use crate::{form, grace_writes, world};

const ADAM: &str = "agent@ours.example";

/// Grace wrote, and the conversation is Adam's.
async fn waiting() -> (World, ConversationId) {
    let mut world = world().await;
    grace_writes(&mut world, "n1", "The secret of Grace").await;
    let id = world.only_conversation().await;
    world.ports.inbox.assign(&world.ours.caller, id, Some(world.ours.agent_id)).await.unwrap();
    (world, id)
}

async fn choose(world: &World, choices: Choices) {
    world.ports.notifications.save(&world.ours.agent, choices).await.unwrap();
}

/// Adam reads the conversation. What comes a moment later is new.
async fn read(world: &World, id: ConversationId) {
    world.ports.inbox.mark_read(&world.ours.agent, id).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
}

/// So many minutes later: who was mailed.
async fn later(world: &World, minutes: i64) -> u32 {
    world.clock.advance(SignedDuration::from_mins(minutes));
    remind(&world.core).await.unwrap()
}

#[tokio::test]
async fn who_is_not_here_is_told_once_how_much_waits_and_nothing_of_it() {
    let (mut world, id) = waiting().await;
    assert_eq!(later(&world, 59).await, 0, "not yet an hour");
    assert_eq!(later(&world, 1).await, 1);
    world.run_jobs().await;
    let mail = world.postbox.last_to(ADAM);
    assert_eq!(mail.subject, "1 unanswered message waits");
    assert!(mail.text.contains("/settings/notifications") && mail.html.contains("/settings/notifications"));
    for secret in ["secret", "Grace", "447700900101", "900101"] {
        assert!(!mail.text.contains(secret) && !mail.html.contains(secret), "{secret}: {}", mail.text);
    }
    assert_eq!(later(&world, 600).await, 0, "nothing new waits, so once is enough");
    grace_writes(&mut world, "n2", "Still here").await;
    assert_eq!(later(&world, 61).await, 0, "it is the same conversation, which has waited all along");
    read(&world, id).await;
    grace_writes(&mut world, "n3", "And again").await;
    grace_writes(&mut world, "n4", "And once more").await;
    assert_eq!(later(&world, 61).await, 1);
    world.run_jobs().await;
    assert_eq!(world.postbox.last_to(ADAM).subject, "2 unanswered messages wait");
}

#[tokio::test]
async fn who_read_it_or_is_here_is_not_mailed() {
    let (world, id) = waiting().await;
    world.clock.advance(SignedDuration::from_mins(55));
    sign_in(&world, ADAM, "battery staple").await;
    assert_eq!(later(&world, 9).await, 0, "he was here nine minutes ago");
    assert_eq!(later(&world, 2).await, 1, "and is no longer");
    world.ports.inbox.mark_read(&world.ours.agent, id).await.unwrap();
    assert_eq!(later(&world, 6000).await, 0);
}

#[tokio::test]
async fn what_was_resolved_or_given_away_waits_for_nobody() {
    let (world, id) = waiting().await;
    world.ports.inbox.assign(&world.ours.caller, id, Some(world.ours.seeded.owner)).await.unwrap();
    assert_eq!(later(&world, 61).await, 1);
    world.run_jobs().await;
    assert_eq!(world.postbox.taken().iter().filter(|mail| mail.to == ADAM).count(), 0, "it is the owner's now");
    assert_eq!(world.postbox.last_to(OWNER).subject, "1 unanswered message waits");
    let (world, id) = waiting().await;
    world.ports.inbox.resolve(&world.ours.caller, id).await.unwrap();
    assert_eq!(later(&world, 61).await, 0);
}

#[tokio::test]
async fn each_is_mailed_as_they_chose() {
    let (world, id) = waiting().await;
    choose(&world, Choices { by_mail: vec![], ..Choices::default() }).await;
    assert_eq!(later(&world, 6000).await, 0, "not at all");
    choose(&world, Choices { mail_after: 10, ..Choices::default() }).await;
    assert_eq!(later(&world, 0).await, 1);
    world.ports.inbox.assign(&world.ours.caller, id, None).await.unwrap();
    assert_eq!(later(&world, 6000).await, 0, "what is nobody's is not his");
    let everything = vec![Notice::OwnMessage, Notice::UnassignedMessage, Notice::SendFailed];
    choose(&world, Choices { by_mail: everything, mail_after: 1440, ..Choices::default() }).await;
    let page = world.ports.notifications.read(&world.ours.agent).await.unwrap();
    assert_eq!(page.choices.by_mail, [Notice::OwnMessage, Notice::UnassignedMessage], "mails are for what waits");
    let wrong = Choices { mail_after: 3, ..Choices::default() };
    assert!(matches!(world.ports.notifications.save(&world.ours.agent, wrong).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn two_mails_are_never_closer_than_chosen() {
    let (mut world, id) = waiting().await;
    assert_eq!(later(&world, 61).await, 1);
    read(&world, id).await;
    choose(&world, Choices { mail_after: 240, ..Choices::default() }).await;
    grace_writes(&mut world, "n5", "New").await;
    assert_eq!(later(&world, 238).await, 0);
    assert_eq!(later(&world, 2).await, 1);
    // Whoever looks at the same moment mails nobody twice.
    assert_eq!(remind(&world.core).await.unwrap(), 0);
}

#[tokio::test]
async fn quiet_hours_hold_mails_back_by_the_person_s_own_clock() {
    let (world, _) = waiting().await;
    sqlx::query("update account set time_zone = 'Asia/Tokyo' where lower(email) = $1")
        .bind(ADAM)
        .execute(&world.owner)
        .await
        .unwrap();
    // It is noon in London and nine in the evening in Tokyo.
    let night = QuietHours { from: 21 * 60, until: 7 * 60 };
    choose(&world, Choices { quiet: Some(night), ..Choices::default() }).await;
    assert_eq!(world.ports.notifications.read(&world.ours.agent).await.unwrap().time_zone, "Asia/Tokyo");
    assert!(world.ports.notifications.news(&world.ours.agent).await.unwrap().quiet);
    assert_eq!(later(&world, 61).await, 0);
    assert_eq!(later(&world, 8 * 60).await, 0, "six in the morning");
    assert_eq!(later(&world, 60).await, 1, "seven");
}

#[tokio::test]
async fn the_neighbour_hears_nothing_of_it() {
    let (world, _) = waiting().await;
    let everything = Choices { by_mail: vec![Notice::OwnMessage, Notice::UnassignedMessage], ..Choices::default() };
    world.ports.notifications.save(&world.theirs.caller, everything).await.unwrap();
    assert_eq!(later(&world, 61).await, 1);
    world.run_jobs().await;
    assert!(world.postbox.taken().iter().all(|mail| !mail.to.ends_with("theirs.example")));
}

/// What our agent hears of.
async fn heard(world: &World) -> Vec<(Notice, String)> {
    let page = world.ports.notifications.news(&world.ours.agent).await.unwrap();
    page.news.into_iter().map(|news| (news.notice, news.title)).collect()
}

#[tokio::test]
async fn news_are_of_what_was_chosen_and_may_be_seen() {
    let (mut world, id) = waiting().await;
    let grace = |notice| (notice, "Grace".to_owned());
    assert_eq!(heard(&world).await, [grace(Notice::OwnMessage), grace(Notice::Assigned)]);
    choose(&world, Choices { in_app: vec![Notice::Assigned], ..Choices::default() }).await;
    assert_eq!(heard(&world).await, [grace(Notice::Assigned)]);
    choose(&world, Choices { in_app: vec![], ..Choices::default() }).await;
    assert!(world.ports.notifications.news(&world.ours.agent).await.unwrap().off && heard(&world).await.is_empty());

    choose(&world, Choices::default()).await;
    world.clock.advance(SignedDuration::from_mins(11));
    assert!(heard(&world).await.is_empty(), "old news are none");
    world.ports.inbox.assign(&world.ours.agent, id, None).await.unwrap();
    grace_writes(&mut world, "n6", "Anybody?").await;
    assert_eq!(heard(&world).await, [grace(Notice::UnassignedMessage)]);
    world.ports.inbox.assign(&world.ours.agent, id, Some(world.ours.agent_id)).await.unwrap();
    assert_eq!(heard(&world).await, [grace(Notice::OwnMessage)], "what he took himself is no news");
    world.receive(Webhook::to("1001").message(serde_json::json!({ "type": "text", "id": "bad" })).body()).await;
    assert_eq!(heard(&world).await.len(), 1, "channels are not an agent's");
    let owner = world.ports.notifications.news(&world.ours.caller).await.unwrap();
    assert!(owner.news.iter().any(|news| news.notice == Notice::ChannelTrouble));
    let keys: Vec<&String> = owner.news.iter().map(|news| &news.key).collect();
    let again = world.ports.notifications.news(&world.ours.caller).await.unwrap();
    assert_eq!(keys, again.news.iter().map(|news| &news.key).collect::<Vec<_>>(), "a browser knows it again");
}

#[tokio::test]
async fn whoever_sent_a_message_hears_that_it_failed() {
    let (mut world, id) = waiting().await;
    world.ports.inbox.mark_read(&world.ours.agent, id).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    let failure = Failure { code: Some(131_026), what: "They have no WhatsApp.".into(), advice: "Call them.".into() };
    world.provider.answer([SendOutcome::Refused { failure, effect: Effect::None }]);
    world.ports.inbox.send(&world.ours.agent, form(id, 7, "An answer")).await.unwrap();
    world.send_due().await;
    assert_eq!(heard(&world).await, [(Notice::SendFailed, "Grace".to_owned())]);
    let owner = world.ports.notifications.news(&world.ours.caller).await.unwrap();
    assert!(owner.news.is_empty(), "it was not the owner's: {owner:?}");
}
