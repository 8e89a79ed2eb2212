//! The settings' server functions. Each translates and calls; none decides.

pub mod setup;

use domain::accounts::{AppSetup, Factors, PasskeyQuestion, Profile, SessionRow};
use domain::api_keys::{ApiKeyRow, NewApiKey};
use domain::audit::AuditRow;
use domain::channel::ChannelReport;
use domain::notifications::ChoicesPage;
use domain::page::Page;
use domain::sso::{SsoFound, SsoPage};
use domain::team::{Business, TeamPage};
use domain::{InvitationId, MemberId, PasskeyId, QuarantineId, SessionId, WorkspaceId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::accounts::{ProfileForm, Theme},
    domain::api_keys::ApiKeyForm,
    domain::audit::AuditQuery,
    domain::notifications::{Choices, Notice, QuietHours},
    domain::page::Cursor,
    domain::sso::SsoForm,
    domain::team::{InviteForm, RoleChoice},
    domain::{Error, Permission, Scope},
    ui::wire::{caller, id, origin, person, redirect, redirect_plain, set_session_cookie},
};

#[cfg(feature = "ssr")]
const PROFILE: &str = "/settings/profile";
#[cfg(feature = "ssr")]
const SECURITY: &str = "/settings/security";
#[cfg(feature = "ssr")]
const TEAM: &str = "/settings/team";
#[cfg(feature = "ssr")]
const NOTIFICATIONS: &str = "/settings/notifications";
#[cfg(feature = "ssr")]
const API_KEYS: &str = "/settings/api-keys";
#[cfg(feature = "ssr")]
const BUSINESS: &str = "/settings/business";

#[server(protocol = Lean)]
pub async fn read_channels() -> Result<ChannelReport, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.channels.report(&caller).await?)
}

#[server]
pub async fn replay(id: QuarantineId) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.channels.replay(&caller, id).await?)
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn set_enter_sends(#[server(default)] enter_sends: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.accounts.set_enter_sends(&caller, enter_sends == "true").await?;
    redirect_plain(PROFILE);
    Ok(())
}

// A person's own.

#[server(protocol = Lean)]
pub async fn read_profile() -> Result<Profile, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.read(&person).await?)
}

#[server]
pub async fn save_profile(
    name: String,
    phone: String,
    job_title: String,
    bio: String,
    time_zone: String,
    currency: String,
    language: String,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    // The theme is this device's affair.
    let form = ProfileForm { name, phone, job_title, bio, time_zone, currency, language, theme: Theme::System };
    backend.profile.save(&person, form).await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn remove_picture() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_picture(&person).await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn change_email(email: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.change_email(&person, &email).await?;
    redirect_plain(PROFILE);
    Ok(())
}

#[server]
pub async fn switch_workspace(workspace: WorkspaceId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.accounts.switch(&person, workspace).await?);
    redirect("/inbox");
    Ok(())
}

/// Proves again who one is; `page` is where a form without scripts goes on.
#[server]
pub async fn prove(password: String, page: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.profile.prove(&person, &password, &origin()).await?);
    redirect_plain(ui::wire::local_path(&page).unwrap_or(SECURITY));
    Ok(())
}

#[server]
pub async fn change_password(new_password: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    set_session_cookie(&backend.profile.change_password(&person, &new_password).await?);
    redirect_plain(SECURITY);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_factors() -> Result<Factors, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.factors(&person).await?)
}

#[server(protocol = Lean)]
pub async fn begin_app() -> Result<AppSetup, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.begin_app(&person).await?)
}

#[server(protocol = Lean)]
pub async fn confirm_app(code: String) -> Result<Vec<String>, AppError> {
    let (person, backend) = person().await?;
    let (codes, session) = backend.profile.confirm_app(&person, &code).await?;
    set_session_cookie(&session);
    Ok(codes)
}

#[server(protocol = Lean)]
pub async fn renew_recovery_codes() -> Result<Vec<String>, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.renew_recovery_codes(&person).await?)
}

#[server]
pub async fn remove_app() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_app(&person).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_sessions() -> Result<Vec<SessionRow>, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.sessions(&person).await?)
}

