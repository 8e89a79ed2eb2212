use backend::audit::verify;
use domain::audit::{AuditQuery, Fact};
use domain::canned::Draft;
use domain::members::SessionOrigin;
use domain::tags::Colour;
use domain::team::{Business, RoleChoice, Seen};
use domain::{Caller, Error, Permission, Role, Scope};
use uuid::Uuid;

use crate::people::{OWNER, OWNERS_PASSWORD, person, sign_in};
use crate::profile::fresh;
use crate::{exported, grace_writes, world};

async fn acted() -> testkit::World {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    for _ in 0..3 {
        world.ports.inbox.resolve(&world.ours.caller, id).await.unwrap();
        world.ports.inbox.reopen(&world.ours.caller, id).await.unwrap();
    }
    world
}

#[tokio::test]
async fn the_chain_holds_and_shows_every_kind_of_tampering() {
    let world = acted().await;
    let whole = "create table whole_event as table audit_event";
    sqlx::query(whole).execute(&world.owner).await.unwrap();
    let report = verify(&world.owner).await.unwrap();
    assert_eq!((report.events, report.broken.len()), (6, 0));
    for (tampering, words) in [
        ("update audit_event set action = 'conversation.kept' where seq = 2", "content"),
        (
            "update audit_event set action = 'conversation.kept' where seq = 2;
             update audit_event e set hash = audit_digest(e) where seq = 2",
            "does not follow",
        ),
        ("delete from audit_event where seq = 5", "missing"),
        ("delete from audit_event where seq = 6", "does not end"),
        ("delete from audit_event", "every event"),
    ] {
        sqlx::raw_sql(tampering).execute(&world.owner).await.unwrap();
        let broken = verify(&world.owner).await.unwrap().broken;
        assert_eq!(broken.len(), 1, "{tampering}: {broken:?}");
        assert!(broken[0].what.contains(words), "{tampering}: {broken:?}");
        sqlx::raw_sql("delete from audit_event; insert into audit_event select * from whole_event")
            .execute(&world.owner)
            .await
            .unwrap();
        assert!(verify(&world.owner).await.unwrap().broken.is_empty(), "put back");
    }
}

#[tokio::test]
async fn a_hidden_number_is_shown_to_who_asks_and_the_trail_knows_without_holding_it() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let (contacts, us) = (&world.ports.contacts, &world.ours.caller);
    let lesser = us.clone().restricted_to(&[Permission::ReadContacts, Permission::RevealNumbers]);
    let known = contacts.list(&lesser, None, 1).await.unwrap().items.remove(0);
    let identity = known.identities[0].clone();
    assert!(identity.hidden && !identity.shown.contains("900101"), "{identity:?}");
    let blind = us.clone().restricted_to(&[Permission::ReadContacts]);
    assert_eq!(contacts.reveal(&blind, known.id, identity.id).await, Err(Error::Forbidden));
    assert_eq!(contacts.reveal(&lesser, known.id, identity.id).await.unwrap(), "+44 7700 900101");
    let trail = exported(&world.ports, us).await.unwrap();
    assert_eq!(trail.matches("contact.number_seen").count(), 1);
    assert!(!trail.contains("900101"), "the trail says who saw it, not what");
}

