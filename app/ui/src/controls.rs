//! Small parts: badges, chips, keys, menus.

use crate::view;
use domain::tags::Colour;
use leptos::prelude::*;

use crate::icon::{Drawing, Icon};

/// What a colour says. Never the only sign: words or an icon say it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Quiet,
    Accent,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A number or a word in a pill.
#[component]
pub fn Badge(#[prop(into)] text: String, #[prop(optional)] tone: Tone) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.class())>{text}</span> }
}

/// A fact with its icon.
#[component]
pub fn Chip(
    #[prop(into)] text: String,
    icon: Drawing,
    #[prop(optional)] tone: Tone,
    #[prop(optional, into)] title: Option<String>,
) -> impl IntoView {
    view! {
        <span class=format!("chip chip-{}", tone.class()) title=title>
            <Icon drawing=icon />
            {text}
        </span>
    }
}

/// A tag in its colour, which is never the only sign: its name is there.
#[component]
pub fn TagMark(
    #[prop(into)] name: String,
    colour: Colour,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <span class=format!("tag tag-{}", colour.as_str())>
            <span class="tag-name">{name}</span>
            {children.map(|children| children())}
        </span>
    }
}

/// A key as it is printed on the keyboard.
#[component]
pub fn Kbd(#[prop(into)] keys: String) -> impl IntoView {
    view! { <kbd class="kbd">{keys}</kbd> }
}

/// A button that opens a list of choices. A `details` element, so it opens without scripts; `layout.css` closes
/// nothing, the page's click handler does.
#[component]
pub fn Menu(
    /// What the button is called.
    #[prop(into)]
    label: String,
    /// For the key that opens it.
    #[prop(optional)]
    id: Option<&'static str>,
    #[prop(optional)] class: &'static str,
    /// The face of the button.
    #[prop(into)]
    face: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <details class=format!("menu {class}") id=id>
            <summary class="button button-quiet" aria-label=label.clone() title=label>
                {face.run()}
            </summary>
            <div class="menu-list">{children()}</div>
        </details>
    }
}
