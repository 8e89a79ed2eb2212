//! English. Plain and friendly: what happened, what to do, what happens otherwise.

use domain::Timestamp;

use super::super::{Kind, Link, Occasion, PasskeyChange, Power, RecoveryCodes, SecondFactorChange};
use super::{Button, Fact, Frame, Words, plain};

pub(super) const FRAME: Frame = Frame {
    direction: "ltr",
    copy_link: "If the button does not work, copy this address into your browser:",
    footer: "Parley sent this mail by itself. Answers to it are not read.",
};

const IF_NOT_YOU: &str = "If this was not you, look at your security settings at once: sign out devices that you do not know and choose a new password.";

pub(super) fn words(kind: &Kind) -> Words {
    match kind {
        Kind::VerifyEmail { link } => mail("Confirm your email address", None)
            .says("Welcome to Parley! Confirm that this address is yours, and your account is ready.")
            .leads("Confirm address", &link.url)
            .notes(works_until(link))
            .notes("If you did not sign up, ignore this mail. Nothing happens without the link."),
        Kind::AlreadyRegistered { sign_in } => mail("You already have an account", None)
            .says("Somebody, probably you, tried to sign up to Parley with this address. It already has an account, so nothing was changed.")
            .says("Sign in with it. If you no longer know the password, choose «Forgot password» there.")
            .leads("Sign in", sign_in)
            .notes("If you did not try to sign up, there is nothing to do."),
        Kind::ResetPassword { name, link } => mail("Choose a new password", Some(name))
            .says("Somebody, probably you, asked for a new password for your account.")
            .leads("Choose a new password", &link.url)
            .notes(works_until(link))
            .notes("If you did not ask, ignore this mail. Your password stays as it is."),
        Kind::PasswordChanged { name, occasion, reset } => mail("Your password was changed", Some(name))
            .says("The password of your account was changed.")
            .happened(occasion)
            .says("If this was you, there is nothing to do. If it was not, choose a new password at once.")
            .leads("Choose a new password", reset),
        Kind::EmailChangeOld { name, new_address, link } => mail("Is your email address changing?", Some(name))
            .says(format!("Your account is about to move from this address to {}.", address(new_address)))
            .says("If you asked for this, confirm it. If you did not, refuse it and choose a new password.")
            .leads("Confirm or refuse", &link.url)
            .notes(works_until(link)),
        Kind::EmailChangeNew { name, link } => mail("Confirm your new email address", Some(name))
            .says("Confirm that this address is yours, and your account moves to it.")
            .leads("Confirm address", &link.url)
            .notes(works_until(link))
            .notes("If you did not ask for this, ignore this mail. Nothing happens without the link."),
        Kind::EmailChanged { name, new_address, occasion, security } => mail("Your email address was changed", Some(name))
            .says(format!("The address of your account is now {}. Use it to sign in.", address(new_address)))
            .happened(occasion)
            .leads("Security settings", security)
            .notes(IF_NOT_YOU),
        Kind::EmailChangeRefused { name, new_address, occasion, reset } => mail("Your email address stays", Some(name))
            .says(format!("The change of your account’s address to {} was refused. Nothing has changed.", address(new_address)))
            .happened(occasion)
            .says("Whoever asked for the change was signed in to your account. If it was not you, choose a new password at once.")
            .leads("Choose a new password", reset),
        Kind::NewDevice { name, occasion, security } => mail("A new device signed in", Some(name))
            .says("Your account was used on a device that we have not seen before.")
            .happened(occasion)
            .leads("Security settings", security)
            .notes("If this was you, there is nothing to do.")
            .notes(IF_NOT_YOU),
        Kind::SecondFactorChanged { name, change, occasion, security } => {
            let (subject, words) = second_factor(*change);
            mail(subject, Some(name)).says(words).happened(occasion).leads("Security settings", security).notes(IF_NOT_YOU)
        }
        Kind::PasskeyChanged { name, change, passkey, occasion, security } => {
            let (subject, done) = match change {
                PasskeyChange::Added => ("A passkey was added", "was added to your account. It signs in without a password."),
                PasskeyChange::Removed => ("A passkey was removed", "was removed from your account. It no longer signs in."),
            };
            mail(subject, Some(name))
                .says(format!("The passkey “{}” {done}", plain(passkey)))
                .happened(occasion)
                .leads("Security settings", security)
                .notes(IF_NOT_YOU)
        }
        Kind::RecoveryCodes { name, what, occasion, security } => {
            let (subject, words) = recovery_codes(*what);
            mail(subject, Some(name)).says(words).happened(occasion).leads("Security settings", security).notes(IF_NOT_YOU)
        }
        Kind::Invitation { inviter, workspace, link } => {
            let (inviter, workspace) = (plain(inviter), plain(workspace));
            mail(format!("{inviter} invites you to {workspace}"), None)
                .says(format!("{inviter} invites you to work with them in {workspace} on Parley, where the team answers its customers together."))
                .leads("See the invitation", &link.url)
                .notes(works_until(link))
                .notes("If you do not know who this is, ignore this mail. Nothing happens without the link.")
        }
        Kind::InvitationAccepted { name, member, workspace, team } => {
            let (member, workspace) = (plain(member), plain(workspace));
            mail(format!("{member} joined {workspace}"), Some(name))
                .says(format!("{member} accepted your invitation and is now a member of {workspace}."))
                .leads("See the team", team)
        }
        Kind::OwnershipOffered { name, owner, workspace, link } => {
            let (owner, workspace) = (plain(owner), plain(workspace));
            mail(format!("{owner} wants to hand {workspace} over to you"), Some(name))
                .says(format!("{owner} wants you to become the owner of {workspace}. The owner decides about members, payment and the end of the workspace."))
                .leads("Decide", &link.url)
                .notes(works_until(link))
                .notes(format!("You find the offer under Profile, while {workspace} is the workspace that you have open. If you do nothing, everything stays as it is."))
        }
        Kind::SingleSignOnLinked { name, workspace, joined: true, occasion, security } => {
            let workspace = plain(workspace);
            mail(format!("You are now a member of {workspace}"), Some(name))
                .says(format!("Somebody, probably you, came to {workspace} through its own sign-in service, which vouches for your address. You are a member of it from now on. That service can let you in to {workspace}, and to nothing else of yours."))
                .happened(occasion)
                .leads("Security settings", security)
                .notes(format!("If this was not you, tell whoever runs {workspace}, or leave it in your profile. Your password and your other workspaces are not affected."))
        }
        Kind::SingleSignOnLinked { name, workspace, joined: false, occasion, security } => {
            let workspace = plain(workspace);
            mail(format!("You can sign in to {workspace} through your organisation"), Some(name))
                .says(format!("Somebody, probably you, signed in to {workspace} through its own sign-in service. It can let you in from now on: to {workspace}, and to nothing else of yours."))
                .happened(occasion)
                .leads("Security settings", security)
                .notes(format!("If this was not you, tell whoever runs {workspace}. Your password and your other workspaces are not affected."))
        }
        Kind::Deactivated { name, workspace } => {
            let workspace = plain(workspace);
            mail(format!("Your access to {workspace} has ended"), Some(name))
                .says(format!("An administrator ended your membership of {workspace}. You can no longer open it; other workspaces of yours are not affected."))
                .says("If you think that this is a mistake, ask whoever runs the workspace.")
        }
        Kind::Reactivated { name, workspace, inbox } => {
            let workspace = plain(workspace);
            mail(format!("You are back in {workspace}"), Some(name))
                .says(format!("An administrator of {workspace} took you back. You can open it again, as what you were."))
                .leads("Open the inbox", inbox)
                .notes("If you do not want this, leave the workspace under Profile.")
        }
        Kind::SignedOut { name, workspace, occasion, security } => {
            let workspace = plain(workspace);
            mail(format!("You were signed out of {workspace}"), Some(name))
                .says(format!("An administrator of {workspace} ended every session of yours that was open there. You are still a member: sign in again to go on."))
                .happened(occasion)
                .leads("Security settings", security)
                .notes("This is done when a device was lost or somebody else may have used your account. If you do not know why, ask whoever runs the workspace, and choose a new password.")
        }
        Kind::ApiKeyMade { name, key, maker, workspace, occasion, keys } => {
            let (key, maker, workspace) = (plain(key), plain(maker), plain(workspace));
            mail(format!("A new API key for {workspace}"), Some(name))
                .says(format!("{maker} made the API key “{key}”. Whoever holds it reaches data of {workspace} from outside."))
                .happened(occasion)
                .leads("See the API keys", keys)
                .notes("If nobody needs this key, revoke it on that page. It then stops working at once.")
        }
        Kind::PowerGiven { name, member, power, giver, workspace, occasion, team } => {
            let (member, giver, workspace) = (plain(member), plain(giver), plain(workspace));
            let (what, means) = match power {
                Power::Admin => ("an admin", "Admins decide about members, channels and security."),
                Power::Owner => ("the owner", "The owner decides about members, payment and the end of the workspace."),
            };
            mail(format!("{member} is now {what} of {workspace}"), Some(name))
                .says(format!("{giver} made {member} {what} of {workspace}. {means}"))
                .happened(occasion)
                .leads("See the team", team)
                .notes("If this should not be so, change it on that page, or ask whoever runs the workspace.")
        }
        Kind::MasterKeyRotated { name, occasion } => mail("The master key was replaced", Some(name))
            .says("Whoever runs this installation of Parley replaced the key that protects all stored secrets. Nothing changes for you or your team.")
            .happened(occasion)
            .notes("If nobody told you of this, ask whoever runs the installation."),
        Kind::Waiting { name, workspace, count, inbox, choices } => {
            let workspace = plain(workspace);
            let (subject, waits) = match count {
                1 => ("1 unanswered message waits".to_owned(), "A customer’s message waits for you".to_owned()),
                count => (format!("{count} unanswered messages wait"), format!("{count} messages of customers wait for you")),
            };
            mail(subject, Some(name))
                .says(format!("{waits} in {workspace}, and nobody has read what is new there."))
                .leads("Open the inbox", inbox)
                .notes("You choose what we write to you about, after how long, and when you want quiet.")
                .ends("Change what you are told", choices)
        }
    }
}

