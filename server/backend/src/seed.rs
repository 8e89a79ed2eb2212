//! A believable workspace of an estate agency, for demonstrations and for screenshots.

mod stories;

use domain::gate::Intent;
use domain::messages::{Content, Sender};
use domain::status::DeliveryStatus;
use domain::{AccountId, ChannelId, ConversationId, MemberId, Role, Timestamp, WorkspaceId};
use jiff::SignedDuration;
use serde_json::json;
use sqlx::PgPool;

use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::outbound::{InboundMessage, Payload, Person};
use crate::outbox::{self, Draft, settle};
use crate::{Core, ids, ingest, secret};
use stories::{Line, STORIES, Story};

/// The sign-in of the demonstration, printed at start.
pub const EMAIL: &str = "anna@harbourhill.example";
pub const PASSWORD: &str = "harbour-demo";

/// Which number the workspace is connected to.
#[derive(Clone, Debug)]
pub struct Number {
    pub phone_number_id: String,
    pub waba_id: String,
    pub display_number: String,
}

/// A workspace with an owner and a channel, as [`workspace`] makes it.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    pub workspace: WorkspaceId,
    pub owner: MemberId,
    pub channel: ChannelId,
}

/// Makes the demonstration workspace unless it is there. `owner_pool` is of the migrating user, who alone may write
/// accounts. Answers `None` when there was one already.
pub async fn demo(core: &Core, owner_pool: &PgPool, number: &Number) -> Outcome<Option<Seeded>> {
    let taken = sqlx::query_scalar!(
        r#"select exists(select 1 from channel_route where phone_number_id = $1) as "taken!""#,
        number.phone_number_id
    )
    .fetch_one(core.db.app())
    .await?;
    if taken {
        return Ok(None);
    }
    let seeded =
        workspace(core, owner_pool, "Harbour & Hill Estates", ("Anna Bright", EMAIL, PASSWORD), number).await?;
    let ben =
        member(core, owner_pool, seeded.workspace, ("Ben Carter", "ben@harbourhill.example", PASSWORD), Role::Agent)
            .await?;
    let chloe = member(
        core,
        owner_pool,
        seeded.workspace,
        ("Chloe Adeyemi", "chloe@harbourhill.example", PASSWORD),
        Role::Agent,
    )
    .await?;
    for story in STORIES {
        tell(
            core,
            &seeded,
            story,
            &[("anna", seeded.owner, "Anna Bright"), ("ben", ben, "Ben Carter"), ("chloe", chloe, "Chloe Adeyemi")],
        )
        .await?;
    }
    Ok(Some(seeded))
}

/// A new workspace with its owner and one connected number.
pub async fn workspace(
    core: &Core,
    owner_pool: &PgPool,
    name: &str,
    owner: (&str, &str, &str),
    number: &Number,
) -> Outcome<Seeded> {
    let (workspace, channel): (WorkspaceId, ChannelId) = (ids::fresh(), ids::fresh());
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!("insert into workspace (workspace_id, name) values ($1, $2)", workspace.0, name)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "insert into channel (workspace_id, id, kind, name, display_number, phone_number_id, waba_id, state)
         values ($1, $2, 'whatsapp', $3, $4, $5, $6, 'connected')",
        workspace.0,
        channel.0,
        name,
        number.display_number,
        number.phone_number_id,
        number.waba_id,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into channel_route (phone_number_id, workspace_id, channel_id) values ($1, $2, $3)",
        number.phone_number_id,
        workspace.0,
        channel.0,
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await?;
    let owner = member(core, owner_pool, workspace, owner, Role::Owner).await?;
    Ok(Seeded { workspace, owner, channel })
}

