//! The standing suite: every port, called by a member of another workspace with our ids.

use domain::api_keys::ApiKeyForm as NewKey;
use domain::audit::AuditQuery;
use domain::canned::Draft;
use domain::connection::{ConnectForm, SignupForm};
use domain::conversations::{ListQuery, View};
use domain::notifications::Choices;
use domain::packs::{Removal, Trade};
use domain::ports::{TemplateForm, Upload};
use domain::tags::Colour;
use domain::team::{Business, InviteForm, Seen};
use domain::{AttachmentId, ConnectionId, ContactId, Error, Permission, QuarantineId, Role, Scope};
use serde_json::json;
use testkit::{Webhook, World};
use uuid::Uuid;

use crate::people::{OWNER, OWNERS_PASSWORD, from, person};
use crate::{form, grace_writes, key, sso, thread, world};

/// Fills our workspace with one of everything.
async fn fill(world: &mut World) {
    grace_writes(world, "w1", "Secret of ours").await;
    let id = world.only_conversation().await;
    world.ports.inbox.note(&world.ours.caller, id, "note".into(), key(1)).await.unwrap();
    world.ports.inbox.send(&world.ours.caller, form(id, 2, "answer")).await.unwrap();
    world.receive(Webhook::to("1001").message(json!({ "type": "text", "id": "bad" })).body()).await;
}

