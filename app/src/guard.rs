//! The door of the signed-in screens: reads the session once, then everything below can rely on it. It hides;
//! what refuses is each use case.

use leptos::prelude::*;
use ui::{Live, Load};

use crate::api::who_am_i;
use crate::frame::Frame;

/// A signed-in screen in its frame.
#[component]
pub fn Guarded(#[prop(into)] page: ViewFn) -> impl IntoView {
    let resource = Resource::new_blocking(|| (), |()| who_am_i());
    view! {
        <Load
            resource
            skeleton=|| view! { <div class="frame"></div> }
            children=move |session| {
                provide_context(StoredValue::new(session));
                Live::provide();
                let page = page.clone();
                view! { <Frame page /> }.into_any()
            }
        />
    }
}