/// A new person with a password, as a member of a workspace.
pub async fn member(
    core: &Core,
    owner_pool: &PgPool,
    workspace: WorkspaceId,
    (name, email, password): (&str, &str, &str),
    role: Role,
) -> Outcome<MemberId> {
    let password = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || secret::hash_password(&password))
        .await
        .map_err(|_| Fault::internal("hashing"))??;
    let (account, id): (AccountId, MemberId) = (ids::fresh(), ids::fresh());
    sqlx::query!(
        "insert into account (id, email, password_hash, name, password_changed_at) values ($1, $2, $3, $4, $5)",
        account.0,
        email,
        hash,
        name,
        sql(core.clock.now()),
    )
    .execute(owner_pool)
    .await?;
    let mut tx = core.db.scoped(workspace).await?;
    sqlx::query!(
        "insert into member (workspace_id, id, account_id, name, email, role) values ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        id.0,
        account.0,
        name,
        email,
        role.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Plays one story through the same code that real messages take.
async fn tell(core: &Core, seeded: &Seeded, story: &Story, members: &[(&str, MemberId, &str)]) -> Outcome<()> {
    let now = core.clock.now();
    let mut tx = core.db.worker_scoped(seeded.workspace).await?;
    let mut conversation = None;
    for (n, (minutes_ago, line)) in story.lines.iter().enumerate() {
        let at = now.checked_sub(SignedDuration::from_mins(*minutes_ago)).unwrap_or(now);
        match line {
            Line::Them(text) => {
                let message = InboundMessage {
                    person: person(story),
                    provider_id: format!("seed.{}.{n}", story.phone),
                    at,
                    content: Content::Text { body: (*text).to_owned() },
                    media: None,
                    reply_to: None,
                };
                let id = ingest::seed_message(&mut tx, seeded.workspace, seeded.channel, at, &message).await?;
                conversation = Some(id);
            }
            Line::Us(who, text, status) => {
                let (id, who) = (
                    conversation.ok_or_else(|| Fault::internal("a story begins with the customer"))?,
                    find(members, who)?,
                );
                say(&mut tx, id, who, text, *status, at, &format!("seed.{}.{n}", story.phone)).await?;
            }
            Line::Note(who, text) => {
                let (id, who) = (
                    conversation.ok_or_else(|| Fault::internal("a story begins with the customer"))?,
                    find(members, who)?,
                );
                note(&mut tx, id, who, text, at).await?;
            }
        }
    }
    let Some(id) = conversation else { return Ok(()) };
    let assignee = story.assignee.map(|who| find(members, who)).transpose()?.map(|(member, _)| member.0);
    sqlx::query!(
        "update conversation set assignee_id = $3, status = $4, unread = $5, read_until = case when $5 = 0 then last_at end
         where workspace_id = $1 and id = $2",
        seeded.workspace.0,
        id.0,
        assignee,
        if story.resolved { "resolved" } else { "open" },
        story.unread,
    )
    .execute(&mut **tx)
    .await?;
    tx.commit().await
}

fn find<'a>(members: &[(&str, MemberId, &'a str)], who: &str) -> Outcome<(MemberId, &'a str)> {
    members
        .iter()
        .find(|(key, _, _)| *key == who)
        .map(|(_, id, name)| (*id, *name))
        .ok_or_else(|| Fault::internal("a story names an unknown member"))
}

fn person(story: &Story) -> Person {
    Person {
        bsuid: None,
        phone: Some(story.phone.to_owned()),
        username: None,
        profile_name: Some(story.name.to_owned()),
    }
}

async fn say(
    tx: &mut Scoped,
    conversation: ConversationId,
    (id, name): (MemberId, &str),
    text: &str,
    status: DeliveryStatus,
    at: Timestamp,
    provider_id: &str,
) -> Outcome<()> {
    let workspace = tx.workspace;
    let draft = Draft {
        conversation,
        intent: Intent::FreeForm,
        sender: Sender::Member { id, name: name.to_owned() },
        content: Content::Text { body: text.to_owned() },
        payload: Payload::Text { body: text.to_owned() },
        client_key: None,
        reply: None,
        shown: true,
    };
    let message = outbox::admit(tx, workspace, draft, at).await?;
    settle::accepted(tx, workspace, message, provider_id, at).await?;
    for step in [DeliveryStatus::Sent, DeliveryStatus::Delivered, DeliveryStatus::Read] {
        if step.rank() <= status.rank() {
            let climb = settle::Climb { message, status: step, at, provider_id: None, failure: None, pricing: None };
            settle::climb(tx, workspace, &climb).await?;
        }
    }
    Ok(())
}

async fn note(
    tx: &mut Scoped,
    conversation: ConversationId,
    (id, name): (MemberId, &str),
    text: &str,
    at: Timestamp,
) -> Outcome<()> {
    let message: domain::MessageId = ids::fresh();
    sqlx::query!(
        "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, created_at)
         select c.workspace_id, $2, c.id, c.channel_id, 'note', $4, $5, $6, $5 from conversation c where c.workspace_id = $1 and c.id = $3",
        tx.workspace.0,
        message.0,
        conversation.0,
        json!({ "kind": "member", "id": id, "name": name }),
        sql(at),
        serde_json::to_value(Content::Text { body: text.to_owned() })?,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}
