use domain::accounts::Origin;
use domain::ports::SignedIn;
use domain::{Error, Permission, Role};
use jiff::SignedDuration;

use crate::people::{
    OWNER, OWNERS_PASSWORD, PASSWORD, ada, credentials, done, from, mailed_link, newcomer, person, sign_in,
};
use crate::team::invitation;
use crate::world;

#[tokio::test]
async fn a_session_lives_until_it_is_ended_or_expires() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let token = sign_in(&world, " OWNER@ours.example ", OWNERS_PASSWORD).await;
    let caller = accounts.caller(&token).await.unwrap();
    assert_eq!(caller.workspace, world.ours.seeded.workspace);
    assert_eq!(accounts.me(&caller).await.unwrap().name, "Olive Owner");
    let other = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    accounts.sign_out(&token).await.unwrap();
    assert_eq!(accounts.caller(&token).await, Err(Error::Unauthenticated));
    assert!(accounts.caller(&other).await.is_ok());
    for _ in 0..5 {
        world.clock.advance(SignedDuration::from_hours(24 * 5));
        assert!(accounts.caller(&other).await.is_ok(), "used every few days");
    }
    world.clock.advance(SignedDuration::from_hours(24 * 6));
    assert_eq!(accounts.caller(&other).await, Err(Error::Unauthenticated), "thirty days are the end");
    let unused = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    world.clock.advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(accounts.caller(&unused).await, Err(Error::Unauthenticated), "unused for a week");
}

#[tokio::test]
async fn unknown_address_and_wrong_password_are_answered_alike() {
    let world = world().await;
    let wrong = world.ports.accounts.sign_in(credentials(OWNER, "nope"), &from("1.1.1.1")).await;
    let unknown = world.ports.accounts.sign_in(credentials("nobody@ours.example", "nope"), &from("1.1.1.2")).await;
    assert_eq!(wrong.unwrap_err(), unknown.unwrap_err());
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    for _ in 0..5 {
        let guess = accounts.sign_in(credentials(OWNER, "nope"), &from("1.1.1.1")).await;
        assert!(matches!(guess, Err(Error::Invalid(_))));
    }
    let sixth = accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &from("1.1.1.1")).await;
    assert!(matches!(sixth, Err(Error::TooMany { .. })));
    world.clock.advance(SignedDuration::from_secs(2));
    assert!(accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &from("1.1.1.1")).await.is_ok());
}

#[tokio::test]
async fn a_newcomer_has_an_account_once_the_mailed_link_was_followed() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    accounts.sign_up(ada("ada@example.com"), &from("9.9.9.9")).await.unwrap();
    let early = accounts.sign_in(credentials("ada@example.com", PASSWORD), &from("9.9.9.9")).await;
    assert!(matches!(early, Err(Error::Invalid(_))), "the address is not shown to be theirs yet");
    let link = mailed_link(&world, "ada@example.com").await;
    let token = done(accounts.confirm_sign_up(&link, &from("9.9.9.9")).await.unwrap());
    let ada = accounts.person(&token).await.unwrap();
    assert_eq!((ada.name.as_str(), ada.caller.is_none()), ("Ada Field", true));
    assert_eq!(accounts.caller(&token).await, Err(Error::NotFound), "no workspace yet");
    assert!(accounts.confirm_sign_up(&link, &from("9.9.9.9")).await.is_err(), "a link works once");
    sign_in(&world, "ADA@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_sign_up_does_not_tell_who_has_an_account() {
    let world = world().await;
    let form = ada(OWNER);
    world.ports.accounts.sign_up(form, &from("9.9.9.9")).await.unwrap();
    world.run_jobs().await;
    let mail = world.postbox.last_to(OWNER);
    assert!(!mail.text.contains("?link="), "the known address is told that it is known: {}", mail.text);
    assert_eq!(world.count("select count(*) from sign_up").await, 0);
}

#[tokio::test]
async fn of_two_sign_ups_and_of_two_uses_of_a_link_one_wins() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    accounts.sign_up(ada("ada@example.com"), &from("9.9.9.9")).await.unwrap();
    let first = mailed_link(&world, "ada@example.com").await;
    accounts.sign_up(ada("ada@example.com"), &from("9.9.9.9")).await.unwrap();
    let second = mailed_link(&world, "ada@example.com").await;
    let origin = from("9.9.9.9");
    let (a, b, c) = tokio::join!(
        accounts.confirm_sign_up(&first, &origin),
        accounts.confirm_sign_up(&first, &origin),
        accounts.confirm_sign_up(&second, &origin),
    );
    assert_eq!([a.is_ok(), b.is_ok(), c.is_ok()].iter().filter(|won| **won).count(), 1);
    assert_eq!(world.count("select count(*) from account where email = 'ada@example.com'").await, 1);
}

