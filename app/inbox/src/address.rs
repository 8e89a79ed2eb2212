//! What the address of the inbox says, and the addresses of its links. Everything shown has one, so links, the
//! back button and visitors without scripts all work the same way.

use domain::ConversationId;
use domain::conversations::View;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use ui::wire::escape;

/// The parts of the address, each changing alone.
#[derive(Clone, Copy)]
pub struct Address {
    pub view: Memo<View>,
    pub search: Memo<String>,
    pub selected: Memo<Option<ConversationId>>,
    /// A page of the list further down, for visitors without scripts.
    pub after: Memo<String>,
    /// A page of the thread further back, for visitors without scripts.
    pub before: Memo<String>,
    /// The person's drawer is open (narrow screens).
    pub person: Memo<bool>,
    /// The composer starts as a note.
    pub note: Memo<bool>,
}

impl Address {
    pub fn read() -> Self {
        let query = use_query_map();
        let params = use_params_map();
        let part = move |name: &'static str| move |_: Option<&String>| query.with(|q| q.get(name).unwrap_or_default());
        Self {
            view: Memo::new(move |_| query.with(|q| q.get("view").and_then(|v| View::parse(&v)).unwrap_or_default())),
            search: Memo::new(part("q")),
            selected: Memo::new(move |_| params.with(|p| p.get("id").and_then(|id| id.parse().ok()))),
            after: Memo::new(part("after")),
            before: Memo::new(part("before")),
            person: Memo::new(move |_| query.with(|q| q.get("person").is_some())),
            note: Memo::new(move |_| query.with(|q| q.get("compose").as_deref() == Some("note"))),
        }
    }

    /// The list of `view`, with the search kept.
    pub fn of_view(self, view: View) -> String {
        address(None, view, &self.search.get(), "")
    }

    /// A conversation beside the list that is shown.
    pub fn of_conversation(self, id: ConversationId) -> String {
        address(Some(id), self.view.get(), &self.search.get(), "")
    }

    pub fn of_conversation_untracked(self, id: ConversationId) -> String {
        address(Some(id), self.view.get_untracked(), &self.search.get_untracked(), "")
    }

    /// Back to the list.
    pub fn of_list(self) -> String {
        address(None, self.view.get(), &self.search.get(), "")
    }

    /// What is shown, plus one more thing.
    pub fn with(self, more: &str) -> String {
        address(self.selected.get(), self.view.get(), &self.search.get(), more)
    }

    pub fn of_search_untracked(self, search: &str) -> String {
        address(self.selected.get_untracked(), self.view.get_untracked(), search, "")
    }
}

fn address(id: Option<ConversationId>, view: View, search: &str, more: &str) -> String {
    let mut path = match id {
        Some(id) => format!("/inbox/{id}"),
        None => "/inbox".to_owned(),
    };
    let mut sign = '?';
    let mut add = |name: &str, value: &str| {
        path.push(sign);
        path.push_str(name);
        if !value.is_empty() {
            path.push('=');
            path.push_str(value);
        }
        sign = '&';
    };
    if view != View::default() {
        add("view", view.as_str());
    }
    if !search.is_empty() {
        add("q", &escape(search));
    }
    if !more.is_empty() {
        add(more, "");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_list() {
        assert_eq!(address(None, View::All, "", ""), "/inbox");
        assert_eq!(address(None, View::Mine, "ada l", ""), "/inbox?view=mine&q=ada%20l");
        let id = "0198f1c2-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(address(Some(id), View::Mine, "", "person=1"), format!("/inbox/{id}?view=mine&person=1"));
    }
}
