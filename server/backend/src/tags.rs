//! Tags, and putting them on contacts.

use async_trait::async_trait;
use domain::tags::{Colour, Tag, TagRow, parse_name};
use domain::{Caller, ContactId, ConversationId, Error, Permission, TagId, ports};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::{self, sql};
use crate::{Core, ids};

/// More than this in one workspace is a list that nobody can choose from.
const MOST: i64 = 200;

/// [`ports::Tags`] over PostgreSQL.
pub struct TagsPort {
    core: Core,
}

impl TagsPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn list(&self, caller: &Caller) -> Outcome<Vec<TagRow>> {
        caller.require(Permission::ReadContacts)?;
        let mut tx = self.core.db.of(caller).await?;
        let rows = sqlx::query!(
            r#"select t.id, t.name, t.colour,
                      (select count(*) from contact_tag ct where ct.workspace_id = t.workspace_id and ct.tag_id = t.id) as "used!"
               from tag t where t.workspace_id = $1 order by lower(t.name)"#,
            tx.workspace.0,
        )
        .fetch_all(&mut **tx)
        .await?;
        Ok(rows.into_iter().map(|row| TagRow { tag: tag(row.id, row.name, &row.colour), used: row.used }).collect())
    }

    async fn save(&self, caller: &Caller, id: Option<TagId>, name: &str, colour: Colour) -> Outcome<()> {
        caller.require(Permission::ManageWorkspace)?;
        let (name, now) = (parse_name(name)?, self.core.clock.now());
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let (saved, before) = match id {
            Some(id) => {
                let before = lock(&mut tx, id).await?;
                change(&mut tx, id, &name, colour, now).await?;
                (id.0, Some(before))
            }
            None => (make(&mut tx, &name, colour, now).await?, None),
        };
        let act = Act::new(Action::TagSaved, saved).saved(before, json!({ "name": name, "colour": colour }));
        audit::write(&mut tx, caller, now, act).await?;
        tx.commit().await?;
        // Whoever has it looks different now, and nobody counts who.
        self.core.live.reset(caller.workspace);
        Ok(())
    }

    async fn delete(&self, caller: &Caller, id: TagId) -> Outcome<()> {
        caller.require(Permission::ManageWorkspace)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let name = sqlx::query_scalar!(
            "delete from tag where workspace_id = $1 and id = $2 returning name",
            tx.workspace.0,
            id.0
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::NotFound))?;
        let act = Act::new(Action::TagDeleted, id.0).with(json!({ "name": name }));
        audit::write(&mut tx, caller, self.core.clock.now(), act).await?;
        tx.commit().await?;
        self.core.live.reset(caller.workspace);
        Ok(())
    }

    async fn put(&self, caller: &Caller, contact: ContactId, tag: TagId) -> Outcome<()> {
        caller.require(Permission::EditContacts)?;
        let mut tx = self.core.db.of(caller).await?;
        let shown = touch(&mut tx, contact).await?;
        let name = both(&mut tx, contact, tag).await?;
        let put = sqlx::query!(
            "insert into contact_tag (workspace_id, contact_id, tag_id, put_at) values ($1, $2, $3, $4) on conflict do nothing",
            tx.workspace.0,
            contact.0,
            tag.0,
            sql(self.core.clock.now()),
        )
        .execute(&mut **tx)
        .await?;
        let act = Act::new(Action::ContactTagged, contact.0).with(json!({ "tag": name }));
        if put.rows_affected() > 0 { self.settle(tx, caller, act, shown).await } else { Ok(()) }
    }

    async fn take_off(&self, caller: &Caller, contact: ContactId, tag: TagId) -> Outcome<()> {
        caller.require(Permission::EditContacts)?;
        let mut tx = self.core.db.of(caller).await?;
        let shown = touch(&mut tx, contact).await?;
        let name = both(&mut tx, contact, tag).await?;
        let taken = sqlx::query!(
            "delete from contact_tag where workspace_id = $1 and contact_id = $2 and tag_id = $3",
            tx.workspace.0,
            contact.0,
            tag.0,
        )
        .execute(&mut **tx)
        .await?;
        let act = Act::new(Action::ContactUntagged, contact.0).with(json!({ "tag": name }));
        if taken.rows_affected() > 0 { self.settle(tx, caller, act, shown).await } else { Ok(()) }
    }

    /// Writes down what was done and tells the screens. Without this everything is rolled back, the versions too.
    async fn settle(
        &self,
        mut tx: Scoped,
        caller: &Caller,
        act: Act,
        shown: Vec<(ConversationId, i64)>,
    ) -> Outcome<()> {
        audit::write(&mut tx, caller, self.core.clock.now(), act).await?;
        tx.commit().await?;
        for (conversation, version) in shown {
            self.core.live.conversation(caller.workspace, conversation, version);
        }
        Ok(())
    }
}