#[tokio::test]
async fn a_common_password_is_refused_with_words_and_keeps_nothing() {
    let world = world().await;
    let form = domain::accounts::SignUpForm { password: "password123".into(), ..ada("ada@example.com") };
    let Err(Error::Invalid(errors)) = world.ports.accounts.sign_up(form, &from("9.9.9.9")).await else {
        panic!("accepted")
    };
    assert!(errors.get("password").is_some_and(|words| words.contains("guessed first")));
    assert_eq!(world.count("select count(*) from sign_up").await + world.count("select count(*) from mail").await, 0);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_once_and_ends_every_session() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let before = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    accounts.forgot_password("nobody@ours.example", &from("1.1.1.1")).await.unwrap();
    accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let link = mailed_link(&world, OWNER).await;
    assert!(accounts.reset_link_works(&link).await.unwrap());
    let weak = accounts.reset_password(&link, "password123", &from("1.1.1.1")).await;
    assert!(matches!(weak, Err(Error::Invalid(_))));
    let origin = from("1.1.1.1");
    let (a, b) = tokio::join!(
        accounts.reset_password(&link, PASSWORD, &origin),
        accounts.reset_password(&link, "another seven otters", &origin),
    );
    assert!(a.is_ok() != b.is_ok(), "of two uses at once one wins: {a:?} {b:?}");
    assert!(!accounts.reset_link_works(&link).await.unwrap());
    assert_eq!(accounts.caller(&before).await, Err(Error::Unauthenticated));
    let word = if a.is_ok() { PASSWORD } else { "another seven otters" };
    sign_in(&world, OWNER, word).await;
    world.run_jobs().await;
    let told =
        world.postbox.taken().iter().any(|mail| mail.to == OWNER && mail.subject.contains("password was changed"));
    assert!(told, "{:?}", world.postbox.taken().iter().map(|mail| &mail.subject).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_link_to_set_a_password_is_short_lived_and_the_newest_counts() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let old = mailed_link(&world, OWNER).await;
    accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let new = mailed_link(&world, OWNER).await;
    assert!(!accounts.reset_link_works(&old).await.unwrap());
    assert!(accounts.reset_link_works(&new).await.unwrap());
    world.clock.advance(SignedDuration::from_mins(31));
    assert!(!accounts.reset_link_works(&new).await.unwrap());
    assert_eq!(accounts.reset_password(&new, PASSWORD, &from("1.1.1.1")).await, Err(Error::NotFound));
}

#[tokio::test]
async fn asking_for_mails_is_slowed_down() {
    let world = world().await;
    let mut refused = false;
    for n in 0..8 {
        let address = format!("2.2.2.{n}");
        refused |=
            matches!(world.ports.accounts.forgot_password(OWNER, &from(&address)).await, Err(Error::TooMany { .. }));
    }
    assert!(refused, "nobody's mailbox is filled by a stranger");
}

#[tokio::test]
async fn a_new_browser_is_told_of_and_a_known_one_is_not() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let sign_in = async |origin: Origin| accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &origin).await.unwrap();
    let SignedIn::Done { device: Some(device), .. } = sign_in(from("1.1.1.1")).await else { panic!("no device") };
    world.run_jobs().await;
    assert!(world.postbox.taken().is_empty(), "the first browser ever is no news");
    let known = Origin { device_token: Some(device), ..from("1.1.1.1") };
    assert!(matches!(sign_in(known).await, SignedIn::Done { device: None, .. }));
    world.run_jobs().await;
    assert!(world.postbox.taken().is_empty());
    sign_in(Origin { device: "Chrome on Android".into(), ..from("203.0.113.9") }).await;
    world.run_jobs().await;
    let mail = world.postbox.last_to(OWNER);
    assert!(mail.text.contains("Chrome on Android (IPv4 203.") && !mail.text.contains("113.9"), "{}", mail.text);
}