#[server]
pub async fn end_session(session: SessionId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.end_session(&person, session).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.end_other_sessions(&person).await?;
    redirect_plain(SECURITY);
    Ok(())
}

// The business.

#[server]
pub async fn create_workspace(
    name: String,
    industry: String,
    address: String,
    phone: String,
    country: String,
    time_zone: String,
    currency: String,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let business = Business { name, industry, address, phone, country, time_zone, currency };
    set_session_cookie(&backend.team.create_workspace(&person, business).await?);
    redirect("/start");
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_business() -> Result<Business, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.business(&caller).await?)
}

#[server]
pub async fn save_business(
    name: String,
    industry: String,
    address: String,
    phone: String,
    country: String,
    time_zone: String,
    currency: String,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let business = Business { name, industry, address, phone, country, time_zone, currency };
    backend.team.save_business(&caller, business).await?;
    redirect_plain(BUSINESS);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn two_factors_required() -> Result<bool, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.two_factors_required(&caller).await?)
}

/// A checkbox that is off is absent from its form.
#[server]
pub async fn require_two_factors(#[server(default)] required: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.team.require_two_factors(&person, required == "true").await?;
    redirect_plain(BUSINESS);
    Ok(())
}

// Single sign-on.

#[server(protocol = Lean)]
pub async fn read_sso() -> Result<SsoPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.sso.page(&caller).await?)
}

/// What is at an issuer's address.
#[server]
pub async fn check_sso(issuer: String) -> Result<SsoFound, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.sso.check(&caller, &issuer).await?)
}

/// `rules` are the ticked boxes: `admits_new`, `counts_two_factors`, `required`.
#[server]
pub async fn save_sso(
    issuer: String,
    client_id: String,
    client_secret: String,
    domains: String,
    role: String,
    #[server(default)] rules: Vec<String>,
) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    let ticked = |rule: &str| rules.iter().any(|it| it == rule);
    let form = SsoForm {
        issuer,
        client_id,
        client_secret,
        domains,
        admits_new: ticked("admits_new"),
        role: role_of(&role)?,
        counts_two_factors: ticked("counts_two_factors"),
        required: ticked("required"),
    };
    backend.sso.save(&person, form).await?;
    redirect_plain(BUSINESS);
    Ok(())
}

#[server]
pub async fn remove_sso() -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.sso.remove(&person).await?;
    redirect_plain(BUSINESS);
    Ok(())
}

// The team.

#[server(protocol = Lean)]
pub async fn read_team() -> Result<TeamPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.team.page(&caller).await?)
}

#[server]
pub async fn invite(email: String, role: String, scope: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    caller.require(Permission::ManageTeam)?;
    let form = InviteForm { email, role: role_of(&role)?, scope: scope_of(&scope)? };
    backend.team.invite(&caller, form).await?;
    redirect_plain(TEAM);
    Ok(())
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

/// A box has to be ticked: what is left behind cannot be taken back by the one who left.
#[server]
pub async fn leave(#[server(default)] sure: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    if sure != "true" {
        return Err(Error::invalid("sure", "Tick the box if you are sure.").into());
    }
    backend.team.leave(&caller).await?;
    // Of another workspace, if there is one.
    redirect("/inbox");
    Ok(())
}

/// To nobody takes the offer back.
#[server]
pub async fn offer_ownership(member: String) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.offer_ownership(&caller, maybe(&member)?).await?;
    redirect_plain(TEAM);
    Ok(())
}

#[server]
pub async fn accept_ownership() -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    backend.team.accept_ownership(&caller).await?;
    redirect(TEAM);
    Ok(())
}

