//! The way out.

use crate::view;
use leptos::prelude::*;

use crate::{PlaceField, t};

/// Where the form posts to. Provided once, by the application, whose server function it is.
#[derive(Clone, Copy)]
pub struct WayOut(pub &'static str);

/// Signs out by a plain post: the session is over, so the page must be too. Where something is kept that was not sent,
/// `kept.js` asks first, by the dialog behind the form.
#[component]
pub fn SignOutForm(
    class: &'static str,
    /// Where to go on; the sign-in screen, unless it is said.
    #[prop(optional, into)]
    next: Option<String>,
    children: Children,
) -> impl IntoView {
    let action = use_context().map(|WayOut(action)| action);
    view! {
        <form method="post" action=action data-sign-out="">
            <PlaceField />
            {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
            <button type="submit" class=class>
                {children()}
            </button>
        </form>
        <dialog class="dialog" aria-label=t!(leaving_title)>
            <form method="dialog" class="dialog-body">
                <h2>{t!(leaving_title)}</h2>
                <p>{t!(leaving_text)}</p>
                <div class="dialog-actions">
                    <button class="button" value="" autofocus=true>
                        {t!(leaving_stay)}
                    </button>
                    <button class="button button-danger" value="leave">
                        {t!(leaving_go)}
                    </button>
                </div>
            </form>
        </dialog>
    }
}
