//! Everything that can be done here: one table for keys, palette and help.

use domain::conversations::{ConversationStatus, View};
use domain::{MemberId, Permission};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use ui::browser::{find, focus, reveal, typing};
use ui::reactive::{effect, spawn};
use ui::toast::{Toasts, toast, toast_error, use_toasts};
use ui::{AppError, Session, Tone, t, use_session};

use crate::address::Address;
use crate::api::{assign, reopen, resolve};
use crate::composer::Composer;
use crate::list::ListStore;
use crate::thread::ThreadStore;

/// An action of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Next,
    Previous,
    Resolve,
    Assign,
    AssignMe,
    Note,
    Reply,
    Canned,
    Search,
    Tags,
    Template,
    Palette,
    Help,
    List(View),
    Channels,
    Profile,
}

impl Act {
    pub const ALL: [Self; 19] = [
        Self::Next,
        Self::Previous,
        Self::Reply,
        Self::Canned,
        Self::Note,
        Self::Resolve,
        Self::Assign,
        Self::AssignMe,
        Self::Tags,
        Self::Template,
        Self::Search,
        Self::List(View::Mine),
        Self::List(View::Unassigned),
        Self::List(View::All),
        Self::List(View::Resolved),
        Self::Palette,
        Self::Help,
        Self::Channels,
        Self::Profile,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Next => t!(act_next),
            Self::Previous => t!(act_previous),
            Self::Resolve => t!(act_resolve),
            Self::Assign => t!(act_assign),
            Self::AssignMe => t!(act_assign_me),
            Self::Note => t!(act_note),
            Self::Reply => t!(act_reply),
            Self::Canned => t!(act_canned),
            Self::Search => t!(act_search),
            Self::Tags => t!(act_tags),
            Self::Template => t!(act_template),
            Self::Palette => t!(act_palette),
            Self::Help => t!(act_help),
            Self::List(View::Mine) => t!(act_mine),
            Self::List(View::Unassigned) => t!(act_unassigned),
            Self::List(View::All) => t!(act_all),
            Self::List(View::Resolved) => t!(act_resolved),
            Self::Channels => t!(act_channels),
            Self::Profile => t!(act_profile),
        }
    }

    /// As the palette and the help show it.
    pub fn keys(self) -> &'static str {
        match self {
            Self::Next => "J",
            Self::Previous => "K",
            Self::Resolve => "E",
            Self::Assign => "A",
            Self::AssignMe => "M",
            Self::Note => "N",
            Self::Reply => "R",
            Self::Canned => "/",
            Self::Search => "F",
            Self::Tags => "L",
            Self::Template => "T",
            Self::Palette => "Ctrl K",
            Self::Help => "?",
            Self::List(View::Mine) => "1",
            Self::List(View::Unassigned) => "2",
            Self::List(View::All) => "3",
            Self::List(View::Resolved) => "4",
            Self::Channels | Self::Profile => "",
        }
    }

    /// The action of a key, pressed without a modifier outside a text.
    fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "j" | "J" | "ArrowDown" => Self::Next,
            "k" | "K" | "ArrowUp" => Self::Previous,
            "e" | "E" => Self::Resolve,
            "a" | "A" => Self::Assign,
            "m" | "M" => Self::AssignMe,
            "n" | "N" => Self::Note,
            "r" | "R" => Self::Reply,
            "t" | "T" => Self::Template,
            "/" => Self::Canned,
            "f" | "F" => Self::Search,
            "l" | "L" => Self::Tags,
            "?" => Self::Help,
            "1" => Self::List(View::Mine),
            "2" => Self::List(View::Unassigned),
            "3" => Self::List(View::All),
            "4" => Self::List(View::Resolved),
            _ => return None,
        })
    }
}

/// What actions act on.
#[derive(Clone, Copy)]
pub struct Acts {
    address: Address,
    list: ListStore,
    thread: ThreadStore,
    composer: Composer,
    session: StoredValue<Session>,
    toasts: Option<Toasts>,
    /// Where to go; an effect does, so that nothing of the browser is held on the server.
    wanted: RwSignal<Option<String>>,
    pub palette: RwSignal<bool>,
    pub help: RwSignal<bool>,
}

impl Acts {
    pub fn provide(address: Address, list: ListStore, thread: ThreadStore, composer: Composer) -> Self {
        let navigate = use_navigate();
        let wanted = RwSignal::new(None::<String>);
        effect(move || {
            if let Some(path) = wanted.get() {
                navigate(&path, NavigateOptions { scroll: false, ..NavigateOptions::default() });
            }
        });
        let acts = Self {
            address,
            list,
            thread,
            composer,
            session: use_session(),
            toasts: use_toasts(),
            wanted,
            palette: RwSignal::new(false),
            help: RwSignal::new(false),
        };
        provide_context(acts);
        acts.listen();
        acts
    }

    #[expect(clippy::expect_used, reason = "the inbox page provides it to everything below")]
    pub fn get() -> Self {
        use_context().expect("an action outside the inbox")
    }

