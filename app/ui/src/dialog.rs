//! The native dialog: focus trap, Escape and backdrop come with it.

use crate::reactive::{click, effect, input, keydown, part};
use crate::view;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::icon::{Icon, X};
use crate::t;

/// A modal dialog that is in the document only while it is open.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    #[prop(optional)] class: &'static str,
    /// Keys, wherever in the dialog the focus is.
    #[prop(optional, into)]
    on_key: Option<Callback<KeyboardEvent>>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // One that was asked for before it came into the document is shown with the next frame.
            (true, false) if dialog.show_modal().is_err() => {
                request_animation_frame(move || drop(dialog.show_modal()));
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let name = title.clone();
    view! {
        <dialog
            node_ref=node
            class=format!("dialog {class}")
            aria-label=name
            on:keydown=keydown(move |event| {
                if let Some(on_key) = on_key {
                    on_key.run(event);
                }
            })
            on:close=input(move |_| open.set(false))
            on:click=click(move |event| {
                let backdrop = event.target().zip(event.current_target()).is_some_and(|(at, own)| at == own);
                if backdrop {
                    open.set(false);
                }
            })
        >
            {part(move || {
                let (children, title) = (children.clone(), title.clone());
                open.get()
                    .then(|| {
                        view! {
                            <div class="dialog-body">
                                <header class="dialog-head">
                                    <h2>{title}</h2>
                                    <button
                                        type="button"
                                        class="button button-quiet button-icon"
                                        aria-label=t!(close)
                                        on:click=click(move |_| open.set(false))
                                    >
                                        <Icon drawing=X />
                                    </button>
                                </header>
                                {children()}
                            </div>
                        }
                    })
            })}
        </dialog>
    }
}