#[tokio::test]
async fn requests_can_neither_change_the_trail_nor_write_past_the_chain() {
    let world = acted().await;
    for statement in [
        "insert into audit_event (workspace_id, id, at, actor, action, seq, previous, hash) values ($1, gen_random_uuid(), now(), '{}', 'x', 99, '', '')",
        "update audit_event set action = 'x' where workspace_id = $1",
        "delete from audit_event where workspace_id = $1",
        "update audit_head set seq = 0 where workspace_id = $1",
    ] {
        let mut tx = world.core.db.scoped(world.ours.seeded.workspace).await.unwrap();
        let outcome = sqlx::query(statement).bind(world.ours.seeded.workspace.0).execute(&mut **tx).await;
        assert_eq!(outcome.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"), "{statement}");
    }
}

#[tokio::test]
async fn writers_at_once_make_one_chain() {
    let world = acted().await;
    let id = world.only_conversation().await;
    let (inbox, caller) = (&world.ports.inbox, &world.ours.caller);
    let acts = (0..10).map(|n| async move {
        if n % 2 == 0 { inbox.resolve(caller, id).await } else { inbox.reopen(caller, id).await }
    });
    for outcome in futures::future::join_all(acts).await {
        outcome.unwrap();
    }
    let report = verify(&world.owner).await.unwrap();
    assert_eq!((report.events, report.broken.len()), (16, 0));
}

#[tokio::test]
async fn the_trail_is_read_in_pages_searched_and_exported() {
    let world = acted().await;
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let (audit, caller) = (&world.ports.audit, &world.ours.caller);
    let newest = audit.page(caller, AuditQuery::default()).await.unwrap();
    assert_eq!((newest.items.len(), newest.items[0].action.as_str()), (7, "session.opened"));
    let sign_in_row = &newest.items[0];
    assert_eq!((sign_in_row.said.as_str(), sign_in_row.subject.as_deref()), ("signed in", None));
    assert!(sign_in_row.facts.iter().any(|fact| fact.name == "factors" && fact.value == "1"), "{sign_in_row:?}");
    assert!(sign_in_row.origin.contains("IPv4 1.1.1.…"), "where from, by half: {sign_in_row:?}");
    assert_eq!(newest.items[1].subject.as_deref(), Some("Grace"), "whom the conversation is with");
    let as_said =
        audit.page(caller, AuditQuery { search: "Resolved the".into(), ..AuditQuery::default() }).await.unwrap();
    assert_eq!(as_said.items.len(), 3);
    let found = audit.page(caller, AuditQuery { search: "RESOLVED".into(), ..AuditQuery::default() }).await.unwrap();
    assert_eq!(found.items.len(), 3);
    let by_name = audit.page(caller, AuditQuery { search: "olive".into(), ..AuditQuery::default() }).await.unwrap();
    assert_eq!(by_name.items.len(), 7);
    let lines = exported(&world.ports, caller).await.unwrap();
    assert_eq!(lines.lines().count(), 7);
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["hash"].is_string()));
    assert!(lines.contains("IPv4 1.1.1.…"), "where from, by half");
    let after = audit.page(caller, AuditQuery::default()).await.unwrap();
    assert_eq!(after.items[0].action, "audit.exported", "taking it out is an act too");
    let reader = caller.clone().restricted_to(&[Permission::ReadAudit]);
    assert_eq!(exported(&world.ports, &reader).await.err(), Some(Error::Forbidden));
    assert!(verify(&world.owner).await.unwrap().broken.is_empty());
}

#[tokio::test]
async fn what_somebody_does_to_their_account_is_an_act_wherever_they_are_a_member_and_says_where_from() {
    let world = world().await;
    let session = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let person = fresh(&world, &session).await;
    let business =
        Business { name: "Second".into(), time_zone: "UTC".into(), currency: "EUR".into(), ..Business::default() };
    world.ports.team.create_workspace(&person, business).await.unwrap();
    let fresh_session = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let person = fresh(&world, &fresh_session).await;
    world.ports.profile.change_password(&person, "a rather different phrase").await.unwrap();
    let mut changed: Vec<Uuid> = sqlx::query_scalar(
        "select workspace_id from audit_event where action = 'password.changed' and origin ->> 'network' like 'IPv4%'",
    )
    .fetch_all(&world.owner)
    .await
    .unwrap();
    changed.sort();
    changed.dedup();
    assert_eq!(changed.len(), 2, "one in each workspace");
    let without = "select action from audit_event where origin = '{}'";
    let without: Vec<String> = sqlx::query_scalar(without).fetch_all(&world.owner).await.unwrap();
    assert!(without.is_empty(), "not where from: {without:?}");
    assert!(verify(&world.owner).await.unwrap().broken.is_empty());
    let whole: String = sqlx::query_scalar("select string_agg(to_jsonb(e)::text, '') from audit_event e")
        .fetch_one(&world.owner)
        .await
        .unwrap();
    assert!(!whole.contains("different phrase"));
}

#[tokio::test]
async fn a_change_shows_what_was_and_what_is_and_every_act_of_a_session_says_where_from() {
    let world = world().await;
    let session = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let caller = world.ports.accounts.caller(&session).await.unwrap();
    let before = world.ports.team.business(&caller).await.unwrap();
    let now = Business { industry: "Lettings".into(), ..before.business };
    world.ports.team.save_business(&caller, before.version, now).await.unwrap();
    let page = world.ports.audit.page(&caller, AuditQuery::default()).await.unwrap();
    let row = &page.items[0];
    assert_eq!(row.said, "changed the business’s details");
    assert_eq!(row.facts, [Fact { name: "industry".into(), before: Some("–".into()), value: "Lettings".into() }]);
    assert!(row.origin.contains("IPv4"), "{row:?}");
}

