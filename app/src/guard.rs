//! The door of the signed-in screens: reads the session once, then everything below can rely on it. It hides;
//! what refuses is each use case.

use leptos::prelude::*;
use ui::view;
use ui::{Failed, Live, LoadOnce, Read};

use crate::api::who_am_i;
use crate::frame::Frame;

/// A signed-in screen in its frame.
#[component]
pub fn Guarded(#[prop(into)] page: ViewFn) -> impl IntoView {
    let resource = Read::blocking(who_am_i);
    view! {
        <LoadOnce
            resource
            skeleton=|| view! { <div class="frame"></div> }
            children=move |read| match read {
                Ok(session) => {
                    provide_context(StoredValue::new(session));
                    Live::provide();
                    let page = page.clone();
                    view! { <Frame page /> }
                }
                Err(error) => view! { <Failed error /> },
            }
        />
    }
}
