//! Connecting numbers: what is kept, what is shown, and who is believed about which number.

use backend::connections::doors;
use backend::outbound::{ProviderError, SendOutcome};
use domain::channel::ChannelState;
use domain::connection::{Check, ConnectForm, Connection, SignupForm, Snag, TickState};
use domain::onboarding::FirstStep;
use domain::packs::Trade;
use domain::{ConnectionId, Error, Permission, Refusal};
use testkit::{Account, Webhook, World, message};

use crate::people::{OWNER, OWNERS_PASSWORD, person};
use crate::{GRACE, form, grace_writes, world};

const APP: &str = "5001";
const NUMBER: &str = "3003";

fn typed() -> ConnectForm {
    ConnectForm {
        app_id: APP.into(),
        app_secret: "the-app-secret".into(),
        token: "the-token".into(),
        account_id: "4004".into(),
    }
}

pub async fn connected(world: &World) -> ConnectionId {
    world.provider.put_account(Account::ready(APP, NUMBER));
    world.ports.connections.connect(&world.ours.caller, typed()).await.unwrap()
}

async fn read(world: &World, id: ConnectionId) -> Connection {
    world.ports.connections.read(&world.ours.caller, id).await.unwrap()
}

async fn tick(world: &World, id: ConnectionId, check: Check) -> (TickState, Option<Snag>) {
    let ticks = read(world, id).await.ticks;
    let tick = ticks.iter().find(|tick| tick.check == check).unwrap();
    (tick.state, tick.snag)
}

