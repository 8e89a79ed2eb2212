//! The command palette and the help: every action with its key.

use leptos::prelude::*;
use ui::browser::lower;
use ui::reactive::{click, dynamic, effect, input, part};
use ui::view;
use ui::{Dialog, Kbd, t};

use crate::keys::{Act, Acts};

/// Ctrl/Cmd+K: type a few letters, Enter.
#[component]
pub fn Palette(acts: Acts) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    effect(move || {
        if acts.palette.get() {
            query.set(String::new());
            at.set(0);
        }
    });
    let found = move || matching(&query.get());
    let run = move |act: Act| {
        acts.palette.set(false);
        // After the dialog gave the focus back.
        request_animation_frame(move || acts.run(act));
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let count = matching(&query.get_untracked()).len().max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(act) = matching(&query.get_untracked()).get(at.get_untracked()) {
                    run(*act);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <Dialog open=acts.palette title=t!(palette) class="palette">
            <input
                class="input palette-input"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=dynamic(move || format!("palette-{}", at.get()))
                autofocus=true
                autocomplete="off"
                placeholder=t!(palette_placeholder)
                aria-label=t!(palette_placeholder)
                on:keydown=on_key
                on:input=input(move |event| {
                    query.set(event_target_value(&event));
                    at.set(0);
                })
            />
            <ul class="palette-list" id="palette-list" role="listbox" aria-label=t!(palette)>
                {part(move || {
                    found()
                        .into_iter()
                        .enumerate()
                        .map(|(place, act)| {
                            view! {
                                <li
                                    id=format!("palette-{place}")
                                    role="option"
                                    class="palette-item"
                                    aria-selected=dynamic(move || (at.get() == place).to_string())
                                    on:click=click(move |_| run(act))
                                >
                                    {act.label()}
                                    <Keys act />
                                </li>
                            }
                        })
                        .collect_view()
                })}
            </ul>
        </Dialog>
    }
}

fn matching(query: &str) -> Vec<Act> {
    let words: Vec<String> = query.split_whitespace().map(lower).collect();
    let fits = |act: &Act| {
        let label = lower(act.label());
        words.iter().all(|word| label.contains(word.as_str()))
    };
    Act::ALL.into_iter().filter(|act| *act != Act::Palette && fits(act)).collect()
}

#[component]
fn Keys(act: Act) -> impl IntoView {
    let keys = act.keys();
    (!keys.is_empty()).then(|| keys.split(' ').map(|key| view! { <Kbd keys=key /> }).collect_view())
}

/// `?`: the keys.
#[component]
pub fn Help(acts: Acts) -> impl IntoView {
    view! {
        <Dialog open=acts.help title=t!(keyboard)>
            <ul class="help-list">
                {Act::ALL
                    .into_iter()
                    .filter(|act| !act.keys().is_empty())
                    .map(|act| {
                        view! {
                            <li>
                                <span>{act.label()}</span>
                                <span>
                                    <Keys act />
                                </span>
                            </li>
                        }
                    })
                    .collect_view()}
                <li>
                    <span>{t!(act_send)}</span>
                    <span>
                        <Kbd keys="Ctrl" />
                        <Kbd keys="Enter" />
                    </span>
                </li>
            </ul>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_finds_by_words_in_any_order() {
        assert_eq!(matching("").len(), Act::ALL.len() - 1);
        assert_eq!(matching("conv next"), [Act::Next]);
        assert!(matching("zzz").is_empty());
    }
}
