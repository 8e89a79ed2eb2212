use domain::api_keys::{ApiKeyForm, KeyState};
use domain::audit::AuditQuery;
use domain::members::Person;
use domain::{Error, Permission, Role, Scope};
use jiff::SignedDuration;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, person};
use crate::world;

fn form(scopes: &[&str], days: Option<u16>) -> ApiKeyForm {
    ApiKeyForm { name: " Website ".into(), scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), days }
}

/// Our agent as an admin, who may make keys.
async fn admin(world: &World) -> Person {
    let (team, agent) = (&world.ports.team, world.ours.agent_id);
    team.set_role(&world.ours.caller, agent, Role::Admin.into(), Scope::All).await.unwrap();
    person(world, "agent@ours.example", "battery staple").await
}

#[tokio::test]
async fn a_key_is_made_by_who_proved_themselves_and_its_secret_is_kept_nowhere() {
    let world = world().await;
    let keys = &world.ports.api_keys;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let new = keys.create(&olive, form(&["contacts:read"], Some(30))).await.unwrap();
    assert_eq!(new.name, "Website");
    assert!(new.secret.starts_with("parley_") && !format!("{new:?}").contains(&new.secret));
    let caller = world.ports.accounts.api_caller(&new.secret).await.unwrap();
    assert!(caller.may(Permission::ReadContacts) && !caller.may(Permission::SendMessages));
    let row = keys.list(&world.ours.caller).await.unwrap().remove(0);
    assert_eq!((row.made_by.as_deref(), row.state), (Some("Olive Owner"), KeyState::Works));
    assert_eq!(row.expires_at, Some(world.now() + SignedDuration::from_hours(24 * 30)));
    let stored: String =
        sqlx::query_scalar("select string_agg(k::text, '') from api_key k").fetch_one(&world.owner).await.unwrap();
    assert!(!stored.contains(&new.secret));

    world.run_jobs().await;
    let mail = world.postbox.last_to(OWNER);
    assert!(mail.subject.contains("API key") && mail.text.contains("Website") && mail.text.contains("Olive Owner"));
    assert!(!mail.text.contains(&new.secret));
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(keys.create(&olive, form(&["contacts:read"], None)).await.err(), Some(Error::ProofNeeded));
    assert_eq!(keys.revoke(&olive, row.id).await, Err(Error::ProofNeeded));
}

#[tokio::test]
async fn a_form_says_what_is_wrong_with_it() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    for (wrong, field) in [
        (form(&[], None), "scopes"),
        (form(&["everything"], None), "scopes"),
        (form(&["contacts:read"], Some(7)), "days"),
        (ApiKeyForm { name: " ".into(), ..form(&["contacts:read"], None) }, "name"),
    ] {
        let Err(Error::Invalid(errors)) = world.ports.api_keys.create(&olive, wrong).await else { panic!("{field}") };
        assert!(errors.get(field).is_some(), "{errors:?}");
    }
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let world = world().await;
    let team = &world.ports.team;
    team.save_role(&world.ours.caller, None, "Guard", vec![Permission::ManageSecurity, Permission::ReadConversations])
        .await
        .unwrap();
    let role = team.page(&world.ours.caller).await.unwrap().roles[0].id;
    let guard = domain::team::RoleChoice { role: Role::Custom, custom: Some(role) };
    team.set_role(&world.ours.caller, world.ours.agent_id, guard, Scope::All).await.unwrap();
    let guard = person(&world, "agent@ours.example", "battery staple").await;
    let keys = &world.ports.api_keys;
    assert_eq!(keys.create(&guard, form(&["contacts:read"], None)).await.err(), Some(Error::Forbidden));
    let secret = keys.create(&guard, form(&["conversations:read"], None)).await.unwrap().secret;
    // And less than that once its maker may less.
    assert!(world.ports.accounts.api_caller(&secret).await.unwrap().may(Permission::ReadConversations));
    let seen = domain::team::Seen { id: role, version: 1 };
    team.save_role(&world.ours.caller, Some(seen), "Guard", vec![Permission::ManageSecurity]).await.unwrap();
    assert!(!world.ports.accounts.api_caller(&secret).await.unwrap().may(Permission::ReadConversations));
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_or_its_time_is_over_or_its_maker_leaves() {
    let world = world().await;
    let (keys, accounts) = (&world.ports.api_keys, &world.ports.accounts);
    let adam = admin(&world).await;
    let short = keys.create(&adam, form(&["contacts:read"], Some(30))).await.unwrap().secret;
    let long = keys.create(&adam, form(&["contacts:read"], None)).await.unwrap().secret;
    let revoked = keys.create(&adam, form(&["contacts:read"], None)).await.unwrap().secret;
    let newest = keys.list(&world.ours.caller).await.unwrap()[0].id;
    keys.revoke(&adam, newest).await.unwrap();
    assert_eq!(keys.revoke(&adam, newest).await, Err(Error::NotFound), "it is gone");
    assert_eq!(accounts.api_caller(&revoked).await.err(), Some(Error::Unauthenticated));
    for secret in [&short, &long] {
        accounts.api_caller(secret).await.unwrap();
    }
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(accounts.api_caller(&short).await.err(), Some(Error::Unauthenticated));
    accounts.api_caller(&long).await.unwrap();
    let states = async || -> Vec<KeyState> {
        keys.list(&world.ours.caller).await.unwrap().iter().map(|key| key.state).collect()
    };
    assert_eq!(states().await, [KeyState::Works, KeyState::Expired]);

    let page = world.ports.team.page(&world.ours.caller).await.unwrap();
    assert_eq!(page.members.iter().map(|member| member.keys).sum::<i64>(), 2, "whoever deactivates is told");
    world.ports.team.deactivate(&world.ours.caller, world.ours.agent_id, None).await.unwrap();
    assert_eq!(accounts.api_caller(&long).await.err(), Some(Error::Unauthenticated));
    assert_eq!(states().await, [KeyState::Orphaned, KeyState::Orphaned]);
    let trail = world
        .ports
        .audit
        .page(&world.ours.caller, AuditQuery { search: "api_key".into(), ..AuditQuery::default() })
        .await
        .unwrap();
    let acts: Vec<&str> = trail.items.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(acts, ["api_key.revoked", "api_key.made", "api_key.made", "api_key.made"]);
}

#[tokio::test]
async fn the_last_use_is_noted_at_most_once_a_minute() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let secret = world.ports.api_keys.create(&olive, form(&["contacts:read"], None)).await.unwrap().secret;
    let used = async || world.ports.api_keys.list(&world.ours.caller).await.unwrap()[0].last_used_at;
    assert_eq!(used().await, None);
    world.ports.accounts.api_caller(&secret).await.unwrap();
    let first = world.now();
    assert_eq!(used().await, Some(first));
    world.clock.advance(SignedDuration::from_secs(59));
    world.ports.accounts.api_caller(&secret).await.unwrap();
    assert_eq!(used().await, Some(first));
    world.clock.advance(SignedDuration::from_secs(1));
    world.ports.accounts.api_caller(&secret).await.unwrap();
    assert_eq!(used().await, Some(world.now()));
}
