//! What the address of the inbox says, and the addresses of its links. Everything shown has one, so links, the
//! back button and visitors without scripts all work the same way.

use domain::ConversationId;
use domain::conversations::View;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::Location;
use ui::reactive::memo;
use ui::wire::escape;
use uuid::Uuid;

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
    /// Follows the address bar from the root of the application, so that nothing that is on its way out loses it. Away
    /// from the inbox it stays as it was: the panes that are about to go have no reason to change.
    pub fn provide() {
        let Location { pathname, query, .. } = use_location();
        let here = move || pathname.with(|path| path == "/inbox" || path.starts_with("/inbox/"));
        let part =
            move |name: &'static str| kept(here, move || query.with(|query| query.get(name).unwrap_or_default()));
        let (view, note) = (part("view"), part("compose"));
        let person = kept(here, move || query.with(|query| query.get("person").is_some()));
        provide_context(Self {
            view: memo(move || view.with(|view| View::parse(view).unwrap_or_default())),
            search: part("q"),
            selected: kept(here, move || pathname.with(|path| selected(path))),
            after: part("after"),
            before: part("before"),
            person,
            note: memo(move || note.with(|note| note == "note")),
        });
    }

    #[expect(clippy::expect_used, reason = "the root of the application provides it")]
    pub fn get() -> Self {
        use_context().expect("an inbox outside the application")
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

/// The conversation of `/inbox/<id>`. What is no id names nobody's conversation, so that its pane says what an unknown
/// id's says, and not nothing at all.
fn selected(path: &str) -> Option<ConversationId> {
    let id = path.strip_prefix("/inbox/").filter(|id| !id.is_empty())?;
    Some(id.parse().unwrap_or(ConversationId(Uuid::nil())))
}

/// What `part` says while `here` is true.
fn kept<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    here: impl Fn() -> bool + Copy + Send + Sync + 'static,
    part: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let part: Box<dyn Fn() -> T + Send + Sync> = Box::new(part);
    Memo::new(move |before: Option<&T>| if here() { part() } else { before.cloned().unwrap_or_default() })
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
    fn an_address_that_names_nothing_selects_what_nobody_has() {
        assert_eq!(selected("/inbox"), None);
        assert_eq!(selected("/inbox/"), None);
        assert_eq!(selected("/inbox/nonsense"), Some(ConversationId(Uuid::nil())));
    }

    #[test]
    fn addresses_keep_the_list() {
        assert_eq!(address(None, View::All, "", ""), "/inbox");
        assert_eq!(address(None, View::Mine, "ada l", ""), "/inbox?view=mine&q=ada%20l");
        let id = "0198f1c2-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(address(Some(id), View::Mine, "", "person=1"), format!("/inbox/{id}?view=mine&person=1"));
    }
}
