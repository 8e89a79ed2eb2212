//! From the ids of an incoming event to a contact (contract 5.4 and 5.6).
//!
//! A business-scoped id names a person; a phone number is how some of them can be reached and may be handed on.
//! An event that carries both says that they belong together.

use domain::identity::{IdentityKind, PhoneDigits};
use domain::{ContactId, ConversationId, IdentityId, Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::ids;
use crate::outbound::Person;

/// The contact behind an event, and the identity to write consent to.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub contact: ContactId,
    pub identity: IdentityId,
    pub title: String,
    /// The name shown changed with this event.
    pub renamed: bool,
}

#[derive(Clone, Copy)]
struct Known {
    identity: IdentityId,
    contact: ContactId,
}

/// Finds or makes the contact, joins what belongs together, and takes over a newer profile name.
pub(crate) async fn resolve(tx: &mut PgConnection, workspace: Uuid, person: &Person, now: Timestamp) -> Outcome<Found> {
    let known = lookup_all(tx, workspace, person).await?;
    if let Some(found) = settled(&known, person) {
        return Ok(found);
    }
    let by = |kind: IdentityKind| known.iter().find(|row| row.kind == kind).map(|row| row.known);
    let (contact, identity) = match (by(IdentityKind::Bsuid), by(IdentityKind::Phone)) {
        (Some(person_id), Some(number)) if person_id.contact == number.contact => {
            (person_id.contact, person_id.identity)
        }
        (Some(person_id), Some(number)) => {
            join_or_hand_over(tx, workspace, &person_id, &number, now).await?;
            (person_id.contact, person_id.identity)
        }
        (Some(person_id), None) => {
            attach(tx, workspace, person_id.contact, IdentityKind::Phone, person.phone.as_deref(), now).await?;
            (person_id.contact, person_id.identity)
        }
        (None, Some(number)) => match person.bsuid.as_deref() {
            Some(bsuid) => adopt(tx, workspace, &number, bsuid, person, now).await?,
            None => (number.contact, number.identity),
        },
        (None, None) => create(tx, workspace, person, now).await?,
    };
    let (title, renamed) = refresh_names(tx, workspace, contact, person).await?;
    Ok(Found { contact, identity, title, renamed })
}

/// An identity that the event names, with its contact's names.
struct KnownRow {
    kind: IdentityKind,
    known: Known,
    name: Option<String>,
    profile_name: Option<String>,
    username: Option<String>,
}

/// Both ids in one question: most events are about somebody who is known already.
async fn lookup_all(tx: &mut PgConnection, workspace: Uuid, person: &Person) -> Outcome<Vec<KnownRow>> {
    let rows = sqlx::query!(
        "select i.kind, i.id, i.contact_id, c.name, c.profile_name, c.username
         from identity i join contact c on c.workspace_id = i.workspace_id and c.id = i.contact_id
         where i.workspace_id = $1 and i.retired_at is null
           and ((i.kind = 'bsuid' and i.value = $2) or (i.kind = 'phone' and i.value = $3))",
        workspace,
        person.bsuid,
        person.phone,
    )
    .fetch_all(tx)
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        Some(KnownRow {
            kind: IdentityKind::parse(&row.kind)?,
            known: Known { identity: row.id.into(), contact: row.contact_id.into() },
            name: row.name,
            profile_name: row.profile_name,
            username: row.username,
        })
    });
    Ok(known.collect())
}

/// The contact, when every id of the event is known as theirs and no name is news: nothing needs to be written.
fn settled(known: &[KnownRow], person: &Person) -> Option<Found> {
    let named = usize::from(person.bsuid.is_some()) + usize::from(person.phone.is_some());
    let first = known.first()?;
    let same = known.len() == named && known.iter().all(|row| row.known.contact == first.known.contact);
    let no_news = |told: &Option<String>, stored: &Option<String>| told.is_none() || told == stored;
    if !same || !no_news(&person.profile_name, &first.profile_name) || !no_news(&person.username, &first.username) {
        return None;
    }
    let identity = known.iter().find(|row| row.kind == IdentityKind::Bsuid).unwrap_or(first).known.identity;
    let title = title(first.name.as_deref(), first.profile_name.as_deref(), first.username.as_deref());
    let title = title.unwrap_or_else(|| nameless(person.phone.as_deref()));
    Some(Found { contact: first.known.contact, identity, title, renamed: false })
}

