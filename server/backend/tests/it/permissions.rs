//! The standing suite: every port needs the permission that the table names.

use std::future::Future;
use std::pin::Pin;

use domain::api_keys::ApiKeyForm;
use domain::audit::AuditQuery;
use domain::canned::Draft;
use domain::connection::{ConnectForm, SignupForm};
use domain::conversations::ListQuery;
use domain::members::Person;
use domain::packs::Trade;
use domain::ports::{Backend, TemplateForm, Upload};
use domain::tags::Colour;
use domain::team::{Business, InviteForm};
use domain::{Caller, ContactId, ConversationId, Error, MessageId, Permission, QuarantineId, Role, Scope};
use uuid::Uuid;

use crate::people::{OWNER, OWNERS_PASSWORD, person};
use crate::{form, grace_writes, key, sso, world};

type Call = for<'a> fn(&'a Backend, &'a Caller) -> Pin<Box<dyn Future<Output = Option<Error>> + 'a>>;

macro_rules! call {
    ($area:ident . $method:ident ( $($argument:expr),* )) => {
        (stringify!($area.$method), (|ports, caller| Box::pin(async move { ports.$area.$method(caller, $($argument),*).await.err() })) as Call)
    };
}

const NOWHERE: ConversationId = ConversationId(Uuid::nil());
const NOTHING: MessageId = MessageId(Uuid::nil());

#[tokio::test]
async fn each_port_needs_its_permission() {
    use Permission::*;
    let table: Vec<(Permission, (&str, Call))> = vec![
        (ReadConversations, call!(inbox.list(ListQuery::default()))),
        (ReadConversations, call!(inbox.thread(NOWHERE))),
        (ReadConversations, call!(inbox.messages(NOWHERE, None, 1))),
        (ReadConversations, call!(inbox.message(NOTHING))),
        (ReadConversations, call!(inbox.provider_ids(&[]))),
        (SendMessages, call!(inbox.send(form(NOWHERE, 1, "x")))),
        (
            SendMessages,
            call!(inbox.send_template(TemplateForm {
                conversation: NOWHERE,
                client_key: key(1),
                name: String::new(),
                language: String::new(),
                parameters: vec![]
            })),
        ),
        (SendMessages, call!(inbox.react(NOTHING, None))),
        (SendMessages, call!(inbox.note(NOWHERE, "x".into(), key(1)))),
        (ManageConversations, call!(inbox.assign(NOWHERE, None))),
        (ManageConversations, call!(inbox.resolve(NOWHERE))),
        (ManageConversations, call!(inbox.reopen(NOWHERE))),
        (SendMessages, call!(inbox.mark_read(NOWHERE))),
        (ReadConversations, call!(inbox.be_present(NOWHERE, false))),
        (ReadConversations, call!(inbox.templates(NOWHERE))),
        (
            SendMessages,
            call!(inbox.upload(NOWHERE, Upload { file_name: "f".into(), mime: "text/plain".into(), bytes: vec![1] })),
        ),
        (ReadConversations, call!(inbox.download(Uuid::nil().into()))),
        (ReadContacts, call!(contacts.list(None, 1))),
        (ReadContacts, call!(contacts.get(ContactId(Uuid::nil())))),
        (RevealNumbers, call!(contacts.reveal(ContactId(Uuid::nil()), Uuid::nil().into()))),
        (EditContacts, call!(contacts.rename(ContactId(Uuid::nil()), String::new()))),
        (ManageChannels, call!(channels.report())),
        (ManageChannels, call!(channels.replay(QuarantineId(Uuid::nil())))),
        (ManageChannels, call!(connections.ways())),
        (ManageChannels, call!(connections.list())),
        (ManageChannels, call!(connections.read(Uuid::nil().into()))),
        (ManageChannels, call!(connections.connect(ConnectForm::default()))),
        (ManageChannels, call!(connections.try_sandbox())),
        (
            ManageChannels,
            call!(connections.finish_signup(SignupForm {
                code: String::new(),
                account_id: String::new(),
                number_id: String::new()
            })),
        ),
        (ManageChannels, call!(connections.check(Uuid::nil().into()))),
        (ManageChannels, call!(connections.subscribe(Uuid::nil().into()))),
        (ManageChannels, call!(connections.choose(Uuid::nil().into(), ""))),
        (ManageChannels, call!(connections.register(Uuid::nil().into(), "", ""))),
        (ManageWorkspace, call!(onboarding.checklist())),
        (ManageWorkspace, call!(onboarding.hide(true))),
        (ReadConversations, call!(accounts.members())),
        (ReadAudit, call!(audit.page(AuditQuery::default()))),
        (ManageSecurity, call!(api_keys.list())),
        (ManageWorkspace, call!(team.business())),
        (ManageWorkspace, call!(team.save_business(1, Business::default()))),
        (ManageSecurity, call!(team.two_factors_required())),
        (ManageSecurity, call!(sso.page())),
        (ManageSecurity, call!(sso.check("https://login.nowhere.example"))),
        (ManageWorkspace, call!(packs.page())),
        (ManageWorkspace, call!(packs.status())),
        (ManageWorkspace, call!(packs.install(Trade::General))),
        (ManageWorkspace, call!(packs.remove())),
        (ManageWorkspace, call!(packs.remove_samples())),
        (ReadContacts, call!(tags.list())),
        (ManageWorkspace, call!(tags.save(None, "x", Colour::Blue))),
        (ManageWorkspace, call!(tags.delete(Uuid::nil().into()))),
        (EditContacts, call!(tags.put(Uuid::nil().into(), Uuid::nil().into()))),
        (EditContacts, call!(tags.take_off(Uuid::nil().into(), Uuid::nil().into()))),
        (SendMessages, call!(canned.list())),
        (ManageWorkspace, call!(canned.save(None, Draft::parse("x", "x", "x").unwrap()))),
        (ManageWorkspace, call!(canned.delete(Uuid::nil().into()))),
        (ManageTeam, call!(team.page())),
        (
            ManageTeam,
            call!(team.invite(InviteForm { email: String::new(), role: Role::ReadOnly.into(), scope: Scope::All })),
        ),
        (ManageTeam, call!(team.resend_invitation(Uuid::nil().into()))),
        (ManageTeam, call!(team.revoke_invitation(Uuid::nil().into()))),
        (ManageTeam, call!(team.set_role(Uuid::nil().into(), Role::ReadOnly.into(), Scope::All))),
        (ManageTeam, call!(team.deactivate(Uuid::nil().into(), None))),
        (ManageTeam, call!(team.reactivate(Uuid::nil().into()))),
        (ManageTeam, call!(team.save_role(None, "", vec![]))),
        (ManageTeam, call!(team.delete_role(Uuid::nil().into()))),
        (ManageTeam, call!(team.save_team(None, "", vec![]))),
        (ManageTeam, call!(team.delete_team(Uuid::nil().into()))),
    ];
    let world = world().await;
    for (needed, (name, call)) in table {
        let without: Vec<Permission> =
            Permission::ALL.iter().copied().filter(|permission| *permission != needed).collect();
        let lacking = world.ours.caller.clone().restricted_to(&without);
        assert_eq!(call(&world.ports, &lacking).await, Some(Error::Forbidden), "{name} without {needed:?}");
        let holding = world.ours.caller.clone().restricted_to(&[needed]);
        assert_ne!(call(&world.ports, &holding).await, Some(Error::Forbidden), "{name} with {needed:?}");
    }
}

