//! Roles, permissions, scopes and notices in words.

use domain::notifications::Notice;
use domain::team::{CustomRole, RoleChoice};
use domain::{Permission, Role, Scope};
use ui::fields::Options;
use ui::{Session, t};

/// A role and what it is for.
pub fn role(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Owner => (t!(role_owner), t!(role_owner_text)),
        Role::Admin => (t!(role_admin), t!(role_admin_text)),
        Role::Manager => (t!(role_manager), t!(role_manager_text)),
        Role::Agent => (t!(role_agent), t!(role_agent_text)),
        Role::Marketer => (t!(role_marketer), t!(role_marketer_text)),
        Role::Privacy => (t!(role_privacy), t!(role_privacy_text)),
        Role::ReadOnly => (t!(role_read_only), t!(role_read_only_text)),
        Role::Custom => (t!(role_custom), t!(role_custom_text)),
    }
}

/// The name of a choice of role.
pub fn choice(choice: RoleChoice, own: &[CustomRole]) -> String {
    let custom = choice.custom.and_then(|id| own.iter().find(|role| role.id == id));
    custom.map_or_else(|| role(choice.role).0.to_owned(), |role| role.name.clone())
}

/// The roles that somebody with this session may give: none that can do more than they can.
pub fn roles_to_give(session: &Session, own: &[CustomRole]) -> Options {
    let may = |permissions: &[Permission]| permissions.iter().all(|permission| session.may(*permission));
    let built_in = Role::ALL
        .into_iter()
        .filter(|role| !matches!(role, Role::Owner | Role::Custom) && may(role.permissions()))
        .map(|given| (given.as_str().to_owned(), role(given).0.to_owned()));
    let own = own.iter().filter(|role| may(&role.permissions)).map(|role| (role.id.to_string(), role.name.clone()));
    built_in.chain(own).collect()
}

pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::All => t!(scope_all),
        Scope::Team => t!(scope_team),
        Scope::Own => t!(scope_own),
    }
}

pub fn scopes() -> Options {
    Scope::ALL.into_iter().map(|word| (word.as_str().to_owned(), scope(word).to_owned())).collect()
}

/// A permission and what it opens.
pub fn permission(permission: Permission) -> (&'static str, &'static str) {
    match permission {
        Permission::ReadConversations => (t!(may_read_conversations), t!(may_read_conversations_text)),
        Permission::SendMessages => (t!(may_send_messages), t!(may_send_messages_text)),
        Permission::ManageConversations => (t!(may_manage_conversations), t!(may_manage_conversations_text)),
        Permission::ReadContacts => (t!(may_read_contacts), t!(may_read_contacts_text)),
        Permission::EditContacts => (t!(may_edit_contacts), t!(may_edit_contacts_text)),
        Permission::SeePhoneNumbers => (t!(may_see_phone_numbers), t!(may_see_phone_numbers_text)),
        Permission::RevealNumbers => (t!(may_reveal_numbers), t!(may_reveal_numbers_text)),
        Permission::SeeEmails => (t!(may_see_emails), t!(may_see_emails_text)),
        Permission::Export => (t!(may_export), t!(may_export_text)),
        Permission::BulkActions => (t!(may_bulk_actions), t!(may_bulk_actions_text)),
        Permission::ManageChannels => (t!(may_manage_channels), t!(may_manage_channels_text)),
        Permission::ManageWorkspace => (t!(may_manage_workspace), t!(may_manage_workspace_text)),
        Permission::ManageTeam => (t!(may_manage_team), t!(may_manage_team_text)),
        Permission::ManageSecurity => (t!(may_manage_security), t!(may_manage_security_text)),
        Permission::ReadAudit => (t!(may_read_audit), t!(may_read_audit_text)),
    }
}

/// What a member may want to hear of.
pub fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::OwnMessage => t!(notice_own_message),
        Notice::UnassignedMessage => t!(notice_unassigned_message),
        Notice::Assigned => t!(notice_assigned),
        Notice::SendFailed => t!(notice_send_failed),
        Notice::ChannelTrouble => t!(notice_channel_trouble),
    }
}

/// What has happened, to whom.
#[cfg(feature = "ssr")]
pub fn news(notice: Notice, title: &str) -> String {
    match notice {
        Notice::OwnMessage => t!(news_own_message, title = title).to_string(),
        Notice::UnassignedMessage => t!(news_unassigned_message, title = title).to_string(),
        Notice::Assigned => t!(news_assigned, title = title).to_string(),
        Notice::SendFailed => t!(news_send_failed, title = title).to_string(),
        Notice::ChannelTrouble => t!(news_channel_trouble).to_owned(),
    }
}

/// One of the times after which a mail is sent.
pub fn span(minutes: u16) -> &'static str {
    match minutes {
        10 => t!(mail_after_10),
        30 => t!(mail_after_30),
        60 => t!(mail_after_60),
        240 => t!(mail_after_240),
        _ => t!(mail_after_1440),
    }
}

/// What a key may do. One that this version does not know shows as it is stored.
pub fn key_scope(scope: &str) -> String {
    match scope {
        "conversations:read" => t!(scope_conversations_read).to_owned(),
        "conversations:write" => t!(scope_conversations_write).to_owned(),
        "messages:write" => t!(scope_messages_write).to_owned(),
        "contacts:read" => t!(scope_contacts_read).to_owned(),
        other => other.to_owned(),
    }
}

/// How long a key works.
pub fn key_life(days: Option<u16>) -> &'static str {
    match days {
        Some(30) => t!(api_key_days_30),
        Some(90) => t!(api_key_days_90),
        Some(_) => t!(api_key_days_365),
        None => t!(api_key_days_none),
    }
}
