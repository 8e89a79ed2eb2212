//! A new workspace's first hour: a list that reads off what is done.

use async_trait::async_trait;
use domain::onboarding::{Checklist, FirstStep};
use domain::{Caller, Error, Permission, ports};

use crate::Core;
use crate::fault::Outcome;

/// [`ports::Onboarding`] over PostgreSQL.
pub struct OnboardingPort {
    core: Core,
}

impl OnboardingPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

async fn checklist(core: &Core, caller: &Caller) -> Outcome<Checklist> {
    let member = caller.member_id().ok_or(Error::Forbidden)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let row = sqlx::query!(
        r#"select w.industry is not null and w.country is not null as "business!", w.checklist_hidden as "hidden!",
              exists(select 1 from channel where workspace_id = $1 and state = 'connected') as "number!",
              exists(select 1 from conversation where workspace_id = $1) as "message!",
              (select count(*) > 1 from member where workspace_id = $1 and deactivated_at is null)
                or exists(select 1 from invitation where workspace_id = $1) as "colleague!",
              coalesce(has_two_factors(m.account_id), false) as "secured!",
              (select id from connection where workspace_id = $1 order by created_at desc limit 1) as connection
           from workspace w join member m on m.workspace_id = w.workspace_id and m.id = $2 where w.workspace_id = $1"#,
        caller.workspace.0,
        member.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    let steps = [
        (FirstStep::Business, row.business, Some(Permission::ManageWorkspace)),
        (FirstStep::Number, row.number, Some(Permission::ManageChannels)),
        (FirstStep::Message, row.message, Some(Permission::ManageChannels)),
        (FirstStep::Colleague, row.colleague, Some(Permission::ManageTeam)),
        (FirstStep::SecondFactor, row.secured, None),
    ];
    let theirs = steps.into_iter().filter(|(_, _, needs)| needs.is_none_or(|permission| caller.may(permission)));
    Ok(Checklist {
        steps: theirs.map(|(step, done, _)| (step, done)).collect(),
        hidden: row.hidden,
        connection: row.connection.filter(|_| caller.may(Permission::ManageChannels)).map(Into::into),
    })
}

#[async_trait]
impl ports::Onboarding for OnboardingPort {
    async fn checklist(&self, caller: &Caller) -> domain::Result<Checklist> {
        caller.require(Permission::ManageWorkspace)?;
        Ok(checklist(&self.core, caller).await?)
    }

    async fn hide(&self, caller: &Caller, hidden: bool) -> domain::Result<()> {
        caller.require(Permission::ManageWorkspace)?;
        Ok(hide(&self.core, caller, hidden).await?)
    }
}

async fn hide(core: &Core, caller: &Caller, hidden: bool) -> Outcome<()> {
    let mut tx = core.db.scoped(caller.workspace).await?;
    sqlx::query!("update workspace set checklist_hidden = $2 where workspace_id = $1", caller.workspace.0, hidden)
        .execute(&mut **tx)
        .await?;
    tx.commit().await
}
