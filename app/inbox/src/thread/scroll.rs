//! What is read keeps its place.
//!
//! The scroller counts from its end, so whatever is put on top moves nothing. What is put at the end while somebody
//! reads further up would push that away; as much as the thread grew there is given back before the next paint.

use domain::MessageId;
use leptos::html;
use leptos::prelude::*;
use ui::reactive::effect;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::store::ThreadStore;

/// Nearer to the end than this, new entries may come into view by themselves, in pixels.
pub const NEAR: i32 = 160;

/// Watches the thread grow.
pub fn hold_position(thread: ThreadStore, scroller: NodeRef<html::Div>) {
    effect(move || {
        let Some(node) = scroller.get() else { return };
        let Some(content) = node.first_element_child() else { return };
        let newest = move || -> Option<MessageId> {
            thread.entries.try_with_untracked(|entries| entries.last().map(|entry| entry.id)).flatten()
        };
        let mut last = (node.scroll_height(), newest());
        let grown = Closure::<dyn FnMut()>::new(move || {
            let now = (node.scroll_height(), newest());
            if now.1 != last.1 && -node.scroll_top() > NEAR {
                node.set_scroll_top(node.scroll_top() - (now.0 - last.0));
            }
            last = now;
        });
        let Ok(observer) = ResizeObserver::new(grown.as_ref().unchecked_ref()) else { return };
        observer.observe(&content);
        let kept = StoredValue::new_local(Some((observer, grown)));
        on_cleanup(move || {
            if let Some((observer, _)) = kept.try_update_value(Option::take).flatten() {
                observer.disconnect();
            }
        });
    });
    // One's own message is what one wants to see.
    Effect::new(move |before: Option<usize>| {
        let count = thread.pending.with(Vec::len);
        if before.is_some_and(|before| count > before)
            && let Some(node) = scroller.get_untracked()
        {
            node.set_scroll_top(0);
        }
        count
    });
}
