//! Helpers of the tests about people.

use domain::accounts::{Origin, SignUpForm};
use domain::members::{Credentials, Person};
use domain::ports::{SessionToken, SignedIn};
use testkit::World;

pub const PASSWORD: &str = "seven brown otters";
pub const OWNER: &str = "owner@ours.example";
pub const OWNERS_PASSWORD: &str = "correct horse";

pub fn credentials(email: &str, password: &str) -> Credentials {
    Credentials { email: email.into(), password: password.into() }
}

pub fn from(address: &str) -> Origin {
    Origin { address: address.into(), device: "Firefox on Linux".into(), ..Origin::default() }
}

/// The session of a sign-in that needs no more.
pub fn done(outcome: SignedIn) -> SessionToken {
    match outcome {
        SignedIn::Done { session, .. } => session,
        SignedIn::SecondFactor(_) => panic!("a second factor is asked for"),
    }
}

pub async fn sign_in(world: &World, email: &str, password: &str) -> SessionToken {
    done(world.ports.accounts.sign_in(credentials(email, password), &from("1.1.1.1")).await.unwrap())
}

/// A person's fresh session.
pub async fn person(world: &World, email: &str, password: &str) -> Person {
    let token = sign_in(world, email, password).await;
    world.ports.accounts.person(&token).await.unwrap()
}

pub fn ada(email: &str) -> SignUpForm {
    SignUpForm {
        name: "Ada Field".into(),
        email: email.into(),
        password: PASSWORD.into(),
        organisation: "Field Estates".into(),
        job_title: "Owner".into(),
        accepted: true,
    }
}

/// The secret of the newest mail to an address that has one.
pub async fn mailed_link(world: &World, email: &str) -> String {
    world.run_jobs().await;
    let taken = world.postbox.taken();
    let texts = taken.iter().rev().filter(|mail| mail.to == email).map(|mail| &mail.text);
    let found = texts.filter_map(|text| text.split_once("?link=")).next();
    let (_, rest) = found.unwrap_or_else(|| panic!("no mail with a link for {email}"));
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Signs up and follows the link.
pub async fn newcomer(world: &World, email: &str) -> SessionToken {
    world.ports.accounts.sign_up(ada(email), &from("9.9.9.9")).await.unwrap();
    let link = mailed_link(world, email).await;
    done(world.ports.accounts.confirm_sign_up(&link, &from("9.9.9.9")).await.unwrap())
}