fn second_factor(change: SecondFactorChange) -> (&'static str, &'static str) {
    match change {
        SecondFactorChange::TurnedOn => (
            "Two-step sign-in is on",
            "From now on, signing in needs a code from your authenticator app as well as the password.",
        ),
        SecondFactorChange::TurnedOff => {
            ("Two-step sign-in is off", "Signing in to your account no longer needs a code from an authenticator app.")
        }
        SecondFactorChange::Replaced => (
            "Your authenticator app was replaced",
            "Codes now come from another authenticator app. Those of the old one no longer work.",
        ),
    }
}

fn recovery_codes(what: RecoveryCodes) -> (&'static str, String) {
    match what {
        RecoveryCodes::Made => (
            "New recovery codes were made",
            "New recovery codes were made for your account. The old ones no longer work.".to_owned(),
        ),
        RecoveryCodes::Used { left } => {
            let left = match left {
                0 => "None is left: make new ones before you need one.".to_owned(),
                1 => "One is left: make new ones soon.".to_owned(),
                left => format!("{left} are left."),
            };
            (
                "A recovery code was used",
                format!("Somebody signed in to your account with one of its recovery codes. {left}"),
            )
        }
    }
}

fn works_until(link: &Link) -> String {
    format!("The link works until {}.", moment(link.until))
}

