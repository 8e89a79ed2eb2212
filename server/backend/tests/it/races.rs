//! One link or code, used by many at the very same moment: one of them gets it.

use std::sync::Arc;

use domain::ports::SignedIn;
use domain::team::InviteForm;
use domain::{Error, Role, Scope};
use sqlx::{Postgres, Transaction};
use testkit::{Webhook, World, message};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::people::{OWNER, OWNERS_PASSWORD, PASSWORD, ada, from, mailed_link, person};
use crate::pictures::waiting_for_locks;
use crate::profile::{code, waiting, with_app};
use crate::team::{AGENT, AGENTS_PASSWORD};
use crate::{grace_writes, world};

/// How many try at once; fewer than the guesses after which waiting begins.
const TRIES: usize = 5;

/// How many of several tasks, which start together on several threads, succeed.
async fn winners<T, Work>(tries: impl IntoIterator<Item = Work>) -> usize
where
    Work: Future<Output = domain::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let tries: Vec<Work> = tries.into_iter().collect();
    let start = Arc::new(Barrier::new(tries.len()));
    let tasks: Vec<_> = tries
        .into_iter()
        .map(|work| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                work.await.is_ok()
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap());
    }
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_up_link_used_at_once_makes_one_account() {
    let world = world().await;
    world.ports.accounts.sign_up(ada("ada@example.com"), &from("9.9.9.9")).await.unwrap();
    let link = mailed_link(&world, "ada@example.com").await;
    let won = winners((0..TRIES).map(|_| {
        let (accounts, link) = (Arc::clone(&world.ports.accounts), link.clone());
        async move { accounts.confirm_sign_up(&link, &from("9.9.9.9")).await }
    }))
    .await;
    assert_eq!(won, 1);
    assert_eq!(world.count("select count(*) from account where email = 'ada@example.com'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reset_link_used_at_once_sets_one_password() {
    let world = world().await;
    world.ports.accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let link = mailed_link(&world, OWNER).await;
    let won = winners((0..TRIES).map(|n| {
        let (accounts, link) = (Arc::clone(&world.ports.accounts), link.clone());
        async move { accounts.reset_password(&link, &format!("{PASSWORD} {n}"), &from("1.1.1.1")).await }
    }))
    .await;
    assert_eq!(won, 1);
    world.run_jobs().await;
    let told = world.postbox.taken().iter().filter(|mail| mail.subject.contains("password was changed")).count();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_accepted_at_once_and_again_later_lets_one_in() {
    let world = world().await;
    let form = InviteForm { email: "mia@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
    world.ports.team.invite(&world.ours.caller, form).await.unwrap();
    let link = mailed_link(&world, "mia@example.com").await;
    let accept = || {
        let (team, link) = (Arc::clone(&world.ports.team), link.clone());
        async move { team.accept_as_new(&link, "Mia", PASSWORD, &from("5.5.5.5")).await }
    };
    assert_eq!(winners((0..TRIES).map(|_| accept())).await, 1);
    assert_eq!(world.count("select count(*) from member where email = 'mia@example.com'").await, 1);
    assert!(accept().await.is_err(), "replayed");
    let mia = person(&world, "mia@example.com", PASSWORD).await;
    assert!(world.ports.team.accept(&mia, &link).await.is_err(), "replayed by who has an account now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_used_at_once_opens_one_session() {
    let world = world().await;
    let (_, setup, recovery) = with_app(&world).await;
    for secret in [code(&world, &setup), recovery[0].clone()] {
        let mut tries = Vec::new();
        for _ in 0..TRIES {
            let (accounts, waits, secret) = (Arc::clone(&world.ports.accounts), waiting(&world).await, secret.clone());
            tries.push(async move {
                match accounts.second_factor(&waits, &secret, &from("1.1.1.1")).await? {
                    SignedIn::Done { .. } => Ok(()),
                    SignedIn::SecondFactor(_) => Err(domain::Error::Unauthenticated),
                }
            });
        }
        assert_eq!(winners(tries).await, 1);
        world.clock.advance(jiff::SignedDuration::from_mins(40));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_to_agree_to_an_address_counts_once() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.profile.change_email(&olive, "olive@new.example").await.unwrap();
    let link = mailed_link(&world, "olive@new.example").await;
    let won = winners((0..TRIES).map(|_| {
        let (profile, link) = (Arc::clone(&world.ports.profile), link.clone());
        async move { profile.confirm_email_change(&link).await }
    }))
    .await;
    assert_eq!(won, 1);
}

/// Waits until a task stands in line for a lock, or has ended because it asked for none.
async fn met<T>(world: &World, task: &JoinHandle<T>) {
    while !task.is_finished() && waiting_for_locks(world).await == 0 {
        tokio::task::yield_now().await;
    }
}

/// What somebody else is about to commit.
async fn held(world: &World, statement: &'static str, id: Uuid) -> Transaction<'static, Postgres> {
    let mut tx = world.owner.begin().await.unwrap();
    sqlx::query(statement).bind(id).execute(&mut *tx).await.unwrap();
    tx
}

const DEACTIVATES: &str = "update member set deactivated_at = now() where id = $1";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_conversation_goes_to_nobody_who_is_deactivated_in_the_same_moment() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let (id, agent, us) = (world.only_conversation().await, world.ours.agent_id, world.ours.caller.clone());
    let gone = held(&world, DEACTIVATES, agent.0).await;
    let (inbox, caller) = (Arc::clone(&world.ports.inbox), us.clone());
    let assigning = tokio::spawn(async move { inbox.assign(&caller, id, Some(agent)).await });
    met(&world, &assigning).await;
    gone.commit().await.unwrap();
    assert!(matches!(assigning.await.unwrap(), Err(Error::Invalid(_))), "assigned");

    let form = InviteForm { email: "mia@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
    world.ports.team.invite(&us, form).await.unwrap();
    let link = mailed_link(&world, "mia@example.com").await;
    world.ports.team.accept_as_new(&link, "Mia", PASSWORD, &from("5.5.5.5")).await.unwrap();
    let mia = person(&world, "mia@example.com", PASSWORD).await.caller.unwrap().member_id().unwrap();
    world.ports.team.reactivate(&us, agent).await.unwrap();
    world.ports.inbox.assign(&us, id, Some(mia)).await.unwrap();
    let gone = held(&world, DEACTIVATES, agent.0).await;
    let (team, caller) = (Arc::clone(&world.ports.team), us.clone());
    let leaving = tokio::spawn(async move { team.deactivate(&caller, mia, Some(agent)).await });
    met(&world, &leaving).await;
    gone.commit().await.unwrap();
    assert!(matches!(leaving.await.unwrap(), Err(Error::Invalid(_))), "inherited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_deactivated_hands_over_in_the_order_in_which_everybody_locks() {
    let mut world = world().await;
    for (name, phone) in [("Grace", "447700900101"), ("Heidi", "447700900102")] {
        let body = Webhook::to("1001").person(name, Some(phone), None);
        let body = body.message(message(name, phone, world.second(), "Hello")).body();
        world.receive(body).await;
        world.clock.advance(jiff::SignedDuration::from_secs(5));
    }
    // The order is that of channels first: once that of the ids, once the other way round.
    for upside_down in [false, true] {
        if upside_down {
            let first = "with first as (
                    insert into channel (workspace_id, id, kind, name, display_number, phone_number_id, waba_id, state)
                    select workspace_id, '00000000-0000-0000-0000-000000000001', 'sample', 'First', '', '', '', 'connected' from workspace
                    where workspace_id = $1 returning id)
                update conversation set channel_id = first.id from first where title = 'Heidi'";
            held(&world, first, world.ours.seeded.workspace.0).await.commit().await.unwrap();
            world.ports.team.reactivate(&world.ours.caller, world.ours.agent_id).await.unwrap();
        }
        hands_over_in_order(&world).await;
    }
}

async fn hands_over_in_order(world: &World) {
    let in_order = "select id from conversation order by channel_id, id";
    let ids: Vec<Uuid> = sqlx::query_scalar(in_order).fetch_all(&world.owner).await.unwrap();
    let (us, agent) = (world.ours.caller.clone(), world.ours.agent_id);
    for id in [ids[1], ids[0]] {
        world.ports.inbox.assign(&us, id.into(), Some(agent)).await.unwrap();
    }
    let mut batch = held(world, "select 1 from conversation where id = $1 for no key update", ids[0]).await;
    let team = Arc::clone(&world.ports.team);
    let leaving = tokio::spawn(async move { team.deactivate(&us, agent, None).await });
    met(world, &leaving).await;
    let next = sqlx::query("select 1 from conversation where id = $1 for no key update nowait").bind(ids[1]);
    let next = next.execute(&mut *batch).await;
    assert!(next.is_ok(), "a batch goes on to the next one: {next:?}");
    batch.commit().await.unwrap();
    leaving.await.unwrap().unwrap();
    assert_eq!(world.count("select count(*) from conversation where assignee_id is null").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_workspace_never_goes_to_somebody_who_is_deactivated_in_the_same_moment() {
    let world = world().await;
    let agent = world.ours.agent_id;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.team.offer_ownership(&olive, Some(agent)).await.unwrap();
    let them = person(&world, AGENT, AGENTS_PASSWORD).await;
    let gone = held(&world, DEACTIVATES, agent.0).await;
    let team = Arc::clone(&world.ports.team);
    let accepting = tokio::spawn(async move { team.accept_ownership(&them).await });
    met(&world, &accepting).await;
    gone.commit().await.unwrap();
    assert_eq!(accepting.await.unwrap(), Err(Error::NotFound));
    assert_eq!(world.count("select count(*) from member where role = 'owner' and deactivated_at is null").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_offers_a_workspace_and_who_accepts_it_take_turns() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let (ours, agent) = (world.ours.seeded.workspace, world.ours.agent_id);
    let accepts = "select 1 from workspace where workspace_id = $1 for no key update";
    let mut accepting = held(&world, accepts, ours.0).await;
    let team = Arc::clone(&world.ports.team);
    let offering = tokio::spawn(async move { team.offer_ownership(&olive, Some(agent)).await });
    met(&world, &offering).await;
    sqlx::query("select 1 from member where id = $1 for no key update nowait")
        .bind(world.ours.seeded.owner.0)
        .execute(&mut *accepting)
        .await
        .expect("who offers holds nobody yet");
    accepting.commit().await.unwrap();
    offering.await.unwrap().unwrap();
}
