//! What a person's browser seals with. Derived and not stored, so that the same person finds what they left, and nobody
//! else can.

use domain::members::{Person, Seal};

use crate::Core;
use crate::fault::Outcome;
use crate::vault::PEOPLE;

/// What the derived secrets are for, which keeps them apart from all others.
const PERSON: &str = "browser.person";
const KEPT: &str = "browser.kept";

/// `person`, or `person.member.key`. The first two only tell whose something is, and the person's is no id of ours.
pub async fn of(core: &Core, person: &Person) -> Outcome<Seal> {
    let (vault, pool) = (&core.vault, core.db.app());
    let whose = hex::encode(vault.derive(pool, PEOPLE, PERSON, person.account.0).await?);
    let place = person.caller.as_ref().and_then(|caller| Some((caller.workspace, caller.member_id()?)));
    let Some((workspace, member)) = place else { return Ok(Seal(whose)) };
    // A workspace's own key: what a provider that vouches for somebody could open elsewhere would not be its affair.
    let key = vault.derive(pool, workspace.0, KEPT, member.0).await?;
    Ok(Seal(format!("{whose}.{member}.{}", hex::encode(key))))
}
