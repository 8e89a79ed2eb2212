//! Everybody is written to in their own language, whoever caused the mail.

use std::collections::{BTreeMap, BTreeSet};

use domain::accounts::{Origin, ProfileForm};
use domain::api_keys::ApiKeyForm;
use domain::{Error, Language, Role, Scope};
use jiff::SignedDuration;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, PASSWORD, ada, done, from, mailed_link, newcomer, person, sign_in};
use crate::team::invitation;
use crate::{grace_writes, world};

const AGENT: &str = "agent@ours.example";
const AGENTS_PASSWORD: &str = "battery staple";
const LEYLA: &str = "leyla@example.com";

fn reading(language: Language) -> Origin {
    Origin { language, ..from("9.9.9.9") }
}

/// As the profile does it.
async fn choose(world: &World, email: &str, password: &str, language: Language) {
    let person = person(world, email, password).await;
    let form = ProfileForm {
        name: person.name.clone(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        language: language.tag().into(),
        ..ProfileForm::default()
    };
    world.ports.profile.save(&person, form).await.unwrap();
}

/// Adam, who reads German, and Olive, who owns the workspace and reads French.
async fn adam_and_olive() -> World {
    let world = world().await;
    choose(&world, AGENT, AGENTS_PASSWORD, Language::German).await;
    choose(&world, OWNER, OWNERS_PASSWORD, Language::French).await;
    world.run_jobs().await;
    sqlx::query("delete from mail").execute(&world.owner).await.unwrap();
    world
}

/// The languages of all mails to an address, by their kind.
async fn written_to(world: &World, address: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows: Vec<(String, String)> = sqlx::query_as("select kind, language from mail where to_address = $1")
        .bind(address)
        .fetch_all(&world.owner)
        .await
        .unwrap();
    rows.into_iter().fold(BTreeMap::new(), |mut kinds, (kind, language)| {
        kinds.entry(kind).or_default().insert(language);
        kinds
    })
}

/// That exactly these kinds went there, all in one language.
async fn expect(world: &World, address: &str, language: Language, kinds: &[&str]) {
    let only = BTreeSet::from([language.tag().to_owned()]);
    let wanted: BTreeMap<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), only.clone())).collect();
    assert_eq!(written_to(world, address).await, wanted, "{address}");
}

#[tokio::test]
async fn what_happens_in_a_team_is_told_to_each_in_their_language() {
    let world = adam_and_olive().await;
    let (team, us, adam) = (&world.ports.team, &world.ours.caller, world.ours.agent_id);
    team.set_role(us, adam, Role::Admin.into(), Scope::All).await.unwrap();
    team.deactivate(us, adam, None).await.unwrap();
    team.reactivate(us, adam).await.unwrap();
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    team.sign_out_member(&olive, adam).await.unwrap();
    let form = ApiKeyForm { name: "Website".into(), scopes: vec!["contacts:read".into()], days: None };
    world.ports.api_keys.create(&olive, form).await.unwrap();
    team.offer_ownership(&olive, Some(adam)).await.unwrap();
    backend::team::tell_of_master_key(&world.core, &world.owner).await.unwrap();
    let them = person(&world, AGENT, AGENTS_PASSWORD).await;
    team.accept_ownership(&them).await.unwrap();
    let told = ["power_given", "deactivated", "reactivated", "signed_out", "ownership_offered", "new_device"];
    expect(&world, AGENT, Language::German, &told).await;
    let told = ["power_given", "api_key_made", "master_key_rotated", "new_device"];
    expect(&world, OWNER, Language::French, &told).await;
    world.run_jobs().await;
    let mail = world.postbox.last_to(AGENT);
    assert!(mail.text.starts_with("Guten Tag Adam Agent!") && mail.html.contains("lang=\"de\""), "{}", mail.text);
}

