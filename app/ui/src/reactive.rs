//! Reactive parts with their closures boxed.
//!
//! Leptos compiles its machinery anew for the type of each closure; behind a box all closures have one type. On a
//! screen with hundreds of them that is most of the module that a browser has to fetch.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use leptos::ev::{ClipboardEvent, DragEvent, Event, KeyboardEvent, MouseEvent, PointerEvent, SubmitEvent};
use leptos::prelude::*;

use crate::view;

/// A reactive value of a view or an attribute.
pub type Dyn<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// A closure as a reactive value: `class=dynamic(move || …)`.
pub fn dynamic<T>(value: impl FnMut() -> T + Send + 'static) -> Dyn<T> {
    Arc::new(Mutex::new(value))
}

/// Of a button whose act is under way, for `aria-disabled`: `disabled` would take the focus away. `focus.js` sees to it that
/// a second press does nothing.
pub fn busy(pending: Memo<bool>) -> Dyn<Option<&'static str>> {
    dynamic(move || pending.get().then_some("true"))
}

/// A reactive part of a view: `{part(move || view! { … }.into_any())}`.
pub fn part<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> Dyn<AnyView> {
    dynamic(move || view().into_any())
}

/// Rows that keep their elements while they keep their keys: [`For`] with everything boxed.
pub fn rows<T, K: Hash>(
    each: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    view: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
{
    boxed_rows(Box::new(move || {
        let row = |item: T| {
            let mut hasher = DefaultHasher::new();
            key(&item).hash(&mut hasher);
            let view = view.clone();
            (hasher.finish(), Box::new(move || view(item)) as Box<dyn FnOnce() -> AnyView + Send>)
        };
        each().into_iter().map(row).collect()
    }))
}

type Row = (u64, Box<dyn FnOnce() -> AnyView + Send>);

fn boxed_rows(each: Box<dyn Fn() -> Vec<Row> + Send + Sync>) -> AnyView {
    view! { <For each=each key=|row| row.0 children=|row| (row.1)() /> }
}

macro_rules! handlers {
    ($($name:ident: $event:ty),+ $(,)?) => {$(
        #[doc = concat!("A handler of a `", stringify!($event), "`.")]
        pub fn $name(handle: impl FnMut($event) + 'static) -> Box<dyn FnMut($event)> {
            Box::new(handle)
        }
    )+};
}

handlers! {
    click: MouseEvent,
    drag: DragEvent,
    input: Event,
    keydown: KeyboardEvent,
    paste: ClipboardEvent,
    pointer: PointerEvent,
    scroll: Event,
    submit: SubmitEvent,
}

/// An effect that needs no value of its last run.
pub fn effect(run: impl FnMut() + 'static) {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(move |_: Option<()>| run());
}

/// A memo that needs no value of its last run.
pub fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let value: Box<dyn Fn() -> T + Send + Sync> = Box::new(value);
    Memo::new(move |_| value())
}

/// Starts something whose end nobody waits for.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    leptos::task::spawn_local(future);
}
