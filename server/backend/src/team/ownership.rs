//! Handing a workspace over: the owner offers, the other accepts.

use domain::members::Person;
use domain::team::OwnershipOffer;
use domain::{Caller, Error, MemberId};
use jiff::SignedDuration;
use serde_json::json;

use super::alerts;
use super::leaving::end_vouched;
use super::members::lock_in_order;
use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::mail::{self, Kind, Language, Link, Outgoing};

/// How long the mail about an offer is worth sending.
const OFFER: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) async fn offer(core: &Core, person: &Person, to: Option<MemberId>) -> Outcome<()> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    let owner = caller.member_id().ok_or(Error::Forbidden)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    lock_workspace(&mut tx).await?;
    if owner_of(&mut tx).await? != owner || to == Some(owner) {
        return Err(Error::Forbidden.into());
    }
    person.require_fresh_proof(core.clock.now())?;
    // First, as it also finds out whether they are of the team.
    if let Some(to) = to {
        tell(core, &mut tx, owner, to).await?;
    }
    sqlx::query!(
        "update workspace set ownership_offered_to = $2 where workspace_id = $1",
        tx.workspace.0,
        to.map(|member| member.0)
    )
    .execute(&mut **tx)
    .await?;
    let act = Act::new(Action::OwnershipOffered, caller.workspace.0).with(json!({ "to": to }));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await
}

async fn tell(core: &Core, tx: &mut Scoped, owner: MemberId, to: MemberId) -> Outcome<()> {
    let row = sqlx::query!(
        r#"select m.name, m.email, language_of(m.account_id) as "language!", o.name as by, w.name as workspace
           from member m join workspace w on w.workspace_id = m.workspace_id
           join member o on o.workspace_id = m.workspace_id and o.id = $3
           where m.workspace_id = $1 and m.id = $2 and m.deactivated_at is null"#,
        tx.workspace.0,
        to.0,
        owner.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::invalid("member", "This person is not in your team."))?;
    // No secret: the page asks for a session, and accepts from the one it was offered to.
    let now = core.clock.now();
    let link = Link { url: core.page("/settings/profile"), until: now.checked_add(OFFER).unwrap_or(now) };
    let kind = Kind::OwnershipOffered { name: row.name, owner: row.by, workspace: row.workspace, link };
    mail::queue(core, tx, &Outgoing { to: row.email, language: Language::from_tag(&row.language), kind }).await
}

/// Nobody else learns of an offer but the owner.
pub(super) async fn read(core: &Core, caller: &Caller) -> Outcome<Option<OwnershipOffer>> {
    let Some(member) = caller.member_id() else { return Ok(None) };
    let mut tx = core.db.scoped(caller.workspace).await?;
    let offer = sqlx::query_as!(
        OwnershipOffer,
        "select o.name as owner, w.name as workspace
         from workspace w join member o on o.workspace_id = w.workspace_id and o.role = 'owner'
         where w.workspace_id = $1 and w.ownership_offered_to = $2",
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(offer)
}

/// The former owner becomes an admin in the same moment: there is always exactly one (constraint `member_one_owner`).
pub(super) async fn accept(core: &Core, person: &Person) -> Outcome<()> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    let member = caller.member_id().ok_or(Error::Forbidden)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    sqlx::query_scalar!(
        "update workspace set ownership_offered_to = null where workspace_id = $1 and ownership_offered_to = $2 returning workspace_id",
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    // After that, so that nobody is asked for a proof who was offered nothing.
    person.require_fresh_proof(core.clock.now())?;
    let former = owner_of(&mut tx).await?;
    lock_in_order(&mut tx, &[former, member]).await?;
    stays(&mut tx, member).await?;
    for (member, role) in [(former, "admin"), (member, "owner")] {
        sqlx::query!(
            "update member set role = $3, custom_role_id = null, scope = 'all' where workspace_id = $1 and id = $2",
            tx.workspace.0,
            member.0,
            role,
        )
        .execute(&mut **tx)
        .await?;
    }
    // Whoever runs the provider may have accepted in their name, and must not be the owner with it.
    end_vouched(&mut tx, member).await?;
    alerts::tell_of_owner(core, &mut tx, former, member).await?;
    let act = Act::new(Action::OwnershipAccepted, caller.workspace.0).changed(json!(former), json!(member));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// Before any member: who offers and who accepts take turns, and the owner stays who they are until the end.
async fn lock_workspace(tx: &mut Scoped) -> Outcome<()> {
    sqlx::query!(r#"select 1 as "one!" from workspace where workspace_id = $1 for no key update"#, tx.workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    Ok(())
}

async fn owner_of(tx: &mut Scoped) -> Outcome<MemberId> {
    let owner = sqlx::query_scalar!("select id from member where workspace_id = $1 and role = 'owner'", tx.workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    Ok(owner.into())
}

/// A workspace whose owner is gone could be mended by nobody.
async fn stays(tx: &mut Scoped, member: MemberId) -> Outcome<()> {
    sqlx::query!(
        r#"select 1 as "one!" from member where workspace_id = $1 and id = $2 and deactivated_at is null"#,
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut ***tx)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(())
}
