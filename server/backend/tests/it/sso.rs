//! Single sign-on: whom a provider's word lets in, and how far.

mod links;
mod settings;

use backend::outbound::Vouched;
use domain::accounts::{Factors, Origin, ProfileForm};
use domain::audit::AuditQuery;
use domain::members::Person;
use domain::ports::{Arrival, Arrived, Departure, SessionToken, SignedIn};
use domain::sso::{SsoForm, SsoProblem};
use domain::team::Business;
use domain::{Error, Language, Permission, Role, Scope, WorkspaceId};
use jiff::SignedDuration;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, credentials, done, from, newcomer, person, sign_in};
use crate::team::told;
use crate::world;

const ISSUER: &str = "https://login.ours.example";
const AGENT: &str = "agent@ours.example";
const AGENTS_PASSWORD: &str = "battery staple";

pub fn form() -> SsoForm {
    SsoForm {
        issuer: ISSUER.into(),
        client_id: "parley".into(),
        client_secret: "s3cret of the provider".into(),
        domains: "ours.example".into(),
        admits_new: true,
        role: Role::Agent.into(),
        counts_two_factors: false,
        required: false,
    }
}

/// Our world, whose owner has connected a provider.
pub async fn connected(form: SsoForm) -> World {
    let world = world().await;
    save(&world, form).await.unwrap();
    world
}

async fn save(world: &World, form: SsoForm) -> domain::Result<()> {
    world.ports.sso.save(&person(world, OWNER, OWNERS_PASSWORD).await, form).await
}

fn vouch(subject: &str, email: &str) -> Vouched {
    Vouched {
        subject: subject.into(),
        email: Some(email.into()),
        email_verified: true,
        name: Some("Nora New".into()),
        methods: vec!["pwd".into()],
        signed_in_at: None,
    }
}

/// As [`vouch`], and it says when they proved it.
fn vouch_at(world: &World, subject: &str, email: &str, ago: SignedDuration) -> Vouched {
    let at = world.clock.now().checked_sub(ago).unwrap();
    Vouched { signed_in_at: Some(at), ..vouch(subject, email) }
}

/// Leaves for our provider with a session, as «Sign in again» does.
async fn depart_with(world: &World, token: &SessionToken) -> Arrival {
    let person = world.ports.accounts.person(token).await.unwrap();
    let ours = world.ours.seeded.workspace;
    let departure = world.ports.sso.depart_to(&person, ours, "/settings/team", &from("1.1.1.1")).await.unwrap();
    let Departure::To { url, browser } = departure else { panic!("nowhere to go") };
    let (_, state) = url.split_once("state=").unwrap();
    Arrival { state: state.into(), code: Some("code".into()), issuer: None, browser: Some(browser) }
}

/// Leaves for the provider and answers what the browser holds: state and cookie.
async fn depart(world: &World, email: &str) -> Arrival {
    let Departure::To { url, browser } = world.ports.sso.depart(email, "/inbox", &from("1.1.1.1")).await.unwrap()
    else {
        panic!("nowhere to go for {email}")
    };
    let (_, state) = url.split_once("state=").unwrap();
    Arrival { state: state.into(), code: Some("code".into()), issuer: None, browser: Some(browser) }
}

async fn arrive(world: &World, workspace: WorkspaceId, back: Arrival) -> Arrived {
    world.ports.sso.arrive(workspace, back, &from("1.1.1.1")).await.unwrap()
}

/// The whole way of somebody whom our provider vouches for.
async fn come(world: &World, who: Vouched) -> Arrived {
    let back = depart(world, "anybody@ours.example").await;
    world.identities.next(who);
    arrive(world, world.ours.seeded.workspace, back).await
}

fn session(arrived: Arrived) -> SessionToken {
    match arrived {
        Arrived::In { outcome, .. } => done(outcome),
        Arrived::Not(problem) => panic!("not let in: {problem:?}"),
    }
}

fn problem(arrived: Arrived) -> SsoProblem {
    match arrived {
        Arrived::Not(problem) => problem,
        Arrived::In { .. } => panic!("let in"),
    }
}

