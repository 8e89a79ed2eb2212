//! The way between the settings, and out. Hides what the role does not open.

use domain::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use ui::icon::LOG_OUT;
use ui::reactive::dynamic;
use ui::{Icon, SignOutForm, maybe_session, t, view};

#[component]
pub fn SettingsNav() -> impl IntoView {
    let may = |permission| maybe_session().is_some_and(|session| session.with_value(|session| session.may(permission)));
    let start = may(Permission::ManageWorkspace).then(|| ("/start", t!(first_steps)));
    let team = may(Permission::ManageTeam).then(|| ("/settings/team", t!(team)));
    let business = (may(Permission::ManageWorkspace) || may(Permission::ManageSecurity))
        .then(|| ("/settings/business", t!(business)));
    let set_up = may(Permission::ManageWorkspace).then(|| {
        [
            ("/settings/tags", t!(tags)),
            ("/settings/canned-replies", t!(canned)),
            ("/settings/starter-pack", t!(starter_pack)),
        ]
    });
    let channels = may(Permission::ManageChannels).then(|| ("/settings/channels", t!(channels)));
    let audit = may(Permission::ReadAudit).then(|| ("/settings/audit", t!(audit)));
    let notifications = maybe_session().is_some().then(|| ("/settings/notifications", t!(notifications)));
    let keys = may(Permission::ManageSecurity).then(|| ("/settings/api-keys", t!(api_keys)));
    let links = [start, Some(("/settings/profile", t!(profile))), Some(("/settings/security", t!(security)))]
        .into_iter()
        .chain([notifications, team, business])
        .flatten()
        .chain(set_up.into_iter().flatten())
        .chain([channels, keys, audit].into_iter().flatten())
        .map(|(href, label)| {
            let path = use_location().pathname;
            let here = dynamic(move || path.with(|path| path.starts_with(href)).then_some("page"));
            view! {
                <a class="settings-link" href=href aria-current=here>
                    {label}
                </a>
            }
        })
        .collect_view();
    let workspace = maybe_session().map(|session| session.with_value(|session| session.me.workspace_name.clone()));
    view! {
        <div class="settings-nav">
            {workspace.clone().map(|name| view! { <strong class="settings-where">{name}</strong> })}
            <nav class="settings-links" aria-label=t!(settings)>
                {links}
            </nav>
            // Without a workspace it stands at the head of the page.
            {workspace
                .map(|_| {
                    view! {
                        <SignOutForm class="button button-quiet">
                            <Icon drawing=LOG_OUT />
                            {t!(sign_out)}
                        </SignOutForm>
                    }
                })}
        </div>
    }
}