    fn listen(self) {
        effect(move || {
            let handle = window_event_listener(leptos::ev::keydown, move |event| {
                if event.default_prevented() || event.is_composing() {
                    return;
                }
                let command = event.ctrl_key() || event.meta_key();
                if command && matches!(event.key().as_str(), "k" | "K") {
                    event.prevent_default();
                    return self.run(Act::Palette);
                }
                let busy = command || event.alt_key() || typing() || find("dialog[open]").is_some();
                if busy {
                    return;
                }
                let arrow = event.key().starts_with("Arrow");
                if arrow && find(".thread-scroll:focus, details[open]").is_some() {
                    return;
                }
                if let Some(act) = Act::of_key(&event.key()) {
                    event.prevent_default();
                    self.run(act);
                }
            });
            on_cleanup(move || handle.remove());
        });
    }

    /// Does what a key stands for.
    pub fn press(self, key: &str) {
        match key {
            "palette" => self.run(Act::Palette),
            key => {
                if let Some(act) = Act::of_key(key) {
                    self.run(act);
                }
            }
        }
    }

    /// Does it.
    pub fn run(self, act: Act) {
        match act {
            Act::Next => self.step(1),
            Act::Previous => self.step(-1),
            Act::Resolve => self.resolve(),
            Act::Assign => self.open_assign(),
            Act::AssignMe => self.assign(Some(self.session.with_value(|session| session.me.member))),
            Act::Note => self.composer.switch(true),
            Act::Reply => self.composer.switch(false),
            Act::Template => self.composer.templates.set(self.thread.id.get_untracked().is_some()),
            Act::Canned => self.canned(),
            Act::Search => focus("#search"),
            Act::Tags => focus("#tag-choice"),
            Act::Palette => self.palette.update(|open| *open = !*open),
            Act::Help => self.help.set(true),
            Act::List(view) => self.go(format!("/inbox?view={}", view.as_str())),
            Act::Channels => self.go("/settings/channels".to_owned()),
            Act::Profile => self.go("/settings/profile".to_owned()),
        }
    }

    /// The canned replies, where there can be an answer at all.
    fn canned(self) {
        let may = self.session.with_value(|session| session.may(Permission::SendMessages));
        if may && self.thread.of_head_now(|head| head.blocked.is_none()) == Some(true) {
            self.composer.switch(false);
            self.composer.canned.set(true);
        }
    }

    fn go(self, path: String) {
        self.wanted.set(Some(path));
    }

    fn step(self, step: isize) {
        if let Some(id) = self.list.neighbour(self.address.selected.get_untracked(), step) {
            self.go(self.address.of_conversation_untracked(id));
            request_animation_frame(|| reveal(".row[aria-current]"));
        }
    }

    fn open_assign(self) {
        if let Some(menu) = find("#assign-menu") {
            let _ = menu.set_attribute("open", "");
            focus("#assign-menu .choice");
        }
    }

    /// Resolves or reopens at once; the next read confirms it.
    fn resolve(self) {
        let Some(id) = self.thread.id.get_untracked() else { return };
        let was = self.thread.is_resolved_now();
        let status = |resolved| if resolved { ConversationStatus::Resolved } else { ConversationStatus::Open };
        self.thread.expect(|head| head.status = status(!was));
        spawn(async move {
            let done = if was { reopen(id).await } else { resolve(id).await };
            let text = Some(if was { t!(reopened) } else { t!(resolved) });
            if done.is_err() {
                self.thread.expect(|head| head.status = status(was));
            }
            self.settle(done, text);
        });
    }

    /// Gives the conversation to a colleague, or to nobody.
    pub fn assign(self, to: Option<MemberId>) {
        if let Some(menu) = find("#assign-menu") {
            let _ = menu.remove_attribute("open");
        }
        let Some(id) = self.thread.id.get_untracked() else { return };
        let before = self.thread.of_head_now(|head| head.assignee).flatten();
        self.thread.expect(|head| head.assignee = to);
        self.list.expect(id, |row| row.assignee = to);
        spawn(async move {
            let done = assign(id, to.map(|id| id.to_string()).unwrap_or_default()).await;
            if done.is_err() {
                self.thread.expect(|head| head.assignee = before);
                self.list.expect(id, |row| row.assignee = before);
            }
            self.settle(done, None);
        });
    }

    /// `text`: what is worth saying, where the screen does not show it already.
    fn settle(self, done: Result<(), AppError>, text: Option<&'static str>) {
        match done {
            Ok(()) => {
                if let Some(text) = text {
                    toast(self.toasts, Tone::Good, text);
                }
            }
            Err(error) => toast_error(self.toasts, error.0),
        }
        self.list.refresh();
        self.thread.refresh();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shown_key_does_what_it_says() {
        for act in Act::ALL {
            let keys = act.keys();
            if keys.chars().count() == 1 {
                assert_eq!(Act::of_key(keys), Some(act), "{keys}");
                assert_eq!(Act::of_key(&keys.to_lowercase()), Some(act), "{keys}");
            }
        }
    }
}
