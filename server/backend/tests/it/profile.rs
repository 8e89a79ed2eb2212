use domain::accounts::{AppSetup, EmailChange, ProfileForm};
use domain::members::Person;
use domain::ports::{SessionToken, SignedIn};
use domain::team::InviteForm;
use domain::{Error, Role, Scope};
use jiff::SignedDuration;
use testkit::World;
use totp_rs::{Builder, Secret};

use crate::people::{
    OWNER, OWNERS_PASSWORD, PASSWORD, ada, credentials, done, from, mailed_link, newcomer, person, sign_in,
};
use crate::world;

/// What the authenticator app would show now.
pub fn code(world: &World, setup: &AppSetup) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(&setup.secret).unwrap())
        .with_account_name("x")
        .build()
        .unwrap();
    totp.generate(u64::try_from(world.second()).unwrap()).to_string()
}

pub async fn fresh(world: &World, token: &SessionToken) -> Person {
    world.ports.accounts.person(token).await.unwrap()
}

/// The owner with an authenticator app: their session, the app, and the recovery codes.
pub async fn with_app(world: &World) -> (SessionToken, AppSetup, Vec<String>) {
    let token = sign_in(world, OWNER, OWNERS_PASSWORD).await;
    let olive = fresh(world, &token).await;
    let setup = world.ports.profile.begin_app(&olive).await.unwrap();
    let wrong = world.ports.profile.confirm_app(&olive, "000000").await;
    assert!(matches!(wrong, Err(Error::Invalid(_))) || code(world, &setup) == "000000");
    let (codes, renewed) = world.ports.profile.confirm_app(&olive, &code(world, &setup)).await.unwrap();
    assert!(world.ports.accounts.person(&token).await.is_err(), "more power, a new secret");
    world.clock.advance(SignedDuration::from_secs(60));
    (renewed, setup, codes)
}

/// Else whoever holds a stolen session could guess the code of an app whose set-up was left half done.
#[tokio::test]
async fn the_first_code_of_an_app_needs_a_fresh_proof_as_its_beginning_does() {
    let world = world().await;
    let profile = &world.ports.profile;
    let token = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let setup = profile.begin_app(&fresh(&world, &token).await).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    let late = fresh(&world, &token).await;
    assert_eq!(profile.confirm_app(&late, &code(&world, &setup)).await.err(), Some(Error::ProofNeeded));
    let token = profile.prove(&late, OWNERS_PASSWORD, &from("1.1.1.1")).await.unwrap();
    profile.confirm_app(&fresh(&world, &token).await, &code(&world, &setup)).await.unwrap();
}

pub async fn waiting(world: &World) -> String {
    let outcome = world.ports.accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &from("1.1.1.1")).await.unwrap();
    match outcome {
        SignedIn::SecondFactor(waiting) => waiting,
        SignedIn::Done { .. } => panic!("a second factor was not asked for"),
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_works_once() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let (_, setup, codes) = with_app(&world).await;
    assert!(setup.uri.starts_with("otpauth://totp/") && setup.picture.contains("<svg"));
    assert_eq!(codes.len(), 10);
    let now = code(&world, &setup);
    let first = waiting(&world).await;
    let token = done(accounts.second_factor(&first, &now, &from("1.1.1.1")).await.unwrap());
    assert_eq!(accounts.person(&token).await.unwrap().factors, 2);
    assert!(accounts.second_factor(&first, &now, &from("1.1.1.1")).await.is_err(), "the waiting sign-in is over");
    let again = accounts.second_factor(&waiting(&world).await, &now, &from("1.1.1.1")).await;
    assert!(matches!(again, Err(Error::Invalid(_))), "the same code again");
    let recovery = waiting(&world).await;
    done(accounts.second_factor(&recovery, &codes[0].to_uppercase(), &from("1.1.1.1")).await.unwrap());
    let used = accounts.second_factor(&waiting(&world).await, &codes[0], &from("1.1.1.1")).await;
    assert!(matches!(used, Err(Error::Invalid(_))), "a recovery code works once");
    world.run_jobs().await;
    let told =
        world.postbox.taken().iter().any(|mail| mail.subject.contains("recovery code") && mail.text.contains('9'));
    assert!(told, "nine are left: {:?}", world.postbox.taken().iter().map(|mail| &mail.subject).collect::<Vec<_>>());
}

