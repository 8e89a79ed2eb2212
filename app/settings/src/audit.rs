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

/// What the address asks for, in the order of the fields.
const FIELDS: [&str; 5] = ["search", "about", "since", "until", "origin"];

type Asked = [String; 5];

/// `/settings/audit`. Search and pages are addresses: they can be shared, and need no scripts.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let asked = move || query.with(|query| FIELDS.map(|field| query.get(field).unwrap_or_default()));
    let after = move || query.with(|query| query.get("after").unwrap_or_default());
    // What a list was found for does not follow the address.
    let once = move || untrack(asked);
    let page = Read::new(
        move || (asked(), after()),
        |([search, about, since, until, origin], after)| read_audit(search, about, since, until, origin, after),
    );
    let may_read = use_session().with_value(|session| session.may(Permission::ReadAudit));
    view! {
        <SettingsPage title=t!(audit) text=t!(audit_text)>
            {may_read.then(|| view! { <Search asked=Signal::derive(asked) /> })}
            <Load
                resource=page
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |page| {
                    let asked = once();
                    let empty = page.items.is_empty();
                    view! {
                        {empty
                            .then(|| view! { <EmptyState icon=SEARCH title=t!(audit_empty) text=t!(audit_empty_text) /> })}
                        <ul class="lines">{page.items.into_iter().map(|row| view! { <Act row /> }).collect_view()}</ul>
                        {page.next.map(|next| view! { <Older asked next /> })}
                    }
                }
            />
        </SettingsPage>
    }
}

#[component]
fn Search(asked: Signal<Asked>) -> impl IntoView {
    let may_export = use_session().with_value(|session| session.may(Permission::Export));
    view! {
        <form class="audit-search" role="search" method="get" action="/settings/audit">
            <Sought name="search" kind="search" label=t!(audit_search) asked />
            <Sought name="about" kind="search" label=t!(audit_about) asked />
            <Sought name="origin" kind="search" label=t!(audit_place) asked />
            <Sought name="since" kind="date" label=t!(audit_since) asked />
            <Sought name="until" kind="date" label=t!(audit_until) asked />
            <div class="audit-search-acts">
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
            </div>
        </form>
    }
}

/// One field of the search. What is in it when the page comes does not follow the address; what it shows does.
#[component]
fn Sought(name: &'static str, kind: &'static str, label: &'static str, asked: Signal<Asked>) -> impl IntoView {
    let value = move || {
        asked.with(|asked| FIELDS.iter().zip(asked).find(|(field, _)| **field == name).map(|(_, value)| value.clone()))
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <input class="input" type=kind name=name prop:value=move || value().unwrap_or_default() value=untrack(value) />
        </label>
    }
}

#[component]
fn Older(asked: Asked, next: Cursor) -> impl IntoView {
    let pairs = FIELDS.into_iter().zip(&asked).filter(|(_, value)| !value.is_empty());
    let sought: String = pairs.map(|(field, value)| format!("{field}={}&", escape(value))).collect();
    let href = format!("/settings/audit?{sought}after={}", escape(&next.0));
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
