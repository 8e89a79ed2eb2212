//! The table of all doors: every route that is served, what guards it, and what it is given.
//!
//! A new route, server function or REST operation fails the tests until it has a line here.

use domain::Permission::{
    self, EditContacts, ManageChannels, ManageConversations, ManageSecurity, ManageTeam, ManageWorkspace, ReadAudit,
    ReadContacts, ReadConversations, RevealNumbers, SendMessages,
};

use Guard::{Key, Member, Open, Operator, Owner, Page, Person, Role, Signed, StandIn, Tried};
use Place::{File, Form, Header, Json, Path, Query};
use Value::{
    Colleague, Connection, Contact, Conversation, File as AFile, Fresh, Invitation, Key as AKey, Message, OwnRole,
    Quarantined, Reply, Session, Spare, Tag, Team, Text, Workspace,
};

/// One route with arguments that it takes.
#[derive(Debug)]
pub struct Door {
    pub method: &'static str,
    /// As it is registered.
    pub path: &'static str,
    pub guard: Guard,
    pub fields: &'static [Field],
}

/// Where an argument goes, its name, and what it is.
#[derive(Clone, Copy, Debug)]
pub struct Field(pub Place, pub &'static str, pub Value);

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guard {
    /// Nothing, because it holds nothing of a workspace.
    Open,
    /// A session, even of somebody who stands in no workspace. What comes of it is that person's own affair: it may end
    /// or renew their sessions, so each is asked with a new one.
    Person,
    /// A session of a member.
    Member,
    /// A session of the workspace's owner. What comes of it depends on more.
    Owner,
    /// As [`Role`], but what comes of it depends on more: what is named may be gone after the first time.
    Tried(Permission),
    /// A session of a member whose role has the permission.
    Role(Permission),
    /// An API key with a scope that has the permission.
    Key(Permission),
    /// A document for everybody, with content for a session whose role has the permission, if it names one; without, even
    /// for a person without a workspace. The text is what then shows of the workspace, after its mark.
    Page(Option<Permission>, &'static str),
    /// The secret that we share with Meta, whoever asks.
    Signed,
    /// Nothing: it stands in for Meta, knows no workspace, and is there only when it is switched on.
    StandIn,
    /// Nothing: it is on the operators' address.
    Operator,
}

/// The part of a request that carries an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Form,
    Json,
    Header,
    File,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Text(&'static str),
    /// A new key each time.
    Fresh,
    Conversation,
    Message,
    Contact,
    /// A member.
    Colleague,
    File,
    Quarantined,
    /// A member whom nobody misses.
    Spare,
    Session,
    Workspace,
    Invitation,
    /// A role that the workspace has named.
    OwnRole,
    Team,
    /// An API key.
    Key,
    Connection,
    Tag,
    /// A canned reply.
    Reply,
}

impl Value {
    /// Names something that belongs to a workspace.
    pub fn is_id(self) -> bool {
        !matches!(self, Text(_) | Fresh)
    }
}

impl Door {
    pub fn ids(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.2.is_id())
    }
}

const fn server_function(path: &'static str, guard: Guard, fields: &'static [Field]) -> Door {
    Door { method: "POST", path, guard, fields }
}

const fn get(path: &'static str, guard: Guard, fields: &'static [Field]) -> Door {
    Door { method: "GET", path, guard, fields }
}

const fn post(path: &'static str, guard: Guard, fields: &'static [Field]) -> Door {
    Door { method: "POST", path, guard, fields }
}

const fn any(path: &'static str, guard: Guard) -> Door {
    Door { method: "ANY", path, guard, fields: &[] }
}

const CONVERSATION: Field = Field(Form, "conversation", Conversation);
const KEY: Field = Field(Form, "client_key", Fresh);
const ID: Field = Field(Path, "id", Conversation);
const LINK: Field = Field(Form, "link", Text("nothing"));
const CONNECTION: Field = Field(Form, "id", Connection);
const CONNECT: &[Field] = &[
    Field(Form, "app_id", Text("5001")),
    Field(Form, "app_secret", Text("secret")),
    Field(Form, "token", Text("token")),
    Field(Form, "account_id", Text("4001")),
];
const CHANGE: &[Field] = &[
    CONNECTION,
    Field(Form, "app_id", Text("5001")),
    Field(Form, "app_secret", Text("secret")),
    Field(Form, "token", Text("token")),
    Field(Form, "account_id", Text("4001")),
];
const BUSINESS: &[Field] = &[
    Field(Form, "name", Text("")),
    Field(Form, "industry", Text("")),
    Field(Form, "address", Text("")),
    Field(Form, "phone", Text("")),
    Field(Form, "country", Text("")),
    Field(Form, "time_zone", Text("UTC")),
    Field(Form, "currency", Text("EUR")),
];

/// On the address for people and programs. A route may have several lines.
pub const DOORS: &[Door] = &[
    // Pages.
    get("/", Open, &[]),
    get("/sign-in", Open, &[Field(Query, "next", Text("/inbox"))]),
    get("/inbox", Page(Some(ReadConversations), " person"), &[Field(Query, "q", Text("canary"))]),
    get("/inbox", Page(Some(ReadConversations), " person"), &[]),
    get("/inbox/{id}", Page(Some(ReadConversations), " text"), &[ID]),
    get("/settings/channels", Page(Some(ManageChannels), " number"), &[]),
    get("/settings/channels/connect", Page(Some(ManageChannels), " workspace<!></p>"), &[]),
    get("/settings/channels/{id}", Page(Some(ManageChannels), " workspace<!></a>"), &[Field(Path, "id", Connection)]),
    get("/start", Page(Some(ManageWorkspace), " workspace<!></p>"), &[]),
    get("/connect/whatsapp", Open, &[]),
    get("/terms", Open, &[]),
    get("/privacy", Open, &[]),
    get("/workspaces", Page(None, ""), &[]),
    get("/settings/profile", Page(None, ""), &[]),
    get("/settings/security", Page(None, ""), &[]),
    get("/settings/notifications", Page(Some(ReadConversations), ".example"), &[]),
    get("/settings/api-keys", Page(Some(ManageSecurity), " key"), &[]),
    get("/settings/team", Page(Some(ManageTeam), ".example<!></p>"), &[]),
    get("/settings/business", Page(Some(ManageWorkspace), " workspace\" "), &[]),
    get("/settings/starter-pack", Page(Some(ManageWorkspace), " owner<!> <time"), &[]),
    get("/settings/tags", Page(Some(ReadContacts), " tag"), &[]),
    get("/settings/canned-replies", Page(Some(SendMessages), " reply"), &[]),
    get("/settings/audit", Page(Some(ReadAudit), " owner<!></strong>"), &[]),
    get("/welcome", Page(None, ""), &[]),
    get("/sign-in/second-factor", Open, &[Field(Query, "next", Text("/inbox"))]),
    get("/sign-in/sso", Open, &[Field(Query, "problem", Text("expired"))]),
    post(
        "/sso/start",
        Open,
        &[Field(Form, "email", Text("nobody@nowhere.example")), Field(Form, "next", Text("/inbox"))],
    ),
    post("/sso/start", Open, &[Field(Form, "workspace", Workspace), Field(Form, "next", Text("/inbox"))]),
    get(
        "/sso/return/{workspace}",
        Open,
        &[
            Field(Path, "workspace", Text("0198f1c2-0000-7000-8000-000000000001")),
            Field(Query, "state", Text("nothing")),
        ],
    ),
    get("/sign-up", Open, &[]),
    get("/sign-up/sent", Open, &[]),
    get("/sign-up/confirm", Open, &[Field(Query, "link", Text("nothing"))]),
    get("/forgot-password", Open, &[Field(Query, "sent", Text("yes"))]),
    get("/reset-password", Open, &[Field(Query, "link", Text("nothing"))]),
    get("/confirm-address", Open, &[Field(Query, "link", Text("nothing"))]),
    get("/invitation", Open, &[Field(Query, "link", Text("nothing"))]),
    get("/favicon.ico", Open, &[]),
    // Server functions.
    server_function(
        "/api/app/api/sign_in",
        Open,
        &[
            Field(Form, "email", Text("nobody@nowhere.example")),
            Field(Form, "password", Text("wrong")),
            Field(Form, "next", Text("/")),
        ],
    ),
    server_function("/api/app/api/sign_out", Open, &[Field(Form, "next", Text(""))]),
    server_function(
        "/api/app/api/second_factor",
        Open,
        &[Field(Form, "code", Text("000000")), Field(Form, "next", Text("/"))],
    ),
    server_function(
        "/api/app/api/sign_up",
        Open,
        &[
            Field(Form, "name", Text("Somebody")),
            Field(Form, "email", Text("somebody@nowhere.example")),
            Field(Form, "password", Text("seven brown otters")),
            Field(Form, "organisation", Text("A business")),
            Field(Form, "job_title", Text("")),
            Field(Form, "accepted", Text("true")),
        ],
    ),
    server_function("/api/app/api/confirm_sign_up", Open, &[LINK]),
    server_function("/api/app/api/ask_for_passkey", Open, &[]),
    server_function(
        "/api/app/api/sign_in_by_passkey",
        Open,
        &[Field(Form, "waiting", Text("x")), Field(Form, "answer", Text("{}")), Field(Form, "next", Text("/inbox"))],
    ),
    server_function("/api/app/api/forgot_password", Open, &[Field(Form, "email", Text("nobody@nowhere.example"))]),
    server_function("/api/app/api/reset_link_works", Open, &[LINK]),
    server_function("/api/app/api/reset_password", Open, &[LINK, Field(Form, "password", Text("seven brown otters"))]),
    server_function("/api/app/api/read_address_change", Open, &[LINK]),
    server_function("/api/app/api/confirm_address", Open, &[LINK]),
    server_function("/api/app/api/refuse_address", Open, &[LINK]),
    server_function("/api/app/api/read_invitation", Open, &[LINK]),
    server_function(
        "/api/app/api/accept_as_new",
        Open,
        &[LINK, Field(Form, "name", Text("Somebody")), Field(Form, "password", Text("seven brown otters"))],
    ),
    server_function("/api/app/api/mail_is_sandboxed", Open, &[]),
    server_function("/api/app/api/accept_invitation", Person, &[LINK]),
    server_function("/api/app/api/who_is_here", Person, &[]),
    server_function("/api/app/api/who_am_i", Member, &[]),
    server_function(
        "/api/inbox/api/list_conversations",
        Role(ReadConversations),
        &[Field(Form, "view", Text("all")), Field(Form, "search", Text("")), Field(Form, "after", Text(""))],
    ),
    server_function(
        "/api/inbox/api/list_conversations",
        Role(ReadConversations),
        &[Field(Form, "view", Text("all")), Field(Form, "search", Text("canary")), Field(Form, "after", Text(""))],
    ),
    server_function(
        "/api/inbox/api/read_thread",
        Role(ReadConversations),
        &[CONVERSATION, Field(Form, "before", Text(""))],
    ),
    server_function(
        "/api/inbox/api/older_messages",
        Role(ReadConversations),
        &[CONVERSATION, Field(Form, "before", Text(""))],
    ),
    server_function(
        "/api/inbox/api/send_message",
        Role(SendMessages),
        &[
            CONVERSATION,
            KEY,
            Field(Form, "body", Text("An answer")),
            Field(Form, "attachment", AFile),
            Field(Form, "reply_to", Message),
            Field(Form, "seen", Text("")),
        ],
    ),
    server_function(
        "/api/inbox/api/send_template",
        Role(SendMessages),
        &[
            CONVERSATION,
            KEY,
            Field(Form, "name", Text("greeting")),
            Field(Form, "language", Text("en")),
            Field(Form, "parameters", Text("")),
        ],
    ),
    server_function("/api/inbox/api/templates", Role(ReadConversations), &[CONVERSATION]),
    server_function(
        "/api/inbox/api/add_note",
        Role(SendMessages),
        &[CONVERSATION, KEY, Field(Form, "body", Text("A note"))],
    ),
    server_function(
        "/api/inbox/api/react",
        Role(SendMessages),
        &[Field(Form, "message", Message), Field(Form, "emoji", Text("👍"))],
    ),
    server_function(
        "/api/inbox/api/assign",
        Role(ManageConversations),
        &[CONVERSATION, Field(Form, "member", Colleague)],
    ),
    server_function("/api/inbox/api/resolve", Role(ManageConversations), &[CONVERSATION]),
    server_function("/api/inbox/api/reopen", Role(ManageConversations), &[CONVERSATION]),
    server_function("/api/inbox/api/mark_read", Role(SendMessages), &[CONVERSATION]),
    server_function(
        "/api/inbox/api/be_present",
        Role(ReadConversations),
        &[CONVERSATION, Field(Form, "typing", Text("true"))],
    ),
    server_function(
        "/api/inbox/api/rename_contact",
        Role(EditContacts),
        &[Field(Form, "contact", Contact), Field(Form, "name", Text(""))],
    ),
    server_function(
        "/api/inbox/api/reveal_number",
        Tried(RevealNumbers),
        &[Field(Form, "contact", Contact), Field(Form, "identity", Fresh)],
    ),
    server_function(
        "/api/inbox/api/put_tag",
        Tried(EditContacts),
        &[Field(Form, "contact", Contact), Field(Form, "tag", Tag)],
    ),
    server_function(
        "/api/inbox/api/take_off_tag",
        Tried(EditContacts),
        &[Field(Form, "contact", Contact), Field(Form, "tag", Tag)],
    ),
    server_function("/api/inbox/api/canned_replies", Role(SendMessages), &[]),
    server_function("/api/settings/api/channels/read_channels", Role(ManageChannels), &[]),
    server_function("/api/settings/api/channels/ways_to_connect", Role(ManageChannels), &[]),
    server_function("/api/settings/api/channels/read_connections", Role(ManageChannels), &[]),
    server_function("/api/settings/api/channels/read_connection", Role(ManageChannels), &[CONNECTION]),
    server_function("/api/settings/api/channels/connect", Role(ManageChannels), CONNECT),
    server_function("/api/settings/api/channels/change_connection", Tried(ManageChannels), CHANGE),
    server_function("/api/settings/api/channels/try_sandbox", Tried(ManageChannels), &[]),
    server_function(
        "/api/settings/api/channels/finish_signup",
        Tried(ManageChannels),
        &[Field(Form, "code", Text("x")), Field(Form, "account_id", Text("1"))],
    ),
    server_function("/api/settings/api/channels/check_connection", Role(ManageChannels), &[CONNECTION]),
    server_function("/api/settings/api/channels/subscribe_connection", Tried(ManageChannels), &[CONNECTION]),
    server_function(
        "/api/settings/api/channels/choose_number",
        Tried(ManageChannels),
        &[CONNECTION, Field(Form, "number_id", Text("1"))],
    ),
    server_function(
        "/api/settings/api/channels/register_number",
        Tried(ManageChannels),
        &[CONNECTION, Field(Form, "number_id", Text("1")), Field(Form, "pin", Text("123456"))],
    ),
    // The connection is needed by the lines above, for every role.
    server_function("/api/settings/api/channels/disconnect", Tried(ManageChannels), &[Field(Form, "id", Fresh)]),
    server_function("/api/settings/api/setup/read_checklist", Role(ManageWorkspace), &[]),
    server_function(
        "/api/settings/api/setup/hide_checklist",
        Role(ManageWorkspace),
        &[Field(Form, "hidden", Text("true"))],
    ),
    server_function("/api/settings/api/channels/replay", Role(ManageChannels), &[Field(Form, "id", Quarantined)]),
    server_function("/api/settings/api/person/set_enter_sends", Member, &[Field(Form, "enter_sends", Text("true"))]),
    server_function("/api/settings/api/person/read_profile", Person, &[]),
    server_function(
        "/api/settings/api/person/save_profile",
        Person,
        &[
            Field(Form, "name", Text("Somebody")),
            Field(Form, "phone", Text("")),
            Field(Form, "job_title", Text("")),
            Field(Form, "bio", Text("")),
            Field(Form, "time_zone", Text("UTC")),
            Field(Form, "currency", Text("EUR")),
            Field(Form, "language", Text("en")),
        ],
    ),
    server_function("/api/settings/api/person/remove_picture", Person, &[]),
    server_function("/api/settings/api/notifications/read_choices", Member, &[]),
    server_function(
        "/api/settings/api/notifications/save_choices",
        Member,
        &[
            Field(Form, "in_app[]", Text("own_message")),
            Field(Form, "by_mail[]", Text("own_message")),
            Field(Form, "mail_after", Text("60")),
            Field(Form, "quiet_from", Text("")),
            Field(Form, "quiet_until", Text("")),
        ],
    ),
    server_function("/api/settings/api/notifications/read_news", Member, &[]),
    server_function("/api/settings/api/keys/read_api_keys", Role(ManageSecurity), &[]),
    server_function(
        "/api/settings/api/keys/create_api_key",
        Tried(ManageSecurity),
        &[
            Field(Form, "name", Text("A key")),
            Field(Form, "scopes[]", Text("contacts:read")),
            Field(Form, "days", Text("30")),
        ],
    ),
    server_function("/api/settings/api/keys/revoke_api_key", Tried(ManageSecurity), &[Field(Form, "key", AKey)]),
    server_function(
        "/api/settings/api/person/change_email",
        Person,
        &[Field(Form, "email", Text("new@nowhere.example"))],
    ),
    server_function("/api/settings/api/person/switch_workspace", Person, &[Field(Form, "workspace", Workspace)]),
    server_function(
        "/api/settings/api/security/prove",
        Person,
        &[Field(Form, "password", Text("wrong")), Field(Form, "page", Text("/settings/profile"))],
    ),
    server_function(
        "/api/settings/api/security/change_password",
        Person,
        &[Field(Form, "new_password", Text("short"))],
    ),
    server_function("/api/settings/api/security/read_factors", Person, &[]),
    server_function("/api/settings/api/security/begin_app", Person, &[]),
    server_function("/api/settings/api/security/confirm_app", Person, &[Field(Form, "code", Text("000000"))]),
    server_function("/api/settings/api/security/renew_recovery_codes", Person, &[]),
    server_function("/api/settings/api/security/remove_app", Person, &[]),
    server_function("/api/settings/api/security/begin_passkey", Person, &[]),
    server_function(
        "/api/settings/api/security/add_passkey",
        Person,
        &[Field(Form, "waiting", Text("x")), Field(Form, "answer", Text("{}")), Field(Form, "name", Text("A key"))],
    ),
    server_function("/api/settings/api/security/remove_passkey", Person, &[Field(Form, "passkey", Fresh)]),
    server_function(
        "/api/settings/api/audit/read_audit",
        Role(ReadAudit),
        &[
            Field(Form, "search", Text("")),
            Field(Form, "about", Text("")),
            Field(Form, "since", Text("")),
            Field(Form, "until", Text("")),
            Field(Form, "origin", Text("")),
            Field(Form, "after", Text("")),
        ],
    ),
    server_function("/api/settings/api/security/read_sessions", Person, &[]),
    server_function("/api/settings/api/security/end_session", Person, &[Field(Form, "session", Session)]),
    server_function("/api/settings/api/security/end_other_sessions", Person, &[]),
    server_function("/api/settings/api/business/create_workspace", Person, BUSINESS),
    server_function("/api/settings/api/business/read_fresh_business", Person, &[]),
    server_function("/api/settings/api/team/leave", Person, &[Field(Form, "sure", Text(""))]),
    server_function("/api/settings/api/team/read_ownership_offer", Member, &[]),
    server_function("/api/settings/api/team/accept_ownership", Person, &[]),
    server_function("/api/settings/api/business/read_business", Role(ManageWorkspace), &[]),
    server_function("/api/settings/api/business/save_business", Tried(ManageWorkspace), BUSINESS),
    server_function("/api/settings/api/business/two_factors_required", Role(ManageSecurity), &[]),
    server_function(
        "/api/settings/api/business/require_two_factors",
        Role(ManageSecurity),
        &[Field(Form, "required", Text(""))],
    ),
    server_function("/api/settings/api/sso/read_sso", Role(ManageSecurity), &[]),
    server_function(
        "/api/settings/api/sso/check_sso",
        Tried(ManageSecurity),
        &[Field(Form, "issuer", Text("http://login.nowhere.example"))],
    ),
    server_function(
        "/api/settings/api/sso/save_sso",
        Tried(ManageSecurity),
        &[
            Field(Form, "issuer", Text("http://login.nowhere.example")),
            Field(Form, "client_id", Text("parley")),
            Field(Form, "client_secret", Text("secret")),
            Field(Form, "domains", Text("nowhere.example")),
            Field(Form, "role", Text("agent")),
        ],
    ),
    server_function("/api/settings/api/sso/remove_sso", Tried(ManageSecurity), &[]),
    server_function("/api/settings/api/team/read_team", Role(ManageTeam), &[]),
    server_function(
        "/api/settings/api/team/invite",
        Role(ManageTeam),
        &[
            Field(Form, "email", Text("guest@nowhere.example")),
            Field(Form, "role", Text("agent")),
            Field(Form, "scope", Text("all")),
        ],
    ),
    server_function(
        "/api/settings/api/team/resend_invitation",
        Tried(ManageTeam),
        &[Field(Form, "invitation", Invitation)],
    ),
    server_function(
        "/api/settings/api/team/revoke_invitation",
        Tried(ManageTeam),
        &[Field(Form, "invitation", Invitation)],
    ),
    server_function(
        "/api/settings/api/team/set_role",
        Role(ManageTeam),
        &[Field(Form, "member", Spare), Field(Form, "role", Text("agent")), Field(Form, "scope", Text("all"))],
    ),
    server_function(
        "/api/settings/api/team/deactivate",
        Role(ManageTeam),
        &[Field(Form, "member", Spare), Field(Form, "heir", Colleague)],
    ),
    server_function("/api/settings/api/team/reactivate", Role(ManageTeam), &[Field(Form, "member", Spare)]),
    server_function("/api/settings/api/team/sign_out_member", Role(ManageTeam), &[Field(Form, "member", Spare)]),
    server_function("/api/settings/api/team/forget_sign_in", Tried(ManageSecurity), &[Field(Form, "member", Spare)]),
    server_function("/api/settings/api/team/offer_ownership", Owner, &[Field(Form, "member", Spare)]),
    server_function(
        "/api/settings/api/team/save_role",
        Tried(ManageTeam),
        &[
            Field(Form, "role", OwnRole),
            Field(Form, "version", Text("1")),
            Field(Form, "name", Text("A role")),
            Field(Form, "permissions[]", Text("read_contacts")),
        ],
    ),
    server_function("/api/settings/api/team/delete_role", Tried(ManageTeam), &[Field(Form, "role", OwnRole)]),
    server_function(
        "/api/settings/api/team/save_team",
        Tried(ManageTeam),
        &[
            Field(Form, "team", Team),
            Field(Form, "version", Text("1")),
            Field(Form, "name", Text("A team")),
            Field(Form, "members[]", Colleague),
        ],
    ),
    server_function("/api/settings/api/team/delete_team", Tried(ManageTeam), &[Field(Form, "team", Team)]),
    server_function("/api/settings/api/setup/read_packs", Role(ManageWorkspace), &[]),
    server_function("/api/settings/api/setup/remove_pack", Role(ManageWorkspace), &[]),
    server_function("/api/settings/api/setup/remove_samples", Role(ManageWorkspace), &[]),
    server_function(
        "/api/settings/api/setup/install_pack",
        Role(ManageWorkspace),
        &[Field(Form, "trade", Text("shop"))],
    ),
    server_function("/api/settings/api/setup/read_tags", Role(ReadContacts), &[]),
    server_function(
        "/api/settings/api/setup/save_tag",
        Tried(ManageWorkspace),
        &[Field(Form, "tag", Tag), Field(Form, "name", Text("A tag")), Field(Form, "colour", Text("blue"))],
    ),
    server_function("/api/settings/api/setup/delete_tag", Tried(ManageWorkspace), &[Field(Form, "tag", Tag)]),
    server_function("/api/settings/api/setup/read_canned", Role(SendMessages), &[]),
    server_function(
        "/api/settings/api/setup/save_canned",
        Tried(ManageWorkspace),
        &[
            Field(Form, "reply", Reply),
            Field(Form, "shortcut", Text("short")),
            Field(Form, "title", Text("A title")),
            Field(Form, "body", Text("A reply")),
        ],
    ),
    server_function("/api/settings/api/setup/delete_canned", Tried(ManageWorkspace), &[Field(Form, "reply", Reply)]),
    // Files and the event stream.
    post(
        "/files",
        Role(SendMessages),
        &[Field(Query, "conversation", Conversation), Field(File, "file", Text("A file"))],
    ),
    get("/files/{id}", Role(ReadConversations), &[Field(Path, "id", AFile)]),
    post("/picture", Person, &[Field(File, "picture", Text("A picture"))]),
    get(
        "/pictures/{hash}/{size}",
        Person,
        &[Field(Path, "hash", Text("0123456789abcdef")), Field(Path, "size", Text("64"))],
    ),
    // It needs Export too, which each of these roles has: see trail::taking_the_trail_out_needs_two_permissions.
    get("/audit/export", Role(ReadAudit), &[]),
    get("/live", Role(ReadConversations), &[]),
    get("/place", Open, &[]),
    // The REST interface.
    get("/api/v1/openapi.json", Open, &[]),
    any("/api/v1/{*rest}", Open),
    get("/api/v1/conversations", Key(ReadConversations), &[]),
    get("/api/v1/conversations/{id}", Key(ReadConversations), &[ID]),
    post("/api/v1/conversations/{id}/assign", Key(ManageConversations), &[ID, Field(Json, "member_id", Colleague)]),
    post("/api/v1/conversations/{id}/resolve", Key(ManageConversations), &[ID]),
    post("/api/v1/conversations/{id}/reopen", Key(ManageConversations), &[ID]),
    get("/api/v1/conversations/{id}/messages", Key(ReadConversations), &[ID]),
    post(
        "/api/v1/conversations/{id}/messages",
        Key(SendMessages),
        &[
            ID,
            Field(Header, "idempotency-key", Fresh),
            Field(Json, "text", Text("An answer")),
            Field(Json, "reply_to", Message),
        ],
    ),
    get("/api/v1/messages/{id}", Key(ReadConversations), &[Field(Path, "id", Message)]),
    get("/api/v1/contacts", Key(ReadContacts), &[]),
    get("/api/v1/contacts/{id}", Key(ReadContacts), &[Field(Path, "id", Contact)]),
    // Meta.
    get("/webhooks/whatsapp", Signed, &[Field(Query, "hub.challenge", Text("1"))]),
    post("/webhooks/whatsapp", Signed, &[Field(Json, "object", Text("whatsapp_business_account"))]),
    get(
        "/webhooks/whatsapp/{hook}",
        Signed,
        &[Field(Path, "hook", Text("x")), Field(Query, "hub.challenge", Text("1"))],
    ),
    post(
        "/webhooks/whatsapp/{hook}",
        Signed,
        &[Field(Path, "hook", Text("x")), Field(Json, "object", Text("whatsapp_business_account"))],
    ),
    // A mail server.
    post("/webhooks/mail", Signed, &[]),
    // Whether it runs.
    get("/healthz", Open, &[]),
    get("/readyz", Open, &[]),
    // The stand-in of Meta, a router of its own.
    any("/sandbox", StandIn),
    any("/sandbox/", StandIn),
    any("/sandbox/{*__private__axum_nest_tail_param}", StandIn),
];

/// On the operators' address.
pub const OPERATORS: &[Door] =
    &[get("/healthz", Operator, &[]), get("/readyz", Operator, &[]), get("/metrics", Operator, &[])];
