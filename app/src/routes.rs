//! The screens that few open or that are seen once: each area is one chunk, fetched when a screen of it is opened.
//!
//! Not one a screen: what several chunks share becomes chunks of its own, one for each set of them.

use leptos::prelude::*;
use leptos_router::LazyRoute;
use settings::{
    ApiKeysPage, AuditPage, BusinessPage, CannedPage, ChannelsPage, ConnectPage, ConnectionPage, NotificationsPage,
    ProfilePage, SecurityPage, StartPage, StarterPackPage, TagsPage, TeamPage, WelcomePage,
};
use ui::view;

use crate::address::ConfirmAddressPage;
use crate::guard::{Guarded, Personal};
use crate::invitation::InvitationPage;
use crate::password::{ForgotPasswordPage, ResetPasswordPage};
use crate::sign_in::{SecondFactorPage, SignInPage};
use crate::sign_up::{ConfirmPage, SentPage, SignUpPage};
use crate::single_sign_on::SingleSignOnPage;

macro_rules! routes {
    ($area:ident, $preload:ident: $($route:ident => $page:expr),+ $(,)?) => {
        #[derive(Clone, Copy)]
        enum Screen {
            $($route,)+
        }

        #[lazy]
        fn $area(screen: Screen) -> AnyView {
            match screen {
                $(Screen::$route => $page,)+
            }
        }

        $(
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    $area(Screen::$route).await
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    $preload().await;
                }
            }
        )+
    };
}

/// For everybody. They work before they are fetched.
pub mod outside {
    use super::*;

    routes! { outside, __preload_outside:
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
}

/// A person's own, then those of a workspace.
pub mod inside {
    use super::*;

    routes! { inside, __preload_inside:
        Welcome => view! { <Personal page=|| view! { <WelcomePage /> } /> },
        Profile => view! { <Personal page=|| view! { <ProfilePage /> } /> },
        Security => view! { <Personal page=|| view! { <SecurityPage /> } /> },
        Team => view! { <Guarded page=|| view! { <TeamPage /> } /> },
        Business => view! { <Guarded page=|| view! { <BusinessPage /> } /> },
        Audit => view! { <Guarded page=|| view! { <AuditPage /> } /> },
    }
}

/// Setting a workspace up.
pub mod setup {
    use super::*;

    routes! { setup, __preload_setup:
        Start => view! { <Guarded page=|| view! { <StartPage /> } /> },
        Channels => view! { <Guarded page=|| view! { <ChannelsPage /> } /> },
        Connect => view! { <Guarded page=|| view! { <ConnectPage /> } /> },
        Connection => view! { <Guarded page=|| view! { <ConnectionPage /> } /> },
        StarterPack => view! { <Guarded page=|| view! { <StarterPackPage /> } /> },
        Tags => view! { <Guarded page=|| view! { <TagsPage /> } /> },
        Canned => view! { <Guarded page=|| view! { <CannedPage /> } /> },
    }
}

/// What is set up once and then left alone.
pub mod workshop {
    use super::*;

    routes! { workshop, __preload_workshop:
        Notifications => view! { <Guarded page=|| view! { <NotificationsPage /> } /> },
        ApiKeys => view! { <Guarded page=|| view! { <ApiKeysPage /> } /> },
    }
}
