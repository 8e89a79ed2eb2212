//! The pages before anybody is signed in: one card, alone.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::{Elsewhere, view};

#[component]
pub fn Alone(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <main class="alone" id="main" tabindex="-1">
            <div class="sign-in">
                <img class="logo" src="/favicon.svg" alt="" width="40" height="40" />
                <h1>{title}</h1>
                <Elsewhere />
                {children()}
            </div>
        </main>
    }
}