#[tokio::test]
async fn somebody_without_a_workspace_makes_one_and_switches_between_theirs() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let token = newcomer(&world, "ada@example.com").await;
    let ada = accounts.person(&token).await.unwrap();
    let business = |name: &str| domain::team::Business {
        name: name.into(),
        time_zone: "Europe/Lisbon".into(),
        currency: "EUR".into(),
        country: "PT".into(),
        ..Default::default()
    };
    let offered = team.fresh_business(&ada, Some("PT")).await.unwrap();
    let found = (offered.name.as_str(), offered.country.as_str(), offered.currency.as_str());
    assert_eq!(found, ("Field Estates", "PT", "EUR"), "as the sign-up said");
    let nowhere = team.fresh_business(&ada, Some("XX")).await.unwrap();
    assert_eq!((nowhere.country.as_str(), nowhere.currency.as_str()), ("", "EUR"));
    let typed = domain::team::Business { currency: "eur".into(), ..business("Field Estates") };
    let first = team.create_workspace(&ada, typed).await.unwrap();
    assert_eq!(accounts.person(&token).await.unwrap_err(), Error::Unauthenticated, "the old secret is worth nothing");
    let caller = accounts.caller(&first).await.unwrap();
    assert!(caller.may(Permission::ManageSecurity));
    assert_eq!(team.business(&caller).await.unwrap().business.currency, "EUR");
    let wrong = domain::team::Business { phone: "call me maybe".into(), currency: "XXQ".into(), ..business("Field") };
    let Err(Error::Invalid(errors)) = team.save_business(&caller, 1, wrong).await else { panic!("accepted") };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["phone", "currency"]);
    let ada = accounts.person(&first).await.unwrap();
    assert_eq!(team.fresh_business(&ada, None).await.unwrap().name, "", "a second one is another business");
    let second = team.create_workspace(&ada, business("Field Holidays")).await.unwrap();
    let me = accounts.me(&accounts.caller(&second).await.unwrap()).await.unwrap();
    assert_eq!(me.workspace_name, "Field Holidays");
    assert_eq!(me.workspaces.len(), 2);
    let ada = accounts.person(&second).await.unwrap();
    let back = accounts.switch(&ada, caller.workspace).await.unwrap();
    assert_eq!(accounts.caller(&back).await.unwrap().workspace, caller.workspace);
    let ada = accounts.person(&back).await.unwrap();
    let foreign = accounts.switch(&ada, world.ours.seeded.workspace).await;
    assert_eq!(foreign.err(), Some(Error::NotFound));
}

#[tokio::test]
async fn what_a_person_holds_is_hidden_from_every_other() {
    let world = world().await;
    let (olive, adam) =
        (person(&world, OWNER, OWNERS_PASSWORD).await, person(&world, "agent@ours.example", "battery staple").await);
    let mut tx = world.core.db.personal(olive.account).await.unwrap();
    let seen: Vec<uuid::Uuid> = sqlx::query_scalar("select id from account").fetch_all(&mut **tx).await.unwrap();
    assert_eq!(seen, [olive.account.0]);
    let changed = sqlx::query("update account set name = 'x' where id = $1")
        .bind(adam.account.0)
        .execute(&mut **tx)
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 0);
    drop(tx);
    let nobody = sqlx::query_scalar::<_, i64>("select count(*) from account").fetch_one(world.core.db.app()).await;
    assert!(nobody.is_err(), "without a person there is no answer at all");
    let session = world.ports.profile.sessions(&adam).await.unwrap()[0].id;
    assert_eq!(world.ports.profile.end_session(&olive, session).await, Err(Error::NotFound));
}

#[tokio::test]
async fn only_hashes_of_secrets_are_stored() {
    let world = world().await;
    let token = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let key = backend::api_keys::create_for_operator(
        &world.core,
        world.ours.seeded.workspace,
        "k",
        &["contacts:read".into()],
    )
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
        backend::api_keys::create_for_operator(&world.core, world.ours.seeded.workspace, "k", &scopes).await
    };
    let key = make("messages:write").await.unwrap();
    let caller = world.ports.accounts.api_caller(&key).await.unwrap();
    assert!(caller.may(Permission::SendMessages) && !caller.may(Permission::ReadContacts));
    assert_eq!(world.ports.accounts.api_caller(&format!("{key}x")).await, Err(Error::Unauthenticated));
    assert!(make("everything").await.is_err());
}

#[tokio::test]
async fn what_a_browser_seals_with_is_one_persons_in_one_workspace_and_the_same_at_every_sign_in() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let seal = async |person: &_| accounts.seal(person).await.unwrap().0;
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    let ours = seal(&adam).await;
    assert_eq!(ours.split('.').map(str::len).collect::<Vec<_>>(), [64, 36, 64], "person, member, key");
    assert_eq!(
        seal(&person(&world, "agent@ours.example", "battery staple").await).await,
        ours,
        "after another sign-in"
    );
    let olive = seal(&person(&world, OWNER, OWNERS_PASSWORD).await).await;
    assert!(ours.split('.').zip(olive.split('.')).all(|(adams, olives)| adams != olives));

    team.invite(&world.theirs.caller, invitation("agent@ours.example", Role::ReadOnly)).await.unwrap();
    let there = team.accept(&adam, &mailed_link(&world, "agent@ours.example").await).await.unwrap();
    let theirs = seal(&accounts.person(&there).await.unwrap()).await;
    let [mine, elsewhere] = [&ours, &theirs].map(|seal| seal.split('.').collect::<Vec<_>>());
    assert_eq!(mine[0], elsewhere[0], "the same person");
    assert!(mine[1] != elsewhere[1] && mine[2] != elsewhere[2], "who may not open in one what they left in the other");

    let ada = newcomer(&world, "ada@example.com").await;
    let nowhere = seal(&accounts.person(&ada).await.unwrap()).await;
    assert!(!nowhere.contains('.'), "nothing to seal with where there is nothing to write");
    assert_eq!(format!("{:?}", domain::members::Seal(nowhere)), "Seal(…)");
}
