use domain::consent::{ConsentState, Purpose};
use domain::contacts::{ConsentRow, ContactPanel, ContactRow, IdentityRow};
use domain::identity::{IdentityKind, PhoneDigits};
use domain::page::{Cursor, Page};
use domain::tags::Tag;
use domain::{Caller, ContactId, Error, IdentityId, Permission};
use serde_json::json;
use uuid::Uuid;

use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::tags::tag;

pub(super) async fn list(core: &Core, caller: &Caller, after: Option<Cursor>, limit: u32) -> Outcome<Page<ContactRow>> {
    let limit = limit.clamp(1, 100);
    let (at, id) = position(after)?;
    let mut tx = core.db.of(caller).await?;
    let rows = sqlx::query!(
        r#"select c.id, coalesce(c.name, c.profile_name) as name, c.created_at,
                  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value) order by i.created_at)
                   from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.retired_at is null),
                   '[]') as "identities!"
           from contact c
           where c.workspace_id = $1 and ($2::timestamptz is null or (c.created_at, c.id) < ($2, $3))
           order by c.created_at desc, c.id desc limit $4"#,
        tx.workspace.0,
        at.map(sql) as _,
        id,
        i64::from(limit) + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            Ok(ContactRow {
                id: row.id.into(),
                name: row.name,
                identities: serde_json::from_value::<Vec<StoredIdentity>>(row.identities)?
                    .iter()
                    .map(|identity| identity.shown(caller))
                    .collect(),
                created_at: row.created_at.to_jiff(),
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Page::cut(rows, limit as usize, |row| Cursor::new(row.created_at, row.id.0)))
}

/// Reads a cursor; text that no page gave out is `Invalid`.
pub(crate) fn position(cursor: Option<Cursor>) -> Outcome<(Option<jiff::Timestamp>, Option<Uuid>)> {
    match cursor {
        None => Ok((None, None)),
        Some(cursor) => {
            let (at, id) =
                cursor.parse().ok_or(Error::invalid("after", "This is not a position that a page gave out."))?;
            Ok((Some(at), Some(id)))
        }
    }
}

pub(super) async fn get(core: &Core, caller: &Caller, id: ContactId) -> Outcome<ContactPanel> {
    let mut tx = core.db.of(caller).await?;
    panel(&mut tx, caller, id).await
}

/// A contact with identities and consents, for whom may read these.
pub(crate) async fn panel(tx: &mut Scoped, caller: &Caller, id: ContactId) -> Outcome<ContactPanel> {
    let row = sqlx::query!(
        r#"select c.name, c.profile_name, c.username, c.restricted, c.sample, c.created_at,
              contact_tags(c.workspace_id, c.id) as tags,
              coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value) order by i.created_at)
               from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.retired_at is null),
               '[]') as "identities!",
              coalesce((select jsonb_agg(jsonb_build_object('channel', co.channel_kind, 'purpose', co.purpose, 'state', co.state,
                    'since', co.since, 'method', co.method) order by co.since)
               from consent co join identity i on i.workspace_id = co.workspace_id and i.id = co.identity_id
               where i.workspace_id = c.workspace_id and i.contact_id = c.id), '[]') as "consents!"
           from contact c where c.workspace_id = $1 and c.id = $2"#,
        tx.workspace.0,
        id.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let tags = tags_shown(row.tags)?;
    let more_tags = match caller.may(Permission::EditContacts) {
        true => more_tags(tx, &tags).await?,
        false => Vec::new(),
    };
    let identities: Vec<StoredIdentity> = serde_json::from_value(row.identities)?;
    let consents: Vec<StoredConsent> = serde_json::from_value(row.consents)?;
    let panel = ContactPanel {
        id,
        name: row.name,
        profile_name: row.profile_name,
        username: row.username,
        identities: identities.iter().map(|identity| identity.shown(caller)).collect(),
        consents: strictest(consents),
        restricted: row.restricted,
        sample: row.sample,
        tags,
        more_tags,
        created_at: Some(row.created_at.to_jiff()),
    };
    Ok(if caller.may(Permission::ReadContacts) { panel } else { panel.close() })
}

