//! Every mail there is, for tests.

use super::{Kind, Link, Occasion, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};

pub(super) const URL: &str = "https://crm.example/join?token=a&next=%2Fteam";
pub(super) const ADDRESS: &str = "new@parley.example";

/// Every kind of mail, each way that it can read. `named` is asked for the name of what is called so.
pub(super) fn every_kind(named: impl Fn(&str) -> String) -> Vec<Kind> {
    let at = "2026-11-22T12:05:00Z".parse().unwrap();
    let name = named("name");
    let link = Link { url: URL.to_owned(), until: at };
    let occasion = Occasion { at, device: Some(named("device")), network: Some(named("network")) };
    let page = URL.to_owned();
    let second_factor = |change| Kind::SecondFactorChanged {
        name: name.clone(),
        change,
        occasion: occasion.clone(),
        security: page.clone(),
    };
    let passkey = |change| Kind::PasskeyChanged {
        name: name.clone(),
        change,
        passkey: named("passkey"),
        occasion: occasion.clone(),
        security: page.clone(),
    };
    let codes =
        |what| Kind::RecoveryCodes { name: name.clone(), what, occasion: occasion.clone(), security: page.clone() };
    let power = |power| Kind::PowerGiven {
        name: name.clone(),
        member: named("member"),
        power,
        giver: named("giver"),
        workspace: named("workspace"),
        occasion: occasion.clone(),
        team: page.clone(),
    };
    let linked = |joined| Kind::SingleSignOnLinked {
        name: name.clone(),
        workspace: named("workspace"),
        joined,
        occasion: occasion.clone(),
        security: URL.to_owned(),
    };
    let waiting = |count| Kind::Waiting {
        name: name.clone(),
        workspace: named("workspace"),
        count,
        inbox: page.clone(),
        choices: "https://crm.example/choices".into(),
    };
    let key_made = |maker| Kind::ApiKeyMade {
        name: name.clone(),
        key: named("key"),
        maker,
        workspace: named("workspace"),
        occasion: occasion.clone(),
        keys: page.clone(),
    };
    vec![
        Kind::VerifyEmail { link: link.clone() },
        Kind::AlreadyRegistered { sign_in: page.clone() },
        Kind::ResetPassword { name: name.clone(), link: link.clone() },
        Kind::PasswordChanged { name: name.clone(), occasion: occasion.clone(), reset: page.clone() },
        Kind::EmailChangeOld { name: name.clone(), new_address: ADDRESS.into(), link: link.clone() },
        Kind::EmailChangeNew { name: name.clone(), link: link.clone() },
        Kind::EmailChanged {
            name: name.clone(),
            new_address: ADDRESS.into(),
            occasion: occasion.clone(),
            security: page.clone(),
        },
        Kind::EmailChangeRefused {
            name: name.clone(),
            new_address: ADDRESS.into(),
            occasion: occasion.clone(),
            reset: page.clone(),
        },
        Kind::NewDevice { name: name.clone(), occasion: occasion.clone(), security: page.clone() },
        second_factor(SecondFactorChange::TurnedOn),
        second_factor(SecondFactorChange::TurnedOff),
        second_factor(SecondFactorChange::Replaced),
        passkey(PasskeyChange::Added),
        passkey(PasskeyChange::Removed),
        codes(RecoveryCodes::Made),
        codes(RecoveryCodes::Used { left: 0 }),
        codes(RecoveryCodes::Used { left: 1 }),
        codes(RecoveryCodes::Used { left: 7 }),
        Kind::Invitation { inviter: named("inviter"), workspace: named("workspace"), link: link.clone() },
        Kind::InvitationAccepted {
            name: name.clone(),
            member: named("member"),
            workspace: named("workspace"),
            team: page.clone(),
        },
        Kind::OwnershipOffered { name: name.clone(), owner: named("owner"), workspace: named("workspace"), link },
        linked(false),
        linked(true),
        Kind::Deactivated { name: name.clone(), workspace: named("workspace") },
        Kind::Reactivated { name: name.clone(), workspace: named("workspace"), inbox: page.clone() },
        Kind::SignedOut {
            name: name.clone(),
            workspace: named("workspace"),
            occasion: occasion.clone(),
            security: URL.to_owned(),
        },
        key_made(Some(named("maker"))),
        key_made(None),
        power(Power::Admin),
        power(Power::Owner),
        Kind::MasterKeyRotated { name: name.clone(), occasion: occasion.clone() },
        waiting(1),
        waiting(2),
        waiting(5),
        waiting(12),
    ]
}
