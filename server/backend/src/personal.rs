//! The register of personal data: every column that may hold some, whose it is, and what erasure does to it.
//!
//! A test compares it with the database's catalogue, so a new column must be entered here or among the
//! [`HARMLESS`] before it can be merged.

/// Whose data a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Contact,
    Member,
}

/// What erasure of the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The row goes.
    Delete,
    /// The value goes, the row stays.
    Clear,
    /// Kept as evidence for as long as the law asks, without what identifies the person.
    KeepUnlinked,
    /// Goes by itself after its retention time.
    Expire,
}

/// One column that may hold personal data.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub table: &'static str,
    pub column: &'static str,
    pub what: &'static str,
    pub whose: Whose,
    pub erasure: Erasure,
}

const fn field(table: &'static str, column: &'static str, what: &'static str, whose: Whose, erasure: Erasure) -> Field {
    Field { table, column, what, whose, erasure }
}

use Erasure::{Clear, Delete, Expire, KeepUnlinked};
use Whose::{Contact, Member};

/// Every column that may hold personal data.
pub const REGISTER: &[Field] = &[
    field("account", "email", "sign-in address", Member, Delete),
    field("account", "password_hash", "proof of the password", Member, Delete),
    field("member", "name", "name", Member, Clear),
    field("member", "email", "address", Member, Clear),
    field("audit_event", "actor", "who acted", Member, KeepUnlinked),
    field("audit_event", "details", "what was done", Member, KeepUnlinked),
    field("contact", "name", "name given by the business", Contact, Delete),
    field("contact", "profile_name", "name given by the person", Contact, Delete),
    field("contact", "username", "WhatsApp username", Contact, Delete),
    field("identity", "value", "phone number or WhatsApp id", Contact, Delete),
    field("consent_event", "evidence", "proof of consent", Contact, KeepUnlinked),
    field("conversation", "title", "copy of the name", Contact, Delete),
    field("conversation", "last_line", "copy of the last message", Contact, Delete),
    field("message", "sender", "who wrote", Member, Clear),
    field("message", "content", "what was written", Contact, Delete),
    field("message", "payload", "what was sent", Contact, Delete),
    field("message", "raw", "the original of an unsupported message", Contact, Delete),
    field("message", "provider_id", "contains the phone number", Contact, Delete),
    field("message", "quote", "part of another message", Contact, Delete),
    field("message", "reply_provider_id", "contains the phone number", Contact, Delete),
    field("message", "their_reaction", "reaction", Contact, Delete),
    field("message", "our_reaction", "reaction", Contact, Delete),
    field("permit", "facts", "consent and window at the time", Contact, KeepUnlinked),
    field("reaction", "target_provider_id", "contains the phone number", Contact, Delete),
    field("reaction", "emoji", "reaction", Contact, Delete),
    field("early_change", "target_provider_id", "contains the phone number", Contact, Delete),
    field("early_change", "content", "edited message", Contact, Delete),
    field("stray_status", "provider_id", "contains the phone number", Contact, Delete),
    field("attachment", "file_name", "name of a file", Contact, Delete),
    field("attachment", "object_key", "where the file is", Contact, Delete),
    field("attachment", "provider_media_id", "the provider's name of the file", Contact, Delete),
    field("attachment", "sha256", "fingerprint of the file", Contact, Delete),
    field("journal", "body", "raw webhook", Contact, Expire),
    field("mail", "to_address", "whom a mail is for", Member, Expire),
    field("mail", "data", "names and links of a mail not yet sent", Member, Expire),
    field("mail_bounce", "address_hash", "fingerprint of an address that does not exist", Member, KeepUnlinked),
    field("quarantine", "item", "raw item of a webhook", Contact, Delete),
];

/// Columns of text, JSON or bytes that hold no personal data.
pub const HARMLESS: &[&str] = &[
    "api_key.key_hash",
    "api_key.name",
    "api_key.scopes",
    "attachment.mime",
    "attachment.problem",
    "attachment.state",
    "audit_event.action",
    "channel.display_number",
    "channel.kind",
    "channel.name",
    "channel.phone_number_id",
    "channel.state",
    "channel.waba_id",
    "channel_route.phone_number_id",
    "consent.channel_kind",
    "consent.method",
    "consent.purpose",
    "consent.state",
    "consent_event.action",
    "consent_event.channel_kind",
    "consent_event.method",
    "consent_event.purpose",
    "conversation.last_direction",
    "conversation.status",
    "early_change.kind",
    "identity.kind",
    "journal.problem",
    "mail.failure",
    "mail.kind",
    "mail.language",
    "mail.message_id",
    "mail.state",
    "mail_bounce.reason",
    "member.role",
    "message.direction",
    "message.failure",
    "message.pricing",
    "outbox.error_class",
    "outbox.state",
    "permit.grounds",
    "permit.purpose",
    "quarantine.kind",
    "quarantine.reason",
    "session.token_hash",
    "stray_status.failure",
    "stray_status.pricing",
    "template.body",
    "template.category",
    "template.language",
    "template.name",
    "template.status",
    "workspace.name",
];