#[tokio::test]
async fn a_change_of_a_role_is_read_as_a_sentence() {
    let world = world().await;
    let (team, audit, us) = (&world.ports.team, &world.ports.audit, &world.ours.caller);
    team.save_role(us, None, "Night desk", vec![Permission::ReadConversations]).await.unwrap();
    let role = team.page(us).await.unwrap().roles[0].id;
    let own = RoleChoice { role: Role::Custom, custom: Some(role) };
    team.set_role(us, world.ours.agent_id, own, Scope::Own).await.unwrap();
    let rows = audit.page(us, AuditQuery::default()).await.unwrap().items;
    assert_eq!((rows[0].said.as_str(), rows[0].subject.as_deref()), ("changed the role of", Some("Adam Agent")));
    let change = |name: &str, before: &str, value: &str| Fact {
        name: name.into(),
        before: Some(before.into()),
        value: value.into(),
    };
    assert_eq!(rows[0].facts, [change("role", "agent", "Night desk"), change("scope", "all", "own")]);
    assert_eq!((rows[1].said.as_str(), rows[1].subject.as_deref()), ("saved a role", Some("Night desk")));
    assert!(rows[1].facts.iter().any(|fact| fact.value == "read conversations"), "{:?}", rows[1]);

    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let mut olive = olive;
    olive.factors = 2;
    for (required, said) in [
        (true, "asked everybody for a second factor from then on"),
        (false, "no longer asked everybody for a second factor"),
    ] {
        team.require_two_factors(&olive, required).await.unwrap();
        assert_eq!(audit.page(us, AuditQuery::default()).await.unwrap().items[0].said, said);
    }
}

/// Whom the newest act was done to, as this reader is told.
async fn subject(world: &testkit::World, reader: &Caller, action: &str) -> String {
    let rows = world.ports.audit.page(reader, AuditQuery::default()).await.unwrap().items;
    let row = rows.into_iter().find(|row| row.action == action).unwrap();
    row.subject.unwrap()
}

#[tokio::test]
async fn the_trail_names_contacts_for_whom_may_read_them_and_sees_them() {
    use Permission::{ReadAudit, ReadContacts, ReadConversations};
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let (us, id) = (&world.ours.caller, world.only_conversation().await);
    let known = world.ports.contacts.list(us, None, 1).await.unwrap().items.remove(0);
    world.ports.contacts.reveal(us, known.id, known.identities[0].id).await.unwrap();
    world.ports.inbox.resolve(us, id).await.unwrap();
    let with = |kept: &[Permission]| us.clone().restricted_to(&[kept, &[ReadAudit]].concat());
    for (kept, contact, conversation) in [
        (vec![], "a contact", "a contact"),
        (vec![ReadContacts], "Grace", "a contact"),
        (vec![ReadConversations], "a contact", "Grace"),
        (vec![ReadContacts, ReadConversations], "Grace", "Grace"),
    ] {
        let reader = with(&kept);
        assert_eq!(subject(&world, &reader, "contact.number_seen").await, contact, "{kept:?}");
        assert_eq!(subject(&world, &reader, "conversation.resolved").await, conversation, "{kept:?}");
    }
    let all = vec![ReadAudit, ReadContacts, ReadConversations];
    let adam = Caller::member_with(us.workspace, world.ours.agent_id, "Adam Agent", all, Scope::Own);
    assert_eq!(subject(&world, &adam, "conversation.resolved").await, "a contact", "it is not his");
    assert_eq!(subject(&world, &adam, "contact.number_seen").await, "a contact");
    world.ports.inbox.assign(us, id, Some(world.ours.agent_id)).await.unwrap();
    assert_eq!(subject(&world, &adam, "conversation.resolved").await, "Grace", "now it is");
    assert_eq!(subject(&world, &adam, "contact.number_seen").await, "Grace");
}

