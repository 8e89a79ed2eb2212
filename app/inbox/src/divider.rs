//! The edges between panes, which can be moved and stay where they were put on this device. `boot.js` applies them
//! before the first paint.

use leptos::prelude::*;
use ui::browser::{find, remember};
use ui::reactive::{keydown, pointer};
use ui::view;
use wasm_bindgen::JsCast;

const STEP: i32 = 16;

/// An edge that changes the width of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    List,
    Person,
}

impl Edge {
    /// The name in the browser's memory and, after `--`, in the style sheet.
    fn name(self) -> &'static str {
        match self {
            Self::List => "list-width",
            Self::Person => "person-width",
        }
    }

    fn pane(self) -> &'static str {
        match self {
            Self::List => ".pane-list",
            Self::Person => ".pane-person",
        }
    }

    fn limits(self) -> (i32, i32) {
        match self {
            Self::List => (240, 520),
            Self::Person => (220, 480),
        }
    }

    /// Moving right makes the list wider and the person narrower; in right-to-left writing the reverse.
    fn sign(self) -> i32 {
        let mirrored = document().dir() == "rtl";
        if (self == Self::List) == mirrored { -1 } else { 1 }
    }
}

/// The handle of an edge. Mouse, touch and arrow keys.
#[component]
pub fn Divider(edge: Edge, #[prop(into)] label: String) -> impl IntoView {
    let (least, most) = edge.limits();
    let grip = StoredValue::new(None::<(i32, i32)>);
    let width = move || find(edge.pane()).map_or(0, |pane| pane.offset_width());
    view! {
        <div
            class=format!("divider divider-{}", edge.name())
            role="separator"
            aria-orientation="vertical"
            aria-valuemin=least
            aria-valuemax=most
            aria-valuenow=(least + most) / 2
            aria-label=label
            tabindex="0"
            on:pointerdown=pointer(move |event| {
                event.prevent_default();
                capture(&event);
                grip.set_value(Some((event.client_x(), width())));
            })
            on:pointermove=pointer(move |event| {
                if let Some((from, width)) = grip.get_value() {
                    set_width(edge, width + (event.client_x() - from) * edge.sign());
                }
            })
            on:pointerup=pointer(move |_| grip.set_value(None))
            on:pointercancel=pointer(move |_| grip.set_value(None))
            on:keydown=keydown(move |event| {
                let step = match event.key().as_str() {
                    "ArrowLeft" => -STEP,
                    "ArrowRight" => STEP,
                    _ => return,
                };
                event.prevent_default();
                set_width(edge, width() + step * edge.sign());
            })
        ></div>
    }
}

fn capture(event: &web_sys::PointerEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(target) = target {
        let _ = target.set_pointer_capture(event.pointer_id());
    }
}

fn set_width(edge: Edge, width: i32) {
    let (least, most) = edge.limits();
    let width = format!("{}px", width.clamp(least, most));
    let root = document().document_element().and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(root) = root {
        let _ = root.style().set_property(&format!("--{}", edge.name()), &width);
        remember(edge.name(), &width);
    }
}
