//! A member's scope: their own conversations, or their teams'.

use domain::conversations::ListQuery;
use domain::{Caller, ConversationId, Error, Permission, Role, Scope};
use testkit::{Webhook, World, message};

use crate::{form, key, thread, world};

/// Two people wrote; the first conversation is the agent's, the second the owner's.
async fn two(world: &mut World) -> (ConversationId, ConversationId) {
    for (n, (name, phone)) in [("Grace", "447700900101"), ("Marcus", "447700900102")].into_iter().enumerate() {
        let text = message(&format!("w{n}"), phone, world.second(), "Hello");
        world.receive(Webhook::to("1001").person(name, Some(phone), None).message(text).body()).await;
    }
    let rows = world.ports.inbox.list(&world.ours.caller, ListQuery::default()).await.unwrap().page.items;
    let of = |name: &str| rows.iter().find(|row| row.title == name).unwrap().id;
    let (grace, marcus) = (of("Grace"), of("Marcus"));
    world.ports.inbox.assign(&world.ours.caller, grace, Some(world.ours.agent_id)).await.unwrap();
    world.ports.inbox.assign(&world.ours.caller, marcus, Some(world.ours.seeded.owner)).await.unwrap();
    (grace, marcus)
}

fn agent(world: &World, scope: Scope) -> Caller {
    let permissions = Role::Agent.permissions().to_vec();
    Caller::member_with(world.ours.seeded.workspace, world.ours.agent_id, "Adam Agent", permissions, scope)
}

async fn titles(world: &World, caller: &Caller, query: ListQuery) -> Vec<String> {
    let rows = world.ports.inbox.list(caller, query).await.unwrap().page.items;
    rows.into_iter().map(|row| row.title).collect()
}

#[tokio::test]
async fn who_sees_only_their_own_reaches_nothing_else_by_any_way() {
    let mut world = world().await;
    let (grace, marcus) = two(&mut world).await;
    let adam = agent(&world, Scope::Own);
    let (inbox, contacts) = (&world.ports.inbox, &world.ports.contacts);
    assert_eq!(titles(&world, &adam, ListQuery::default()).await, ["Grace"]);
    let search = ListQuery { search: "marc".into(), ..ListQuery::default() };
    assert!(titles(&world, &adam, search).await.is_empty());
    assert_eq!(inbox.list(&adam, ListQuery::default()).await.unwrap().counts.all, 1);
    assert!(inbox.thread(&adam, grace).await.is_ok());
    let theirs = thread(&world, marcus).await[0].id;
    assert_eq!(inbox.thread(&adam, marcus).await.err(), Some(Error::NotFound));
    assert_eq!(inbox.messages(&adam, marcus, None, 50).await.err(), Some(Error::NotFound));
    assert_eq!(inbox.message(&adam, theirs).await.err(), Some(Error::NotFound));
    assert!(inbox.provider_ids(&adam, &[theirs]).await.unwrap().is_empty());
    assert_eq!(inbox.send(&adam, form(marcus, 9, "hi")).await.err(), Some(Error::NotFound));
    assert_eq!(inbox.react(&adam, theirs, Some("👍".into())).await, Err(Error::NotFound));
    assert_eq!(inbox.note(&adam, marcus, "n".into(), key(9)).await.err(), Some(Error::NotFound));
    assert_eq!(inbox.assign(&adam, marcus, None).await, Err(Error::NotFound));
    assert_eq!(inbox.resolve(&adam, marcus).await, Err(Error::NotFound));
    assert_eq!(inbox.mark_read(&adam, marcus).await, Err(Error::NotFound));
    assert_eq!(inbox.be_present(&adam, marcus, true).await.err(), Some(Error::NotFound));
    assert_eq!(inbox.templates(&adam, marcus).await.err(), Some(Error::NotFound));
    let people = contacts.list(&adam, None, 10).await.unwrap().items;
    assert_eq!(people.len(), 1);
    let hidden = inbox.thread(&world.ours.caller, marcus).await.unwrap().conversation.contact.id;
    assert_eq!(contacts.get(&adam, hidden).await.err(), Some(Error::NotFound));
    assert_eq!(contacts.rename(&adam, hidden, "Mine".into()).await, Err(Error::NotFound));
    inbox.send(&adam, form(grace, 10, "Hello Grace")).await.unwrap();
    inbox.assign(&adam, grace, Some(world.ours.seeded.owner)).await.unwrap();
    assert_eq!(inbox.thread(&adam, grace).await.err(), Some(Error::NotFound), "handed over, it is out of sight");
}

#[tokio::test]
async fn a_team_sees_the_conversations_of_its_members() {
    let mut world = world().await;
    let (_, marcus) = two(&mut world).await;
    let adam = agent(&world, Scope::Team);
    assert_eq!(titles(&world, &adam, ListQuery::default()).await, ["Grace"]);
    let both = vec![world.ours.agent_id, world.ours.seeded.owner];
    world.ports.team.save_team(&world.ours.caller, None, "Lettings", both).await.unwrap();
    assert_eq!(titles(&world, &adam, ListQuery::default()).await.len(), 2);
    assert!(world.ports.inbox.thread(&adam, marcus).await.is_ok());
    assert_eq!(world.ports.inbox.list(&adam, ListQuery::default()).await.unwrap().counts.all, 2);
}

#[tokio::test]
async fn without_the_permission_a_number_is_masked_everywhere() {
    let mut world = world().await;
    let (grace, _) = two(&mut world).await;
    let most: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|permission| *permission != Permission::SeePhoneNumbers).collect();
    let reader = world.ours.caller.clone().restricted_to(&most);
    let panel = world.ports.inbox.thread(&reader, grace).await.unwrap().conversation.contact;
    let listed = world.ports.contacts.list(&reader, None, 10).await.unwrap().items;
    let got = world.ports.contacts.get(&reader, panel.id).await.unwrap();
    let all = serde_json::to_string(&(panel, listed, got)).unwrap();
    assert!(!all.replace([' ', '-'], "").contains("7700900101") && all.contains("•••"), "{all}");
}