#[tokio::test]
async fn an_act_says_where_its_request_came_from_and_where_its_session_was_opened() {
    let world = world().await;
    let elsewhere = SessionOrigin { device: "Chrome on Windows".into(), network: "IPv4 203.0.113.…".into() };
    let session = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let person = fresh(&world, &session).await.asking_from(elsewhere.clone());
    world.ports.profile.end_other_sessions(&person).await.unwrap();
    let caller = world.ports.accounts.caller(&session).await.unwrap().asking_from(elsewhere);
    world.ports.team.save_role(&caller, None, "Night desk", vec![Permission::ReadConversations]).await.unwrap();
    let rows = world.ports.audit.page(&caller, AuditQuery::default()).await.unwrap().items;
    for (row, action) in rows.iter().zip(["role.saved", "session.ended"]) {
        let place = (row.action.as_str(), row.origin.as_str(), row.signed_in.as_str());
        let expected = (action, "Chrome on Windows, IPv4 203.0.113.…", "Firefox on Linux, IPv4 1.1.1.…");
        assert_eq!(place, expected);
    }
    assert_eq!((rows[2].action.as_str(), rows[2].signed_in.as_str()), ("session.opened", ""), "the same place, once");
}

#[tokio::test]
async fn what_is_saved_again_says_what_it_was() {
    let world = world().await;
    let (ports, us) = (&world.ports, &world.ours.caller);
    let change = |name: &str, before: &str, value: &str| Fact {
        name: name.into(),
        before: Some(before.into()),
        value: value.into(),
    };
    let newest = async || ports.audit.page(us, AuditQuery::default()).await.unwrap().items.remove(0);

    let (read, send) = (Permission::ReadConversations, Permission::SendMessages);
    ports.team.save_role(us, None, "Night desk", vec![send, read]).await.unwrap();
    let role = ports.team.page(us).await.unwrap().roles[0].id;
    ports.team.save_role(us, Some(Seen { id: role, version: 1 }), "Night desk", vec![read]).await.unwrap();
    let row = newest().await;
    assert_eq!((row.said.as_str(), row.subject.as_deref()), ("saved a role", Some("Night desk")));
    assert_eq!(row.facts, [change("permissions", "read conversations, send messages", "read conversations")]);

    ports.team.save_team(us, None, "Lettings", vec![world.ours.agent_id]).await.unwrap();
    let team = ports.team.page(us).await.unwrap().teams[0].id;
    let seen = Some(Seen { id: team, version: 1 });
    ports.team.save_team(us, seen, "Sales", vec![world.ours.seeded.owner]).await.unwrap();
    let row = newest().await;
    assert_eq!((row.said.as_str(), row.subject.as_deref()), ("saved a team", Some("Sales")));
    assert_eq!(row.facts, [change("members", "Adam Agent", "Olive Owner"), change("name", "Lettings", "Sales")]);

    ports.tags.save(us, None, "Hot", Colour::Pink).await.unwrap();
    let tag = ports.tags.list(us).await.unwrap()[0].tag.id;
    ports.tags.save(us, Some(tag), "Hot", Colour::Blue).await.unwrap();
    let row = newest().await;
    assert_eq!((row.said.as_str(), row.subject.as_deref()), ("saved a tag", Some("Hot")));
    assert_eq!(row.facts, [change("colour", "pink", "blue")]);

    ports.canned.save(us, None, Draft::parse("hours", "Hours", "From nine").unwrap()).await.unwrap();
    let reply = ports.canned.list(us).await.unwrap()[0].id;
    ports.canned.save(us, Some(reply), Draft::parse("hours", "Hours", "From ten").unwrap()).await.unwrap();
    let row = newest().await;
    assert_eq!((row.said.as_str(), row.subject.as_deref()), ("saved a canned reply", Some("/hours")));
    assert_eq!(row.facts, [change("body", "From nine", "From ten")]);
}

/// The acts that a search finds, newest first.
async fn found(world: &testkit::World, reader: &Caller, query: AuditQuery) -> Vec<String> {
    let rows = world.ports.audit.page(reader, query).await.unwrap().items;
    rows.into_iter().map(|row| row.action).collect()
}

