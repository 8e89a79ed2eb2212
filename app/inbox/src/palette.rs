//! The command palette and the help: every action with its key.

use leptos::prelude::*;
use ui::browser::lower;
use ui::view;
use ui::{Dialog, Kbd, t};

use crate::keys::{Act, Acts};
use crate::picker::{Choice, Keys, Picker};

/// Ctrl/Cmd+K: type a few letters, Enter.
#[component]
pub fn Palette(acts: Acts) -> impl IntoView {
    let find = Callback::new(|query: String| {
        let choice = |(value, act): (usize, Act)| Choice {
            value,
            label: act.label().to_owned(),
            more: String::new(),
            keys: act.keys(),
        };
        matching(&query).into_iter().map(choice).collect::<Vec<_>>()
    });
    let choose = Callback::new(move |value: usize| {
        if let Some(act) = Act::ALL.get(value) {
            acts.run(*act);
        }
    });
    view! {
        <Picker
            open=acts.palette
            title=t!(palette)
            placeholder=t!(palette_placeholder)
            class="palette"
            find
            choose
        />
    }
}

/// What fits, each with its place among all.
fn matching(query: &str) -> Vec<(usize, Act)> {
    let words: Vec<String> = query.split_whitespace().map(lower).collect();
    let fits = |act: &Act| {
        let label = lower(act.label());
        words.iter().all(|word| label.contains(word.as_str()))
    };
    Act::ALL.into_iter().enumerate().filter(|(_, act)| *act != Act::Palette && fits(act)).collect()
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
                                    <Keys keys=act.keys() />
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
        assert_eq!(matching("conv next"), [(0, Act::Next)]);
        assert!(matching("zzz").is_empty());
    }
}
