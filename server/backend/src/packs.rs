//! Starter packs: filling a new workspace with what its trade begins with, and taking it away again.

mod install;
mod left;
mod remove;
mod trades;

use async_trait::async_trait;
use domain::packs::{Installed, PackCard, PacksPage, Removal, Trade};
use domain::{Caller, Permission, StarterPackId, ports};

use crate::Core;
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use trades::Pack;

/// [`ports::Packs`] over PostgreSQL.
pub struct PacksPort {
    core: Core,
}

impl PacksPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn page(&self, caller: &Caller) -> Outcome<PacksPage> {
        caller.require(Permission::ManageWorkspace)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let installed = match present(&mut tx).await? {
            Some(present) => Some(Installed {
                trade: present.trade,
                at: present.at,
                by: present.by,
                removal: remove::weigh(&mut tx, present.id).await?,
            }),
            None => None,
        };
        let packs = Trade::ALL.into_iter().map(|trade| card(Pack::of(trade))).collect();
        Ok(PacksPage { packs, installed, left: left::count(&mut tx).await? })
    }

    async fn status(&self, caller: &Caller) -> Outcome<Option<Trade>> {
        caller.require(Permission::ManageWorkspace)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        Ok(present(&mut tx).await?.map(|present| present.trade))
    }
}

/// The pack that a workspace has.
struct Present {
    id: StarterPackId,
    trade: Trade,
    at: jiff::Timestamp,
    by: Option<String>,
}

async fn present(tx: &mut Scoped) -> Outcome<Option<Present>> {
    let row = sqlx::query!(
        r#"select p.id, p.trade, p.installed_at, m.name as "by?"
           from starter_pack p left join member m on m.workspace_id = p.workspace_id and m.id = p.installed_by
           where p.workspace_id = $1"#,
        tx.workspace.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    row.map(|row| {
        let trade = Trade::parse(&row.trade).ok_or_else(|| Fault::internal("a stored trade is unknown"))?;
        Ok(Present { id: row.id.into(), trade, at: row.installed_at.to_jiff(), by: row.by })
    })
    .transpose()
}

fn card(pack: &Pack) -> PackCard {
    PackCard {
        trade: pack.trade,
        stages: pack.stages.iter().map(|(name, _)| (*name).to_owned()).collect(),
        tags: pack.tags.iter().map(|(name, colour)| ((*name).to_owned(), *colour)).collect(),
        replies: pack.replies.iter().map(|reply| reply.title.to_owned()).collect(),
        samples: pack.samples.iter().map(|sample| sample.name.to_owned()).collect(),
    }
}

#[async_trait]
impl ports::Packs for PacksPort {
    async fn page(&self, caller: &Caller) -> domain::Result<PacksPage> {
        Ok(self.page(caller).await?)
    }

    async fn status(&self, caller: &Caller) -> domain::Result<Option<Trade>> {
        Ok(self.status(caller).await?)
    }

    async fn install(&self, caller: &Caller, trade: Trade) -> domain::Result<()> {
        Ok(install::install(&self.core, caller, trade).await?)
    }

    async fn remove(&self, caller: &Caller) -> domain::Result<Removal> {
        Ok(remove::remove(&self.core, caller).await?)
    }

    async fn remove_samples(&self, caller: &Caller) -> domain::Result<i64> {
        Ok(left::remove(&self.core, caller).await?)
    }
}
