//! What the ports change, and what the trail keeps of it. A method that is new or an act that nobody writes stops here.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::{AuditQuery, AuditRow, Fact};
use domain::notifications::Choices;
use domain::{Caller, Permission, Scope};
use serde_json::json;
use testkit::{Webhook, World};

use crate::people::{OWNER, OWNERS_PASSWORD, credentials, from, person};
use crate::{exported, grace_writes, world};

/// What a method leaves in the trail.
enum Leaves {
    /// One of these acts.
    Acts(&'static [&'static str]),
    /// Nothing, because it changes nothing.
    Reads,
    /// Nothing, although it changes something, for this reason.
    Nothing(&'static str),
}

use Leaves::{Acts, Nothing, Reads};

const NOT_YET: &str = "nothing changes before the link or the code is given back, and that is an act";
const ITSELF: &str = "it is kept itself, with who and when, for whoever reads the conversation";
const WORTHLESS: &str = "neither a power nor anybody's data";

const TABLE: &[(&str, Leaves)] = &[
    ("Accounts.sign_up", Nothing("there is no workspace yet")),
    ("Accounts.confirm_sign_up", Acts(&["session.opened"])),
    ("Accounts.sign_in", Acts(&["session.opened", "sign_in.failed"])),
    ("Accounts.second_factor", Acts(&["session.opened", "recovery_code.used", "sign_in.failed"])),
    ("Accounts.ask_for_passkey", Reads),
    ("Accounts.sign_in_by_passkey", Acts(&["session.opened"])),
    ("Accounts.forgot_password", Nothing(NOT_YET)),
    ("Accounts.reset_link_works", Reads),
    ("Accounts.reset_password", Acts(&["password.reset"])),
    ("Accounts.sign_out", Nothing("it ends a power of one's own, and the sign-in says whose it was")),
    ("Accounts.person", Reads),
    ("Accounts.caller", Reads),
    ("Accounts.api_caller", Reads),
    ("Accounts.workspaces", Reads),
    ("Accounts.switch", Acts(&["session.switched"])),
    ("Accounts.me", Reads),
    ("Accounts.seal", Reads),
    ("Accounts.members", Reads),
    ("Accounts.set_enter_sends", Nothing(WORTHLESS)),
    ("ApiKeys.list", Reads),
    ("ApiKeys.create", Acts(&["api_key.made"])),
    ("ApiKeys.revoke", Acts(&["api_key.revoked"])),
    ("Audit.page", Reads),
    ("Audit.export", Acts(&["audit.exported"])),
    ("AuditLines.next", Nothing("the export was an act when it began")),
    ("Canned.list", Reads),
    ("Canned.save", Acts(&["canned_reply.saved"])),
    ("Canned.delete", Acts(&["canned_reply.deleted"])),
    ("Channels.report", Reads),
    ("Channels.replay", Acts(&["quarantine.replayed"])),
    ("Connections.ways", Reads),
    ("Connections.list", Reads),
    ("Connections.read", Reads),
    ("Connections.connect", Acts(&["connection.made"])),
    ("Connections.change", Acts(&["connection.changed"])),
    ("Connections.try_sandbox", Acts(&["connection.made", "connection.subscribed"])),
    ("Connections.finish_signup", Acts(&["connection.made", "channel.connected"])),
    ("Connections.check", Nothing("it notes what Meta says, and changes nothing there")),
    ("Connections.subscribe", Acts(&["connection.subscribed"])),
    ("Connections.choose", Acts(&["channel.connected"])),
    ("Connections.register", Acts(&["channel.registered"])),
    ("Connections.disconnect", Acts(&["connection.ended"])),
    ("Contacts.list", Reads),
    ("Contacts.get", Reads),
    ("Contacts.reveal", Acts(&["contact.number_seen"])),
    ("Contacts.rename", Acts(&["contact.renamed"])),
    ("Inbox.list", Reads),
    ("Inbox.thread", Reads),
    ("Inbox.messages", Reads),
    ("Inbox.message", Reads),
    ("Inbox.provider_ids", Reads),
    ("Inbox.send", Nothing(ITSELF)),
    ("Inbox.send_template", Nothing(ITSELF)),
    ("Inbox.react", Nothing(ITSELF)),
    ("Inbox.note", Nothing(ITSELF)),
    ("Inbox.assign", Acts(&["conversation.assigned"])),
    ("Inbox.resolve", Acts(&["conversation.resolved"])),
    ("Inbox.reopen", Acts(&["conversation.open"])),
    ("Inbox.mark_read", Nothing(WORTHLESS)),
    ("Inbox.be_present", Nothing(WORTHLESS)),
    ("Inbox.templates", Reads),
    ("Inbox.upload", Nothing(ITSELF)),
    ("Inbox.download", Reads),
    ("Notifications.read", Reads),
    ("Notifications.save", Acts(&["notifications.saved"])),
    ("Notifications.news", Reads),
    ("Onboarding.checklist", Reads),
    ("Onboarding.hide", Nothing(WORTHLESS)),
    ("Packs.page", Reads),
    ("Packs.status", Reads),
    ("Packs.install", Acts(&["pack.installed"])),
    ("Packs.remove", Acts(&["pack.removed"])),
    ("Packs.remove_samples", Acts(&["samples.removed"])),
    ("Profile.read", Reads),
    ("Profile.save", Acts(&["profile.saved"])),
    ("Profile.set_picture", Acts(&["picture.set"])),
    ("Profile.remove_picture", Acts(&["picture.removed"])),
    ("Profile.picture", Reads),
    ("Profile.prove", Acts(&["sign_in.failed"])),
    ("Profile.change_password", Acts(&["password.changed"])),
    ("Profile.change_email", Nothing(NOT_YET)),
    ("Profile.email_change", Reads),
    ("Profile.refuse_email_change", Acts(&["email.change_refused"])),
    ("Profile.confirm_email_change", Acts(&["email.changed"])),
    ("Profile.sessions", Reads),
    ("Profile.end_session", Acts(&["session.ended"])),
    ("Profile.end_other_sessions", Acts(&["session.ended"])),
    ("Profile.factors", Reads),
    ("Profile.begin_app", Nothing(NOT_YET)),
    ("Profile.confirm_app", Acts(&["second_factor.added"])),
    ("Profile.remove_app", Acts(&["second_factor.removed"])),
    ("Profile.renew_recovery_codes", Acts(&["recovery_codes.made"])),
    ("Profile.begin_passkey", Nothing(NOT_YET)),
    ("Profile.add_passkey", Acts(&["passkey.added"])),
    ("Profile.remove_passkey", Acts(&["passkey.removed"])),
    ("SingleSignOn.page", Reads),
    ("SingleSignOn.check", Reads),
    ("SingleSignOn.save", Acts(&["sso.connected", "sso.changed"])),
    ("SingleSignOn.remove", Acts(&["sso.removed"])),
    ("SingleSignOn.forget_member", Acts(&["sso.forgotten"])),
    ("SingleSignOn.depart", Nothing(NOT_YET)),
    ("SingleSignOn.depart_to", Nothing(NOT_YET)),
    ("SingleSignOn.arrive", Acts(&["session.opened", "member.admitted", "sso.linked", "sso.refused"])),
    ("Tags.list", Reads),
    ("Tags.save", Acts(&["tag.saved"])),
    ("Tags.delete", Acts(&["tag.deleted"])),
    ("Tags.put", Acts(&["contact.tagged"])),
    ("Tags.take_off", Acts(&["contact.untagged"])),
    ("Team.create_workspace", Acts(&["workspace.created"])),
    ("Team.fresh_business", Reads),
    ("Team.business", Reads),
    ("Team.save_business", Acts(&["workspace.changed"])),
    ("Team.page", Reads),
    ("Team.invite", Acts(&["invitation.sent"])),
    ("Team.resend_invitation", Acts(&["invitation.sent"])),
    ("Team.revoke_invitation", Acts(&["invitation.revoked"])),
    ("Team.invitation", Reads),
    ("Team.accept_as_new", Acts(&["invitation.accepted"])),
    ("Team.accept", Acts(&["invitation.accepted"])),
    ("Team.set_role", Acts(&["member.role_changed"])),
    ("Team.deactivate", Acts(&["member.deactivated"])),
    ("Team.reactivate", Acts(&["member.reactivated"])),
    ("Team.sign_out_member", Acts(&["member.signed_out"])),
    ("Team.leave", Acts(&["member.left"])),
    ("Team.offer_ownership", Acts(&["ownership.offered"])),
    ("Team.ownership_offer", Reads),
    ("Team.accept_ownership", Acts(&["ownership.accepted"])),
    ("Team.save_role", Acts(&["role.saved"])),
    ("Team.delete_role", Acts(&["role.deleted"])),
    ("Team.save_team", Acts(&["team.saved"])),
    ("Team.delete_team", Acts(&["team.deleted"])),
    ("Team.two_factors_required", Reads),
    ("Team.require_two_factors", Acts(&["workspace.two_factors_required"])),
];

