//! Who did what.

use domain::Permission;
use domain::audit::{AuditRow, Fact};
use domain::page::Cursor;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::icon::{DOWNLOAD, SEARCH};
use ui::wire::escape;
use ui::{Avatar, EmptyState, Icon, Load, Read, Shape, Skeleton, Time, t, use_session, view};

use crate::api::audit::read_audit;
use crate::page::SettingsPage;

/// `/settings/audit`. Search and pages are addresses: they can be shared, and need no scripts.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let asked =
        move || query.with(|query| (query.get("search").unwrap_or_default(), query.get("after").unwrap_or_default()));
    // What is in the field when the page comes, and what a list was found for: neither follows the address.
    let once = move || query.with_untracked(|query| query.get("search").unwrap_or_default());
    let page = Read::new(asked, |(search, after)| read_audit(search, after));
    let (may_read, may_export) =
        use_session().with_value(|session| (session.may(Permission::ReadAudit), session.may(Permission::Export)));
    view! {
        <SettingsPage title=t!(audit) text=t!(audit_text)>
            {may_read.then(|| view! {
            <form class="audit-search" role="search" method="get" action="/settings/audit">
                <label class="field">
                    <span>{t!(audit_search)}</span>
                    <input class="input" type="search" name="search" prop:value=move || asked().0 value=once() />
                </label>
                <button type="submit" class="button">{t!(search)}</button>
                {may_export
                    .then(|| {
                        view! {
                            <a class="button" href="/audit/export" rel="external" download>
                                <Icon drawing=DOWNLOAD />
                                {t!(export)}
                            </a>
                        }
                    })}
            </form>
            })}
            <Load
                resource=page
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |page| {
                    let search = once();
                    let empty = page.items.is_empty();
                    view! {
                        {empty
                            .then(|| view! { <EmptyState icon=SEARCH title=t!(audit_empty) text=t!(audit_empty_text) /> })}
                        <ul class="lines">{page.items.into_iter().map(|row| view! { <Act row /> }).collect_view()}</ul>
                        {page.next.map(|next| view! { <Older search next /> })}
                    }
                }
            />
        </SettingsPage>
    }
}

#[component]
fn Older(search: String, next: Cursor) -> impl IntoView {
    let href = format!("/settings/audit?search={}&after={}", escape(&search), escape(&next.0));
    view! {
        <a class="button" href=href>
            {t!(older)}
        </a>
    }
}

#[component]
fn Act(row: AuditRow) -> impl IntoView {
    let facts = row.facts.into_iter().map(|fact| view! { <Noted fact /> }).collect::<Vec<_>>();
    view! {
        <li class="line">
            <div>
                <p class="audit-act">
                    <Avatar name=row.actor.clone() picture=row.picture small=true />
                    <span>
                        <strong>{row.actor}</strong>
                        {format!(" {} ", row.said)}
                        <strong>{row.subject}</strong>
                    </span>
                </p>
                <p class="quiet">
                    <Time at=row.at shape=Shape::Full />
                    {(!row.origin.is_empty()).then(|| format!(" · {}", row.origin))}
                    {(!row.signed_in.is_empty())
                        .then(|| view! { " · " {t!(audit_signed_in, place = row.signed_in)} })}
                </p>
                {(!facts.is_empty())
                    .then(|| {
                        view! {
                            <details>
                                <summary>{t!(audit_more)}</summary>
                                <dl class="audit-more">{facts}</dl>
                            </details>
                        }
                    })}
            </div>
        </li>
    }
}

#[component]
fn Noted(fact: Fact) -> impl IntoView {
    let name = if fact.name.is_empty() { t!(audit_value).to_string() } else { fact.name };
    let value = match fact.before {
        Some(before) => t!(audit_change, before = before, after = fact.value).to_string(),
        None => fact.value,
    };
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
}
