//! Joining somebody's workspace.

use domain::Error;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::busy;
use ui::view;
use ui::wire::{AppError, escape, sign_in_path};
use ui::words::error_words;
use ui::{
    ActionForm, Failed, FormError, FormErrors, LoadOnce, PasswordField, Read, SignOutForm, Skeleton, TextField,
    refused, t,
};

use crate::alone::Alone;
use crate::api::{AcceptAsNew, AcceptInvitation, Invited, SignedInAs, read_invitation};
use crate::sign_up::Documents;

/// `/invitation`
#[component]
pub fn InvitationPage() -> impl IntoView {
    let query = use_query_map();
    let link = query.with_untracked(|query| query.get("link").unwrap_or_default());
    let asked = link.clone();
    let invited = Read::blocking(move || read_invitation(asked.clone()));
    view! {
        <Alone title=t!(invitation)>
            <LoadOnce
                resource=invited
                skeleton=|| view! { <Skeleton rows=3 /> }
                children=move |read| match read {
                    Ok(invited) => {
                        let link = link.clone();
                        view! { <Joining invited link /> }
                    }
                    Err(AppError(Error::NotFound)) => view! { <p>{t!(invitation_gone)}</p> },
                    Err(AppError(error @ Error::Invalid(_))) => view! { <p>{error_words(&error)}</p> },
                    Err(error) => view! { <Failed error /> },
                }
            />
        </Alone>
    }
}

#[component]
fn Joining(invited: Invited, link: String) -> impl IntoView {
    let Invited { page, signed_in } = invited;
    let text = t!(invited_by, name = page.invited_by.clone(), workspace = page.workspace.clone()).to_string();
    let what = if let Some(who) = signed_in {
        let theirs = who.email.eq_ignore_ascii_case(&page.email);
        view! { <Accept link who email=page.email.clone() theirs /> }
    } else if page.known {
        let next = sign_in_path("/invitation", &format!("link={link}"));
        view! {
            <p class="quiet">{t!(invitation_known)}</p>
            <a class="button button-primary" href=next>
                {t!(sign_in_to_accept)}
            </a>
        }
        .into_any()
    } else {
        view! { <Newcomer link /> }
    };
    view! {
        <p>{text}</p>
        <p class="quiet">{t!(invitation_for, email = page.email).to_string()}</p>
        {what}
    }
}

/// Somebody is signed in: whose invitation it is, is said before they try; the back end decides.
#[component]
fn Accept(link: String, who: SignedInAs, email: String, theirs: bool) -> impl IntoView {
    let action = ServerAction::<AcceptInvitation>::new();
    let here = t!(signed_in_as, name = who.name, email = who.email).to_string();
    if !theirs {
        let next = format!("/invitation?link={}", escape(&link));
        let other = t!(invitation_not_theirs, email = email).to_string();
        return view! {
            <p>{here}</p>
            <p class="notice notice-warn">{other}</p>
            <SignOutForm class="button button-primary" next>
                {t!(sign_out_and_go_on)}
            </SignOutForm>
        };
    }
    view! {
        <p class="quiet">{here}</p>
        <ActionForm action>
            <input type="hidden" name="link" value=link />
            <FormErrors action />
            <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                {t!(accept_invitation)}
            </button>
        </ActionForm>
        <SignOutForm class="button button-quiet">
            {t!(sign_out)}
        </SignOutForm>
    }
    .into_any()
}

#[component]
fn Newcomer(link: String) -> impl IntoView {
    let action = ServerAction::<AcceptAsNew>::new();
    let refused = refused(action);
    view! {
        <ActionForm action>
            <input type="hidden" name="link" value=link />
            <TextField label=t!(your_name) name="name" refused autocomplete="name" required=true max="80" autofocus=true />
            <PasswordField
                label=t!(password)
                name="password"
                refused
                autocomplete="new-password"
                hint=t!(password_hint)
            />
            <p class="quiet">{t!(terms_by_joining)}</p>
            <Documents />
            <FormError refused fields=&["name", "password"] />
            <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                {t!(join)}
            </button>
        </ActionForm>
    }
}
