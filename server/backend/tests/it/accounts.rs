use domain::members::Credentials;
use domain::{Error, Permission};
use jiff::SignedDuration;

use crate::world;

fn credentials(email: &str, password: &str) -> Credentials {
    Credentials { email: email.into(), password: password.into() }
}

#[tokio::test]
async fn a_session_lives_until_it_is_ended_or_expires() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let token = accounts.sign_in(credentials(" OWNER@ours.example ", "correct horse"), "1.1.1.1").await.unwrap();
    let caller = accounts.caller(&token).await.unwrap();
    assert_eq!(caller.workspace, world.ours.seeded.workspace);
    assert_eq!(accounts.me(&caller).await.unwrap().name, "Olive Owner");
    let other = accounts.sign_in(credentials("owner@ours.example", "correct horse"), "1.1.1.1").await.unwrap();
    accounts.sign_out(&token).await.unwrap();
    assert_eq!(accounts.caller(&token).await, Err(Error::Unauthenticated));
    assert!(accounts.caller(&other).await.is_ok());
    world.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(accounts.caller(&other).await, Err(Error::Unauthenticated));
}

#[tokio::test]
async fn unknown_address_and_wrong_password_are_answered_alike() {
    let world = world().await;
    let wrong = world.ports.accounts.sign_in(credentials("owner@ours.example", "nope"), "1.1.1.1").await;
    let unknown = world.ports.accounts.sign_in(credentials("nobody@ours.example", "nope"), "1.1.1.2").await;
    assert_eq!(wrong.unwrap_err(), unknown.unwrap_err());
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let world = world().await;
    for _ in 0..5 {
        assert!(matches!(
            world.ports.accounts.sign_in(credentials("owner@ours.example", "nope"), "1.1.1.1").await,
            Err(Error::Invalid(_))
        ));
    }
    let sixth = world.ports.accounts.sign_in(credentials("owner@ours.example", "correct horse"), "1.1.1.1").await;
    assert!(matches!(sixth, Err(Error::TooMany { .. })));
    world.clock.advance(SignedDuration::from_secs(2));
    assert!(world.ports.accounts.sign_in(credentials("owner@ours.example", "correct horse"), "1.1.1.1").await.is_ok());
}

#[tokio::test]
async fn only_hashes_of_secrets_are_stored() {
    let world = world().await;
    let token =
        world.ports.accounts.sign_in(credentials("owner@ours.example", "correct horse"), "1.1.1.1").await.unwrap();
    let key =
        backend::accounts::create_api_key(&world.core, world.ours.seeded.workspace, "k", &["contacts:read".into()])
            .await
            .unwrap();
    for secret in [token.0.as_str(), key.as_str(), "correct horse"] {
        let dump: String = sqlx::query_scalar(
            "select concat((select string_agg(s::text, '') from session s), (select string_agg(k::text, '') from api_key k), (select string_agg(a::text, '') from account a))",
        )
        .fetch_one(&world.owner)
        .await
        .unwrap();
        assert!(!dump.contains(secret) && !dump.contains(&format!("{:02x?}", secret.as_bytes())));
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let world = world().await;
    let make = async |scope: &str| {
        let scopes = [scope.to_owned()];
        backend::accounts::create_api_key(&world.core, world.ours.seeded.workspace, "k", &scopes).await
    };
    let key = make("messages:write").await.unwrap();
    let caller = world.ports.accounts.api_caller(&key).await.unwrap();
    assert!(caller.may(Permission::SendMessages) && !caller.may(Permission::ReadContacts));
    assert_eq!(world.ports.accounts.api_caller(&format!("{key}x")).await, Err(Error::Unauthenticated));
    assert!(make("everything").await.is_err());
}