/// Acts of the operator's commands, which have no port.
const COMMANDS: &[&str] = &["sso_domain.gained", "sso_domain.lost", "master_key.rotated"];

/// The methods of all ports, read from where they are declared.
fn methods() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../app/domain/src/ports")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut port = "";
        for line in text.lines() {
            let word = |after: &str| line.trim().strip_prefix(after)?.split([':', '(', ' ', '<']).next();
            port = word("pub trait ").unwrap_or(port);
            found.extend(word("async fn ").map(|method| format!("{port}.{method}")));
        }
    }
    found
}

/// The stored words of all acts.
fn words() -> BTreeSet<String> {
    let text = include_str!("../../src/audit/action.rs");
    let block = text.split_once("actions! {").unwrap().1;
    let lines = block.lines().take_while(|line| *line != "}").filter_map(|line| line.split('"').nth(1));
    lines.map(str::to_owned).collect()
}

#[test]
fn every_method_of_a_port_leaves_an_act_or_has_a_reason_and_every_act_has_a_method() {
    let listed: BTreeMap<&str, &Leaves> = TABLE.iter().map(|(method, leaves)| (*method, leaves)).collect();
    assert_eq!(listed.len(), TABLE.len(), "a method stands here twice");
    let listed: BTreeSet<String> = listed.into_keys().map(str::to_owned).collect();
    let (methods, words) = (methods(), words());
    assert!(methods.len() > 100 && words.len() > 50, "they are found: {methods:?} {words:?}");
    let unlisted: Vec<_> = methods.symmetric_difference(&listed).collect();
    assert!(unlisted.is_empty(), "say in the table what the trail keeps of {unlisted:?}");
    let left = TABLE.iter().flat_map(|(method, leaves)| match leaves {
        Acts(acts) => *acts,
        Reads => &[],
        Nothing(why) => {
            assert!(why.len() > 20, "{method}: say why");
            &[]
        }
    });
    let left: BTreeSet<String> = left.chain(COMMANDS).map(|word| (*word).to_owned()).collect();
    let unknown: Vec<_> = words.symmetric_difference(&left).collect();
    assert!(unknown.is_empty(), "acts that nothing leaves, or that there are not: {unknown:?}");
}