#[tokio::test]
async fn codes_cannot_be_guessed_through() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let (_, setup, _) = with_app(&world).await;
    let wait = waiting(&world).await;
    for _ in 0..5 {
        assert!(accounts.second_factor(&wait, "999999", &from("1.1.1.1")).await.is_err());
    }
    let right = code(&world, &setup);
    let outcome = accounts.second_factor(&wait, &right, &from("3.3.3.3")).await;
    assert_eq!(outcome.err(), Some(Error::Unauthenticated), "five tries, then the password again");
}

#[tokio::test]
async fn a_password_reset_does_not_pass_the_second_factor_by() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let (before, _, _) = with_app(&world).await;
    accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let link = mailed_link(&world, OWNER).await;
    accounts.reset_password(&link, PASSWORD, &from("1.1.1.1")).await.unwrap();
    assert_eq!(accounts.person(&before).await.err(), Some(Error::Unauthenticated));
    let outcome = accounts.sign_in(credentials(OWNER, PASSWORD), &from("1.1.1.1")).await.unwrap();
    assert!(matches!(outcome, SignedIn::SecondFactor(_)));
}

#[tokio::test]
async fn dangerous_acts_ask_for_a_fresh_proof() {
    let world = world().await;
    let (accounts, profile) = (&world.ports.accounts, &world.ports.profile);
    let token = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    world.clock.advance(SignedDuration::from_mins(11));
    let olive = fresh(&world, &token).await;
    assert_eq!(profile.begin_app(&olive).await.err(), Some(Error::ProofNeeded));
    assert_eq!(profile.change_email(&olive, "new@ours.example").await.err(), Some(Error::ProofNeeded));
    assert_eq!(profile.change_password(&olive, PASSWORD).await.err(), Some(Error::ProofNeeded));
    assert_eq!(world.ports.team.require_two_factors(&olive, false).await.err(), Some(Error::ProofNeeded));
    assert!(profile.prove(&olive, "nope", &from("1.1.1.1")).await.is_err());
    assert_eq!(profile.end_other_sessions(&olive).await.err(), Some(Error::ProofNeeded));
    assert_eq!(profile.end_session(&olive, olive.session).await.err(), Some(Error::ProofNeeded));
    let proved = profile.prove(&olive, OWNERS_PASSWORD, &from("1.1.1.1")).await.unwrap();
    assert_eq!(accounts.person(&token).await.err(), Some(Error::Unauthenticated), "a proof renews the secret");
    let token = proved;
    let olive = fresh(&world, &token).await;
    let other = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let renewed = profile.change_password(&olive, PASSWORD).await.unwrap();
    assert!(accounts.person(&renewed).await.is_ok());
    for old in [token, other] {
        assert_eq!(accounts.person(&old).await.err(), Some(Error::Unauthenticated));
    }
}

#[tokio::test]
async fn a_stolen_session_cannot_guess_the_password() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    for _ in 0..5 {
        let guess = world.ports.profile.prove(&olive, "nope", &from("7.7.7.7")).await;
        assert!(matches!(guess, Err(Error::Invalid(_))));
    }
    let sixth = world.ports.profile.prove(&olive, OWNERS_PASSWORD, &from("8.8.8.8")).await;
    assert!(matches!(sixth, Err(Error::TooMany { .. })), "{sixth:?}");
}

#[tokio::test]
async fn what_was_left_half_done_is_forgotten() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.accounts.sign_up(ada("ada@example.com"), &from("9.9.9.9")).await.unwrap();
    world.ports.accounts.forgot_password(OWNER, &from("9.9.9.9")).await.unwrap();
    world.ports.profile.change_email(&olive, "new@ours.example").await.unwrap();
    let left = "select (select count(*) from sign_up) + (select count(*) from account_link) + (select count(*) from email_change)";
    assert_eq!(world.count(left).await, 5);
    world.clock.advance(SignedDuration::from_hours(25));
    sqlx::raw_sql("select graphile_worker.add_job('cleanup', '{}')").execute(&world.owner).await.unwrap();
    world.run_jobs().await;
    assert_eq!(world.count(left).await, 0);
}

