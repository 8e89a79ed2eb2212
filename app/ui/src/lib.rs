//! Parley's design system and its wire: what every screen is made of. Knows no feature.

#![recursion_limit = "256"]

#[expect(clippy::expect_used, reason = "generated; it parses the name of a locale that the generator wrote itself")]
mod texts {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

pub mod avatar;
pub mod browser;
pub mod controls;
pub mod dialog;
pub mod fields;
pub mod form;
pub mod icon;
pub mod live;
pub mod reactive;
pub mod session;
pub mod sign_out;
pub mod states;
pub mod time;
pub mod toast;
pub mod wire;
pub mod words;

pub use avatar::Avatar;
pub use controls::{Badge, Chip, Kbd, Menu, TagMark, Tone};
pub use dialog::Dialog;
pub use fields::{FieldError, FormError, PasswordField, SelectField, TextField, refused};
pub use form::{ActionForm, Elsewhere, PlaceField};
pub use icon::Icon;
pub use live::Live;
pub use session::{Here, Session, maybe_session, use_session, workspaces};
pub use sign_out::{SignOutForm, WayOut};
pub use states::{EmptyState, ErrorCard, Skeleton};
pub use texts::i18n;
pub use time::{Clock, Shape, Time};
pub use toast::{Toaster, Toasts};
pub use wire::{AppError, Failed, FormErrors, Load, LoadOnce, Read, Saved};

/// A text of the interface in the reader's language: `t!(sign_in)` or `t!(window_left, time = "5 h")`.
///
/// The one seam to the translation library: views never name it, and a key that `locales/en.json` lacks does
/// not compile. There is one locale so far; with the second, this is where it is chosen.
#[macro_export]
macro_rules! t {
    ($($key:tt)*) => {
        leptos_i18n::td_string!($crate::i18n::Locale::en, $($key)*)
    };
}

/// `leptos::view!` with its type erased, so that nothing is compiled anew for the shape of each view.
#[macro_export]
macro_rules! view {
    ($($view:tt)*) => {
        leptos::prelude::IntoAny::into_any(leptos::prelude::View::into_inner(leptos::prelude::view! { $($view)* }))
    };
}
