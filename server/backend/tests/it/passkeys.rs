//! Passkeys, with an authenticator made by hand, which can be told to cheat.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::accounts::PasskeyQuestion;
use domain::members::Person;
use domain::{Error, Result};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, done, from, person};
use crate::world;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A key on a device, and what the browser around it says.
#[derive(Clone)]
struct Authenticator {
    key: SigningKey,
    id: [u8; 16],
    counter: u32,
    flags: u8,
    origin: &'static str,
    site: &'static str,
    person: uuid::Uuid,
}

impl Authenticator {
    fn of(person: &Person) -> Self {
        Self {
            key: SigningKey::from_slice(&[9; 32]).unwrap(),
            id: [5; 16],
            counter: 1,
            flags: PRESENT | VERIFIED,
            origin: "https://parley.example",
            site: "parley.example",
            person: person.account.0,
        }
    }

    fn client_data(&self, kind: &str, question: &PasskeyQuestion) -> Vec<u8> {
        let options: Value = serde_json::from_str(&question.options).unwrap();
        let data =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.site).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The answer to «make a key»: without attestation, the public key in COSE's form.
    fn made(&self, question: &PasskeyQuestion) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        let length = u8::try_from(data.len()).unwrap();
        let object = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[length], &data].concat();
        self.answer(json!({
            "attestationObject": BASE64_URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": BASE64_URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", question)),
        }))
    }

    /// The answer to «who are you».
    fn signed(&self, question: &PasskeyQuestion) -> String {
        let (data, client) = (self.data(self.flags), self.client_data("webauthn.get", question));
        let signature: Signature = self.key.sign(&[data.as_slice(), &Sha256::digest(&client)].concat());
        self.answer(json!({
            "authenticatorData": BASE64_URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": BASE64_URL_SAFE_NO_PAD.encode(client),
            "signature": BASE64_URL_SAFE_NO_PAD.encode(signature.to_der()),
            "userHandle": BASE64_URL_SAFE_NO_PAD.encode(self.person.as_bytes()),
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = BASE64_URL_SAFE_NO_PAD.encode(self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} }).to_string()
    }
}

/// The owner with a passkey, used up to its second signature.
async fn with_passkey(world: &World) -> (Person, Authenticator) {
    let olive = person(world, OWNER, OWNERS_PASSWORD).await;
    let mut device = Authenticator::of(&olive);
    let question = world.ports.profile.begin_passkey(&olive).await.unwrap();
    world.ports.profile.add_passkey(&olive, &question.waiting, "Phone", &device.made(&question)).await.unwrap();
    device.counter = 2;
    sign_in(world, &device, "10.0.0.1").await.unwrap();
    (olive, device)
}

async fn sign_in(world: &World, device: &Authenticator, address: &str) -> Result<Person> {
    let accounts = &world.ports.accounts;
    let question = accounts.ask_for_passkey().await?;
    let answer = device.signed(&question);
    let token = done(accounts.sign_in_by_passkey(&question.waiting, &answer, &from(address)).await?);
    accounts.person(&token).await
}

#[tokio::test]
async fn a_passkey_alone_signs_in_and_counts_as_two_factors() {
    let world = world().await;
    let (olive, mut device) = with_passkey(&world).await;
    device.counter = 3;
    let again = sign_in(&world, &device, "10.0.0.2").await.unwrap();
    assert_eq!((again.account, again.factors), (olive.account, 2));
    world.run_jobs().await;
    assert!(
        world.postbox.taken().iter().any(|mail| mail.to == OWNER && mail.text.contains("Phone")),
        "its person is told"
    );
    world
        .ports
        .profile
        .remove_passkey(&again, world.ports.profile.factors(&again).await.unwrap().passkeys[0].id)
        .await
        .unwrap();
    device.counter = 4;
    assert!(sign_in(&world, &device, "10.0.0.3").await.is_err(), "removed");
}

#[tokio::test]
async fn a_copy_of_a_passkey_is_found_out_by_its_counter() {
    let world = world().await;
    let (_, mut device) = with_passkey(&world).await;
    let copy = device.clone();
    device.counter = 3;
    sign_in(&world, &device, "10.0.0.2").await.unwrap();
    for counter in [1, 2, 3] {
        let copy = Authenticator { counter, ..copy.clone() };
        assert!(matches!(sign_in(&world, &copy, "10.0.0.3").await, Err(Error::Invalid(_))), "at {counter}");
    }
    device.counter = 4;
    sign_in(&world, &device, "10.0.0.4").await.unwrap();
}

#[tokio::test]
async fn a_passkey_that_did_not_ask_its_person_or_answers_another_site_is_refused() {
    let world = world().await;
    let (olive, mut device) = with_passkey(&world).await;
    device.counter = 3;
    let cheats = [
        ("nobody was asked for a finger or a code", Authenticator { flags: PRESENT, ..device.clone() }),
        ("nobody was there", Authenticator { flags: VERIFIED, ..device.clone() }),
        ("a page that only looks like ours", Authenticator { origin: "https://parley.example.evil", ..device.clone() }),
        ("a key for another site", Authenticator { site: "evil.example", ..device.clone() }),
        ("another key", Authenticator { key: SigningKey::from_slice(&[8; 32]).unwrap(), ..device.clone() }),
        ("another credential", Authenticator { id: [6; 16], ..device.clone() }),
        ("another person's name on it", Authenticator { person: uuid::Uuid::from_u128(7), ..device.clone() }),
    ];
    for (n, (why, cheat)) in cheats.into_iter().enumerate() {
        let outcome = sign_in(&world, &cheat, &format!("10.0.1.{n}")).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{why}: {outcome:?}");
    }
    // Nor is a key taken up without asking its person.
    let question = world.ports.profile.begin_passkey(&olive).await.unwrap();
    let silent = Authenticator { flags: PRESENT, id: [7; 16], ..device.clone() };
    let added = world.ports.profile.add_passkey(&olive, &question.waiting, "Silent", &silent.made(&question)).await;
    assert!(matches!(added, Err(Error::Invalid(_))), "{added:?}");
    assert!(sign_in(&world, &device, "10.0.2.1").await.is_ok(), "the honest one still signs in");
}

#[tokio::test]
async fn an_answer_is_for_its_question_and_its_question_is_asked_once() {
    let world = world().await;
    let (_, mut device) = with_passkey(&world).await;
    let accounts = &world.ports.accounts;
    device.counter = 3;
    let (one, other) = (accounts.ask_for_passkey().await.unwrap(), accounts.ask_for_passkey().await.unwrap());
    let answer = device.signed(&one);
    let crossed = accounts.sign_in_by_passkey(&other.waiting, &answer, &from("10.0.0.2")).await;
    assert!(matches!(crossed, Err(Error::Invalid(_))));
    done(accounts.sign_in_by_passkey(&one.waiting, &answer, &from("10.0.0.3")).await.unwrap());
    let replayed = accounts.sign_in_by_passkey(&one.waiting, &answer, &from("10.0.0.4")).await;
    assert!(matches!(replayed, Err(Error::Invalid(_))));
    device.counter = 4;
    let late = accounts.ask_for_passkey().await.unwrap();
    world.clock.advance(jiff::SignedDuration::from_mins(6));
    let outcome = accounts.sign_in_by_passkey(&late.waiting, &device.signed(&late), &from("10.0.0.5")).await;
    assert!(matches!(outcome, Err(Error::Invalid(_))), "five minutes");
}