async fn actions(world: &World) -> Vec<String> {
    let page = world.ports.audit.page(&world.ours.caller, AuditQuery::default()).await.unwrap();
    page.items.into_iter().map(|row| row.action).collect()
}

#[tokio::test]
async fn who_is_let_in_is_shown_by_their_picture() {
    let world = connected(form()).await;
    let (accounts, profile) = (&world.ports.accounts, &world.ports.profile);
    let nora = accounts.person(&newcomer(&world, "nora@ours.example").await).await.unwrap();
    profile.set_picture(&nora, include_bytes!("pictures/red.png").to_vec()).await.unwrap();
    let hash = profile.read(&nora).await.unwrap().picture;
    let token = session(come(&world, vouch("nora", "nora@ours.example")).await);
    let caller = accounts.caller(&token).await.unwrap();
    let members = accounts.members(&caller).await.unwrap();
    let shown = members.into_iter().find(|member| Some(member.id) == caller.member_id()).unwrap().picture;
    assert!(hash.is_some() && shown == hash, "{shown:?}");
}

#[tokio::test]
async fn a_member_comes_in_and_from_then_on_the_subject_counts() {
    let world = connected(form()).await;
    let token = session(come(&world, vouch("adam", "Agent@Ours.example")).await);
    let caller = world.ports.accounts.caller(&token).await.unwrap();
    assert_eq!(caller.member_id(), Some(world.ours.agent_id));
    assert!(caller.may(Permission::SendMessages) && !caller.may(Permission::ManageTeam));
    world.run_jobs().await;
    assert!(
        world.postbox.last_to(AGENT).subject.contains("through your organisation"),
        "they are told of the new way in"
    );

    let renamed = Vouched { email_verified: false, ..vouch("adam", "somebody.else@ours.example") };
    let token = session(come(&world, renamed).await);
    assert_eq!(world.ports.accounts.caller(&token).await.unwrap().member_id(), Some(world.ours.agent_id));
    let recycled = come(&world, vouch("another adam", AGENT)).await;
    assert_eq!(problem(recycled), SsoProblem::Taken, "the address alone does not make them the same person");
    let acts = actions(&world).await;
    for act in ["sso.connected", "sso.linked", "session.opened", "sso.refused"] {
        assert!(acts.iter().any(|action| action == act), "{act} in {acts:?}");
    }
}

#[tokio::test]
async fn an_address_counts_only_if_it_is_verified_and_of_a_domain_that_is_spoken_for() {
    let world = connected(form()).await;
    let unverified = Vouched { email_verified: false, ..vouch("a", AGENT) };
    let none = Vouched { email: None, ..vouch("b", AGENT) };
    let elsewhere = vouch("c", "agent@theirs.example");
    let below = vouch("d", "agent@sub.ours.example");
    let tricky = vouch("e", "agent@theirs.example@ours.example");
    for who in [unverified, none, elsewhere, below, tricky] {
        assert_eq!(problem(come(&world, who.clone()).await), SsoProblem::Address, "{:?}", who.email);
    }
    assert_eq!(world.count("select count(*) from sso_link").await, 0);
}

#[tokio::test]
async fn somebody_new_is_let_in_with_the_chosen_role_or_not_at_all() {
    let world = connected(SsoForm { role: Role::ReadOnly.into(), ..form() }).await;
    let token = session(come(&world, vouch("nora", "nora@ours.example")).await);
    let me = world.ports.accounts.me(&world.ports.accounts.caller(&token).await.unwrap()).await.unwrap();
    assert_eq!((me.name.as_str(), me.role, me.vouched), ("Nora New", Role::ReadOnly, true));
    assert!(actions(&world).await.iter().any(|action| action == "member.admitted"));
    let wrong = world.ports.accounts.sign_in(credentials("nora@ours.example", ""), &from("2.2.2.2")).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "there is no password to guess");

    let back = depart(&world, "anybody@ours.example").await;
    world.identities.next(vouch("lea", "lea@ours.example"));
    let french = Origin { language: Language::French, ..from("1.1.1.1") };
    session(world.ports.sso.arrive(world.ours.seeded.workspace, back, &french).await.unwrap());
    let french = "select count(*) from account where email = 'lea@ours.example' and language = 'fr'";
    assert_eq!(world.count(french).await, 1, "their browser's language");

    save(&world, SsoForm { admits_new: false, client_secret: String::new(), ..form() }).await.unwrap();
    assert_eq!(problem(come(&world, vouch("otto", "otto@ours.example")).await), SsoProblem::NoMember);
    assert_eq!(world.count("select count(*) from account where email = 'otto@ours.example'").await, 0);
    session(come(&world, vouch("nora", "nora@ours.example")).await);
}