#[tokio::test]
async fn the_trail_is_searched_by_whom_it_was_done_to_by_day_and_by_place() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    sqlx::query("update account set time_zone = 'Pacific/Auckland' where email = $1")
        .bind(OWNER)
        .execute(&world.owner)
        .await
        .unwrap();
    let session = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let olive = world.ports.accounts.caller(&session).await.unwrap();
    let us = &world.ours.caller;
    world.ports.inbox.resolve(&olive, id).await.unwrap();
    let own = RoleChoice { role: Role::Manager, custom: None };
    world.ports.team.set_role(us, world.ours.agent_id, own, Scope::All).await.unwrap();
    let about = |words: &str| AuditQuery { about: words.into(), ..AuditQuery::default() };
    assert_eq!(found(&world, us, about("grace")).await, ["conversation.resolved"]);
    assert_eq!(found(&world, us, about(&id.to_string())).await, ["conversation.resolved"]);
    assert_eq!(found(&world, us, about("Adam")).await, ["member.role_changed"]);
    assert!(found(&world, us, about("nobody")).await.is_empty());
    let reader = us.clone().restricted_to(&[Permission::ReadAudit]);
    assert!(found(&world, &reader, about("grace")).await.is_empty(), "a search names no contact either");

    let place = |words: &str| AuditQuery { origin: words.into(), ..AuditQuery::default() };
    assert_eq!(found(&world, us, place("firefox")).await, ["conversation.resolved", "session.opened"]);
    assert_eq!(found(&world, us, place("IPv4 1.1")).await.len(), 2);
    assert!(found(&world, us, place("IPv4 9.9")).await.is_empty());

    // At noon of the 22nd in UTC it is one in the morning of the 23rd in Auckland.
    let days =
        |since: &str, until: &str| AuditQuery { since: since.into(), until: until.into(), ..AuditQuery::default() };
    assert_eq!(found(&world, us, days("2026-11-23", "2026-11-23")).await.len(), 3);
    assert!(found(&world, us, days("", "2026-11-22")).await.is_empty());
    assert!(found(&world, us, days("2026-11-24", "")).await.is_empty());
    let key = Caller::api_key(us.workspace, Uuid::nil().into(), "Zapier", vec![Permission::ReadAudit]);
    assert_eq!(found(&world, &key, days("2026-11-22", "2026-11-22")).await.len(), 3, "a program's clock is UTC");
    let all = AuditQuery { search: "resolved".into(), ..days("2026-11-23", "") };
    assert_eq!(found(&world, us, AuditQuery { about: "Grace".into(), ..all }).await, ["conversation.resolved"]);
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused_under_its_field() {
    let world = world().await;
    let none = AuditQuery::default;
    for (field, query) in [
        ("search", AuditQuery { search: "a\0b".into(), ..none() }),
        ("about", AuditQuery { about: "a\0b".into(), ..none() }),
        ("origin", AuditQuery { origin: "a\u{7}b".into(), ..none() }),
        ("about", AuditQuery { about: "x".repeat(201), ..none() }),
        ("since", AuditQuery { since: "yesterday".into(), ..none() }),
        ("since", AuditQuery { since: "-009999-01-01".into(), ..none() }),
        ("until", AuditQuery { until: "2026-02-30".into(), ..none() }),
        ("until", AuditQuery { until: "9999-12-31".into(), ..none() }),
        ("until", AuditQuery { until: "2026-01-01\0".into(), ..none() }),
    ] {
        let refused = world.ports.audit.page(&world.ours.caller, query.clone()).await;
        let named = matches!(&refused, Err(Error::Invalid(fields)) if fields.get(field).is_some());
        assert!(named, "{query:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_search_goes_on_page_by_page() {
    let world = world().await;
    let us = &world.ours.caller;
    for n in 0..60 {
        world.ports.tags.save(us, None, &format!("Tag {n}"), domain::tags::Colour::Blue).await.unwrap();
        world
            .ports
            .team
            .set_role(
                us,
                world.ours.agent_id,
                RoleChoice { role: Role::Agent, custom: None },
                [Scope::Own, Scope::All][n % 2],
            )
            .await
            .unwrap();
        world.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let query = AuditQuery { about: "adam".into(), since: "2026-11-22".into(), ..AuditQuery::default() };
    let first = world.ports.audit.page(us, query.clone()).await.unwrap();
    let second = world.ports.audit.page(us, AuditQuery { after: first.next.clone(), ..query }).await.unwrap();
    let rows: Vec<_> = first.items.into_iter().chain(second.items).collect();
    assert_eq!((rows.len(), second.next), (60, None));
    assert!(rows.iter().all(|row| row.action == "member.role_changed"));
    assert!(rows.windows(2).all(|pair| pair[0].at > pair[1].at));
}
