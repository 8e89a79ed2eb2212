//! Contacts: reading and naming them, and finding the person behind an incoming event.

mod read;
mod resolve;

use async_trait::async_trait;
use domain::contacts::{ContactPanel, ContactRow};
use domain::page::{Cursor, Page};
use domain::{Caller, ContactId, Error, IdentityId, Permission, ports};
use serde_json::json;

use crate::audit::{self, Act, Action};
use crate::fault::{Fault, Outcome};
use crate::{Core, gate};

pub(crate) use read::{international, panel, position, tags_shown};
pub(crate) use resolve::{Found, move_person, resolve};

/// [`ports::Contacts`] over PostgreSQL.
pub struct ContactsPort {
    core: Core,
}

impl ContactsPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn rename(&self, caller: &Caller, id: ContactId, name: String) -> Outcome<()> {
        caller.require(Permission::EditContacts)?;
        let name = domain::contacts::parse_name(&name)?;
        let mut tx = self.core.db.of(caller).await?;
        // First the conversations, as everybody does who locks both.
        gate::lock_of(&mut tx, caller.workspace, id).await?;
        let before = sqlx::query_scalar!(
            "select name from contact where workspace_id = $1 and id = $2 for no key update",
            tx.workspace.0,
            id.0,
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::NotFound))?;
        let row = sqlx::query!(
            "update contact set name = $3 where workspace_id = $1 and id = $2 returning profile_name, username",
            tx.workspace.0,
            id.0,
            name,
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Fault::Plain(Error::NotFound))?;
        let title = resolve::title(name.as_deref(), row.profile_name.as_deref(), row.username.as_deref());
        let title = match title {
            Some(title) => title,
            None => resolve::masked_title(&mut tx, id).await?,
        };
        let changed = sqlx::query!(
            "update conversation set title = $3, version = version + 1
             where workspace_id = $1 and contact_id = $2 returning id, version",
            tx.workspace.0,
            id.0,
            title,
        )
        .fetch_all(&mut **tx)
        .await?;
        if before != name {
            let act =
                Act::new(Action::ContactRenamed, id.0).changed(json!({ "name": before }), json!({ "name": name }));
            audit::write(&mut tx, caller, self.core.clock.now(), act).await?;
        }
        tx.commit().await?;
        for row in changed {
            self.core.live.conversation(caller.workspace, row.id.into(), row.version);
        }
        Ok(())
    }
}

#[async_trait]
impl ports::Contacts for ContactsPort {
    async fn list(&self, caller: &Caller, after: Option<Cursor>, limit: u32) -> domain::Result<Page<ContactRow>> {
        caller.require(Permission::ReadContacts)?;
        Ok(read::list(&self.core, caller, after, limit).await?)
    }

    async fn get(&self, caller: &Caller, id: ContactId) -> domain::Result<ContactPanel> {
        caller.require(Permission::ReadContacts)?;
        Ok(read::get(&self.core, caller, id).await?)
    }

    async fn reveal(&self, caller: &Caller, id: ContactId, identity: IdentityId) -> domain::Result<String> {
        caller.require(Permission::RevealNumbers)?;
        Ok(read::reveal(&self.core, caller, id, identity).await?)
    }

    async fn rename(&self, caller: &Caller, id: ContactId, name: String) -> domain::Result<()> {
        Ok(self.rename(caller, id, name).await?)
    }
}
