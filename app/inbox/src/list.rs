//! The list of conversations: tabs, search and rows.

mod row;
mod store;

use domain::conversations::{ConversationList, View, ViewCounts};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;
use ui::icon::{ARROW_DOWN, INBOX, SEARCH, SMARTPHONE, X};
use ui::reactive::{self, click, dynamic, effect, keydown, part, rows, scroll, submit};
use ui::view;
use ui::{EmptyState, Failed, Icon, Kbd, LoadOnce, Read, Skeleton, t, use_session};
use wasm_bindgen::JsCast;

use crate::address::Address;
use row::ConversationItem;
pub use row::{Window, until, window};
pub use store::ListStore;
use store::Shown;

/// So far down a list counts as scrolled, in pixels.
const SCROLLED: i32 = 24;

/// The first pane.
#[component]
pub fn ListPane(address: Address, store: ListStore, resource: Read<ConversationList>) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<()>| {
        let read = resource.get();
        if before.is_some()
            && let Some(read) = read
        {
            store.show(read);
            if let Some(node) = scroller.get_untracked() {
                node.set_scroll_top(0);
            }
        }
    });
    let on_scroll = move |_| {
        let Some(node) = scroller.get_untracked() else { return };
        store.scrolled.set(node.scroll_top() > SCROLLED);
        if node.scroll_top() <= SCROLLED {
            store.show_gathered();
        }
        if node.scroll_height() - node.scroll_top() - node.client_height() < 400 {
            store.more();
        }
    };
    let workspace = use_session().with_value(|session| session.me.workspace_name.clone());
    view! {
        <section class="pane pane-list" aria-label=t!(conversations)>
            <header class="list-head">
                <div class="list-title">
                    <h1>{t!(inbox)}</h1>
                    <p class="quiet">{workspace}</p>
                </div>
                <SearchForm address />
                <LoadOnce
                    resource
                    skeleton=move || view! { <Tabs address store /> }
                    children=move |read| {
                        store.start(read);
                        view! { <Tabs address store /> }
                    }
                />
            </header>
            <Gathered store scroller />
            <div class="list-scroll" node_ref=scroller on:scroll=scroll(on_scroll) tabindex="-1">
                <LoadOnce
                    resource
                    skeleton=|| view! { <Skeleton rows=9 class="skeleton-list" /> }
                    children=move |read| {
                        store.start(read);
                        view! { <Rows address store resource /> }
                    }
                />
            </div>
        </section>
    }
}

