//! Forms that say whose page they are on. All tabs share one session, so a form may be posted when it is of another workspace,
//! or of another person; the server refuses it then, and knows by this field.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::de::DeserializeOwned;
use server_fn::client::Client;
use server_fn::codec::PostUrl;
use server_fn::request::ClientReq;
use server_fn::{Http, ServerFn};
use web_sys::FormData;

use crate::reactive::part;
use crate::wire::PLACE_FIELD;
use crate::{t, view};

/// What every form has that posts: its page's place, for a browser that posts it by itself. The server writes it; where scripts
/// run, `place.js` writes it into what is posted, because the page may have gone elsewhere since it was made.
#[component]
pub fn PlaceField() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let place = crate::wire::page_place();
    #[cfg(not(feature = "ssr"))]
    let place = None::<String>;
    view! { <input type="hidden" name=PLACE_FIELD value=place /> }
}

/// The framework's form of an action, with its [`PlaceField`].
#[component]
pub fn ActionForm<S, Output>(action: ServerAction<S>, children: Children) -> impl IntoView
where
    S: DeserializeOwned + ServerFn<Protocol = Http<PostUrl, Output>> + Clone + Send + Sync + 'static,
    <<S::Client as Client<S::Error>>::Request as ClientReq<S::Error>>::FormData: From<FormData>,
    S::Client: Client<S::Error>,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let props = leptos::form::ActionFormProps::builder().action(action).children(placed(children)).build();
    leptos::form::ActionForm(props)
}

fn placed(children: Children) -> Children {
    Box::new(|| {
        view! {
            <PlaceField />
            {children()}
        }
    })
}

/// What such a form was refused by, in the address that the browser is led back to. It is none of the page's own forms, which
/// may not be there any more.
pub const PLACE: &str = "/place";

/// Says that nothing was done, because what the browser posted was of a page of another place. That is the only refusal which comes
/// back under [`PLACE`], so it is not read: this is part of every page, and what reads refusals is not.
#[component]
pub fn Elsewhere() -> impl IntoView {
    let query = use_query_map();
    let refused = move || query.with(|query| query.get_str("__path") == Some(PLACE));
    view! {
        <div class="elsewhere">
            {part(move || {
                refused()
                    .then(|| {
                        view! {
                            <p class="form-error" role="alert">
                                {t!(error_moved)}
                            </p>
                        }
                    })
            })}
        </div>
    }
}
