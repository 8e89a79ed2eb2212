//! The mails there are, each with exactly what its words need.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// An address that only the recipient of the mail knows, and the end of its life.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
    pub until: Timestamp,
}

/// When and on what something was done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    pub at: Timestamp,
    /// In a person's words, such as «Firefox on Linux».
    pub device: Option<String>,
    /// The device's, such as «IPv4 203.0.113.…».
    #[serde(default)]
    pub network: Option<String>,
}

/// What was done to the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorChange {
    TurnedOn,
    TurnedOff,
    Replaced,
}

/// What was done to a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyChange {
    Added,
    Removed,
}

/// What happened to the recovery codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryCodes {
    /// New ones were made; the old ones no longer work.
    Made,
    /// One was used to sign in.
    Used { left: u32 },
}

/// The power over a workspace that somebody was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    Admin,
    Owner,
}

/// A mail. `name` is the recipient's; plain addresses (`sign_in`, `security`, `team`, `reset`) are pages of this
/// installation without a secret.
///
/// The two mails that anybody can cause for any address carry no name, so that the sign-up form cannot be used to send
/// strangers words of one's own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Sign-up: proves the address.
    VerifyEmail {
        link: Link,
    },
    /// Sign-up with an address that has an account.
    AlreadyRegistered {
        sign_in: String,
    },
    /// Somebody forgot the password.
    ResetPassword {
        name: String,
        link: Link,
    },
    PasswordChanged {
        name: String,
        occasion: Occasion,
        reset: String,
    },
    /// To the address that is being left: the link leads to where the change is confirmed or refused.
    EmailChangeOld {
        name: String,
        new_address: String,
        link: Link,
    },
    /// To the address that is being taken: proves it.
    EmailChangeNew {
        name: String,
        link: Link,
    },
    /// The change is done; for either address.
    EmailChanged {
        name: String,
        new_address: String,
        occasion: Occasion,
        security: String,
    },
    /// One of the two mailboxes refused the change; to the address that stays.
    EmailChangeRefused {
        name: String,
        new_address: String,
        occasion: Occasion,
        reset: String,
    },
    /// A sign-in from a device not seen before.
    NewDevice {
        name: String,
        occasion: Occasion,
        security: String,
    },
    SecondFactorChanged {
        name: String,
        change: SecondFactorChange,
        occasion: Occasion,
        security: String,
    },
    PasskeyChanged {
        name: String,
        change: PasskeyChange,
        passkey: String,
        occasion: Occasion,
        security: String,
    },
    RecoveryCodes {
        name: String,
        what: RecoveryCodes,
        occasion: Occasion,
        security: String,
    },
    /// To somebody who may have no account yet.
    Invitation {
        inviter: String,
        workspace: String,
        link: Link,
    },
    /// To whoever invited.
    InvitationAccepted {
        name: String,
        member: String,
        workspace: String,
        team: String,
    },
    /// The owner wants to hand the workspace over.
    OwnershipOffered {
        name: String,
        owner: String,
        workspace: String,
        link: Link,
    },
    /// A workspace's provider can sign them in from now on.
    SingleSignOnLinked {
        name: String,
        workspace: String,
        /// It made them a member, who was none before.
        #[serde(default)]
        joined: bool,
        occasion: Occasion,
        security: String,
    },
    /// The membership was ended.
    Deactivated {
        name: String,
        workspace: String,
    },
    /// They were taken back.
    Reactivated {
        name: String,
        workspace: String,
        inbox: String,
    },
    /// Somebody who leads the team ended their sessions there.
    SignedOut {
        name: String,
        workspace: String,
        occasion: Occasion,
        security: String,
    },
    /// To the owner.
    ApiKeyMade {
        name: String,
        key: String,
        /// The operator where there is none.
        maker: Option<String>,
        workspace: String,
        occasion: Occasion,
        keys: String,
    },
    /// Somebody became an admin or the owner; for the owner and for them.
    PowerGiven {
        name: String,
        member: String,
        power: Power,
        giver: String,
        workspace: String,
        occasion: Occasion,
        team: String,
    },
    /// To all owners.
    MasterKeyRotated {
        name: String,
        occasion: Occasion,
    },
    /// What waits for somebody who is not here. Says how much, never what or whose.
    Waiting {
        name: String,
        workspace: String,
        count: i64,
        inbox: String,
        choices: String,
    },
}

impl Kind {
    /// The word for the database, metrics and logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::EmailChangeOld { .. } => "email_change_old",
            Self::EmailChangeNew { .. } => "email_change_new",
            Self::EmailChanged { .. } => "email_changed",
            Self::EmailChangeRefused { .. } => "email_change_refused",
            Self::NewDevice { .. } => "new_device",
            Self::SecondFactorChanged { .. } => "second_factor_changed",
            Self::PasskeyChanged { .. } => "passkey_changed",
            Self::RecoveryCodes { .. } => "recovery_codes",
            Self::Invitation { .. } => "invitation",
            Self::InvitationAccepted { .. } => "invitation_accepted",
            Self::OwnershipOffered { .. } => "ownership_offered",
            Self::SingleSignOnLinked { .. } => "single_sign_on_linked",
            Self::Deactivated { .. } => "deactivated",
            Self::Reactivated { .. } => "reactivated",
            Self::SignedOut { .. } => "signed_out",
            Self::ApiKeyMade { .. } => "api_key_made",
            Self::PowerGiven { .. } => "power_given",
            Self::MasterKeyRotated { .. } => "master_key_rotated",
            Self::Waiting { .. } => "waiting",
        }
    }

    /// Whether a mail of this word shows by its link that its address is good. Somebody asked for it just now and expects
    /// it, so it is sent even where mails come back from.
    pub(super) fn proves_address(word: &str) -> bool {
        matches!(word, "verify_email" | "reset_password" | "email_change_new" | "invitation")
    }

    /// The secret link that it carries. After the link's end the mail is not sent any more.
    pub fn link(&self) -> Option<&Link> {
        match self {
            Self::VerifyEmail { link }
            | Self::ResetPassword { link, .. }
            | Self::EmailChangeOld { link, .. }
            | Self::EmailChangeNew { link, .. }
            | Self::Invitation { link, .. }
            | Self::OwnershipOffered { link, .. } => Some(link),
            Self::AlreadyRegistered { .. }
            | Self::PasswordChanged { .. }
            | Self::EmailChanged { .. }
            | Self::EmailChangeRefused { .. }
            | Self::NewDevice { .. }
            | Self::SecondFactorChanged { .. }
            | Self::PasskeyChanged { .. }
            | Self::RecoveryCodes { .. }
            | Self::InvitationAccepted { .. }
            | Self::SingleSignOnLinked { .. }
            | Self::Deactivated { .. }
            | Self::Reactivated { .. }
            | Self::SignedOut { .. }
            | Self::ApiKeyMade { .. }
            | Self::PowerGiven { .. }
            | Self::MasterKeyRotated { .. }
            | Self::Waiting { .. } => None,
        }
    }
}

impl std::fmt::Debug for Kind {
    /// Shows no name, address or link.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
