//! What was done, and by whom.

use domain::audit::AuditRow;
use domain::page::Page;
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {domain::audit::AuditQuery, domain::page::Cursor, ui::wire::caller};

#[server(protocol = Lean)]
pub async fn read_audit(
    search: String,
    about: String,
    since: String,
    until: String,
    origin: String,
    after: String,
) -> Result<Page<AuditRow>, AppError> {
    let (caller, backend) = caller().await?;
    let after = (!after.is_empty()).then_some(Cursor(after));
    Ok(backend.audit.page(&caller, AuditQuery { search, about, since, until, origin, after }).await?)
}