fn hook(connection: &Connection) -> String {
    connection.address.as_deref().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_number_is_connected_step_by_step_and_its_secrets_are_sealed() {
    let mut world = world().await;
    let id = connected(&world).await;
    assert_eq!(tick(&world, id, Check::Token).await.0, TickState::Good);
    assert_eq!(tick(&world, id, Check::Number).await.0, TickState::Good);
    assert_eq!(tick(&world, id, Check::Handshake).await, (TickState::Bad, Some(Snag::NoAddress)));
    assert_eq!(tick(&world, id, Check::Fields).await, (TickState::Bad, Some(Snag::Unsubscribed)));

    world.ports.connections.subscribe(&world.ours.caller, id).await.unwrap();
    assert_eq!(tick(&world, id, Check::Handshake).await.0, TickState::Good);
    assert_eq!(tick(&world, id, Check::Fields).await.0, TickState::Good);
    assert_eq!(tick(&world, id, Check::Signature).await.0, TickState::Waiting);

    let text = message("w1", GRACE, world.second(), "Hello");
    let door = doors::find(&world.core, &hook(&read(&world, id).await)).await.unwrap().unwrap();
    assert_eq!((door.app_secret.as_str(), door.connection), ("the-app-secret", id));
    doors::knock(&world.core, &door, doors::Knock::Signed).await.unwrap();
    world.receive_at(id, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(text).body()).await;
    assert!(read(&world, id).await.ticks.iter().all(|tick| tick.state == TickState::Good));

    let clear = "select count(*) from connection where token is null or app_secret is null or verify_token is null
        or position('the-' in encode(token || app_secret || verify_token, 'escape')) > 0";
    assert_eq!(world.count(clear).await, 0);
}

#[tokio::test]
async fn what_is_sent_carries_the_token_of_its_number() {
    let mut world = world().await;
    let id = connected(&world).await;
    let text = message("w1", GRACE, world.second(), "Hello");
    world.receive_at(id, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(text).body()).await;
    let conversation = world.only_conversation().await;
    world.ports.inbox.send(&world.ours.caller, form(conversation, 1, "Hi")).await.unwrap();
    world.send_due().await;
    let sent = world.provider.sent();
    let access = sent[0].line().access.clone().unwrap();
    assert_eq!((sent[0].line().number.as_str(), access.token.as_str()), (NUMBER, "the-token"));
    assert_eq!(access.app_secret.as_deref(), Some("the-app-secret"));
    assert!(!format!("{:?}", sent[0]).contains("the-"), "no secret in a log");
}

#[tokio::test]
async fn a_signature_stands_for_its_own_numbers_only() {
    let mut world = world().await;
    let id = connected(&world).await;
    let body = |number: &str, id: &str| {
        Webhook::to(number).person("Eve", Some(GRACE), None).message(message(id, GRACE, 1_795_000_000, "Forged")).body()
    };
    // Their number, signed by our own app; our number, signed by the operator's; and by a stranger.
    world.receive_at(id, body("2002", "f1")).await;
    world.receive(body(NUMBER, "f2")).await;
    world.receive_at(domain::ConnectionId(uuid::Uuid::from_u128(9)), body("1001", "f3")).await;
    assert_eq!(world.count("select count(*) from message").await, 0);
    assert_eq!(world.count("select count(*) from contact").await, 0);
    world.receive(body("2002", "g1")).await;
    assert_eq!(
        world.count("select count(*) from message").await,
        1,
        "the operator's app speaks for the seeded numbers"
    );
}

#[tokio::test]
async fn nobody_takes_a_number_that_another_workspace_has() {
    let world = world().await;
    world.provider.put_account(Account::ready(APP, "2002"));
    let id = world.ports.connections.connect(&world.ours.caller, typed()).await.unwrap();
    assert_eq!(tick(&world, id, Check::Number).await, (TickState::Bad, Some(Snag::Elsewhere)));
    assert!(world.ports.connections.choose(&world.ours.caller, id, "2002").await.is_err());
    assert_eq!(world.count("select count(*) from channel where phone_number_id = '2002'").await, 1);
    let theirs = "select count(*) from channel_route r join channel c on c.id = r.channel_id
        where r.phone_number_id = '2002' and c.connection_id is null";
    assert_eq!(world.count(theirs).await, 1);
}

#[tokio::test]
async fn looking_moves_no_number_from_one_connection_to_another() {
    let mut world = world().await;
    let first = connected(&world).await;
    let second = world.ports.connections.connect(&world.ours.caller, typed()).await.unwrap();
    assert_eq!(tick(&world, second, Check::Number).await, (TickState::Bad, Some(Snag::Held)));
    let text = message("w1", GRACE, world.second(), "Hello");
    world.receive_at(first, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(text).body()).await;
    world.only_conversation().await;
    // Who asks for it moves it.
    world.ports.connections.choose(&world.ours.caller, second, NUMBER).await.unwrap();
    assert_eq!(tick(&world, second, Check::Number).await.0, TickState::Good);
    assert_eq!(world.count("select count(*) from channel where phone_number_id = '3003'").await, 1);
}

#[tokio::test]
async fn a_number_is_chosen_registered_and_looked_at_again() {
    let world = world().await;
    let mut account = Account::ready(APP, NUMBER);
    let mut second = account.numbers[0].clone();
    (second.id, second.registered) = ("3004".into(), false);
    account.numbers.push(second);
    world.provider.put_account(account);
    let (ports, us) = (&world.ports.connections, &world.ours.caller);
    let id = ports.connect(us, typed()).await.unwrap();
    assert_eq!(tick(&world, id, Check::Number).await, (TickState::Bad, Some(Snag::ChooseNumber)));
    assert_eq!(ports.choose(us, id, "9999").await, Err(Error::NotFound), "not of this account");
    assert_eq!(ports.register(us, id, "3004", "123456").await, Err(Error::NotFound), "not connected");
    ports.choose(us, id, "3004").await.unwrap();
    assert_eq!(tick(&world, id, Check::Number).await, (TickState::Bad, Some(Snag::Unregistered)));
    assert!(matches!(ports.register(us, id, "3004", "12345").await, Err(Error::Invalid(_))));
    let wrong = ports.register(us, id, "3004", "000000").await;
    assert_eq!(wrong, Err(Error::invalid("form", "The PIN is wrong.")));
    ports.register(us, id, "3004", "123456").await.unwrap();
    assert_eq!(tick(&world, id, Check::Number).await.0, TickState::Good);
}

#[tokio::test]
async fn a_number_of_the_phones_app_is_known_for_it_and_never_registered() {
    let world = world().await;
    let mut account = Account::ready(APP, NUMBER);
    (account.numbers[0].on_phone, account.numbers[0].verified) = (true, false);
    world.provider.put_account(account.clone());
    let (ports, us) = (&world.ports.connections, &world.ours.caller);
    let id = ports.connect(us, typed()).await.unwrap();
    assert!(read(&world, id).await.numbers[0].on_phone, "kept, for the screen");
    assert_eq!(tick(&world, id, Check::Number).await.0, TickState::Good);
    account.numbers[0].registered = false;
    world.provider.put_account(account);
    ports.check(us, id).await.unwrap();
    assert_eq!(tick(&world, id, Check::Number).await, (TickState::Bad, Some(Snag::OffPhone)));
    let refused = ports.register(us, id, NUMBER, "123456").await;
    assert_eq!(refused, Err(Error::invalid("form", "This number is your phone's app's too. It needs no PIN.")));
    ports.check(us, id).await.unwrap();
    assert!(!read(&world, id).await.numbers[0].registered, "Meta was not asked to");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_lost() {
    let world = world().await;
    world.provider.put_account(Account {
        problem: Some(ProviderError { code: Some(101), retry: false, what: "no".into() }),
        ..Account::default()
    });
    let id = world.ports.connections.connect(&world.ours.caller, typed()).await.unwrap();
    assert_eq!(tick(&world, id, Check::Token).await, (TickState::Bad, Some(Snag::App)));
    assert_eq!(tick(&world, id, Check::Number).await.0, TickState::Waiting, "one thing after the other");
    world.provider.put_account(Account {
        problem: Some(ProviderError { code: None, retry: true, what: "away".into() }),
        ..Account::default()
    });
    world.ports.connections.check(&world.ours.caller, id).await.unwrap();
    assert_eq!(tick(&world, id, Check::Token).await, (TickState::Bad, Some(Snag::Unreachable)));
    world.provider.put_account(Account::ready("another", NUMBER));
    world.ports.connections.check(&world.ours.caller, id).await.unwrap();
    assert_eq!(tick(&world, id, Check::Token).await, (TickState::Bad, Some(Snag::OtherApp)));
}

#[tokio::test]
async fn an_address_that_the_app_uses_for_something_else_stays() {
    let world = world().await;
    let mut account = Account::ready(APP, NUMBER);
    account.subscription.address = Some("https://other.example/hook".into());
    account.subscription.fields = vec!["messages".into(), "user_preferences".into()];
    world.provider.put_account(account);
    let id = world.ports.connections.connect(&world.ours.caller, typed()).await.unwrap();
    assert_eq!(tick(&world, id, Check::Handshake).await, (TickState::Bad, Some(Snag::OtherAddress)));
    world.ports.connections.subscribe(&world.ours.caller, id).await.unwrap();
    let kept = world.provider.account(|account| account.subscription.clone()).unwrap();
    assert_eq!(kept.address.as_deref(), Some("https://other.example/hook"));
    assert_eq!(kept.overridden, read(&world, id).await.address);
    assert_eq!(tick(&world, id, Check::Handshake).await.0, TickState::Good);
}

#[tokio::test]
async fn a_new_token_wakes_a_channel_that_the_old_one_stopped() {
    let mut world = world().await;
    let id = connected(&world).await;
    let text = message("w1", GRACE, world.second(), "Hello");
    world.receive_at(id, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(text).body()).await;
    let conversation = world.only_conversation().await;
    world.provider.answer([SendOutcome::Refused {
        failure: domain::messages::Failure { code: Some(190), what: "expired".into(), advice: String::new() },
        effect: backend::outbound::Effect::Unauthorised,
    }]);
    world.ports.inbox.send(&world.ours.caller, form(conversation, 1, "Hi")).await.unwrap();
    world.send_due().await;
    let stopped = world.ports.inbox.send(&world.ours.caller, form(conversation, 2, "Hi again")).await;
    assert_eq!(stopped.err(), Some(Error::Refused(Refusal::ChannelDown)));

    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let fresh = ConnectForm { token: "the-new-token".into(), app_secret: String::new(), ..typed() };
    world.ports.connections.change(&olive, id, fresh).await.unwrap();
    world.ports.inbox.send(&world.ours.caller, form(conversation, 3, "Hi again")).await.unwrap();
    world.send_due().await;
    let access = world.provider.sent().last().unwrap().line().access.clone().unwrap();
    assert_eq!(access.token, "the-new-token");
    assert_eq!(access.app_secret.as_deref(), Some("the-app-secret"), "what was left empty stays");
}

#[tokio::test]
async fn disconnecting_forgets_the_secrets_and_keeps_the_conversations() {
    let mut world = world().await;
    let id = connected(&world).await;
    let text = message("w1", GRACE, world.second(), "Hello");
    world.receive_at(id, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(text).body()).await;
    let conversation = world.only_conversation().await;
    let address = hook(&read(&world, id).await);
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.connections.disconnect(&olive, id).await.unwrap();
    assert_eq!(world.count("select count(*) from connection").await, 0);
    assert!(doors::find(&world.core, &address).await.unwrap().is_none());
    let refused = world.ports.inbox.send(&world.ours.caller, form(conversation, 1, "Hi")).await;
    assert_eq!(refused.err(), Some(Error::Refused(Refusal::ChannelDown)));
    // The same number again is the same channel, so that its people are met again.
    let again = connected(&world).await;
    let report = world.ports.channels.report(&world.ours.caller).await.unwrap();
    let states: Vec<_> = report.channels.iter().map(|channel| channel.state).collect();
    assert_eq!(states, [ChannelState::Connected, ChannelState::Connected]);
    let later = message("w2", GRACE, world.second(), "Back");
    world.receive_at(again, Webhook::to(NUMBER).person("Grace", Some(GRACE), None).message(later).body()).await;
    assert_eq!(world.only_conversation().await, conversation);
}

#[tokio::test]
async fn changing_and_ending_ask_for_a_fresh_proof() {
    let world = world().await;
    let id = connected(&world).await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.clock.advance(jiff::SignedDuration::from_mins(11));
    assert_eq!(world.ports.connections.change(&olive, id, typed()).await, Err(Error::ProofNeeded));
    assert_eq!(world.ports.connections.disconnect(&olive, id).await, Err(Error::ProofNeeded));
}

#[tokio::test]
async fn metas_window_is_believed_only_where_the_token_agrees() {
    let world = world().await;
    let form = |account: &str| SignupForm { code: "c1".into(), account_id: account.into(), number_id: NUMBER.into() };
    let mut account = Account::ready("55", NUMBER);
    account.grant.accounts = Some(vec!["4004".into()]);
    account.subscription.address = Some(format!("{}/webhooks/whatsapp", testkit::PUBLIC_URL));
    account.subscription.fields = vec!["messages".into(), "user_preferences".into()];
    world.provider.put_account(account);
    let foreign = world.ports.connections.finish_signup(&world.ours.caller, form("6006")).await;
    assert!(matches!(foreign, Err(Error::Invalid(_))), "{foreign:?}");
    assert_eq!(world.count("select count(*) from connection").await, 0);
    let id = world.ports.connections.finish_signup(&world.ours.caller, form("4004")).await.unwrap();
    let connection = read(&world, id).await;
    assert_eq!((connection.address.as_deref(), connection.verify_token.as_deref()), (None, None));
    let bad: Vec<_> = connection.ticks.iter().filter(|tick| tick.state == TickState::Bad).collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(connection.numbers[0].channel.is_some());
}

#[tokio::test]
async fn the_first_hour_reads_off_what_is_done() {
    let mut world = world().await;
    let us = &world.ours.caller.clone();
    let done = |list: &domain::onboarding::Checklist, step| list.steps.iter().find(|known| known.0 == step).unwrap().1;
    let list = world.ports.onboarding.checklist(us).await.unwrap();
    assert!(!done(&list, FirstStep::Business) && !done(&list, FirstStep::Message));
    assert!(done(&list, FirstStep::Colleague) && done(&list, FirstStep::Number));
    world.ports.packs.install(us, Trade::EstateAgency).await.unwrap();
    let list = world.ports.onboarding.checklist(us).await.unwrap();
    assert!(done(&list, FirstStep::Pack) && !done(&list, FirstStep::Message), "samples are no messages");
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.ports.connections.try_sandbox(&world.ours.caller).await.unwrap();
    let list = world.ports.onboarding.checklist(us).await.unwrap();
    assert!(done(&list, FirstStep::Message));
    assert_eq!(list.connection, Some(id));
    assert_eq!(read(&world, id).await.phone.as_deref(), Some("/sandbox/b/k1/"));
    world.ports.onboarding.hide(&world.ours.caller, true).await.unwrap();
    assert!(world.ports.onboarding.checklist(us).await.unwrap().hidden);
    let lesser = us.clone().restricted_to(&[Permission::ManageWorkspace]);
    let list = world.ports.onboarding.checklist(&lesser).await.unwrap();
    let steps: Vec<_> = list.steps.iter().map(|step| step.0).collect();
    assert_eq!((steps, list.connection), (vec![FirstStep::Business, FirstStep::Pack, FirstStep::SecondFactor], None));
}
