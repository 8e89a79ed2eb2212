//! Signing up, in and out, invitations, and who is signed in.

use domain::accounts::{EmailChange, PasskeyQuestion};
use domain::team::InvitationPage;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::wire::Lean;
use ui::{AppError, Here, Session};

#[cfg(feature = "ssr")]
use {
    domain::accounts::SignUpForm,
    domain::members::{Credentials, Person},
    domain::ports::Backend,
    domain::{Caller, Error, Permission},
    leptos_axum::redirect,
    ui::wire::{self, ServerInfo, caller, local_path, person},
};

/// Needs no session. Goes on to `next` if that stays on this site.
#[server]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), AppError> {
    let backend = wire::backend()?;
    let outcome = backend.accounts.sign_in(Credentials { email, password }, &wire::origin()).await?;
    redirect(&wire::signed_in(outcome, local_path(&next).unwrap_or("/inbox")));
    Ok(())
}

/// Needs no session.
#[server]
pub async fn ask_for_passkey() -> Result<PasskeyQuestion, AppError> {
    let backend = wire::backend()?;
    Ok(backend.accounts.ask_for_passkey().await?)
}

/// Needs no session. Goes on to `next` if that stays on this site.
#[server]
pub async fn sign_in_by_passkey(waiting: String, answer: String, next: String) -> Result<(), AppError> {
    let backend = wire::backend()?;
    let outcome = backend.accounts.sign_in_by_passkey(&waiting, &answer, &wire::origin()).await?;
    redirect(&wire::signed_in(outcome, local_path(&next).unwrap_or("/inbox")));
    Ok(())
}

/// Needs no session, but the waiting sign-in of this browser.
#[server]
pub async fn second_factor(code: String, next: String) -> Result<(), AppError> {
    let backend = wire::backend()?;
    let waiting = wire::waiting_token().ok_or(AppError(Error::Unauthenticated))?;
    let outcome = backend.accounts.second_factor(&waiting, &code, &wire::origin()).await?;
    redirect(&wire::signed_in(outcome, local_path(&next).unwrap_or("/inbox")));
    Ok(())
}

/// Needs no session: whoever has none is signed out already. Goes on to `next` if that stays on this site.
#[server]
pub async fn sign_out(#[server(default)] next: String) -> Result<(), AppError> {
    let backend = wire::backend()?;
    if let Some(token) = wire::session_token() {
        backend.accounts.sign_out(&token).await?;
    }
    wire::clear_session_cookie();
    redirect(local_path(&next).unwrap_or("/sign-in"));
    Ok(())
}

/// Needs no session. Answers the same whether or not the address is known.
#[server]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    organisation: String,
    job_title: String,
    #[server(default)] accepted: String,
) -> Result<(), AppError> {
    let form = SignUpForm { name, email, password, organisation, job_title, accepted: accepted == "true" };
    wire::backend()?.accounts.sign_up(form, &wire::origin()).await?;
    redirect("/sign-up/sent");
    Ok(())
}

/// Needs no session, but the link of a mail.
#[server]
pub async fn confirm_sign_up(link: String) -> Result<(), AppError> {
    let outcome = wire::backend()?.accounts.confirm_sign_up(&link, &wire::origin()).await?;
    redirect(&wire::signed_in(outcome, "/welcome"));
    Ok(())
}

/// Needs no session. Answers the same whether or not the address is known.
#[server]
pub async fn forgot_password(email: String) -> Result<(), AppError> {
    wire::backend()?.accounts.forgot_password(&email, &wire::origin()).await?;
    redirect("/forgot-password?sent=yes");
    Ok(())
}

/// Needs no session, but the link of a mail.
#[server(protocol = Lean)]
pub async fn reset_link_works(link: String) -> Result<bool, AppError> {
    Ok(wire::backend()?.accounts.reset_link_works(&link).await?)
}

/// Needs no session, but the link of a mail.
#[server]
pub async fn reset_password(link: String, password: String) -> Result<(), AppError> {
    wire::backend()?.accounts.reset_password(&link, &password, &wire::origin()).await?;
    wire::clear_session_cookie();
    redirect("/sign-in?changed=password");
    Ok(())
}

/// Needs no session, but the link of a mail to one of the two addresses.
#[server]
pub async fn confirm_address(link: String) -> Result<(), AppError> {
    let complete = wire::backend()?.profile.confirm_email_change(&link).await?;
    redirect(if complete { "/confirm-address?state=changed" } else { "/confirm-address?state=waiting" });
    Ok(())
}

