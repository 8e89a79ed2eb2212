//! The team: members, invitations, roles, who owns the workspace.

use domain::team::{InvitationSent, OwnershipOffer, TeamPage};
use domain::{InvitationId, MemberId};
use leptos::prelude::*;
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    super::{maybe, role_of},
    domain::team::{InviteForm, Seen},
    domain::{Error, Permission, Scope},
    ui::wire::{caller, id, person, redirect, redirect_plain},
};

#[cfg(feature = "ssr")]
const TEAM: &str = "/settings/team";

#[server(protocol = Lean)]
pub async fn read_team() -> Result<TeamPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.page(&caller).await?)
}

#[server]
pub async fn invite(email: String, role: String, scope: String) -> Result<InvitationSent, AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageTeam)?;
    let form = InviteForm { email, role: role_of(&role)?, scope: scope_of(&scope)? };
    let sent = backend.team.invite(&caller, form).await?;
    redirect_plain(TEAM);
    Ok(sent)
}

#[server]
pub async fn resend_invitation(invitation: InvitationId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.resend_invitation(&caller, invitation).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn revoke_invitation(invitation: InvitationId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.revoke_invitation(&caller, invitation).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn set_role(member: MemberId, role: String, scope: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageTeam)?;
    backend.team.set_role(&caller, member, role_of(&role)?, scope_of(&scope)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// Without an heir what they had open is nobody's.
#[server]
pub async fn deactivate(member: MemberId, heir: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.deactivate(&caller, member, maybe(&heir)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn reactivate(member: MemberId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.reactivate(&caller, member).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn sign_out_member(member: MemberId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.team.sign_out_member(&person, member).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// As whom the workspace's provider knows a member.
#[server]
pub async fn forget_sign_in(member: MemberId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.sso.forget_member(&person, member).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn leave(#[server(default)] sure: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.leave(&caller, sure == "true").await?;
    // Of another workspace, if there is one.
    redirect("/inbox");
    Ok(())
}

/// To nobody takes the offer back.
#[server]
pub async fn offer_ownership(member: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.team.offer_ownership(&person, maybe(&member)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_ownership_offer() -> Result<Option<OwnershipOffer>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.ownership_offer(&caller).await?)
}

#[server]
pub async fn accept_ownership() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.team.accept_ownership(&person).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// A new role has neither id nor version.
#[server]
pub async fn save_role(
    role: String,
    #[server(default)] version: String,
    name: String,
    #[server(default)] permissions: Vec<String>,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let permissions = Permission::parse_all(&permissions)?;
    backend.team.save_role(&caller, seen(&role, &version)?, &name, permissions).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn delete_role(role: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.delete_role(&caller, id(&role)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// A new team has neither id nor version.
#[server]
pub async fn save_team(
    team: String,
    #[server(default)] version: String,
    name: String,
    #[server(default)] members: Vec<String>,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let members = members.iter().map(|member| id(member)).collect::<Result<_, _>>()?;
    backend.team.save_team(&caller, seen(&team, &version)?, &name, members).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn delete_team(team: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.delete_team(&caller, id(&team)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

/// A version that is none was never seen: what is changed on it is refused as a conflict.
#[cfg(feature = "ssr")]
fn seen<Id: std::str::FromStr>(id: &str, version: &str) -> Result<Option<Seen<Id>>, AppError> {
    Ok(maybe(id)?.map(|id| Seen { id, version: version.parse().unwrap_or_default() }))
}

#[cfg(feature = "ssr")]
fn scope_of(word: &str) -> Result<Scope, AppError> {
    Scope::parse(word).ok_or_else(|| Error::invalid("scope", "Choose what they may see.").into())
}