#[tokio::test]
async fn a_member_of_another_workspace_gets_nothing_from_any_port() {
    let mut world = world().await;
    fill(&mut world).await;
    let (ports, them) = (world.ports.clone(), world.theirs.caller.clone());
    let id = world.only_conversation().await;
    let message = thread(&world, id).await[0].id;
    let contact = ports.inbox.list(&world.ours.caller, ListQuery::default()).await.unwrap().page.items[0].contact;
    let upload = || Upload { file_name: "f.txt".into(), mime: "text/plain".into(), bytes: b"x".to_vec() };
    let attachment = ports.inbox.upload(&world.ours.caller, id, upload()).await.unwrap();
    let quarantined = ports.channels.report(&world.ours.caller).await.unwrap().quarantine[0].id;
    let before = snapshot(&world).await;

    for view in View::ALL {
        let list = ports.inbox.list(&them, ListQuery { view, ..ListQuery::default() }).await.unwrap();
        assert!(list.page.items.is_empty() && list.counts.all == 0);
    }
    let search = ListQuery { search: "gr".into(), ..ListQuery::default() };
    assert!(ports.inbox.list(&them, search).await.unwrap().page.items.is_empty());
    assert_eq!(ports.inbox.thread(&them, id).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.messages(&them, id, None, 50).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.message(&them, message).await.err(), Some(Error::NotFound));
    assert!(ports.inbox.provider_ids(&them, &[message]).await.unwrap().is_empty());
    assert_eq!(ports.inbox.send(&them, form(id, 9, "hi")).await.err(), Some(Error::NotFound));
    let template = TemplateForm {
        conversation: id,
        client_key: key(9),
        name: "t".into(),
        language: "en".into(),
        parameters: vec![],
    };
    assert_eq!(ports.inbox.send_template(&them, template).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.react(&them, message, Some("👍".into())).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.note(&them, id, "n".into(), key(9)).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.assign(&them, id, None).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.resolve(&them, id).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.reopen(&them, id).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.mark_read(&them, id).await, Err(Error::NotFound));
    assert_eq!(ports.inbox.be_present(&them, id, true).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.templates(&them, id).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.upload(&them, id, upload()).await.err(), Some(Error::NotFound));
    assert_eq!(ports.inbox.download(&them, attachment).await.err(), Some(Error::NotFound));
    assert!(ports.contacts.list(&them, None, 100).await.unwrap().items.is_empty());
    assert_eq!(ports.contacts.get(&them, contact).await.err(), Some(Error::NotFound));
    let identity = ports.contacts.get(&world.ours.caller, contact).await.unwrap().identities[0].id;
    assert_eq!(ports.contacts.reveal(&them, contact, identity).await, Err(Error::NotFound));
    assert_eq!(ports.contacts.rename(&them, contact, "Mine".into()).await, Err(Error::NotFound));
    assert!(ports.channels.report(&them).await.unwrap().quarantine.is_empty());
    assert_eq!(ports.channels.replay(&them, quarantined).await, Err(Error::NotFound));
    assert!(ports.accounts.members(&them).await.unwrap().iter().all(|member| member.id != world.ours.agent_id));
    assert_eq!(snapshot(&world).await, before, "and nothing of ours changed");

    let trail = ports.audit.page(&them, AuditQuery::default()).await.unwrap();
    assert!(trail.items.is_empty(), "{trail:?}");
    let file = crate::whole(ports.audit.export(&them).await.unwrap()).await.unwrap();
    assert!(!file.contains(&world.ours.seeded.workspace.to_string()), "{file}");

    let new = NewKey { name: "ours".into(), scopes: vec!["contacts:read".into()], days: None };
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    ports.api_keys.create(&olive, new).await.unwrap();
    let key = ports.api_keys.list(&world.ours.caller).await.unwrap()[0].id;
    let stranger = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert_ne!(ports.accounts.seal(&stranger).await.unwrap(), ports.accounts.seal(&olive).await.unwrap());
    assert!(ports.api_keys.list(&them).await.unwrap().is_empty());
    assert_eq!(ports.api_keys.revoke(&stranger, key).await, Err(Error::NotFound));
    assert_eq!(ports.notifications.read(&them).await.unwrap().email, "owner@theirs.example");
    ports.notifications.save(&them, Choices { sound: true, ..Choices::default() }).await.unwrap();
    assert!(!ports.notifications.read(&world.ours.caller).await.unwrap().choices.sound);
    assert!(ports.notifications.news(&them).await.unwrap().news.is_empty());
    assert!(!ports.notifications.news(&world.ours.caller).await.unwrap().news.is_empty());
    let connection = ports.connections.connect(&world.ours.caller, connect_form()).await.unwrap();
    let connected = sealed(&world).await;
    assert!(ports.connections.list(&them).await.unwrap().is_empty());
    assert_eq!(ports.connections.read(&them, connection).await, Err(Error::NotFound));
    assert_eq!(ports.connections.check(&them, connection).await, Err(Error::NotFound));
    assert_eq!(ports.connections.subscribe(&them, connection).await, Err(Error::NotFound));
    assert_eq!(ports.connections.choose(&them, connection, "1").await, Err(Error::NotFound));
    assert_eq!(ports.connections.register(&them, connection, "1", "123456").await, Err(Error::NotFound));
    let stranger = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert_eq!(ports.connections.change(&stranger, connection, connect_form()).await, Err(Error::NotFound));
    assert_eq!(ports.connections.disconnect(&stranger, connection).await, Err(Error::NotFound));
    assert_eq!(ports.onboarding.checklist(&them).await.unwrap().connection, None);
    ports.onboarding.hide(&them, true).await.unwrap();
    let hidden = "select count(*) from workspace where checklist_hidden";
    assert_eq!(world.count(hidden).await, 1, "theirs alone");
    assert_eq!(sealed(&world).await, connected, "and nothing of ours changed");
    nothing_of_a_connection(&world, connection).await;

    let team = &ports.team;
    let form = InviteForm { email: "x@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
    team.invite(&world.ours.caller, form).await.unwrap();
    team.save_role(&world.ours.caller, None, "Ours", vec![Permission::ReadContacts]).await.unwrap();
    team.save_team(&world.ours.caller, None, "Ours", vec![]).await.unwrap();
    let page = team.page(&world.ours.caller).await.unwrap();
    let before = snapshot(&world).await;
    let (invitation, role, group) = (page.invitations[0].id, page.roles[0].id, page.teams[0].id);
    let (seen, seen_group) = (Seen { id: role, version: 1 }, Seen { id: group, version: 1 });
    let their_page = team.page(&them).await.unwrap();
    assert!(their_page.invitations.is_empty() && their_page.roles.is_empty() && their_page.teams.is_empty());
    assert!(their_page.members.iter().all(|member| member.id != world.ours.agent_id));
    assert_eq!(team.resend_invitation(&them, invitation).await, Err(Error::NotFound));
    assert_eq!(team.revoke_invitation(&them, invitation).await, Err(Error::NotFound));
    assert_eq!(team.set_role(&them, world.ours.agent_id, Role::Agent.into(), Scope::All).await, Err(Error::NotFound));
    assert_eq!(team.deactivate(&them, world.ours.agent_id, None).await, Err(Error::NotFound));
    assert_eq!(team.reactivate(&them, world.ours.agent_id).await, Err(Error::NotFound));
    let held = vec![Permission::ReadContacts];
    assert_eq!(team.save_role(&them, Some(seen), "Theirs", held).await, Err(Error::NotFound));
    assert_eq!(team.save_team(&them, Some(seen_group), "Theirs", vec![]).await, Err(Error::NotFound));
    assert_eq!(team.delete_role(&them, role).await, Err(Error::NotFound));
    assert_eq!(team.delete_team(&them, group).await, Err(Error::NotFound));
    let neighbour = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert!(team.offer_ownership(&neighbour, Some(world.ours.agent_id)).await.is_err());
    assert_eq!(team.ownership_offer(&them).await, Ok(None));
    assert_eq!(team.accept_ownership(&neighbour).await, Err(Error::NotFound));
    assert!(matches!(
        ports.inbox.assign(&world.ours.caller, id, Some(world.theirs.agent_id)).await,
        Err(Error::Invalid(_))
    ));

    assert_eq!(snapshot(&world).await, before, "and nothing of ours changed");

    let owner = person(&world, OWNER, OWNERS_PASSWORD).await;
    let neighbour = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert_eq!(ports.team.sign_out_member(&neighbour, world.ours.agent_id).await, Err(Error::NotFound));
    ports.sso.save(&owner, sso::form()).await.unwrap();
    let before = snapshot(&world).await;
    assert_eq!(ports.sso.page(&them).await.unwrap().connected, None);
    let neighbour = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert!(ports.sso.save(&neighbour, sso::form()).await.is_err(), "our domain is ours");
    assert_eq!(ports.sso.remove(&neighbour).await, Err(Error::NotFound));
    assert_eq!(ports.sso.forget_member(&neighbour, world.ours.agent_id).await, Err(Error::NotFound));
    let ours = world.ours.seeded.workspace;
    assert_eq!(ports.sso.depart_to(&neighbour, ours, "/", &from("1.1.1.1")).await.err(), Some(Error::NotFound));
    assert_eq!(ports.accounts.workspaces(&neighbour).await.unwrap().len(), 1, "their own alone");
    assert!(ports.sso.check(&them, "https://login.ours.example").await.is_ok(), "what anybody can ask an issuer");

    assert_eq!(snapshot(&world).await, before, "and nothing of ours changed");

    nothing_of_a_pack(&world, contact).await;
    nothing_of_a_business(&world).await;
}

/// However they connect their own.
async fn nothing_of_a_connection(world: &World, connection: ConnectionId) {
    let (ports, us, them) = (&world.ports, &world.ours.caller, &world.theirs.caller);
    let ours = ports.connections.read(us, connection).await.unwrap();
    assert!(ports.connections.ways(them).await.is_ok(), "what everybody is offered");
    ports.connections.try_sandbox(them).await.ok();
    let form = SignupForm { code: "c".into(), account_id: ours.account_id.clone(), number_id: String::new() };
    ports.connections.finish_signup(them, form).await.ok();
    assert_eq!(ports.connections.list(us).await.unwrap().len(), 1);
    assert_eq!(ports.connections.read(us, connection).await, Ok(ours));
}

/// What a workspace says of itself and asks of its people, and who its members are to it.
async fn nothing_of_a_business(world: &World) {
    let (ports, us, them) = (&world.ports, &world.ours.caller, &world.theirs.caller);
    let ours = ports.team.business(us).await.unwrap();
    let theirs = ports.team.business(them).await.unwrap();
    assert_eq!((ours.business.name.as_str(), theirs.business.name.as_str()), ("Ours", "Theirs"));
    let renamed = Business { name: "Mine".into(), ..theirs.business };
    ports.team.save_business(them, theirs.version, renamed).await.unwrap();
    assert_eq!(ports.team.business(us).await.unwrap(), ours);
    let mut neighbour = person(world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert_eq!(ports.accounts.me(them).await.unwrap().workspace, world.theirs.seeded.workspace);
    let switched = ports.accounts.switch(&neighbour, world.ours.seeded.workspace).await;
    assert_eq!(switched.err(), Some(Error::NotFound));
    neighbour.factors = 2;
    ports.team.require_two_factors(&neighbour, true).await.unwrap();
    assert_eq!(ports.team.two_factors_required(them).await, Ok(true));
    assert_eq!(ports.team.two_factors_required(us).await, Ok(false));
}

/// What a pack filled, its tags and replies.
async fn nothing_of_a_pack(world: &World, contact: ContactId) {
    let (ports, us, them) = (&world.ports, &world.ours.caller, &world.theirs.caller);
    ports.packs.install(us, Trade::Shop).await.unwrap();
    let tag = ports.tags.list(us).await.unwrap().remove(0).tag.id;
    let reply = ports.canned.list(us).await.unwrap().remove(0).id;
    ports.tags.put(us, contact, tag).await.unwrap();
    let before = snapshot(world).await;
    assert_eq!(ports.packs.page(them).await.unwrap().installed, None);
    assert_eq!(ports.packs.status(them).await, Ok(None));
    assert_eq!(ports.packs.remove(them).await, Ok(Removal::default()));
    assert_eq!(ports.packs.remove_samples(them).await, Ok(0));
    assert!(ports.tags.list(them).await.unwrap().is_empty() && ports.canned.list(them).await.unwrap().is_empty());
    assert_eq!(ports.tags.save(them, Some(tag), "Theirs", Colour::Blue).await, Err(Error::NotFound));
    assert_eq!(ports.tags.delete(them, tag).await, Err(Error::NotFound));
    assert_eq!(ports.tags.put(them, contact, tag).await, Err(Error::NotFound));
    assert_eq!(ports.tags.take_off(them, contact, tag).await, Err(Error::NotFound));
    let draft = Draft::parse("theirs", "Theirs", "Theirs").unwrap();
    assert_eq!(ports.canned.save(them, Some(reply), draft).await, Err(Error::NotFound));
    assert_eq!(ports.canned.delete(them, reply).await, Err(Error::NotFound));
    assert!(ports.inbox.list(them, ListQuery::default()).await.unwrap().page.items.is_empty());
    assert_eq!(snapshot(world).await, before, "and nothing of ours changed");
    // Each has a pack of their own, and removing one leaves the other.
    ports.packs.install(them, Trade::Shop).await.unwrap();
    ports.packs.remove(them).await.unwrap();
    assert_eq!(snapshot(world).await, before, "and nothing of ours changed");
}

fn connect_form() -> ConnectForm {
    ConnectForm { app_id: "1".into(), app_secret: "s".into(), token: "t".into(), account_id: "2".into() }
}

async fn sealed(world: &World) -> Vec<Vec<u8>> {
    sqlx::query_scalar("select token || app_secret || verify_token from connection")
        .fetch_all(&world.owner)
        .await
        .unwrap()
}

async fn snapshot(world: &World) -> Vec<String> {
    sqlx::query_scalar("select md5(string_agg(t, '|' order by t)) from (select c::text as t from conversation c union all select m::text from message m
        union all select q::text from quarantine q union all select n::text from contact n
        union all select b::text from member b union all select p::text from sso_provider p union all select d::text from sso_domain d union all select i::text from invitation i union all select r::text from role r union all select g::text from team g
        union all select t::text from tag t union all select u::text from contact_tag u union all select y::text from canned_reply y
        union all select p::text from pipeline p union all select s::text from stage s union all select k::text from starter_pack k) all_rows")
        .fetch_all(&world.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_query_that_forgets_its_workspace_sees_nothing_of_others() {
    let mut world = world().await;
    fill(&mut world).await;
    let mut tx = world.core.db.scoped(world.theirs.seeded.workspace).await.unwrap();
    for table in [
        "conversation",
        "message",
        "contact",
        "identity",
        "outbox",
        "permit",
        "quarantine",
        "attachment",
        "tag",
        "stage",
    ] {
        let seen: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut **tx)
            .await
            .unwrap();
        assert_eq!(seen, 0, "{table}");
    }
    drop(tx);
    let outside =
        sqlx::query_scalar::<_, i64>("select count(*) from conversation").fetch_one(world.core.db.app()).await;
    assert!(outside.is_err(), "without a workspace there is no answer at all");
}

#[tokio::test]
async fn a_row_cannot_be_written_into_another_workspace() {
    let world = world().await;
    let mut tx = world.core.db.scoped(world.theirs.seeded.workspace).await.unwrap();
    let planted =
        sqlx::query("insert into contact (workspace_id, id, created_at) values ($1, gen_random_uuid(), now())")
            .bind(world.ours.seeded.workspace.0)
            .execute(&mut **tx)
            .await;
    assert_eq!(planted.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"));
}

#[tokio::test]
async fn ids_of_nothing_are_not_found() {
    let world = world().await;
    let caller = &world.ours.caller;
    assert_eq!(world.ports.inbox.download(caller, AttachmentId(Uuid::nil())).await.err(), Some(Error::NotFound));
    assert_eq!(world.ports.channels.replay(caller, QuarantineId(Uuid::nil())).await, Err(Error::NotFound));
}

#[tokio::test]
async fn a_request_that_is_dropped_while_it_begins_leaves_no_transaction_behind() {
    let world = world().await;
    let workspace = world.ours.seeded.workspace;
    // With connections there already, so that what is dropped is the beginning and not the connecting.
    drop(futures::future::join_all((0..8).map(|_| world.core.db.scoped(workspace))).await);
    let (mut dropped, mut written) = (0, 0);
    for moment in 0..60 {
        // Dropped a little later each time: while a connection is looked for, tried, and while the beginning is on its way.
        let patience = std::time::Duration::from_micros(moment * 20);
        let start = std::time::Instant::now();
        let mut begun = Box::pin(world.core.db.scoped(workspace));
        let mut ready = false;
        while !ready && start.elapsed() <= patience {
            ready = futures::poll!(&mut begun).is_ready();
            tokio::task::yield_now().await;
        }
        dropped += u32::from(!ready);
        drop(begun);
        // At once, over every connection: the next to begin on one would hide what was left behind on it.
        for _ in 0..8 {
            let id = uuid::Uuid::now_v7().to_string();
            sqlx::query("insert into challenge (token_hash, kind, expires_at) values ($1, 'second_factor', now())")
                .bind(id.as_bytes())
                .execute(world.core.db.app())
                .await
                .unwrap();
            written += 1;
        }
        let seen = world.count("select count(*) from challenge").await;
        assert_eq!(seen, written, "committed at once, after a drop at {patience:?}");
    }
    assert!(dropped > 5, "{dropped} were dropped in the middle");
}