#[tokio::test]
async fn the_owner_is_told_of_who_comes_in_as_an_admin() {
    let world = connected(SsoForm { role: Role::Admin.into(), ..form() }).await;
    session(come(&world, vouch("nora", "nora@ours.example")).await);
    world.run_jobs().await;
    assert_eq!(told(&world, "Nora New is now an admin of Ours"), ["nora@ours.example", OWNER]);
}

#[tokio::test]
async fn who_was_signed_out_comes_in_again_through_the_provider() {
    let world = connected(form()).await;
    let token = session(come(&world, vouch("adam", AGENT)).await);
    world.clock.advance(SignedDuration::from_secs(1));
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.team.sign_out_member(&olive, world.ours.agent_id).await.unwrap();
    assert_eq!(world.ports.accounts.person(&token).await.err(), Some(Error::Unauthenticated));
    world.clock.advance(SignedDuration::from_secs(1));
    let token = session(come(&world, vouch("adam", AGENT)).await);
    assert!(
        world.ports.accounts.caller(&token).await.is_ok(),
        "although the provider does not say when they proved it"
    );
}

#[tokio::test]
async fn who_was_deactivated_stays_out_and_loses_what_they_had() {
    let world = connected(form()).await;
    let token = session(come(&world, vouch("adam", AGENT)).await);
    world.ports.team.deactivate(&world.ours.caller, world.ours.agent_id, None).await.unwrap();
    assert_eq!(world.ports.accounts.person(&token).await.err(), Some(Error::Unauthenticated));
    assert_eq!(problem(come(&world, vouch("adam", AGENT)).await), SsoProblem::Deactivated);
    assert_eq!(problem(come(&world, vouch("new adam", AGENT)).await), SsoProblem::Taken);
}

#[tokio::test]
async fn a_return_is_worth_something_once_in_time_and_in_the_browser_that_left() {
    let world = connected(form()).await;
    let ours = world.ours.seeded.workspace;
    let back = depart(&world, AGENT).await;
    world.identities.next(vouch("adam", AGENT));
    session(arrive(&world, ours, back.clone()).await);
    world.identities.next(vouch("adam", AGENT));
    assert_eq!(problem(arrive(&world, ours, back).await), SsoProblem::Expired, "a replay");

    let other = Arrival { browser: Some("another browser".into()), ..depart(&world, AGENT).await };
    assert_eq!(problem(arrive(&world, ours, other).await), SsoProblem::Expired);
    let none = Arrival { browser: None, ..depart(&world, AGENT).await };
    assert_eq!(problem(arrive(&world, ours, none).await), SsoProblem::Expired);
    let elsewhere = depart(&world, AGENT).await;
    let theirs = world.theirs.seeded.workspace;
    assert_eq!(problem(arrive(&world, theirs, elsewhere).await), SsoProblem::Expired, "another provider's address");
    let late = depart(&world, AGENT).await;
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(problem(arrive(&world, ours, late).await), SsoProblem::Expired);
    let declined = Arrival { code: None, ..depart(&world, AGENT).await };
    assert_eq!(problem(arrive(&world, ours, declined).await), SsoProblem::Declined);
    let mixed_up = Arrival { issuer: Some("https://evil.example".into()), ..depart(&world, AGENT).await };
    assert_eq!(problem(arrive(&world, ours, mixed_up).await), SsoProblem::NotProved);
    let changed = depart(&world, AGENT).await;
    save(&world, SsoForm { client_id: "another".into(), ..form() }).await.unwrap();
    assert_eq!(problem(arrive(&world, ours, changed).await), SsoProblem::Expired, "it left for another provider");
}