/// A new role has no id yet.
#[server]
pub async fn save_role(
    role: String,
    name: String,
    #[server(default)] permissions: Vec<String>,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let permissions = permissions.iter().filter_map(|word| Permission::parse(word)).collect();
    backend.team.save_role(&caller, maybe(&role)?, &name, permissions).await?;
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

/// A new team has no id yet.
#[server]
pub async fn save_team(team: String, name: String, #[server(default)] members: Vec<String>) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let members = members.iter().filter_map(|member| member.parse().ok()).collect();
    backend.team.save_team(&caller, maybe(&team)?, &name, members).await?;
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

/// An id that a form may leave empty.
#[cfg(feature = "ssr")]
fn maybe<T: std::str::FromStr>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() { Ok(None) } else { id(text).map(Some) }
}

#[cfg(feature = "ssr")]
fn role_of(word: &str) -> Result<RoleChoice, AppError> {
    RoleChoice::parse(word).ok_or_else(|| Error::invalid("role", "Choose a role of the list.").into())
}

#[cfg(feature = "ssr")]
fn scope_of(word: &str) -> Result<Scope, AppError> {
    Scope::parse(word).ok_or_else(|| Error::invalid("scope", "Choose what they may see.").into())
}

#[server]
pub async fn begin_passkey() -> Result<PasskeyQuestion, AppError> {
    let (person, backend) = person().await?;
    Ok(backend.profile.begin_passkey(&person).await?)
}

#[server]
pub async fn add_passkey(waiting: String, answer: String, name: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.add_passkey(&person, &waiting, &name, &answer).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.profile.remove_passkey(&person, passkey).await?;
    redirect_plain(SECURITY);
    Ok(())
}

#[server(protocol = Lean)]
pub async fn read_audit(search: String, after: String) -> Result<Page<AuditRow>, AppError> {
    let (caller, backend) = caller().await?;
    let after = (!after.is_empty()).then_some(Cursor(after));
    Ok(backend.audit.page(&caller, AuditQuery { search, after }).await?)
}

// What one hears of.

#[server(protocol = Lean)]
pub async fn read_choices() -> Result<ChoicesPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.notifications.read(&caller).await?)
}

/// Checkboxes that are off are absent from their form.
#[server]
pub async fn save_choices(
    #[server(default)] in_app: Vec<String>,
    #[server(default)] by_mail: Vec<String>,
    mail_after: String,
    quiet_from: String,
    quiet_until: String,
    #[server(default)] sound: String,
    #[server(default)] desktop: String,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let notices = |words: Vec<String>| words.iter().filter_map(|word| Notice::parse(word)).collect();
    let choices = Choices {
        in_app: notices(in_app),
        by_mail: notices(by_mail),
        mail_after: mail_after.parse().unwrap_or_default(),
        quiet: QuietHours::parse(&quiet_from, &quiet_until)?,
        sound: sound == "true",
        desktop: desktop == "true",
    };
    backend.notifications.save(&caller, choices).await?;
    redirect_plain(NOTIFICATIONS);
    Ok(())
}

/// For `notices.js`, which tells of it: what happened, in words.
#[server]
pub async fn read_news() -> Result<NewsTold, AppError> {
    let (caller, backend) = caller().await?;
    let page = backend.notifications.news(&caller).await?;
    let news = page.news.into_iter().map(|news| Told {
        href: news.conversation.map_or_else(|| "/settings/channels".to_owned(), |id| format!("/inbox/{id}")),
        text: crate::words::news(news.notice, &news.title),
        key: news.key,
        ago: news.ago,
    });
    Ok(NewsTold { news: news.collect(), off: page.off, quiet: page.quiet, sound: page.sound, desktop: page.desktop })
}

/// What a browser tells of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewsTold {
    pub news: Vec<Told>,
    pub off: bool,
    pub quiet: bool,
    pub sound: bool,
    pub desktop: bool,
}

/// One happening in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    pub key: String,
    pub text: String,
    pub href: String,
    pub ago: i64,
}

// Keys of the REST interface.

#[server(protocol = Lean)]
pub async fn read_api_keys() -> Result<Vec<ApiKeyRow>, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.api_keys.list(&caller).await?)
}

/// A key without an end has no days.
#[server]
pub async fn create_api_key(
    name: String,
    #[server(default)] scopes: Vec<String>,
    days: String,
) -> Result<NewApiKey, AppError> {
    let (person, backend) = person().await?;
    let days = if days.is_empty() { None } else { Some(days.parse().unwrap_or_default()) };
    Ok(backend.api_keys.create(&person, ApiKeyForm { name, scopes, days }).await?)
}

#[server]
pub async fn revoke_api_key(key: String) -> Result<(), AppError> {
    let (person, backend) = person().await?;
    backend.api_keys.revoke(&person, id(&key)?).await?;
    redirect_plain(API_KEYS);
    Ok(())
}