/// A mail program knows no time zone of its reader.
fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y at %H:%M UTC").to_string()
}

/// An address as a mail names it; it was parsed as one, so it has no spaces or line breaks to lose.
fn address(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn mail(subject: impl Into<String>, name: Option<&str>) -> Words {
    let greeting = match name.map(plain) {
        Some(name) if !name.is_empty() => format!("Hello {name},"),
        _ => "Hello,".to_owned(),
    };
    Words {
        subject: subject.into(),
        greeting,
        paragraphs: vec![],
        facts: vec![],
        button: None,
        notes: vec![],
        end: None,
    }
}

impl Words {
    fn says(mut self, words: impl Into<String>) -> Self {
        self.paragraphs.push(words.into());
        self
    }

    fn happened(mut self, occasion: &Occasion) -> Self {
        self.facts.push(Fact { label: "When", value: moment(occasion.at) });
        if let Some(device) = &occasion.device {
            self.facts.push(Fact { label: "Device", value: plain(device) });
        }
        self
    }

    fn leads(mut self, label: &'static str, url: &str) -> Self {
        self.button = Some(Button { label, url: url.to_owned() });
        self
    }

    fn ends(mut self, label: &'static str, url: &str) -> Self {
        self.end = Some(Button { label, url: url.to_owned() });
        self
    }

    fn notes(mut self, words: impl Into<String>) -> Self {
        self.notes.push(words.into());
        self
    }
}