/// The heart of it. Their owner runs a provider that says whatever they want, and one of ours is a member there too.
#[tokio::test]
async fn a_malicious_provider_reaches_nothing_beyond_its_own_workspace() {
    let world = world().await;
    let (accounts, team, profile) = (&world.ports.accounts, &world.ports.team, &world.ports.profile);
    // Vera is the owner of a workspace of her own, and a guest in theirs.
    let vera = newcomer(&world, "vera@theirs.example").await;
    let business = |name: &str| Business {
        name: name.into(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        ..Business::default()
    };
    let vera_owns = team.create_workspace(&accounts.person(&vera).await.unwrap(), business("Vera Ltd")).await.unwrap();
    let own = accounts.caller(&vera_owns).await.unwrap().workspace;
    let mallory = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    let evil = SsoForm { issuer: "https://evil.example".into(), domains: "theirs.example".into(), ..form() };
    assert!(world.ports.sso.save(&mallory, evil.clone()).await.is_err(), "an owner elsewhere has an address there");
    backend_gives(&world, "theirs.example").await;
    let back = depart(&world, "anybody@theirs.example").await;
    world.identities.next(Vouched { methods: vec!["mfa".into()], ..vouch("x", "vera@theirs.example") });
    let theirs = world.theirs.seeded.workspace;
    let token = session(arrive(&world, theirs, back).await);

    // As Vera in their workspace, where they can do what they want anyway.
    let caller = accounts.caller(&token).await.unwrap();
    assert_eq!(caller.workspace, theirs);
    let me = accounts.me(&caller).await.unwrap();
    assert_eq!(
        me.workspaces.iter().map(|row| row.id).collect::<Vec<_>>(),
        [theirs],
        "nor do they learn where else she is"
    );
    // And nowhere else.
    let stolen = accounts.person(&token).await.unwrap();
    let closed = Some(Error::OwnSignInNeeded);
    assert_eq!(accounts.switch(&stolen, own).await.err(), closed);
    assert_eq!(team.create_workspace(&stolen, business("Trap")).await.err(), closed);
    assert_eq!(team.accept(&stolen, "any link").await.err(), closed);
    assert_eq!(profile.read(&stolen).await.err(), closed);
    assert_eq!(profile.save(&stolen, ProfileForm::default()).await.err(), closed);
    assert_eq!(profile.set_picture(&stolen, vec![1]).await.err(), closed);
    assert_eq!(profile.remove_picture(&stolen).await.err(), closed);
    assert_eq!(profile.prove(&stolen, "guess", &from("6.6.6.6")).await.err(), closed);
    assert_eq!(profile.change_password(&stolen, "a password of mine").await.err(), closed);
    assert_eq!(team.fresh_business(&stolen, None).await.err(), closed);
    assert_eq!(profile.change_email(&stolen, "mallory@theirs.example").await.err(), closed);
    assert_eq!(profile.sessions(&stolen).await.err(), closed);
    assert_eq!(profile.end_session(&stolen, stolen.session).await.err(), closed);
    assert_eq!(profile.end_other_sessions(&stolen).await.err(), closed);
    assert_eq!(profile.factors(&stolen).await.err(), closed);
    assert_eq!(profile.begin_app(&stolen).await.err(), closed);
    assert_eq!(profile.confirm_app(&stolen, "000000").await.err(), closed);
    assert_eq!(profile.remove_app(&stolen).await.err(), closed);
    assert_eq!(profile.renew_recovery_codes(&stolen).await.err(), closed);
    assert_eq!(profile.begin_passkey(&stolen).await.err(), closed);
    assert_eq!(profile.add_passkey(&stolen, "x", "x", "{}").await.err(), closed);
    assert_eq!(profile.remove_passkey(&stolen, uuid::Uuid::nil().into()).await.err(), closed);
    // Not even a query that forgets all this gets such a session anywhere else.
    let moved = sqlx::query("update session set workspace_id = $1 where vouched_by is not null")
        .bind(own.0)
        .execute(&world.owner)
        .await;
    let moved = moved.unwrap_err();
    assert_eq!(moved.as_database_error().unwrap().constraint(), Some("session_stands_where_vouched"));
    // Losing its place it is nobody's.
    team.deactivate(&world.theirs.caller, caller.member_id().unwrap(), None).await.unwrap();
    assert_eq!(accounts.person(&token).await.err(), Some(Error::Unauthenticated));
    let untouched = accounts.person(&vera_owns).await.unwrap();
    assert_eq!(profile.factors(&untouched).await.unwrap(), Factors { password: true, ..Factors::default() });
    assert_eq!(accounts.caller(&vera_owns).await.unwrap().workspace, own);
}

/// Connects a provider to their workspace, for which the operator decides that it speaks for a domain.
pub async fn backend_gives(world: &World, domain: &str) {
    let mallory = person(world, "owner@theirs.example", OWNERS_PASSWORD).await;
    // For connecting, a domain that nobody contests.
    sqlx::query("update member set email = 'owner@evil.example' where id = $1")
        .bind(world.theirs.seeded.owner.0)
        .execute(&world.owner)
        .await
        .unwrap();
    let evil = SsoForm { issuer: "https://evil.example".into(), domains: "evil.example".into(), ..form() };
    world.ports.sso.save(&mallory, evil).await.unwrap();
    backend::sso::give_domain(&world.core, &world.owner, world.theirs.seeded.workspace, domain).await.unwrap();
}

#[tokio::test]
async fn a_vouched_session_cannot_speak_for_more() {
    let world = connected(SsoForm { role: Role::Admin.into(), ..form() }).await;
    let nora = vouch_at(&world, "nora", "nora@ours.example", SignedDuration::ZERO);
    let token = session(come(&world, nora).await);
    let nora = world.ports.accounts.person(&token).await.unwrap();
    // The rest is theirs to change: they are an administrator of the workspace that vouches.
    let kept = SsoForm { client_secret: String::new(), role: Role::Admin.into(), ..form() };
    world.ports.sso.save(&nora, kept.clone()).await.unwrap();
    let more = SsoForm { domains: "ours.example, more.example".into(), ..kept };
    assert_eq!(world.ports.sso.save(&nora, more).await, Err(Error::OwnSignInNeeded));
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(world.ports.sso.save(&nora, form()).await, Err(Error::ProofNeeded));
    assert_eq!(world.ports.sso.remove(&nora).await, Err(Error::ProofNeeded));
    world.clock.advance(SignedDuration::from_hours(12));
    assert_eq!(world.ports.accounts.person(&token).await.err(), Some(Error::Unauthenticated), "a working day");
}

#[tokio::test]
async fn a_vouched_session_takes_the_place_of_the_one_that_the_browser_brought() {
    let world = connected(form()).await;
    let elsewhere = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    let mut brought = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    // First one of their own means, then one that was vouched for.
    for _ in 0..2 {
        let back = depart(&world, AGENT).await;
        world.identities.next(vouch("adam", AGENT));
        let origin = Origin { session: Some(brought.clone()), ..from("1.1.1.1") };
        let arrived = world.ports.sso.arrive(world.ours.seeded.workspace, back, &origin).await.unwrap();
        let fresh = session(arrived);
        assert_eq!(world.ports.accounts.person(&brought).await.err(), Some(Error::Unauthenticated));
        brought = fresh;
    }
    assert!(world.ports.accounts.person(&brought).await.is_ok());
    assert!(world.ports.accounts.person(&elsewhere).await.is_ok(), "another browser's");
}

#[tokio::test]
async fn where_it_is_required_passwords_open_nothing_but_to_the_owner() {
    let world = connected(form()).await;
    let required = SsoForm { required: true, client_secret: String::new(), ..form() };
    let early = save(&world, required.clone()).await;
    assert!(
        matches!(&early, Err(Error::Invalid(fields)) if fields.get("required").is_some()),
        "not before it is known to work"
    );
    let vouched = session(come(&world, vouch("adam", AGENT)).await);
    let by_password = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    world.ports.accounts.caller(&by_password).await.unwrap();
    save(&world, required).await.unwrap();
    assert_eq!(world.ports.accounts.caller(&by_password).await.err(), Some(Error::SingleSignOnNeeded));
    let person: Person = world.ports.accounts.person(&by_password).await.unwrap();
    assert!(person.caller.is_none() && person.needs_single_sign_on);
    world.ports.profile.factors(&person).await.expect("what is their own stays open");
    world.ports.accounts.caller(&vouched).await.expect("the provider vouched for this one");
    let owner = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.accounts.caller(&owner).await.expect("the way in of last resort");

    let olive = world.ports.accounts.person(&owner).await.unwrap();
    world.ports.sso.remove(&olive).await.unwrap();
    world.ports.accounts.caller(&by_password).await.expect("it is required no longer");
    assert_eq!(
        world.ports.accounts.person(&vouched).await.err(),
        Some(Error::Unauthenticated),
        "what came of it is over"
    );
    assert!(actions(&world).await.iter().any(|action| action == "sso.removed"));
}

#[tokio::test]
async fn two_factors_are_counted_if_the_provider_or_the_workspace_says_so() {
    let world = connected(form()).await;
    sqlx::query("update workspace set two_factors = true where workspace_id = $1")
        .bind(world.ours.seeded.workspace.0)
        .execute(&world.owner)
        .await
        .unwrap();
    assert_eq!(problem(come(&world, vouch("nora", "nora@ours.example")).await), SsoProblem::Factors);
    assert_eq!(
        world.count("select count(*) from account where email = 'nora@ours.example'").await,
        0,
        "and nothing is left"
    );
    let strong = |who: Vouched| Vouched { methods: vec!["pwd".into(), "mfa".into()], ..who };
    let token = session(come(&world, strong(vouch("nora", "nora@ours.example"))).await);
    world.ports.accounts.caller(&token).await.unwrap();
    // Somebody with an app of their own is asked for its code.
    sqlx::query("update account set totp_confirmed_at = now() where email = $1")
        .bind(AGENT)
        .execute(&world.owner)
        .await
        .unwrap();
    let arrived = come(&world, vouch("adam", AGENT)).await;
    assert!(matches!(arrived, Arrived::In { outcome: SignedIn::SecondFactor(_), .. }));
    sqlx::query("update sso_provider set counts_two_factors = true").execute(&world.owner).await.unwrap();
    let token = session(come(&world, vouch("adam", AGENT)).await);
    world.ports.accounts.caller(&token).await.unwrap();
}

#[tokio::test]
async fn before_a_dangerous_act_the_provider_has_to_say_that_they_signed_in_just_now() {
    let world = connected(SsoForm { role: Role::Admin.into(), ..form() }).await;
    let ours = world.ours.seeded.workspace;
    // Who signed in at the provider long ago, or nobody knows when, is in, and is not fresh.
    let hours = SignedDuration::from_hours(3);
    for who in [vouch("nora", "nora@ours.example"), vouch_at(&world, "nora", "nora@ours.example", hours)] {
        let token = session(come(&world, who).await);
        let nora = world.ports.accounts.person(&token).await.unwrap();
        assert_eq!(world.ports.sso.remove(&nora).await, Err(Error::ProofNeeded));
    }
    assert!(!world.identities.last_sent().1, "an ordinary sign-in is the provider's own affair");
    let token = session(come(&world, vouch("nora", "nora@ours.example")).await);
    // The provider may send back whom it remembers, or not say when they signed in: neither is an answer.
    let stale = vouch_at(&world, "nora", "nora@ours.example", SignedDuration::from_mins(2));
    let ahead = vouch_at(&world, "nora", "nora@ours.example", SignedDuration::from_mins(-2));
    for who in [vouch("nora", "nora@ours.example"), stale, ahead] {
        let back = depart_with(&world, &token).await;
        assert_eq!(world.identities.last_sent(), ("nora@ours.example".to_owned(), true));
        world.identities.next(who);
        assert_eq!(problem(arrive(&world, ours, back).await), SsoProblem::NotAnew);
    }
    assert!(world.ports.accounts.person(&token).await.is_ok(), "the session that they have is still theirs");
    let back = depart_with(&world, &token).await;
    world.clock.advance(SignedDuration::from_mins(5));
    world.identities.next(vouch_at(&world, "nora", "nora@ours.example", SignedDuration::from_mins(4)));
    let fresh = session(arrive(&world, ours, back).await);
    let nora = world.ports.accounts.person(&fresh).await.unwrap();
    world.ports.sso.save(&nora, SsoForm { role: Role::Admin.into(), ..form() }).await.unwrap();
    // What counts is when they proved it, not when they came back.
    world.clock.advance(SignedDuration::from_mins(7));
    let nora = world.ports.accounts.person(&fresh).await.unwrap();
    assert_eq!(world.ports.sso.remove(&nora).await, Err(Error::ProofNeeded));
}

#[tokio::test]
async fn one_leaves_for_a_workspace_of_one_s_own_and_a_vouched_session_for_its_own_alone() {
    let world = connected(form()).await;
    let (ours, theirs) = (world.ours.seeded.workspace, world.theirs.seeded.workspace);
    let to = async |person: &Person, workspace| {
        world.ports.sso.depart_to(person, workspace, "/inbox", &from("1.1.1.1")).await
    };
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    assert!(matches!(to(&adam, ours).await, Ok(Departure::To { .. })));
    assert_eq!(world.identities.last_sent(), (AGENT.to_owned(), false), "the first time is no second");
    assert_eq!(to(&adam, theirs).await.err(), Some(Error::NotFound));
    let stranger = person(&world, "agent@theirs.example", AGENTS_PASSWORD).await;
    assert_eq!(to(&stranger, ours).await.err(), Some(Error::NotFound));
    assert!(matches!(to(&stranger, theirs).await, Ok(Departure::Nowhere(SsoProblem::NoProvider))));
    let token = session(come(&world, vouch("adam", AGENT)).await);
    let vouched = world.ports.accounts.person(&token).await.unwrap();
    assert_eq!(to(&vouched, theirs).await.err(), Some(Error::OwnSignInNeeded));
}

/// Makes somebody a member of their workspace too, after they became one of ours.
async fn joins_theirs(world: &World, email: &str) {
    sqlx::query(
        "insert into member (workspace_id, id, account_id, name, email, role, scope, created_at)
         select $1, gen_random_uuid(), id, name, email, 'agent', 'all', now() + interval '1 day' from account where email = $2",
    )
    .bind(world.theirs.seeded.workspace.0)
    .bind(email)
    .execute(&world.owner)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_password_leads_to_a_workspace_that_it_opens_and_shows_the_way_into_the_others() {
    let world = connected(form()).await;
    let (accounts, ours, theirs) = (&world.ports.accounts, world.ours.seeded.workspace, world.theirs.seeded.workspace);
    session(come(&world, vouch("adam", AGENT)).await);
    joins_theirs(&world, AGENT).await;
    let caller = async |token: &SessionToken| accounts.caller(token).await.map(|caller| caller.workspace);
    let before = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    assert_eq!(caller(&before).await, Ok(ours), "the first that they joined");
    save(&world, SsoForm { required: true, client_secret: String::new(), ..form() }).await.unwrap();
    let rows = async |token: &SessionToken| {
        let rows = accounts.workspaces(&accounts.person(token).await.unwrap()).await.unwrap();
        rows.into_iter().map(|row| (row.id, row.single_sign_on)).collect::<Vec<_>>()
    };
    // A session that stood there is told of both ways on.
    assert_eq!(caller(&before).await, Err(Error::SingleSignOnNeeded));
    assert_eq!(rows(&before).await, [(theirs, false), (ours, true)]);
    let moved = accounts.switch(&accounts.person(&before).await.unwrap(), theirs).await.unwrap();
    assert_eq!(caller(&moved).await, Ok(theirs));
    // A new one stands where it opens something.
    let after = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    assert_eq!(caller(&after).await, Ok(theirs));
    let me = accounts.me(&accounts.caller(&after).await.unwrap()).await.unwrap();
    assert_eq!(me.workspaces.iter().map(|row| row.id).collect::<Vec<_>>(), [theirs, ours], "both are listed");
    let adam = accounts.person(&after).await.unwrap();
    assert_eq!(accounts.switch(&adam, ours).await.err(), Some(Error::SingleSignOnNeeded));
    assert_eq!(caller(&after).await, Ok(theirs), "and stays where it was");
    // Through the provider it is ours alone.
    let vouched = session(come(&world, vouch("adam", AGENT)).await);
    assert_eq!((caller(&vouched).await, rows(&vouched).await), (Ok(ours), vec![(ours, true)]));
    // The owner's own means open it.
    let owner = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    assert_eq!((caller(&owner).await, rows(&owner).await), (Ok(ours), vec![(ours, false)]));
    // Who loses the other one is told where the rest is.
    let theirs_agent: uuid::Uuid = sqlx::query_scalar("select id from member where workspace_id = $1 and email = $2")
        .bind(theirs.0)
        .bind(AGENT)
        .fetch_one(&world.owner)
        .await
        .unwrap();
    world.ports.team.deactivate(&world.theirs.caller, theirs_agent.into(), None).await.unwrap();
    assert_eq!(caller(&after).await, Err(Error::SingleSignOnNeeded));
    assert_eq!(rows(&after).await, [(ours, true)]);
}

#[tokio::test]
async fn whose_account_a_provider_makes_a_member_is_told() {
    let world = connected(form()).await;
    newcomer(&world, "vera@ours.example").await;
    let told = async |email: &str| {
        world.run_jobs().await;
        let taken = world.postbox.taken();
        taken.iter().filter(|mail| mail.to == email && mail.subject.contains("You are now a member of")).count()
    };
    session(come(&world, vouch("vera", "vera@ours.example")).await);
    assert_eq!(told("vera@ours.example").await, 1);
    let text = world.postbox.last_to("vera@ours.example").text.clone();
    assert!(text.contains("to nothing else of yours") && text.contains("If this was not you"), "{text}");
    session(come(&world, vouch("vera", "vera@ours.example")).await);
    assert_eq!(told("vera@ours.example").await, 1, "once");
    session(come(&world, vouch("nora", "nora@ours.example")).await);
    assert_eq!(told("nora@ours.example").await, 0, "who has just got an account knows");
}

#[tokio::test]
async fn leaving_for_a_provider_is_slowed_down_by_who_does_not_come_back() {
    let world = connected(form()).await;
    let (ours, away) = (world.ours.seeded.workspace, from("7.7.7.7"));
    let leave = async |email: &str| world.ports.sso.depart(email, "/", &away).await;
    // A whole office signs in from one address.
    for _ in 0..70 {
        let Ok(Departure::To { url, browser }) = leave(AGENT).await else { panic!("slowed down") };
        let (_, state) = url.split_once("state=").unwrap();
        let back = Arrival { state: state.into(), code: Some("code".into()), issuer: None, browser: Some(browser) };
        world.identities.next(vouch("adam", AGENT));
        session(world.ports.sso.arrive(ours, back, &away).await.unwrap());
    }
    let mut left = 0;
    while leave(if left % 2 == 0 { AGENT } else { "x@nowhere.example" }).await.is_ok() {
        left += 1;
        assert!(left < 100, "nothing slows it down");
    }
    assert!(left >= 50, "{left}");
    assert!(matches!(leave("x@nowhere.example").await, Err(Error::TooMany { .. })), "whatever the domain");
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let again = world.ports.sso.depart_to(&adam, ours, "/", &away).await;
    assert!(matches!(again, Err(Error::TooMany { .. })), "with a session too");
    assert!(world.ports.sso.depart(AGENT, "/", &from("8.8.8.8")).await.is_ok(), "others are not");
    let waiting = world.count("select count(*) from challenge where kind = 'single_sign_on'").await;
    assert!(waiting <= 70, "{waiting}");
    world.clock.advance(SignedDuration::from_secs(1));
    assert!(leave(AGENT).await.is_ok(), "nobody is locked out");
}