async fn lookup(
    tx: &mut PgConnection,
    workspace: Uuid,
    kind: IdentityKind,
    value: Option<&str>,
) -> Outcome<Option<Known>> {
    let Some(value) = value else { return Ok(None) };
    let row = sqlx::query!(
        "select id, contact_id from identity
         where workspace_id = $1 and kind = $2 and value = $3 and retired_at is null",
        workspace,
        kind.as_str(),
        value,
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Known { identity: row.id.into(), contact: row.contact_id.into() }))
}

/// A known id and a known number of two contacts arrive together. Were the number's contact never seen with an
/// id of its own, the two are one person; otherwise the number has changed hands and moves alone.
async fn join_or_hand_over(
    tx: &mut PgConnection,
    workspace: Uuid,
    person: &Known,
    number: &Known,
    now: Timestamp,
) -> Outcome<()> {
    if has_bsuid(tx, workspace, number.contact).await? {
        retire(tx, workspace, number.identity, now).await?;
        let value = value_of(tx, workspace, number.identity).await?;
        attach(tx, workspace, person.contact, IdentityKind::Phone, Some(&value), now).await
    } else {
        merge(tx, workspace, number.contact, person.contact).await
    }
}

/// An unknown id arrives with a known number: the number's contact takes the id, unless it already has another,
/// in which case the number has changed hands to a new person.
async fn adopt(
    tx: &mut PgConnection,
    workspace: Uuid,
    number: &Known,
    bsuid: &str,
    person: &Person,
    now: Timestamp,
) -> Outcome<(ContactId, IdentityId)> {
    if has_bsuid(tx, workspace, number.contact).await? {
        retire(tx, workspace, number.identity, now).await?;
        return create(tx, workspace, person, now).await;
    }
    let identity = insert_identity(tx, workspace, number.contact, IdentityKind::Bsuid, bsuid, now).await?;
    Ok((number.contact, identity))
}

async fn has_bsuid(tx: &mut PgConnection, workspace: Uuid, contact: ContactId) -> Outcome<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists(select 1 from identity where workspace_id = $1 and contact_id = $2 and kind = 'bsuid' and retired_at is null) as "found!""#,
        workspace,
        contact.0,
    )
    .fetch_one(tx)
    .await?;
    Ok(found)
}

async fn value_of(tx: &mut PgConnection, workspace: Uuid, identity: IdentityId) -> Outcome<String> {
    Ok(sqlx::query_scalar!("select value from identity where workspace_id = $1 and id = $2", workspace, identity.0)
        .fetch_one(tx)
        .await?)
}

