//! The screens that few open or that are seen once: each is fetched when it is opened.

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use server_fn::ServerFn;
use settings::{BusinessPage, ChannelsPage, ProfilePage, SecurityPage, TeamPage, WelcomePage};
use ui::view;

use crate::address::ConfirmAddressPage;
use crate::api::SignOut;
use crate::guard::{Guarded, Personal};
use crate::invitation::InvitationPage;
use crate::password::{ForgotPasswordPage, ResetPasswordPage};
use crate::sign_in::{SecondFactorPage, SignInPage};
use crate::sign_up::{ConfirmPage, SentPage, SignUpPage};

macro_rules! routes {
    ($($name:ident => $page:expr;)+) => {$(
        pub struct $name;

        #[lazy_route]
        impl LazyRoute for $name {
            fn data() -> Self {
                Self
            }

            fn view(this: Self) -> AnyView {
                let _ = this;
                $page
            }
        }
    )+};
}

// For everybody. They work before they are fetched.
routes! {
    SignInRoute => view! { <SignInPage /> };
    SecondFactorRoute => view! { <SecondFactorPage /> };
    SignUpRoute => view! { <SignUpPage /> };
    SentRoute => view! { <SentPage /> };
    ConfirmRoute => view! { <ConfirmPage /> };
    ForgotPasswordRoute => view! { <ForgotPasswordPage /> };
    ResetPasswordRoute => view! { <ResetPasswordPage /> };
    ConfirmAddressRoute => view! { <ConfirmAddressPage /> };
    InvitationRoute => view! { <InvitationPage /> };
}

// Of a person, with a workspace or without.
routes! {
    WelcomeRoute => view! { <Personal page=|| view! { <WelcomePage /> } /> };
    ProfileRoute => view! { <Personal page=|| view! { <ProfilePage sign_out=SignOut::url() /> } /> };
    SecurityRoute => view! { <Personal page=|| view! { <SecurityPage /> } /> };
}

// Of a workspace.
routes! {
    TeamRoute => view! { <Guarded page=|| view! { <TeamPage /> } /> };
    BusinessRoute => view! { <Guarded page=|| view! { <BusinessPage /> } /> };
    ChannelsRoute => view! { <Guarded page=|| view! { <ChannelsPage /> } /> };
}
