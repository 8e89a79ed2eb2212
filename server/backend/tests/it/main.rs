//! Use cases against a real PostgreSQL, one cloned database a test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail loudly"
)]

mod accounts;
mod acts;
mod api_keys;
mod audit;
mod catalogue;
mod complete;
mod connections;
mod consent;
mod identity;
mod inbox;
mod ingest;
mod invitations;
mod languages;
mod mail;
mod media;
mod notifications;
mod outbox;
mod packs;
mod passkeys;
mod people;
mod permissions;
mod pictures;
mod profile;
mod races;
mod safety;
mod scope;
mod sso;
mod team;
mod vault;
mod walls;

use channels::whatsapp::parse_webhook;
use domain::messages::{MessageRow, SendForm};
use domain::ports::{AuditLines, Backend};
use domain::{Caller, ClientKey, ConversationId};
use testkit::{Webhook, World, message};
use uuid::Uuid;

/// A phone number kept for fiction.
pub const GRACE: &str = "447700900101";

pub async fn world() -> World {
    World::new(parse_webhook).await
}

/// A text from Grace to our number, received now.
pub async fn grace_writes(world: &mut World, id: &str, text: &str) {
    let body =
        Webhook::to("1001").person("Grace", Some(GRACE), None).message(message(id, GRACE, world.second(), text)).body();
    world.receive(body).await;
}

/// The whole trail as a file.
pub async fn exported(ports: &Backend, caller: &Caller) -> domain::Result<String> {
    whole(ports.audit.export(caller).await?).await
}

pub async fn whole(mut lines: Box<dyn AuditLines>) -> domain::Result<String> {
    let mut file = String::new();
    while let Some(piece) = lines.next().await? {
        file += &piece;
    }
    Ok(file)
}

/// The newest page of a thread, in reading order.
pub async fn thread(world: &World, id: ConversationId) -> Vec<MessageRow> {
    world.ports.inbox.thread(&world.ours.caller, id).await.unwrap().messages.items
}

pub fn key(n: u128) -> ClientKey {
    ClientKey(Uuid::from_u128(n))
}

/// A form as the composer sends it.
pub fn form(conversation: ConversationId, n: u128, body: &str) -> SendForm {
    SendForm { conversation, client_key: key(n), body: body.to_owned(), attachment: None, reply_to: None, seen: None }
}