async fn retire(tx: &mut PgConnection, workspace: Uuid, identity: IdentityId, now: Timestamp) -> Outcome<()> {
    sqlx::query!(
        "update identity set retired_at = $3 where workspace_id = $1 and id = $2",
        workspace,
        identity.0,
        sql(now)
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn attach(
    tx: &mut PgConnection,
    workspace: Uuid,
    contact: ContactId,
    kind: IdentityKind,
    value: Option<&str>,
    now: Timestamp,
) -> Outcome<()> {
    if let Some(value) = value {
        insert_identity(tx, workspace, contact, kind, value, now).await?;
    }
    Ok(())
}

async fn insert_identity(
    tx: &mut PgConnection,
    workspace: Uuid,
    contact: ContactId,
    kind: IdentityKind,
    value: &str,
    now: Timestamp,
) -> Outcome<IdentityId> {
    let id: IdentityId = ids::fresh();
    sqlx::query!(
        "insert into identity (workspace_id, id, contact_id, kind, value, created_at) values ($1, $2, $3, $4, $5, $6)",
        workspace,
        id.0,
        contact.0,
        kind.as_str(),
        value,
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(id)
}

async fn create(
    tx: &mut PgConnection,
    workspace: Uuid,
    person: &Person,
    now: Timestamp,
) -> Outcome<(ContactId, IdentityId)> {
    let contact: ContactId = ids::fresh();
    sqlx::query!(
        "insert into contact (workspace_id, id, profile_name, username, created_at) values ($1, $2, $3, $4, $5)",
        workspace,
        contact.0,
        person.profile_name,
        person.username,
        sql(now),
    )
    .execute(&mut *tx)
    .await?;
    let mut first = None;
    for (kind, value) in [(IdentityKind::Bsuid, &person.bsuid), (IdentityKind::Phone, &person.phone)] {
        if let Some(value) = value {
            let identity = insert_identity(tx, workspace, contact, kind, value, now).await?;
            first = first.or(Some(identity));
        }
    }
    let identity = first.ok_or_else(|| Fault::internal("the item names nobody: neither an id nor a number"))?;
    Ok((contact, identity))
}

/// Takes over names that the event carries, and answers the name that lists show.
async fn refresh_names(
    tx: &mut PgConnection,
    workspace: Uuid,
    contact: ContactId,
    person: &Person,
) -> Outcome<(String, bool)> {
    let row = sqlx::query!(
        "select name, profile_name, username from contact where workspace_id = $1 and id = $2",
        workspace,
        contact.0,
    )
    .fetch_one(&mut *tx)
    .await?;
    let profile_name = person.profile_name.clone().or_else(|| row.profile_name.clone());
    let username = person.username.clone().or_else(|| row.username.clone());
    let changed = profile_name != row.profile_name || username != row.username;
    if changed {
        sqlx::query!(
            "update contact set profile_name = $3, username = $4 where workspace_id = $1 and id = $2",
            workspace,
            contact.0,
            profile_name,
            username,
        )
        .execute(&mut *tx)
        .await?;
    }
    let title = match title(row.name.as_deref(), profile_name.as_deref(), username.as_deref()) {
        Some(title) => title,
        None => nameless(person.phone.as_deref()),
    };
    Ok((title, changed && row.name.is_none()))
}

/// The name that lists show, if the contact has any.
pub(super) fn title(name: Option<&str>, profile_name: Option<&str>, username: Option<&str>) -> Option<String> {
    name.or(profile_name).map(str::to_owned).or_else(|| username.map(|name| format!("@{name}")))
}

fn nameless(phone: Option<&str>) -> String {
    match phone.and_then(PhoneDigits::parse) {
        Some(digits) => digits.masked(),
        None => "Unknown person".to_owned(),
    }
}

/// What lists show of a contact that nobody has named.
pub(super) async fn masked_title(tx: &mut Scoped, contact: ContactId) -> Outcome<String> {
    let phone = sqlx::query_scalar!(
        "select value from identity where workspace_id = $1 and contact_id = $2 and kind = 'phone' and retired_at is null limit 1",
        tx.workspace.0,
        contact.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(nameless(phone.as_deref()))
}

/// The person behind `old` is from now on reached as `new` (contract 5.4): old ids retire, new ones take over.
pub(crate) async fn move_person(
    tx: &mut PgConnection,
    workspace: Uuid,
    old: &Person,
    new: &Person,
    now: Timestamp,
) -> Outcome<Found> {
    let known = match lookup(tx, workspace, IdentityKind::Bsuid, old.bsuid.as_deref()).await? {
        Some(known) => Some(known),
        None => lookup(tx, workspace, IdentityKind::Phone, old.phone.as_deref()).await?,
    };
    let Some(known) = known else {
        // Nobody we know moved, or the news was already applied: the new ids decide.
        return resolve(tx, workspace, new, now).await;
    };
    for (kind, before, after) in
        [(IdentityKind::Bsuid, &old.bsuid, &new.bsuid), (IdentityKind::Phone, &old.phone, &new.phone)]
    {
        let Some(after) = after.as_deref().filter(|after| Some(*after) != before.as_deref()) else { continue };
        retire_value(tx, workspace, known.contact, kind, before.as_deref(), now).await?;
        match lookup(tx, workspace, kind, Some(after)).await? {
            Some(there) if there.contact == known.contact => {}
            Some(there) => merge(tx, workspace, there.contact, known.contact).await?,
            None => {
                insert_identity(tx, workspace, known.contact, kind, after, now).await?;
            }
        }
    }
    // Consent follows the person: a state written to a retired identity still counts (gate::facts reads all).
    let (title, renamed) = refresh_names(tx, workspace, known.contact, new).await?;
    Ok(Found { contact: known.contact, identity: known.identity, title, renamed })
}

async fn retire_value(
    tx: &mut PgConnection,
    workspace: Uuid,
    contact: ContactId,
    kind: IdentityKind,
    value: Option<&str>,
    now: Timestamp,
) -> Outcome<()> {
    sqlx::query!(
        "update identity set retired_at = $5
         where workspace_id = $1 and contact_id = $2 and kind = $3 and retired_at is null and ($4::text is null or value = $4)",
        workspace,
        contact.0,
        kind.as_str(),
        value,
        sql(now),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes two contacts one: `from` goes into `into`, with its identities (and so its consents, of which the strictest
/// counts, R-C6), its names where `into` has none, and its conversations.
async fn merge(tx: &mut PgConnection, workspace: Uuid, from: ContactId, into: ContactId) -> Outcome<()> {
    sqlx::query!(
        "update identity set contact_id = $3 where workspace_id = $1 and contact_id = $2",
        workspace,
        from.0,
        into.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update contact c set name = coalesce(c.name, f.name), profile_name = coalesce(c.profile_name, f.profile_name),
                username = coalesce(c.username, f.username), restricted = c.restricted or f.restricted
         from contact f
         where c.workspace_id = $1 and c.id = $3 and f.workspace_id = $1 and f.id = $2",
        workspace,
        from.0,
        into.0,
    )
    .execute(&mut *tx)
    .await?;
    let conversations = sqlx::query!(
        "select f.id as from_id, i.id as \"into_id?\"
         from conversation f
         left join conversation i on i.workspace_id = f.workspace_id and i.channel_id = f.channel_id and i.contact_id = $3
         where f.workspace_id = $1 and f.contact_id = $2",
        workspace,
        from.0,
        into.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in conversations {
        match row.into_id {
            Some(into_id) => merge_conversation(tx, workspace, row.from_id.into(), into_id.into()).await?,
            None => {
                sqlx::query!(
                    "update conversation set contact_id = $3, version = version + 1 where workspace_id = $1 and id = $2",
                    workspace,
                    row.from_id,
                    into.0,
                )
                .execute(&mut *tx)
                .await?;
            }
        }
    }
    sqlx::query!("delete from contact where workspace_id = $1 and id = $2", workspace, from.0).execute(tx).await?;
    Ok(())
}

async fn merge_conversation(
    tx: &mut PgConnection,
    workspace: Uuid,
    from: ConversationId,
    into: ConversationId,
) -> Outcome<()> {
    for statement in [
        sqlx::query!(
            "update message set conversation_id = $3 where workspace_id = $1 and conversation_id = $2",
            workspace,
            from.0,
            into.0
        ),
        sqlx::query!(
            "update attachment set conversation_id = $3 where workspace_id = $1 and conversation_id = $2",
            workspace,
            from.0,
            into.0
        ),
        sqlx::query!(
            "update outbox set conversation_id = $3 where workspace_id = $1 and conversation_id = $2",
            workspace,
            from.0,
            into.0
        ),
    ] {
        statement.execute(&mut *tx).await?;
    }
    sqlx::query!(
        "update conversation c set
            status = case when c.status = 'open' or f.status = 'open' then 'open' else 'resolved' end,
            assignee_id = coalesce(c.assignee_id, f.assignee_id),
            unread = c.unread + f.unread,
            last_line = case when f.last_at > c.last_at then f.last_line else c.last_line end,
            last_direction = case when f.last_at > c.last_at then f.last_direction else c.last_direction end,
            last_message_id = case when f.last_at > c.last_at then f.last_message_id else c.last_message_id end,
            last_status = case when f.last_at > c.last_at then f.last_status else c.last_status end,
            last_at = greatest(c.last_at, f.last_at),
            last_inbound_at = greatest(c.last_inbound_at, f.last_inbound_at),
            last_request_at = greatest(c.last_request_at, f.last_request_at),
            version = greatest(c.version, f.version) + 1
         from conversation f
         where c.workspace_id = $1 and c.id = $3 and f.workspace_id = $1 and f.id = $2",
        workspace,
        from.0,
        into.0,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from conversation where workspace_id = $1 and id = $2", workspace, from.0).execute(tx).await?;
    Ok(())
}
