//! What the pages of the settings have in common.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::view;

use crate::nav::SettingsNav;

/// The way to the other pages, this one's name and what it is for, and what is on it.
#[component]
pub fn SettingsPage(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <Title text=title />
        <div class="page">
            <SettingsNav />
            <header class="page-head">
                <h1>{title}</h1>
                <p class="quiet">{text}</p>
            </header>
            {children()}
        </div>
    }
}