/// The newest act, which must be this one.
async fn newest(world: &World, action: &str) -> AuditRow {
    let page = world.ports.audit.page(&world.ours.caller, AuditQuery::default()).await.unwrap();
    let row = page.items.into_iter().next().unwrap();
    assert_eq!(row.action, action);
    row
}

fn change(name: &str, before: &str, value: &str) -> Fact {
    Fact { name: name.into(), before: Some(before.into()), value: value.into() }
}

#[tokio::test]
async fn a_contact_renamed_is_an_act_and_its_names_are_for_whom_may_read_contacts() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let (contacts, us) = (&world.ports.contacts, &world.ours.caller);
    let id = contacts.list(us, None, 1).await.unwrap().items[0].id;
    contacts.rename(us, id, "Grace Okafor".into()).await.unwrap();
    let row = newest(&world, "contact.renamed").await;
    assert_eq!((row.said.as_str(), row.subject.as_deref()), ("renamed", Some("Grace Okafor")));
    assert_eq!(row.facts, [change("name", "–", "Grace Okafor")]);
    contacts.rename(us, id, "Grace O.".into()).await.unwrap();
    assert_eq!(newest(&world, "contact.renamed").await.facts, [change("name", "Grace Okafor", "Grace O.")]);
    contacts.rename(us, id, "Grace O.".into()).await.unwrap();
    assert_eq!(world.count("select count(*) from audit_event where action = 'contact.renamed'").await, 2, "no change");

    let reader = us.clone().restricted_to(&[Permission::ReadAudit, Permission::Export]);
    let rows = world.ports.audit.page(&reader, AuditQuery::default()).await.unwrap().items;
    assert_eq!((rows[0].subject.as_deref(), rows[0].facts.len()), (Some("a contact"), 0), "{:?}", rows[0]);
    assert!(!exported(&world.ports, &reader).await.unwrap().contains("Okafor"));
    let all = vec![Permission::ReadAudit, Permission::Export, Permission::ReadContacts];
    let adam = Caller::member_with(us.workspace, world.ours.agent_id, "Adam Agent", all, Scope::Own);
    assert!(!exported(&world.ports, &adam).await.unwrap().contains("Okafor"), "it is not his");
    assert!(exported(&world.ports, us).await.unwrap().contains("Okafor"));
}

