//! Which screen an address shows. The screens that few open or that are seen once lie in areas: each is one chunk,
//! fetched when a screen of it is opened.
//!
//! Few areas, and not one a screen: what several chunks share becomes chunks of its own, one for each set of them.

use inbox::InboxPage;
use leptos::prelude::*;
use leptos::tachys::view::iterators::StaticVec;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Redirect;
use leptos_router::{ChooseView, NestedRoute, PossibleRouteMatch, SsrMode, path};
use settings::{
    ApiKeysPage, AuditPage, BusinessPage, CannedPage, ChannelsPage, ConnectPage, ConnectionPage, NotificationsPage,
    ProfilePage, SecurityPage, StartPage, StarterPackPage, TagsPage, TeamPage, WelcomePage, WorkspacesPage,
};
use ui::view;

use crate::address::ConfirmAddressPage;
use crate::guard::{Guarded, Personal};
use crate::invitation::InvitationPage;
use crate::password::{ForgotPasswordPage, ResetPasswordPage};
use crate::sign_in::{SecondFactorPage, SignInPage};
use crate::sign_up::{ConfirmPage, SentPage, SignUpPage};
use crate::single_sign_on::SingleSignOnPage;

/// All routes.
pub fn routes() -> StaticVec<AnyNestedRoute> {
    StaticVec::from(vec![
        route(path!("/"), Screen::Home),
        route(path!("/inbox/:id?"), Screen::Inbox),
        route(path!("/sign-in"), Outside::SignIn.into()),
        route(path!("/sign-in/second-factor"), Outside::SecondFactor.into()),
        route(path!("/sign-in/sso"), Outside::SingleSignOn.into()),
        route(path!("/sign-up"), Outside::SignUp.into()),
        route(path!("/sign-up/sent"), Outside::Sent.into()),
        route(path!("/sign-up/confirm"), Outside::Confirm.into()),
        route(path!("/forgot-password"), Outside::ForgotPassword.into()),
        route(path!("/reset-password"), Outside::ResetPassword.into()),
        route(path!("/confirm-address"), Outside::ConfirmAddress.into()),
        route(path!("/invitation"), Outside::Invitation.into()),
        route(path!("/welcome"), Inside::Welcome.into()),
        route(path!("/workspaces"), Inside::Workspaces.into()),
        route(path!("/settings/profile"), Inside::Profile.into()),
        route(path!("/settings/security"), Inside::Security.into()),
        route(path!("/settings/notifications"), Setup::Notifications.into()),
        route(path!("/settings/api-keys"), Setup::ApiKeys.into()),
        route(path!("/settings/team"), Inside::Team.into()),
        route(path!("/settings/business"), Inside::Business.into()),
        route(path!("/settings/audit"), Inside::Audit.into()),
        route(path!("/start"), Setup::Start.into()),
        route(path!("/settings/channels"), Setup::Channels.into()),
        route(path!("/settings/channels/connect"), Setup::Connect.into()),
        route(path!("/settings/channels/:id"), Setup::Connection.into()),
        route(path!("/settings/starter-pack"), Setup::StarterPack.into()),
        route(path!("/settings/tags"), Setup::Tags.into()),
        route(path!("/settings/canned-replies"), Setup::Canned.into()),
    ])
}

fn route(path: impl PossibleRouteMatch + Clone + Send + 'static, screen: Screen) -> AnyNestedRoute {
    NestedRoute::new(path, screen).ssr_mode(SsrMode::Async).into_any_nested_route()
}

/// What an address shows. One type for all, because the router's code is compiled anew for each type that it shows.
#[derive(Clone, Copy)]
enum Screen {
    Home,
    Inbox,
    Outside(Outside),
    Inside(Inside),
    Setup(Setup),
}

impl ChooseView for Screen {
    async fn choose(self) -> AnyView {
        match self {
            Self::Home => view! { <Redirect path="/inbox" /> },
            Self::Inbox => view! { <Guarded page=|| view! { <InboxPage /> } /> },
            Self::Outside(screen) => outside(screen).await,
            Self::Inside(screen) => inside(screen).await,
            Self::Setup(screen) => setup(screen).await,
        }
    }

    /// Only nested routes ask for it.
    async fn preload(&self) {}
}

macro_rules! area {
    ($(#[$what:meta])* $area:ident($screens:ident): $($screen:ident => $page:expr),+ $(,)?) => {
        $(#[$what])*
        #[derive(Clone, Copy)]
        enum $screens {
            $($screen,)+
        }

        impl From<$screens> for Screen {
            fn from(screen: $screens) -> Self {
                Self::$screens(screen)
            }
        }

        #[lazy]
        fn $area(screen: $screens) -> AnyView {
            match screen {
                $($screens::$screen => $page,)+
            }
        }
    };
}

area! {
    /// For everybody. They work before they are fetched.
    outside(Outside):
    SignIn => view! { <SignInPage /> },
    SecondFactor => view! { <SecondFactorPage /> },
    SingleSignOn => view! { <SingleSignOnPage /> },
    SignUp => view! { <SignUpPage /> },
    Sent => view! { <SentPage /> },
    Confirm => view! { <ConfirmPage /> },
    ForgotPassword => view! { <ForgotPasswordPage /> },
    ResetPassword => view! { <ResetPasswordPage /> },
    ConfirmAddress => view! { <ConfirmAddressPage /> },
    Invitation => view! { <InvitationPage /> },
}

area! {
    /// A person's own, then those of a workspace.
    inside(Inside):
    Welcome => view! { <Personal page=|| view! { <WelcomePage /> } /> },
    Workspaces => view! { <Personal page=|| view! { <WorkspacesPage /> } /> },
    Profile => view! { <Personal page=|| view! { <ProfilePage /> } /> },
    Security => view! { <Personal page=|| view! { <SecurityPage /> } /> },
    Team => view! { <Guarded page=|| view! { <TeamPage /> } /> },
    Business => view! { <Guarded page=|| view! { <BusinessPage /> } /> },
    Audit => view! { <Guarded page=|| view! { <AuditPage /> } /> },
}

area! {
    /// Setting a workspace up, and what is then left alone.
    setup(Setup):
    Start => view! { <Guarded page=|| view! { <StartPage /> } /> },
    Channels => view! { <Guarded page=|| view! { <ChannelsPage /> } /> },
    Connect => view! { <Guarded page=|| view! { <ConnectPage /> } /> },
    Connection => view! { <Guarded page=|| view! { <ConnectionPage /> } /> },
    StarterPack => view! { <Guarded page=|| view! { <StarterPackPage /> } /> },
    Tags => view! { <Guarded page=|| view! { <TagsPage /> } /> },
    Canned => view! { <Guarded page=|| view! { <CannedPage /> } /> },
    Notifications => view! { <Guarded page=|| view! { <NotificationsPage /> } /> },
    ApiKeys => view! { <Guarded page=|| view! { <ApiKeysPage /> } /> },
}
