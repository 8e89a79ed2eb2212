//! Letters to those who answer for a workspace.

use domain::{MemberId, WorkspaceId};
use sqlx::PgConnection;

use crate::db::Scoped;
use crate::fault::Outcome;
use crate::mail::{self, Kind, Language, Outgoing, Power};
use crate::{Core, accounts};

/// Whom the workspace belongs to.
pub(crate) struct Owner {
    pub id: MemberId,
    pub name: String,
    pub email: String,
    pub language: Language,
    pub workspace: String,
}

/// `None` only for a workspace that is being made.
pub(crate) async fn owner(tx: &mut PgConnection, workspace: WorkspaceId) -> Outcome<Option<Owner>> {
    let row = sqlx::query!(
        r#"select m.id, m.name, m.email, language_of(m.account_id) as "language!", w.name as workspace
           from member m join workspace w on w.workspace_id = m.workspace_id
           where m.workspace_id = $1 and m.role = 'owner'"#,
        workspace.0,
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Owner {
        id: row.id.into(),
        name: row.name,
        email: row.email,
        language: Language::from_tag(&row.language),
        workspace: row.workspace,
    }))
}

/// Tells the owner and the new admin, whoever made them one: it may not have been who it seems.
pub(crate) async fn tell_of_admin(
    core: &Core,
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    giver: MemberId,
    member: MemberId,
) -> Outcome<()> {
    let Some(owner) = owner(tx, workspace).await? else { return Ok(()) };
    tell(core, tx, workspace, &[owner.id, member], Given { giver, member, power: Power::Admin }).await
}

/// Tells the former owner and the new one.
pub(super) async fn tell_of_owner(core: &Core, tx: &mut Scoped, former: MemberId, member: MemberId) -> Outcome<()> {
    let workspace = tx.workspace;
    tell(core, tx, workspace, &[former, member], Given { giver: former, member, power: Power::Owner }).await
}

struct Given {
    giver: MemberId,
    member: MemberId,
    power: Power,
}

async fn tell(
    core: &Core,
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    readers: &[MemberId],
    given: Given,
) -> Outcome<()> {
    let ids: Vec<_> = readers.iter().map(|reader| reader.0).collect();
    let readers = sqlx::query!(
        r#"select r.name, r.email, language_of(r.account_id) as "language!", g.name as giver, m.name as member, w.name as workspace
           from member r, member g, member m, workspace w
           where r.workspace_id = $1 and r.id = any($2) and g.workspace_id = $1 and g.id = $3
             and m.workspace_id = $1 and m.id = $4 and w.workspace_id = $1"#,
        workspace.0,
        &ids,
        given.giver.0,
        given.member.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    for reader in readers {
        let kind = Kind::PowerGiven {
            name: reader.name,
            member: reader.member,
            power: given.power,
            giver: reader.giver,
            workspace: reader.workspace,
            occasion: accounts::occasion(core, None),
            team: core.page("/settings/team"),
        };
        let language = Language::from_tag(&reader.language);
        mail::queue(core, tx, &Outgoing { to: reader.email, language, kind }).await?;
    }
    Ok(())
}

/// Tells every owner that the installation's master key was replaced. `pool` is of the owner of the schema, who sees all.
pub async fn tell_of_master_key(core: &Core, pool: &sqlx::PgPool) -> Outcome<()> {
    let owners = sqlx::query!(
        "select distinct on (m.account_id) m.name, m.email, a.language
         from member m join account a on a.id = m.account_id
         where m.role = 'owner' and m.deactivated_at is null
         order by m.account_id, m.created_at"
    )
    .fetch_all(pool)
    .await?;
    let mut tx = core.db.outside().await?;
    for owner in owners {
        let kind = Kind::MasterKeyRotated { name: owner.name, occasion: accounts::occasion(core, None) };
        let language = Language::from_tag(&owner.language);
        mail::queue(core, &mut tx, &Outgoing { to: owner.email, language, kind }).await?;
    }
    Ok(tx.commit().await?)
}