#[tokio::test]
async fn what_people_change_of_themselves_is_an_act_that_tells_a_workspace_no_more_than_it_shows() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let profile = &world.ports.profile;
    let shown = profile.read(&olive).await.unwrap();
    let form = domain::accounts::ProfileForm {
        name: "Olive Oakley".into(),
        phone: "+447700900199".into(),
        job_title: shown.job_title,
        bio: "Gardens".into(),
        time_zone: shown.time_zone,
        currency: shown.currency,
        language: shown.language,
    };
    profile.save(&olive, form.clone()).await.unwrap();
    let row = newest(&world, "profile.saved").await;
    let what = Fact { name: "changed".into(), before: None, value: "name, phone, bio".into() };
    assert_eq!(row.facts, [what, change("name", "Olive Owner", "Olive Oakley")]);
    assert!(row.origin.contains("IPv4"), "{row:?}");
    profile.save(&olive, form).await.unwrap();
    assert_eq!(world.count("select count(*) from audit_event where action = 'profile.saved'").await, 1, "no change");
    assert!(!exported(&world.ports, &world.ours.caller).await.unwrap().contains("447700900199"));

    profile.remove_picture(&olive).await.unwrap();
    newest(&world, "audit.exported").await;
    profile.set_picture(&olive, crate::pictures::PICTURE.to_vec()).await.unwrap();
    newest(&world, "picture.set").await;
    profile.remove_picture(&olive).await.unwrap();
    newest(&world, "picture.removed").await;

    let caller = olive.caller.as_ref().unwrap();
    let choices = Choices { sound: true, ..Choices::default() };
    world.ports.notifications.save(caller, choices.clone()).await.unwrap();
    assert_eq!(newest(&world, "notifications.saved").await.facts, [change("sound", "no", "yes")]);
    world.ports.notifications.save(caller, choices).await.unwrap();
    assert_eq!(world.count("select count(*) from audit_event where action = 'notifications.saved'").await, 1);
}

