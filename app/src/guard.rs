//! The doors of the signed-in screens: they read the session once, then everything below can rely on it. They hide;
//! what refuses is each use case.

use domain::members::Seal;
use domain::{Error, Permission};
use leptos::prelude::*;
use leptos_router::components::Redirect;
use ui::reactive::effect;
use ui::{AppError, Failed, Here, Live, LoadOnce, Read, Session};
use ui::{browser, view};

use crate::api::{who_am_i, who_is_here};
use crate::frame::{Frame, OwnFrame};

/// A screen of a workspace in its frame. Whoever stands in none is led to where they can make one, whose workspace
/// waits for a second factor, to where it is set up, and whose workspace has a way in of its own, to the way there.
#[component]
pub fn Guarded(#[prop(into)] page: ViewFn) -> impl IntoView {
    let resource = Read::blocking(who_am_i);
    view! {
        <LoadOnce
            resource
            skeleton=|| view! { <div class="frame"></div> }
            children=move |read| match read {
                Ok(session) => {
                    enter(session);
                    let page = page.clone();
                    view! { <Frame page /> }
                }
                Err(AppError(Error::NotFound)) => view! { <Redirect path="/welcome" /> },
                Err(AppError(Error::SingleSignOnNeeded)) => view! { <Redirect path="/workspaces" /> },
                Err(AppError(Error::SecondFactorNeeded)) => view! { <Redirect path="/settings/security" /> },
                Err(error) => view! { <Failed error /> },
            }
        />
    }
}

/// A screen of a person's own, with the frame of their workspace if they stand in one.
#[component]
pub fn Personal(#[prop(into)] page: ViewFn) -> impl IntoView {
    let resource = Read::blocking(who_is_here);
    view! {
        <LoadOnce
            resource
            skeleton=|| view! { <div class="frame"></div> }
            children=move |read| {
                let page = page.clone();
                match read {
                    Ok(Here { session: Some(session), .. }) => {
                        enter(session);
                        view! { <Frame page /> }
                    }
                    Ok(here) => {
                        open_kept(here.seal.clone());
                        let (name, picture, waits) = (here.name.clone(), here.picture.clone(), here.second_factor_needed);
                        let ended = here.ended.clone();
                        provide_context(StoredValue::new(here));
                        view! { <OwnFrame page name picture waits ended /> }
                    }
                    Err(error) => view! { <Failed error /> },
                }
            }
        />
    }
}

fn enter(session: Session) {
    // The stream tells of conversations, and is refused to who may not read them.
    let live = session.may(Permission::ReadConversations);
    open_kept(session.seal.clone());
    provide_context(StoredValue::new(session));
    if live {
        Live::provide();
    }
}

/// What was written here and not sent is its writer's from now on, and nobody else's.
fn open_kept(seal: Seal) {
    effect(move || browser::open_kept(&seal));
}
