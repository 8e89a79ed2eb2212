//! Reactive parts with their closures boxed.
//!
//! Leptos compiles its machinery anew for the type of each closure; behind a box all closures have one type. On a
//! screen with hundreds of them that is most of the module that a browser has to fetch.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// A reactive value of a view or an attribute.
pub type Dyn<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// A closure as a reactive value: `class=dynamic(move || …)`.
pub fn dynamic<T>(value: impl FnMut() -> T + Send + 'static) -> Dyn<T> {
    Arc::new(Mutex::new(value))
}

/// A reactive part of a view: `{part(move || view! { … }.into_any())}`.
pub fn part<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> Dyn<AnyView> {
    dynamic(move || view().into_any())
}

/// A handler of an event: `on:click=handler(move |_| …)`.
pub fn handler<E>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}

/// An effect that needs no value of its last run.
pub fn effect(run: impl FnMut() + 'static) {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(move |_: Option<()>| run());
}

/// Starts something whose end nobody waits for.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    leptos::task::spawn_local(future);
}