#[tokio::test]
async fn a_workspace_that_asks_for_two_factors_lets_in_who_has_them() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let early = team.require_two_factors(&olive, true).await;
    assert_eq!(early, Err(Error::SecondFactorNeeded), "whoever asks it of others has one");
    let (token, _, _) = with_app(&world).await;
    let olive = fresh(&world, &token).await;
    let token = world.ports.profile.prove(&olive, OWNERS_PASSWORD, &from("1.1.1.1")).await.unwrap();
    team.require_two_factors(&fresh(&world, &token).await, true).await.unwrap();
    assert!(accounts.caller(&token).await.is_ok());
    let adam = sign_in(&world, "agent@ours.example", "battery staple").await;
    assert_eq!(accounts.caller(&adam).await, Err(Error::SecondFactorNeeded));
    let person = fresh(&world, &adam).await;
    let setup = world.ports.profile.begin_app(&person).await.unwrap();
    let (_, adam) = world.ports.profile.confirm_app(&person, &code(&world, &setup)).await.unwrap();
    assert!(accounts.caller(&adam).await.is_ok(), "from the moment it is set up");
}

#[tokio::test]
async fn an_address_changes_when_both_mailboxes_agreed() {
    let world = world().await;
    let profile = &world.ports.profile;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    profile.change_email(&olive, "olive@new.example").await.unwrap();
    let new = mailed_link(&world, "olive@new.example").await;
    let old = mailed_link(&world, OWNER).await;
    assert_eq!(profile.confirm_email_change(&new).await, Ok(false));
    assert_eq!(profile.read(&olive).await.unwrap().email, OWNER);
    assert_eq!(profile.confirm_email_change(&old).await, Ok(true));
    assert_eq!(profile.confirm_email_change(&old).await, Err(Error::NotFound));
    assert_eq!(profile.read(&olive).await.unwrap().email, "olive@new.example");
    sign_in(&world, "olive@new.example", OWNERS_PASSWORD).await;
    assert_eq!(world.count("select count(*) from member where email = 'olive@new.example'").await, 1);
    world.run_jobs().await;
    assert!(world.postbox.last_to(OWNER).subject.to_lowercase().contains("address"));
}

#[tokio::test]
async fn a_change_of_address_ends_when_either_mailbox_refuses() {
    let world = world().await;
    let profile = &world.ports.profile;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let asked =
        |before: Option<&str>| EmailChange { before: before.map(Into::into), after: "olive@new.example".into() };
    for old_refuses in [true, false] {
        profile.change_email(&olive, "olive@new.example").await.unwrap();
        let (new, old) = (mailed_link(&world, "olive@new.example").await, mailed_link(&world, OWNER).await);
        assert_eq!(profile.email_change(&new).await.unwrap(), asked(None), "it may be a stranger's");
        assert_eq!(profile.email_change(&old).await.unwrap(), asked(Some(OWNER)));
        let (refused, other) = if old_refuses { (old, new) } else { (new, old) };
        if old_refuses {
            // What the other agreed to before counts no more.
            assert_eq!(profile.confirm_email_change(&other).await, Ok(false));
        }
        profile.refuse_email_change(&refused).await.unwrap();
        for gone in [refused, other] {
            assert_eq!(profile.email_change(&gone).await, Err(Error::NotFound));
            assert_eq!(profile.refuse_email_change(&gone).await, Err(Error::NotFound));
            assert_eq!(profile.confirm_email_change(&gone).await, Err(Error::NotFound));
        }
        let page = profile.read(&olive).await.unwrap();
        assert_eq!((page.email.as_str(), page.new_email), (OWNER, None));
        world.run_jobs().await;
        let told = world.postbox.last_to(OWNER);
        assert!(told.text.contains("refused") && told.text.contains("/forgot-password"), "{}", told.text);
    }
    assert_eq!(world.count("select count(*) from audit_event where action = 'email.change_refused'").await, 2);
}

#[tokio::test]
async fn a_taken_address_is_found_out_in_its_mailbox_only() {
    let world = world().await;
    let profile = &world.ports.profile;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    profile.change_email(&olive, "agent@ours.example").await.unwrap();
    let new = mailed_link(&world, "agent@ours.example").await;
    let old = mailed_link(&world, OWNER).await;
    assert_eq!(profile.confirm_email_change(&new).await, Ok(false));
    assert_eq!(profile.confirm_email_change(&old).await, Err(Error::Conflict));
    assert_eq!(profile.read(&olive).await.unwrap().email, OWNER);
}