/// A stored tag. A colour that this version does not know looks plain.
pub(crate) fn tag(id: Uuid, name: String, colour: &str) -> Tag {
    Tag { id: id.into(), name, colour: Colour::parse(colour).unwrap_or_default() }
}

async fn make(tx: &mut Scoped, name: &str, colour: Colour, now: jiff::Timestamp) -> Outcome<Uuid> {
    sqlx::query_scalar!(
        "insert into tag (workspace_id, id, name, colour, created_at)
         select $1, $2, $3, $4, $5 where (select count(*) from tag where workspace_id = $1) < $6 returning id",
        tx.workspace.0,
        ids::fresh::<Uuid>(),
        name,
        colour.as_str(),
        sql(now),
        MOST,
    )
    .fetch_optional(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?
    .ok_or_else(|| Error::invalid("name", format!("A workspace has at most {MOST} tags. Delete one first.")).into())
}

/// A tag as it was, for the audit trail.
async fn lock(tx: &mut Scoped, id: TagId) -> Outcome<Value> {
    let row = sqlx::query!(
        "select name, colour from tag where workspace_id = $1 and id = $2 for no key update",
        tx.workspace.0,
        id.0
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))?;
    Ok(json!({ "name": row.name, "colour": row.colour }))
}

async fn change(tx: &mut Scoped, id: TagId, name: &str, colour: Colour, now: jiff::Timestamp) -> Outcome<()> {
    sqlx::query!(
        "update tag set name = $3, colour = $4,
                changed_at = case when (name, colour) = ($3, $4) then changed_at else $5 end
         where workspace_id = $1 and id = $2",
        tx.workspace.0,
        id.0,
        name,
        colour.as_str(),
        sql(now) as _,
    )
    .execute(&mut ***tx)
    .await
    .map_err(|error| taken(error.into()))?;
    Ok(())
}

fn taken(fault: Fault) -> Fault {
    match fault.constraint() {
        Some("tag_name") => Error::invalid("name", "There is a tag of this name already.").into(),
        _ => fault,
    }
}

/// The tag's name, when the caller sees both. Held, so that neither goes before the end.
async fn both(tx: &mut Scoped, contact: ContactId, tag: TagId) -> Outcome<String> {
    sqlx::query_scalar!(
        "select t.name from tag t join contact c on c.workspace_id = t.workspace_id and c.id = $2
         where t.workspace_id = $1 and t.id = $3 for key share",
        tx.workspace.0,
        contact.0,
        tag.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Fault::Plain(Error::NotFound))
}

/// The contact's conversations show its tags. First of all, as whoever removes a pack locks them first.
async fn touch(tx: &mut Scoped, contact: ContactId) -> Outcome<Vec<(ConversationId, i64)>> {
    let workspace = tx.workspace;
    gate::lock_of(tx, workspace, contact).await?;
    let rows = sqlx::query!(
        "update conversation set version = version + 1 where workspace_id = $1 and contact_id = $2 returning id, version",
        tx.workspace.0,
        contact.0,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.version)).collect())
}

#[async_trait]
impl ports::Tags for TagsPort {
    async fn list(&self, caller: &Caller) -> domain::Result<Vec<TagRow>> {
        Ok(self.list(caller).await?)
    }

    async fn save(&self, caller: &Caller, id: Option<TagId>, name: &str, colour: Colour) -> domain::Result<()> {
        Ok(self.save(caller, id, name, colour).await?)
    }

    async fn delete(&self, caller: &Caller, id: TagId) -> domain::Result<()> {
        Ok(self.delete(caller, id).await?)
    }

    async fn put(&self, caller: &Caller, contact: ContactId, tag: TagId) -> domain::Result<()> {
        Ok(self.put(caller, contact, tag).await?)
    }

    async fn take_off(&self, caller: &Caller, contact: ContactId, tag: TagId) -> domain::Result<()> {
        Ok(self.take_off(caller, contact, tag).await?)
    }
}