#[tokio::test]
async fn what_waits_is_told_in_the_language_of_whom_it_waits_for() {
    let mut world = adam_and_olive().await;
    grace_writes(&mut world, "n1", "Is it still free?").await;
    let conversation = world.only_conversation().await;
    world.ports.inbox.assign(&world.ours.caller, conversation, Some(world.ours.agent_id)).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(backend::notifications::remind(&world.core).await.unwrap(), 1);
    expect(&world, AGENT, Language::German, &["waiting"]).await;
}

#[tokio::test]
async fn an_invitation_is_in_the_language_of_its_reader_and_else_of_who_invites() {
    let world = adam_and_olive().await;
    let team = &world.ports.team;
    newcomer(&world, LEYLA).await;
    choose(&world, LEYLA, PASSWORD, Language::Arabic).await;
    sqlx::query("delete from mail").execute(&world.owner).await.unwrap();
    for email in ["leyla@example.com", "mia@example.com"] {
        team.invite(&world.ours.caller, invitation(email, Role::Admin)).await.unwrap();
    }
    expect(&world, LEYLA, Language::Arabic, &["invitation"]).await;
    expect(&world, "mia@example.com", Language::French, &["invitation"]).await;
    let link = mailed_link(&world, "mia@example.com").await;
    let mia = done(team.accept_as_new(&link, "Mia", PASSWORD, &reading(Language::Spanish)).await.unwrap());
    expect(&world, OWNER, Language::French, &["invitation_accepted", "power_given"]).await;
    // The new account begins with the browser's language, and whoever it invites is written to in that.
    let mia = world.ports.accounts.caller(&mia).await.unwrap();
    team.invite(&mia, invitation("tom@example.com", Role::Agent)).await.unwrap();
    expect(&world, "tom@example.com", Language::Spanish, &["invitation"]).await;
    // Sent again by a colleague, it comes in that colleague's language.
    sqlx::query("delete from mail").execute(&world.owner).await.unwrap();
    let invitations = team.page(&world.ours.caller).await.unwrap().invitations;
    let tom = invitations.iter().find(|row| row.email == "tom@example.com").unwrap();
    team.resend_invitation(&world.ours.caller, tom.id).await.unwrap();
    expect(&world, "tom@example.com", Language::French, &["invitation"]).await;
}

#[tokio::test]
async fn a_sign_up_speaks_the_browser_s_language_and_the_account_keeps_it() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    accounts.sign_up(ada("ada@example.com"), &reading(Language::German)).await.unwrap();
    expect(&world, "ada@example.com", Language::German, &["verify_email"]).await;
    let link = mailed_link(&world, "ada@example.com").await;
    assert!(world.postbox.last_to("ada@example.com").subject.starts_with("Bestätigen Sie"));
    // Wherever the link is opened.
    let token = done(accounts.confirm_sign_up(&link, &reading(Language::French)).await.unwrap());
    let ada = accounts.person(&token).await.unwrap();
    assert_eq!(world.ports.profile.read(&ada).await.unwrap().language, "de");
    accounts.forgot_password("ada@example.com", &reading(Language::Spanish)).await.unwrap();
    expect(&world, "ada@example.com", Language::German, &["verify_email", "reset_password"]).await;
}

#[tokio::test]
async fn who_has_an_account_is_told_so_in_their_own_language() {
    let world = adam_and_olive().await;
    world.ports.accounts.sign_up(ada(AGENT), &reading(Language::Spanish)).await.unwrap();
    expect(&world, AGENT, Language::German, &["already_registered"]).await;
}

#[tokio::test]
async fn a_profile_takes_the_languages_that_there_are() {
    let world = world().await;
    for language in Language::ALL {
        choose(&world, OWNER, OWNERS_PASSWORD, language).await;
        let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
        assert_eq!(world.ports.profile.read(&olive).await.unwrap().language, language.tag());
    }
    let olive = world.ports.accounts.person(&sign_in(&world, OWNER, OWNERS_PASSWORD).await).await.unwrap();
    let form = ProfileForm {
        name: "Olive".into(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        language: "nl".into(),
        ..ProfileForm::default()
    };
    let Err(Error::Invalid(errors)) = world.ports.profile.save(&olive, form).await else { panic!("accepted") };
    assert!(errors.get("language").is_some());
}