#[tokio::test]
async fn a_profile_is_checked_and_spread_to_every_workspace() {
    let world = world().await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let form = ProfileForm {
        name: "Olive Oakley".into(),
        time_zone: "Europe/Lisbon".into(),
        currency: "EUR".into(),
        language: "en".into(),
        ..ProfileForm::default()
    };
    world.ports.profile.save(&olive, form.clone()).await.unwrap();
    assert_eq!(world.ports.accounts.members(&world.ours.caller).await.unwrap()[1].name, "Olive Oakley");
    let wrong = ProfileForm { name: " ".into(), time_zone: "Mars/Base".into(), currency: "euro".into(), ..form };
    let Err(Error::Invalid(errors)) = world.ports.profile.save(&olive, wrong).await else { panic!("accepted") };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["name", "time_zone", "currency"]);
    let typed = ProfileForm {
        phone: "call me maybe".into(),
        currency: "ZZZ".into(),
        name: "Olive \u{202e}yelkaO".into(),
        time_zone: "europe/lisbon".into(),
        language: "en".into(),
        ..ProfileForm::default()
    };
    let Err(Error::Invalid(errors)) = world.ports.profile.save(&olive, typed.clone()).await else { panic!("accepted") };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["phone", "currency"]);
    let typed = ProfileForm { phone: " +44 (20) 7946-0018 ".into(), currency: "gbp".into(), ..typed };
    world.ports.profile.save(&olive, typed).await.unwrap();
    let kept = world.ports.profile.read(&olive).await.unwrap();
    assert_eq!(
        [kept.phone.as_str(), &kept.currency, &kept.name, &kept.time_zone],
        ["+44 (20) 7946-0018", "GBP", "Olive yelkaO", "Europe/Lisbon"]
    );
}

#[tokio::test]
async fn no_way_to_a_password_takes_one_s_own_address() {
    let world = world().await;
    let (accounts, address) = (&world.ports.accounts, "jo.li@my-hq.co");
    newcomer(&world, address).await;
    accounts.forgot_password(address, &from("1.1.1.1")).await.unwrap();
    let link = mailed_link(&world, address).await;
    for own in [address, "Jo.Li@My-HQ.co", "jo-li-my-hq-co-1"] {
        let reset = accounts.reset_password(&link, own, &from("1.1.1.1")).await;
        assert!(matches!(&reset, Err(Error::Invalid(fields)) if fields.get("password").is_some()), "{own}: {reset:?}");
    }
    accounts.reset_password(&link, PASSWORD, &from("1.1.1.1")).await.unwrap();
    let form = InviteForm { email: "bo.ng@my-hq.co".into(), role: Role::Agent.into(), scope: Scope::All };
    world.ports.team.invite(&world.ours.caller, form).await.unwrap();
    let link = mailed_link(&world, "bo.ng@my-hq.co").await;
    let joined = world.ports.team.accept_as_new(&link, "Bo", "bo.ng@my-hq.co", &from("1.1.1.1")).await;
    assert!(matches!(&joined, Err(Error::Invalid(fields)) if fields.get("password").is_some()), "{joined:?}");
}

#[tokio::test]
async fn a_person_sees_and_ends_their_sessions() {
    let world = world().await;
    let (accounts, profile) = (&world.ports.accounts, &world.ports.profile);
    let here = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let there = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let olive = fresh(&world, &here).await;
    let rows = profile.sessions(&olive).await.unwrap();
    assert_eq!((rows.len(), rows.iter().filter(|row| row.this).count()), (2, 1));
    assert!(rows.iter().all(|row| row.device == "Firefox on Linux" && row.network == "IPv4 1.1.1.…"));
    let other = rows.iter().find(|row| !row.this).unwrap().id;
    profile.end_session(&olive, other).await.unwrap();
    assert_eq!(accounts.person(&there).await.err(), Some(Error::Unauthenticated), "at once");
    let third = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    profile.end_other_sessions(&olive).await.unwrap();
    assert_eq!(accounts.person(&third).await.err(), Some(Error::Unauthenticated));
    assert!(accounts.person(&here).await.is_ok());
}
