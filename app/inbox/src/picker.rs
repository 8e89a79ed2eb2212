//! Choosing by typing: a field with the list of what fits below it. The palette and the canned replies.

use leptos::prelude::*;
use ui::browser::reveal;
use ui::reactive::{click, dynamic, effect, input, part};
use ui::view;
use ui::{Dialog, Kbd, t};

/// Something to choose.
pub struct Choice {
    /// Its place in what the caller knows.
    pub value: usize,
    pub label: String,
    /// A second line.
    pub more: String,
    /// The keys that do the same, with spaces between them.
    pub keys: &'static str,
}

/// A dialog to choose from: type a few letters, arrows, Enter; Escape closes.
#[component]
pub fn Picker(
    open: RwSignal<bool>,
    title: &'static str,
    placeholder: &'static str,
    class: &'static str,
    /// What fits what is typed.
    find: Callback<String, Vec<Choice>>,
    choose: Callback<usize>,
    /// What to say while nothing fits.
    #[prop(optional)]
    nothing: Option<Callback<(), String>>,
) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    effect(move || {
        if open.get() {
            query.set(String::new());
            at.set(0);
        }
    });
    let run = move |value: usize| {
        open.set(false);
        // After the dialog gave the focus back.
        request_animation_frame(move || choose.run(value));
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let found = untrack(|| find.run(query.get_untracked()));
        let count = found.len().max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(choice) = found.get(at.get_untracked()) {
                    run(choice.value);
                }
            }
            _ => return,
        }
        event.prevent_default();
        reveal(&format!("#choice-{}", at.get_untracked()));
    };
    view! {
        <Dialog open title class>
            <input
                class="input palette-input"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="choices"
                aria-activedescendant=dynamic(move || {
                    let found = !find.run(query.get()).is_empty();
                    found.then(|| format!("choice-{}", at.get()))
                })
                autofocus=true
                autocomplete="off"
                placeholder=placeholder
                aria-label=placeholder
                on:keydown=on_key
                on:input=input(move |event| {
                    query.set(event_target_value(&event));
                    at.set(0);
                })
            />
            <ul class="palette-list" id="choices" role="listbox" aria-label=title>
                {part(move || {
                    find.run(query.get())
                        .into_iter()
                        .enumerate()
                        .map(|(place, choice)| {
                            let value = choice.value;
                            view! {
                                <li
                                    id=format!("choice-{place}")
                                    role="option"
                                    class="palette-item"
                                    aria-selected=dynamic(move || (at.get() == place).to_string())
                                    on:click=click(move |_| run(value))
                                >
                                    <span class="palette-words">
                                        {choice.label}
                                        {(!choice.more.is_empty())
                                            .then(|| view! { <span class="palette-more">{choice.more}</span> })}
                                    </span>
                                    <Keys keys=choice.keys />
                                </li>
                            }
                        })
                        .collect_view()
                })}
            </ul>
            <p class="quiet" role="status">
                {part(move || {
                    let empty = find.run(query.get()).is_empty();
                    empty.then(|| nothing.map_or_else(|| t!(nothing_found).to_owned(), |nothing| nothing.run(())))
                })}
            </p>
        </Dialog>
    }
}

/// Keys as they are printed on the keyboard.
#[component]
pub fn Keys(keys: &'static str) -> impl IntoView {
    (!keys.is_empty()).then(|| keys.split(' ').map(|key| view! { <Kbd keys=key /> }).collect_view())
}
