//! What is looked for in the trail, checked.

use domain::accounts::optional_line;
use domain::audit::AuditQuery;
use domain::{Caller, Error, FieldErrors, Permission, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::action::meant_by;
use crate::db::Scoped;
use crate::fault::Outcome;

/// As many subjects as a name may fit, at most.
const SUBJECTS: i64 = 1000;

/// A search, as the database is asked.
pub(super) struct Search {
    /// Of the act or its actor; empty for all.
    pub words: String,
    /// The acts that the words mean.
    pub actions: Vec<String>,
    /// To whom or what it was done. `None` for anybody.
    pub subjects: Option<Vec<Uuid>>,
    pub since: Option<Timestamp>,
    /// The first moment that is too late.
    pub before: Option<Timestamp>,
    pub origin: String,
}

/// Reads what was typed; what cannot be meant is refused under its field.
pub(super) async fn parse(tx: &mut Scoped, caller: &Caller, query: &AuditQuery) -> Outcome<Search> {
    let mut errors = FieldErrors::default();
    let words = errors.keep(optional_line(&query.search, "search", 200)).flatten().unwrap_or_default();
    let about = errors.keep(optional_line(&query.about, "about", 200)).flatten();
    let origin = errors.keep(optional_line(&query.origin, "origin", 200)).flatten().unwrap_or_default();
    let since = errors.keep(day(&query.since, "since")).flatten();
    let until = errors.keep(day(&query.until, "until")).flatten();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors).into());
    }
    let zone = match since.or(until) {
        Some(_) => time_zone(tx, caller).await?,
        None => TimeZone::UTC,
    };
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|start| start.timestamp());
    let subjects = match about {
        Some(about) => Some(subjects(tx, caller, &about).await?),
        None => None,
    };
    Ok(Search {
        actions: meant_by(&words),
        words,
        subjects,
        since: since.and_then(start),
        before: until.and_then(|until| until.tomorrow().ok()).and_then(start),
        origin,
    })
}

fn day(text: &str, field: &str) -> domain::Result<Option<Date>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    // Nothing was written down before, and the database knows fewer years than the calendar.
    let day = text.parse::<Date>().ok().filter(|day| (1970..9999).contains(&day.year()));
    day.map(Some).ok_or_else(|| Error::invalid(field, "Write a day as 2026-11-22."))
}

/// The clock of whoever reads. A program has none.
async fn time_zone(tx: &mut Scoped, caller: &Caller) -> Outcome<TimeZone> {
    let name = sqlx::query_scalar!(
        r#"select time_zone_of(account_id) as "zone!" from member where workspace_id = $1 and id = $2"#,
        tx.workspace.0,
        caller.member_id().map(|member| member.0),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

/// Whom or what these words name. Contacts as far as the caller may know their names, as in the list itself.
async fn subjects(tx: &mut Scoped, caller: &Caller, about: &str) -> Outcome<Vec<Uuid>> {
    if let Ok(id) = about.parse() {
        return Ok(vec![id]);
    }
    let found = sqlx::query_scalar!(
        r#"select named.id as "id!" from (
               select id, name from member where workspace_id = $1
               union all select id, coalesce(name, profile_name) from contact where workspace_id = $1 and $3
               union all select v.id, coalesce(c.name, c.profile_name)
                   from conversation v join contact c on c.workspace_id = v.workspace_id and c.id = v.contact_id
                   where v.workspace_id = $1 and $4
               union all select id, name from role where workspace_id = $1
               union all select id, name from team where workspace_id = $1
               union all select id, name from tag where workspace_id = $1
               union all select id, name from api_key where workspace_id = $1) named
           where strpos(lower(named.name), lower($2)) > 0
             and exists (select from audit_event e where e.workspace_id = $1 and e.subject = named.id)
           limit $5"#,
        tx.workspace.0,
        about,
        caller.may(Permission::ReadContacts),
        caller.may(Permission::ReadConversations),
        SUBJECTS,
    )
    .fetch_all(&mut ***tx)
    .await?;
    Ok(found)
}