#[tokio::test]
async fn a_thread_shows_of_its_person_what_the_reader_may_read_of_contacts() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "STOP").await;
    let id = world.only_conversation().await;
    let reader = world.ours.caller.clone().restricted_to(&[Permission::ReadConversations, Permission::ReadContacts]);
    let open = world.ports.inbox.thread(&reader, id).await.unwrap().conversation.contact;
    assert!(!open.is_closed() && !open.identities.is_empty() && !open.consents.is_empty(), "{open:?}");
    let every = Permission::ALL.iter().copied().filter(|permission| *permission != Permission::ReadContacts);
    let without = world.ours.caller.clone().restricted_to(&every.collect::<Vec<_>>());
    let head = world.ports.inbox.thread(&without, id).await.unwrap().conversation;
    assert_eq!((head.title.as_str(), head.contact.profile_name.as_deref()), ("Grace", Some("Grace")), "the name stays");
    let closed = head.contact;
    assert!(closed.is_closed() && closed.identities.is_empty() && closed.consents.is_empty(), "{closed:?}");
    let told = serde_json::to_string(&closed).unwrap();
    assert!(!told.contains("900101") && !told.contains(&open.created_at.unwrap().to_string()), "{told}");
}

type Act = for<'a> fn(&'a Backend, &'a Person) -> Pin<Box<dyn Future<Output = Option<Error>> + 'a>>;

/// A port that asks for the person, because it looks at their proof or their session too.
macro_rules! act {
    ($area:ident . $method:ident ( $($argument:expr),* )) => {
        (stringify!($area.$method), (|ports, person| Box::pin(async move { ports.$area.$method(person, $($argument),*).await.err() })) as Act)
    };
}

#[tokio::test]
async fn each_act_of_a_person_needs_its_permission() {
    use Permission::*;
    let table: Vec<(Permission, (&str, Act))> = vec![
        (ManageTeam, act!(team.sign_out_member(Uuid::nil().into()))),
        (ManageSecurity, act!(team.require_two_factors(true))),
        (ManageSecurity, act!(api_keys.create(ApiKeyForm { name: "x".into(), scopes: vec![], days: None }))),
        (ManageSecurity, act!(api_keys.revoke(Uuid::nil().into()))),
        (ManageSecurity, act!(sso.save(sso::form()))),
        (ManageSecurity, act!(sso.remove())),
        (ManageSecurity, act!(sso.forget_member(Uuid::nil().into()))),
        (ManageChannels, act!(connections.change(Uuid::nil().into(), ConnectForm::default()))),
        (ManageChannels, act!(connections.disconnect(Uuid::nil().into()))),
    ];
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let with = |kept: &[Permission]| {
        let caller = olive.caller.clone().map(|caller| caller.restricted_to(kept));
        Person { caller, ..olive.clone() }
    };
    for (needed, (name, act)) in table {
        let without: Vec<Permission> =
            Permission::ALL.iter().copied().filter(|permission| *permission != needed).collect();
        assert_eq!(act(&world.ports, &with(&without)).await, Some(Error::Forbidden), "{name} without {needed:?}");
        assert_ne!(act(&world.ports, &with(&[needed])).await, Some(Error::Forbidden), "{name} with {needed:?}");
    }
}

#[tokio::test]
async fn taking_the_trail_out_needs_two_permissions() {
    let world = world().await;
    let both = [Permission::ReadAudit, Permission::Export];
    for kept in [&both[..1], &both[1..]] {
        let lacking = world.ours.caller.clone().restricted_to(kept);
        assert_eq!(world.ports.audit.export(&lacking).await.err(), Some(Error::Forbidden), "with {kept:?}");
    }
    assert!(world.ports.audit.export(&world.ours.caller.clone().restricted_to(&both)).await.is_ok());
}