/// Needs no session, but the link of a mail. Nothing when it was used or is too old.
#[server(protocol = Lean)]
pub async fn read_address_change(link: String) -> Result<Option<EmailChange>, AppError> {
    match wire::backend()?.profile.email_change(&link).await {
        Err(Error::NotFound) => Ok(None),
        told => Ok(Some(told?)),
    }
}

/// Needs no session, but the link of a mail to one of the two addresses.
#[server]
pub async fn refuse_address(link: String) -> Result<(), AppError> {
    wire::backend()?.profile.refuse_email_change(&link).await?;
    redirect("/confirm-address?state=refused");
    Ok(())
}

/// An invitation, and whether somebody is signed in who might accept it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub page: InvitationPage,
    pub signed_in: Option<SignedInAs>,
}

/// Who reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInAs {
    pub name: String,
    pub email: String,
}

/// Needs no session, but the link of a mail.
#[server(protocol = Lean)]
pub async fn read_invitation(link: String) -> Result<Invited, AppError> {
    let page = wire::backend()?.team.invitation(&link).await?;
    let signed_in = match person().await {
        Ok((person, backend)) => Some(signed_in_as(&person, &backend).await?),
        Err(_) => None,
    };
    Ok(Invited { page, signed_in })
}

/// A session that a workspace's provider vouched for has its address there and no profile of its own.
#[cfg(feature = "ssr")]
async fn signed_in_as(person: &Person, backend: &Backend) -> Result<SignedInAs, AppError> {
    let email = match &person.caller {
        Some(caller) => backend.accounts.me(caller).await?.email,
        None => backend.profile.read(person).await.map(|profile| profile.email).unwrap_or_default(),
    };
    Ok(SignedInAs { name: person.name.clone(), email })
}

/// Needs no session, but the link of a mail.
#[server]
pub async fn accept_as_new(link: String, name: String, password: String) -> Result<(), AppError> {
    let outcome = wire::backend()?.team.accept_as_new(&link, &name, &password, &wire::origin()).await?;
    redirect(&wire::signed_in(outcome, "/inbox"));
    Ok(())
}

#[server]
pub async fn accept_invitation(link: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    wire::set_session_cookie(&backend.team.accept(&person, &link).await?);
    redirect("/inbox");
    Ok(())
}

/// Needs no session: whether mails can be read in the sandbox.
#[server(protocol = Lean)]
pub async fn mail_is_sandboxed() -> Result<bool, AppError> {
    Ok(use_context::<ServerInfo>().is_some_and(|info| info.sandbox))
}

/// The signed-in person in their workspace, and their colleagues.
#[server(protocol = Lean)]
pub async fn who_am_i() -> Result<Session, AppError> {
    let (caller, backend) = caller().await?;
    let (person, _) = person().await?;
    Ok(session(&person, &caller, &backend).await?)
}

/// The signed-in person, with a workspace or without.
#[server(protocol = Lean)]
pub async fn who_is_here() -> Result<Here, AppError> {
    let (person, backend) = person().await?;
    let session = match &person.caller {
        Some(caller) => Some(session(&person, caller, &backend).await?),
        None => None,
    };
    let seal = backend.accounts.seal(&person).await?;
    let picture = match &session {
        Some(session) => session.me.picture.clone(),
        // Of somebody whom a provider vouched for, nothing beyond its workspace is read.
        None => backend.profile.read(&person).await.ok().and_then(|profile| profile.picture),
    };
    let workspaces = match &session {
        Some(session) => session.me.workspaces.clone(),
        None => backend.accounts.workspaces(&person).await?,
    };
    let (second_factor_needed, ended) = (person.needs_second_factor, person.ended);
    Ok(Here { name: person.name, picture, seal, session, second_factor_needed, workspaces, ended })
}

#[cfg(feature = "ssr")]
async fn session(person: &Person, caller: &Caller, backend: &Backend) -> domain::Result<Session> {
    let me = backend.accounts.me(caller).await?;
    // A role without conversations needs no colleagues to assign them to.
    let members = match caller.may(Permission::ReadConversations) {
        true => backend.accounts.members(caller).await?,
        false => Vec::new(),
    };
    Ok(Session { me, members, seal: backend.accounts.seal(person).await? })
}