#[component]
fn Tabs(address: Address, store: ListStore) -> impl IntoView {
    let tabs = View::ALL
        .into_iter()
        .map(|view| {
            view! {
                <a
                    class="tab"
                    href=dynamic(move || address.of_view(view))
                    aria-current=dynamic(move || (address.view.get() == view).then_some("page"))
                >
                    {view_name(view)}
                    {part(move || count(view, store.counts.get()).map(|n| view! { <span class="tab-count">{n}</span> }))}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label=t!(lists)>
            {tabs}
        </nav>
    }
}

/// What a list is called.
pub fn view_name(view: View) -> &'static str {
    match view {
        View::Mine => t!(view_mine),
        View::Unassigned => t!(view_unassigned),
        View::All => t!(view_all),
        View::Resolved => t!(view_resolved),
    }
}

fn count(view: View, counts: ViewCounts) -> Option<String> {
    let count = match view {
        View::Mine => counts.mine,
        View::Unassigned => counts.unassigned,
        View::All => counts.all,
        View::Resolved => return None,
    };
    match count {
        ..=0 => None,
        1..1000 => Some(count.to_string()),
        _ => Some("999+".to_owned()),
    }
}

#[component]
fn SearchForm(address: Address) -> impl IntoView {
    let navigate = use_navigate();
    let input = NodeRef::<html::Input>::new();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let go = move |text: String| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&address.of_search_untracked(text.trim()), options);
    };
    let later = go.clone();
    let clear = go.clone();
    let on_input = move |_| {
        let Some(text) = input.get_untracked().map(|input| input.value()) else { return };
        let later = later.clone();
        let handle = set_timeout_with_handle(move || later(text), Duration::from_millis(250)).ok();
        if let Some(earlier) = timer.try_update_value(|slot| std::mem::replace(slot, handle)).flatten() {
            earlier.clear();
        }
    };
    // An effect and not `prop:value`, whose code nothing else of the list needs.
    effect(move || {
        let text = address.search.get();
        if let Some(input) = input.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    view! {
        <form
            class="search"
            role="search"
            action="/inbox"
            on:submit=submit(move |event| {
                event.prevent_default();
                if let Some(input) = input.get_untracked() {
                    go(input.value());
                }
            })
        >
            <Icon drawing=SEARCH />
            <input type="hidden" name="view" value=dynamic(move || address.view.get().as_str()) />
            <input
                node_ref=input
                type="search"
                name="q"
                id="search"
                autocomplete="off"
                placeholder=t!(search_placeholder)
                aria-label=t!(search_placeholder)
                value=address.search.get_untracked()
                on:input=reactive::input(on_input)
                on:keydown=keydown(move |event| {
                    if event.key() == "Escape"
                        && let Some(target) = event.target()
                        && let Ok(input) = target.dyn_into::<web_sys::HtmlInputElement>()
                    {
                        input.set_value("");
                        clear(String::new());
                        let _ = input.blur();
                    }
                })
            />
            <Kbd keys="F" />
        </form>
    }
}

/// News wait here while somebody reads further down.
#[component]
fn Gathered(store: ListStore, scroller: NodeRef<html::Div>) -> impl IntoView {
    let show = move |_| {
        store.show_gathered();
        if let Some(node) = scroller.get_untracked() {
            node.set_scroll_top(0);
        }
    };
    part(move || {
        let count = store.gathered();
        (count > 0).then(|| {
            view! {
                <button type="button" class="gathered" on:click=click(show)>
                    <Icon drawing=ARROW_DOWN />
                    {t!(new_items, count = count).to_string()}
                </button>
            }
        })
    })
}

#[component]
fn Rows(address: Address, store: ListStore, resource: Read<ConversationList>) -> impl IntoView {
    let retry = Callback::new(move |()| resource.refetch());
    part(move || match store.shown.get() {
        Shown::Failed(error) => view! { <Failed error retry /> },
        Shown::Nothing => view! { <NoRows address /> },
        Shown::Rows => view! {
            <ul class="rows">
                {rows(
                    move || store.rows.get(),
                    |row| row.id,
                    move |row| view! { <ConversationItem address row=row.row id=row.id /> },
                )}
            </ul>
            <MoreLink address store />
        }
        .into_any(),
    })
}

/// For visitors without scripts; the list reads on by itself when it is scrolled.
#[component]
fn MoreLink(address: Address, store: ListStore) -> impl IntoView {
    part(move || {
        store.next.get().map(|next| {
            let href = address.with(&format!("after={}", next.0));
            view! {
                <a
                    class="more"
                    href=href
                    on:click=click(move |event| {
                        event.prevent_default();
                        store.more();
                    })
                >
                    {part(move || if store.loading_more.get() { t!(loading) } else { t!(more_conversations) })}
                </a>
            }
        })
    })
}

#[component]
fn NoRows(address: Address) -> impl IntoView {
    let phone = use_session().with_value(|session| session.me.phone.clone());
    part(move || no_rows(address, phone.clone()))
}

fn no_rows(address: Address, phone: Option<String>) -> AnyView {
    if !address.search.get().is_empty() {
        return view! {
            <EmptyState icon=SEARCH title=t!(nothing_found) text=t!(nothing_found_text)>
                <a class="button" href=dynamic(move || address.of_search_untracked(""))>
                    <Icon drawing=X />
                    {t!(clear_search)}
                </a>
            </EmptyState>
        }
        .into_any();
    }
    let (title, text) = match address.view.get() {
        View::Mine => (t!(empty_mine), t!(empty_mine_text)),
        View::Unassigned => (t!(empty_unassigned), t!(empty_unassigned_text)),
        View::All => (t!(empty_all), t!(empty_all_text)),
        View::Resolved => (t!(empty_resolved), t!(empty_resolved_text)),
    };
    view! {
        <EmptyState icon=INBOX title text>
            {match phone {
                Some(phone) => {
                    view! {
                        <a class="button" href=phone target="_blank">
                            <Icon drawing=SMARTPHONE />
                            {t!(open_sandbox)}
                        </a>
                    }
                }
                None => {
                    view! {
                        <a class="button" href="/start">
                            {t!(first_steps)}
                        </a>
                    }
                }
            }}
        </EmptyState>
    }
    .into_any()
}