#[tokio::test]
async fn asking_for_messages_and_trying_bad_ones_again_are_acts() {
    let mut world = world().await;
    let us = world.ours.caller.clone();
    let id = crate::connections::connected(&world).await;
    world.ports.connections.subscribe(&us, id).await.unwrap();
    newest(&world, "connection.subscribed").await;
    world.receive(Webhook::to("1001").message(json!({ "type": "text", "id": "w2" })).body()).await;
    let report = world.ports.channels.report(&us).await.unwrap();
    world.ports.channels.replay(&us, report.quarantine[0].id).await.unwrap();
    let row = newest(&world, "quarantine.replayed").await;
    assert!(row.facts.iter().any(|fact| fact.name == "read" && fact.value == "no"), "{row:?}");
}

#[tokio::test]
async fn what_the_operator_decides_about_a_workspace_is_in_its_trail() {
    let world = crate::sso::connected(crate::sso::form()).await;
    crate::sso::backend_gives(&world, "ours.example").await;
    let row = newest(&world, "sso_domain.lost").await;
    assert!(row.facts.iter().any(|fact| fact.name == "domain" && fact.value == "ours.example"), "{row:?}");
    let theirs = world.ports.audit.page(&world.theirs.caller, AuditQuery::default()).await.unwrap();
    assert_eq!(theirs.items[0].action, "sso_domain.gained");
    backend::audit::write_master_key(&world.core, &world.owner).await.unwrap();
    let row = newest(&world, "master_key.rotated").await;
    assert_eq!((row.actor.as_str(), row.origin.as_str()), ("Operator", ""));
    assert_eq!(world.count("select count(*) from audit_event where action = 'master_key.rotated'").await, 2);
    assert!(backend::audit::verify(&world.owner).await.unwrap().broken.is_empty());
}

/// The acts of failing, once there are as many as wanted: they are written beside the answers.
async fn failures(world: &World, wanted: i64) -> Vec<AuditRow> {
    while world.count("select count(*) from audit_event where action = 'sign_in.failed'").await < wanted {
        tokio::task::yield_now().await;
    }
    let query = AuditQuery { search: "sign_in.failed".into(), ..AuditQuery::default() };
    world.ports.audit.page(&world.ours.caller, query).await.unwrap().items
}

#[tokio::test]
async fn who_fails_to_sign_in_is_an_act_of_nobody_known_and_fills_no_trail() {
    let world = world().await;
    let guess = async |email: &str| {
        let wrong = credentials(email, "not the password");
        world.ports.accounts.sign_in(wrong, &from("2.2.2.2")).await.unwrap_err()
    };
    guess("nobody@nowhere.example").await;
    guess(OWNER).await;
    let rows = failures(&world, 1).await;
    assert_eq!((rows[0].actor.as_str(), rows[0].said.as_str()), ("Somebody", "failed to prove to be"));
    assert_eq!(rows[0].subject.as_deref(), Some("Olive Owner"));
    assert_eq!(rows[0].origin, "Firefox on Linux, IPv4 2.2.2.…");
    guess(OWNER).await;
    guess(OWNER).await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let wrong = world.ports.profile.prove(&olive, "not the password", &from("2.2.2.2")).await;
    assert!(wrong.is_err());
    // The proof's act comes after those of the guesses would have.
    let rows = failures(&world, 2).await;
    assert_eq!(rows.len(), 2, "one an hour for each way: {rows:?}");
    world.clock.advance(jiff::SignedDuration::from_mins(61));
    guess(OWNER).await;
    failures(&world, 3).await;
    assert!(backend::audit::verify(&world.owner).await.unwrap().broken.is_empty());
}

#[tokio::test]
async fn coming_from_another_workspace_with_an_open_session_is_an_act_where_one_arrives() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let business = domain::team::Business {
        name: "Second".into(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        ..Default::default()
    };
    let there = world.ports.team.create_workspace(&olive, business).await.unwrap();
    let there = world.ports.accounts.person(&there).await.unwrap();
    world.ports.accounts.switch(&there, world.ours.seeded.workspace).await.unwrap();
    let row = newest(&world, "session.switched").await;
    assert_eq!((row.actor.as_str(), row.origin.as_str()), ("Olive Owner", "Firefox on Linux, IPv4 1.1.1.…"));
}
