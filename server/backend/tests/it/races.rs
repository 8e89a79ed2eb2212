//! One link or code, used by many at the very same moment: one of them gets it.

use std::sync::Arc;

use domain::ports::SignedIn;
use domain::team::InviteForm;
use domain::{Role, Scope};
use tokio::sync::Barrier;

use crate::people::{OWNER, PASSWORD, ada, from, mailed_link, person};
use crate::profile::{code, waiting, with_app};
use crate::world;

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
    let olive = person(&world, OWNER, crate::people::OWNERS_PASSWORD).await;
    world.ports.profile.change_email(&olive, "olive@new.example").await.unwrap();
    let link = mailed_link(&world, "olive@new.example").await;
    let won = winners((0..TRIES).map(|_| {
        let (profile, link) = (Arc::clone(&world.ports.profile), link.clone());
        async move { profile.confirm_email_change(&link).await }
    }))
    .await;
    assert_eq!(won, 1);
}
