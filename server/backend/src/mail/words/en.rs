//! English. Plain and friendly: what happened, what to do, what happens otherwise.

use super::super::{Kind, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Frame, Said, mail};

pub(super) const FRAME: Frame = Frame {
    copy_link: "If the button does not work, copy this address into your browser:",
    footer: "Parley sent this mail by itself. Answers to it are not read.",
    colon: ":",
    hello: |name| format!("Hello {name},"),
    hello_stranger: "Hello,",
    works_until: |moment| format!("The link works until {moment}."),
    when: "When",
    device: "Device",
    on: "on",
    unknown_device: "Unknown device",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    moment: |day, month, year, time| format!("{day} {month} {year} at {time} UTC"),
    says,
};

const SECURITY: &str = "Security settings";
const NEW_PASSWORD: &str = "Choose a new password";
const TEAM: &str = "See the team";
const INBOX: &str = "Open the inbox";
const IF_NOT_YOU: &str = "If this was not you, look at your security settings at once: sign out devices that you do not know and choose a new password.";

fn says(kind: &Kind) -> Said {
    match kind {
        Kind::VerifyEmail { .. } => mail("Confirm your email address")
            .says("Welcome to Parley! Confirm that this address is yours, and your account is ready.")
            .leads("Confirm address")
            .notes("If you did not sign up, ignore this mail. Nothing happens without the link."),
        Kind::AlreadyRegistered { .. } => mail("You already have an account")
            .says("Somebody, probably you, tried to sign up to Parley with this address. It already has an account, so nothing was changed.")
            .says("Sign in with it. If you no longer know the password, you can ask for a new one there.")
            .leads("Sign in")
            .notes("If you did not try to sign up, there is nothing to do."),
        Kind::ResetPassword { .. } => mail("Choose a new password")
            .says("Somebody, probably you, asked for a new password for your account.")
            .leads(NEW_PASSWORD)
            .notes("If you did not ask, ignore this mail. Your password stays as it is."),
        Kind::PasswordChanged { .. } => mail("Your password was changed")
            .says("The password of your account was changed.")
            .says("If this was you, there is nothing to do. If it was not, choose a new password at once.")
            .leads(NEW_PASSWORD),
        Kind::EmailChangeOld { new_address, .. } => mail("Is your email address changing?")
            .says(format!("Your account is about to move from this address to {new_address}."))
            .says("If you asked for this, confirm it. If you did not, refuse it and choose a new password.")
            .leads("Confirm or refuse"),
        Kind::EmailChangeNew { .. } => mail("Confirm your new email address")
            .says("Confirm that this address is yours, and your account moves to it.")
            .leads("Confirm address")
            .notes("If you did not ask for this, ignore this mail. Nothing happens without the link."),
        Kind::EmailChanged { new_address, .. } => mail("Your email address was changed")
            .says(format!("The address of your account is now {new_address}. Use it to sign in."))
            .leads(SECURITY)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { new_address, .. } => mail("Your email address stays")
            .says(format!("The change of your account’s address to {new_address} was refused. Nothing has changed."))
            .says("Whoever asked for the change was signed in to your account. If it was not you, choose a new password at once.")
            .leads(NEW_PASSWORD),
        Kind::NewDevice { .. } => mail("A new device signed in")
            .says("Your account was used on a device that we have not seen before.")
            .leads(SECURITY)
            .notes("If this was you, there is nothing to do.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { change, .. } => second_factor(*change).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::PasskeyChanged { change, passkey, .. } => {
            let said = match change {
                PasskeyChange::Added => mail("A passkey was added")
                    .says(format!("The passkey “{passkey}” was added to your account. It signs in without a password.")),
                PasskeyChange::Removed => mail("A passkey was removed")
                    .says(format!("The passkey “{passkey}” was removed from your account. It no longer signs in.")),
            };
            said.leads(SECURITY).notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { what, .. } => recovery_codes(*what).leads(SECURITY).notes(IF_NOT_YOU),
        Kind::Invitation { inviter, workspace, .. } => mail(format!("{inviter} invites you to {workspace}"))
            .says(format!("{inviter} invites you to work with them in {workspace} on Parley, where the team answers its customers together."))
            .leads("See the invitation")
            .notes("If you do not know who this is, ignore this mail. Nothing happens without the link."),
        Kind::InvitationAccepted { member, workspace, .. } => mail(format!("{member} joined {workspace}"))
            .says(format!("{member} accepted your invitation and is now a member of {workspace}."))
            .leads(TEAM),
        Kind::OwnershipOffered { owner, workspace, .. } => mail(format!("{owner} wants to hand {workspace} over to you"))
            .says(format!("{owner} wants you to become the owner of {workspace}. The owner decides about members, payment and the end of the workspace."))
            .leads("Decide")
            .notes(format!("You find the offer in your profile, while {workspace} is the workspace that you have open. If you do nothing, everything stays as it is.")),
        Kind::SingleSignOnLinked { workspace, joined: true, .. } => mail(format!("You are now a member of {workspace}"))
            .says(format!("Somebody, probably you, came to {workspace} through its own sign-in service, which vouches for your address. You are a member of it from now on. That service can let you in to {workspace}, and to nothing else of yours."))
            .leads(SECURITY)
            .notes(format!("If this was not you, tell whoever runs {workspace}, or leave it in your profile. Your password and your other workspaces are not affected.")),
        Kind::SingleSignOnLinked { workspace, joined: false, .. } => mail(format!("You can sign in to {workspace} through your organisation"))
            .says(format!("Somebody, probably you, signed in to {workspace} through its own sign-in service. It can let you in from now on: to {workspace}, and to nothing else of yours."))
            .leads(SECURITY)
            .notes(format!("If this was not you, tell whoever runs {workspace}. Your password and your other workspaces are not affected.")),
        Kind::Deactivated { workspace, .. } => mail(format!("Your access to {workspace} has ended"))
            .says(format!("An administrator ended your membership of {workspace}. You can no longer open it; other workspaces of yours are not affected."))
            .says("If you think that this is a mistake, ask whoever runs the workspace."),
        Kind::Reactivated { workspace, .. } => mail(format!("You are back in {workspace}"))
            .says(format!("An administrator of {workspace} took you back. You can open it again, as what you were."))
            .leads(INBOX)
            .notes("If you do not want this, leave the workspace in your profile."),
        Kind::SignedOut { workspace, .. } => mail(format!("You were signed out of {workspace}"))
            .says(format!("An administrator of {workspace} ended every session of yours that was open there. You are still a member: sign in again to go on."))
            .leads(SECURITY)
            .notes("This is done when a device was lost or somebody else may have used your account. If you do not know why, ask whoever runs the workspace, and choose a new password."),
        Kind::ApiKeyMade { key, maker, workspace, .. } => {
            let maker = maker.as_deref().unwrap_or("The operator");
            mail(format!("A new API key for {workspace}"))
                .says(format!("{maker} made the API key “{key}”. Whoever holds it reaches data of {workspace} from outside."))
                .leads("See the API keys")
                .notes("If nobody needs this key, revoke it on that page. It then stops working at once.")
        }
        Kind::PowerGiven { member, power, giver, workspace, .. } => {
            let (what, means) = match power {
                Power::Admin => ("an admin", "Admins decide about members, channels and security."),
                Power::Owner => ("the owner", "The owner decides about members, payment and the end of the workspace."),
            };
            mail(format!("{member} is now {what} of {workspace}"))
                .says(format!("{giver} made {member} {what} of {workspace}. {means}"))
                .leads(TEAM)
                .notes("If this should not be so, change it on that page, or ask whoever runs the workspace.")
        }
        Kind::MasterKeyRotated { .. } => mail("The master key was replaced")
            .says("Whoever runs this installation of Parley replaced the key that protects all stored secrets. Nothing changes for you or your team.")
            .notes("If nobody told you of this, ask whoever runs the installation."),
        Kind::Waiting { workspace, count, .. } => {
            let (subject, waits) = match count {
                1 => ("1 unanswered message waits".to_owned(), "A customer’s message waits for you".to_owned()),
                count => (format!("{count} unanswered messages wait"), format!("{count} messages of customers wait for you")),
            };
            mail(subject)
                .says(format!("{waits} in {workspace}, and nobody has read what is new there."))
                .leads(INBOX)
                .notes("You choose what we write to you about, after how long, and when you want quiet.")
                .ends("Change what you are told")
        }
    }
}

fn second_factor(change: SecondFactorChange) -> Said {
    match change {
        SecondFactorChange::TurnedOn => mail("Two-step sign-in is on")
            .says("From now on, signing in needs a code from your authenticator app as well as the password."),
        SecondFactorChange::TurnedOff => mail("Two-step sign-in is off")
            .says("Signing in to your account no longer needs a code from an authenticator app."),
        SecondFactorChange::Replaced => mail("Your authenticator app was replaced")
            .says("Codes now come from another authenticator app. Those of the old one no longer work."),
    }
}

fn recovery_codes(what: RecoveryCodes) -> Said {
    match what {
        RecoveryCodes::Made => mail("New recovery codes were made")
            .says("New recovery codes were made for your account. The old ones no longer work."),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "None is left: make new ones before you need one.".to_owned(),
                1 => "One is left: make new ones soon.".to_owned(),
                left => format!("{left} are left."),
            };
            mail("A recovery code was used")
                .says(format!("Somebody signed in to your account with one of its recovery codes. {left}"))
        }
    }
}
