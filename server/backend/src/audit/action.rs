//! What can be done that the trail keeps: its stored name, and how it is said.

use serde_json::Value;

macro_rules! actions {
    ($($name:ident = $word:literal, $said:literal;)+) => {
        /// A kind of act. The stored word is a noun and a past participle; what is said follows its actor's name and
        /// precedes the name of whom it was done to, if the act has such a one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action {
            $($name,)+
        }

        impl Action {
            const ALL: &[Self] = &[$(Self::$name,)+];

            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            fn said(self) -> &'static str {
                match self {
                    $(Self::$name => $said,)+
                }
            }
        }
    };
}

actions! {
    SessionOpened = "session.opened", "signed in";
    SessionSwitched = "session.switched", "came here with a session that was open";
    SignInFailed = "sign_in.failed", "failed to prove to be";
    SessionsEnded = "session.ended", "signed out elsewhere";
    PasswordChanged = "password.changed", "changed their password";
    PasswordReset = "password.reset", "set a new password by mail";
    AppAdded = "second_factor.added", "set up an authenticator app";
    AppRemoved = "second_factor.removed", "removed their authenticator app";
    RecoveryCodesMade = "recovery_codes.made", "made new recovery codes";
    RecoveryCodeUsed = "recovery_code.used", "signed in with a recovery code";
    PasskeyAdded = "passkey.added", "added a passkey";
    PasskeyRemoved = "passkey.removed", "removed a passkey";
    EmailChanged = "email.changed", "changed their address";
    EmailChangeRefused = "email.change_refused", "refused a change of their address";
    ProfileSaved = "profile.saved", "changed their profile";
    PictureSet = "picture.set", "chose a picture of themselves";
    PictureRemoved = "picture.removed", "took their picture away";
    NotificationsSaved = "notifications.saved", "chose what to be told of";
    WorkspaceCreated = "workspace.created", "made this workspace";
    WorkspaceChanged = "workspace.changed", "changed the business’s details";
    TwoFactorsRequired = "workspace.two_factors_required", "changed whether everybody needs a second factor";
    InvitationSent = "invitation.sent", "sent an invitation";
    InvitationRevoked = "invitation.revoked", "took an invitation back";
    InvitationAccepted = "invitation.accepted", "joined by invitation";
    MemberAdmitted = "member.admitted", "joined by single sign-on";
    MemberRoleChanged = "member.role_changed", "changed the role of";
    MemberDeactivated = "member.deactivated", "deactivated";
    MemberReactivated = "member.reactivated", "reactivated";
    MemberSignedOut = "member.signed_out", "signed out";
    MemberLeft = "member.left", "left this workspace";
    OwnershipOffered = "ownership.offered", "offered the ownership";
    OwnershipAccepted = "ownership.accepted", "took the ownership over";
    RoleSaved = "role.saved", "saved a role";
    RoleDeleted = "role.deleted", "deleted a role";
    TeamSaved = "team.saved", "saved a team";
    TeamDeleted = "team.deleted", "deleted a team";
    ApiKeyMade = "api_key.made", "made an API key";
    ApiKeyRevoked = "api_key.revoked", "revoked an API key";
    SsoConnected = "sso.connected", "connected single sign-on";
    SsoChanged = "sso.changed", "changed single sign-on";
    SsoRemoved = "sso.removed", "removed single sign-on";
    SsoLinked = "sso.linked", "signed in by single sign-on for the first time";
    SsoForgotten = "sso.forgotten", "forgot the sign-in at the provider of";
    SsoRefused = "sso.refused", "refused a sign-in";
    DomainGained = "sso_domain.gained", "let single sign-on speak for another domain";
    DomainLost = "sso_domain.lost", "gave a domain of single sign-on to another workspace";
    MasterKeyRotated = "master_key.rotated", "replaced the master key of this installation";
    AuditExported = "audit.exported", "exported the audit trail";
    NumberSeen = "contact.number_seen", "looked at the hidden number of";
    ContactRenamed = "contact.renamed", "renamed";
    ContactTagged = "contact.tagged", "put a tag on";
    ContactUntagged = "contact.untagged", "took a tag off";
    ConversationAssigned = "conversation.assigned", "assigned the conversation with";
    ConversationResolved = "conversation.resolved", "resolved the conversation with";
    ConversationReopened = "conversation.open", "reopened the conversation with";
    TagSaved = "tag.saved", "saved a tag";
    TagDeleted = "tag.deleted", "deleted a tag";
    CannedReplySaved = "canned_reply.saved", "saved a canned reply";
    CannedReplyDeleted = "canned_reply.deleted", "deleted a canned reply";
    PackInstalled = "pack.installed", "installed a starter pack";
    PackRemoved = "pack.removed", "removed a starter pack";
    SamplesRemoved = "samples.removed", "removed the samples";
    ConnectionMade = "connection.made", "connected a WhatsApp account";
    ConnectionChanged = "connection.changed", "changed the connection of a WhatsApp account";
    ConnectionSubscribed = "connection.subscribed", "asked for the messages of a WhatsApp account";
    ConnectionEnded = "connection.ended", "disconnected a WhatsApp account";
    ChannelConnected = "channel.connected", "connected a number";
    ChannelRegistered = "channel.registered", "registered a number";
    QuarantineReplayed = "quarantine.replayed", "tried once more what could not be read";
}

/// A stored word as it is said, with what it set where that makes another sentence. One that this version does not know
/// is said as it is.
pub(super) fn said(word: &str, after: Option<&Value>) -> String {
    if word == Action::TwoFactorsRequired.as_str() {
        match after {
            Some(Value::Bool(true)) => return "asked everybody for a second factor from then on".to_owned(),
            Some(Value::Bool(false)) => return "no longer asked everybody for a second factor".to_owned(),
            _ => {}
        }
    }
    let known = Action::ALL.iter().find(|action| action.as_str() == word);
    known.map_or(word, |action| action.said()).to_owned()
}

/// The stored words of which somebody may have meant `wanted`, as they are stored or as they are said.
pub(super) fn meant_by(wanted: &str) -> Vec<String> {
    let wanted = wanted.trim().to_lowercase();
    let means = |action: &&Action| action.as_str().contains(&wanted) || action.said().contains(&wanted);
    Action::ALL.iter().filter(means).map(|action| action.as_str().to_owned()).collect()
}