/// What `contact_tags` answered: null for none.
pub(crate) fn tags_shown(stored: Option<serde_json::Value>) -> Outcome<Vec<Tag>> {
    Ok(stored.map(serde_json::from_value).transpose()?.unwrap_or_default())
}

/// The tags that could be put on beside those that are.
async fn more_tags(tx: &mut Scoped, shown: &[Tag]) -> Outcome<Vec<Tag>> {
    let shown: Vec<Uuid> = shown.iter().map(|tag| tag.id.0).collect();
    let rows = sqlx::query!(
        "select id, name, colour from tag where workspace_id = $1 and id <> all($2) order by lower(name)",
        tx.workspace.0,
        &shown,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows.into_iter().map(|row| tag(row.id, row.name, &row.colour)).collect())
}

#[derive(serde::Deserialize)]
struct StoredIdentity {
    id: Uuid,
    kind: IdentityKind,
    value: String,
}

impl StoredIdentity {
    /// As the caller may see it: without the permission, a number is masked.
    fn shown(&self, caller: &Caller) -> IdentityRow {
        let hidden = self.kind == IdentityKind::Phone && !caller.may(Permission::SeePhoneNumbers);
        let shown = if hidden { masked(&self.value) } else { full(self.kind, &self.value) };
        IdentityRow { id: self.id.into(), kind: self.kind, shown, hidden }
    }
}

fn full(kind: IdentityKind, value: &str) -> String {
    match kind {
        IdentityKind::Bsuid => value.to_owned(),
        IdentityKind::Phone => international(value),
    }
}

/// One way to reach a person, in full. The trail knows who saw it, and holds no number.
pub(super) async fn reveal(core: &Core, caller: &Caller, id: ContactId, identity: IdentityId) -> Outcome<String> {
    let mut tx = core.db.of(caller).await?;
    let row = sqlx::query!(
        "select i.kind, i.value from identity i join contact c on c.workspace_id = i.workspace_id and c.id = i.contact_id
         where i.workspace_id = $1 and i.id = $2 and c.id = $3 and i.retired_at is null",
        tx.workspace.0,
        identity.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    let kind = IdentityKind::parse(&row.kind).unwrap_or(IdentityKind::Bsuid);
    let act = Act::new(Action::NumberSeen, id.0).with(json!({ "identity": identity }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    Ok(full(kind, &row.value))
}

/// Enough of a number to tell two people apart, too little to call either.
fn masked(digits: &str) -> String {
    PhoneDigits::parse(digits).map_or_else(|| "…".to_owned(), |digits| digits.masked())
}

/// A phone number as people read it: `14155550111` becomes `+1 415-555-0111`.
pub(crate) fn international(digits: &str) -> String {
    let plain = format!("+{digits}");
    match phonenumber::parse(None, &plain) {
        Ok(number) => number.format().mode(phonenumber::Mode::International).to_string(),
        Err(_) => plain,
    }
}

#[derive(serde::Deserialize)]
struct StoredConsent {
    channel: String,
    purpose: Purpose,
    state: ConsentState,
    since: jiff::Timestamp,
    method: String,
}

/// One row a channel and purpose: the strictest of the person's identities (R-C6).
fn strictest(stored: Vec<StoredConsent>) -> Vec<ConsentRow> {
    let mut rows: Vec<ConsentRow> = Vec::new();
    for one in stored {
        let row = ConsentRow {
            channel: one.channel,
            purpose: one.purpose,
            state: one.state,
            since: one.since,
            method: one.method,
        };
        match rows.iter_mut().find(|known| known.channel == row.channel && known.purpose == row.purpose) {
            Some(known) if known.state == ConsentState::Granted || row.state == ConsentState::Revoked => *known = row,
            Some(_) => {}
            None => rows.push(row),
        }
    }
    rows
}
