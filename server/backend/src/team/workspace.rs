//! A workspace and the business behind it.

use domain::accounts::{line, optional_line};
use domain::members::Person;
use domain::ports::SessionToken;
use domain::team::{Business, BusinessOnFile};
use domain::{Caller, Error, FieldErrors, Permission, Role, Scope, WorkspaceId};
use serde_json::json;

use super::place::{self, Place};
use crate::accounts::{letterhead, sessions};
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::profile::fields::{currency, currency_in, phone, time_zone};
use crate::{Core, ids};

/// What was typed, checked.
struct Checked {
    name: String,
    industry: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    country: Option<String>,
    time_zone: String,
    currency: String,
}

fn parse(business: &Business) -> domain::Result<Checked> {
    let mut errors = FieldErrors::default();
    let name = errors.keep(line(&business.name, "name", 80));
    let industry = errors.keep(optional_line(&business.industry, "industry", 80));
    let address = errors.keep(optional_line(&business.address, "address", 200));
    let phone = errors.keep(phone(&business.phone, "phone"));
    let country = errors.keep(country(&business.country));
    let time_zone = errors.keep(time_zone(&business.time_zone, "time_zone"));
    let currency = errors.keep(currency(&business.currency, "currency"));
    match (name, industry, address, phone, country, time_zone, currency) {
        (Some(name), Some(industry), Some(address), Some(phone), Some(country), Some(time_zone), Some(currency))
            if errors.is_empty() =>
        {
            Ok(Checked { name, industry, address, phone, country, time_zone, currency })
        }
        _ => Err(Error::Invalid(errors)),
    }
}

fn country(code: &str) -> domain::Result<Option<String>> {
    let code = code.trim();
    match code.len() {
        0 => Ok(None),
        2 if code.bytes().all(|letter| letter.is_ascii_uppercase()) => Ok(Some(code.to_owned())),
        _ => Err(Error::invalid("country", "Choose a country of the list.")),
    }
}

/// What is known of a business before anything was typed here: the name from the sign-up, and what a browser's region makes
/// likely.
pub(super) async fn fresh(core: &Core, person: &Person, region: Option<&str>) -> Outcome<Business> {
    person.require_own_sign_in()?;
    let mut tx = core.db.personal(person.account).await?;
    let name = sqlx::query_scalar!("select organisation from account where id = $1", person.account.0)
        .fetch_one(&mut **tx)
        .await?;
    let paid_in = region.and_then(|region| Some((region, currency_in(region)?)));
    let (country, currency) = paid_in.unwrap_or(("", "EUR"));
    Ok(Business {
        name: name.unwrap_or_default(),
        country: country.to_owned(),
        time_zone: "UTC".to_owned(),
        currency: currency.to_owned(),
        ..Business::default()
    })
}

/// Makes a workspace with this person as its owner, and stands their session in it.
pub(super) async fn create(core: &Core, person: &Person, business: Business) -> Outcome<SessionToken> {
    person.require_own_sign_in()?;
    let checked = parse(&business)?;
    let (workspace, now): (WorkspaceId, _) = (ids::fresh(), core.clock.now());
    let mut tx = core.db.personal(person.account).await?;
    let about = letterhead(&mut tx).await?;
    // It has served: a second workspace is another business.
    sqlx::query!("update account set organisation = null where id = $1", person.account.0).execute(&mut **tx).await?;
    tx.enter(workspace).await?;
    sqlx::query!(
        "insert into workspace (workspace_id, name, industry, address, phone, country, time_zone, currency, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace.0,
        checked.name,
        checked.industry,
        checked.address,
        checked.phone,
        checked.country,
        checked.time_zone,
        checked.currency,
        sql(now),
    )
    .execute(&mut **tx)
    .await?;
    let place = Place { role: Role::Owner.into(), scope: Scope::All, since: now };
    let member = place::take(&mut tx, workspace, &place).await?;
    let token = sessions::renew(&mut tx, person.session, Some((workspace, member))).await?;
    let owner = Caller::member(workspace, member, about.name, Role::Owner);
    let act = Act::new(Action::WorkspaceCreated, workspace.0).from(person.origin.clone());
    audit::write(&mut tx, &owner, now, act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(token)
}

pub(super) async fn read(core: &Core, caller: &Caller) -> Outcome<BusinessOnFile> {
    caller.require(Permission::ManageWorkspace)?;
    on_file(&mut core.db.scoped(caller.workspace).await?).await
}

async fn on_file(tx: &mut Scoped) -> Outcome<BusinessOnFile> {
    let row = sqlx::query!(
        "select name, industry, address, phone, country, time_zone, currency, version from workspace
         where workspace_id = $1",
        tx.workspace.0
    )
    .fetch_one(&mut ***tx)
    .await?;
    let business = Business {
        name: row.name,
        industry: row.industry.unwrap_or_default(),
        address: row.address.unwrap_or_default(),
        phone: row.phone.unwrap_or_default(),
        country: row.country.unwrap_or_default(),
        time_zone: row.time_zone,
        currency: row.currency,
    };
    Ok(BusinessOnFile { business, version: row.version })
}

pub(super) async fn save(core: &Core, caller: &Caller, seen: i64, business: Business) -> Outcome<()> {
    caller.require(Permission::ManageWorkspace)?;
    let checked = parse(&business)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let before = on_file(&mut tx).await?;
    let saved = sqlx::query!(
        "update workspace set name = $2, industry = $3, address = $4, phone = $5, country = $6, time_zone = $7, currency = $8,
                version = version + 1
         where workspace_id = $1 and version = $9",
        tx.workspace.0,
        checked.name,
        checked.industry,
        checked.address,
        checked.phone,
        checked.country,
        checked.time_zone,
        checked.currency,
        seen,
    )
    .execute(&mut **tx)
    .await?;
    if saved.rows_affected() == 0 {
        return Err(Error::Conflict.into());
    }
    let now = Business { time_zone: checked.time_zone, currency: checked.currency, ..business };
    let act = Act::new(Action::WorkspaceChanged, caller.workspace.0)
        .changed(serde_json::to_value(&before.business)?, serde_json::to_value(&now)?);
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await
}

pub(super) async fn two_factors_required(core: &Core, caller: &Caller) -> Outcome<bool> {
    caller.require(Permission::ManageSecurity)?;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let required = sqlx::query_scalar!("select two_factors from workspace where workspace_id = $1", tx.workspace.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(required)
}

/// Asks everybody for a second factor, or no longer. Whoever asks it of others has one.
pub(super) async fn require_two_factors(core: &Core, person: &Person, required: bool) -> Outcome<()> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    caller.require(Permission::ManageSecurity)?;
    person.require_fresh_proof(core.clock.now())?;
    if required && person.factors < 2 {
        return Err(Error::SecondFactorNeeded.into());
    }
    let mut tx = core.db.scoped(caller.workspace).await?;
    sqlx::query!("update workspace set two_factors = $2 where workspace_id = $1", tx.workspace.0, required)
        .execute(&mut **tx)
        .await?;
    let act = Act::new(Action::TwoFactorsRequired, caller.workspace.0).changed(json!(!required), json!(required));
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}
