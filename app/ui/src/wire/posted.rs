//! What a form that was posted without scripts was refused for. It comes back in the address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::error::ServerFnUrlError;

use super::AppError;
use crate::reactive::part;
use crate::view;
use crate::words::error_words;

/// The address of `page` with the refusal of the form on it that posts to `path`, for routes that are no server
/// functions.
#[cfg(feature = "ssr")]
pub fn refused_page(page: &str, path: &str, error: domain::Error) -> String {
    // Only what comes after the host is used.
    let refusal = ServerFnUrlError::new(path, AppError(error)).to_url(&format!("http://localhost{page}"));
    let query = refusal.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    let path = page.split('?').next().unwrap_or_default();
    format!("{path}?{query}")
}

/// The refusal of the form that posts to `path`, if the page came back with one.
#[component]
pub fn PostedError(path: &'static str) -> impl IntoView {
    let query = use_query_map();
    part(move || {
        let text = query.with(|query| {
            let posted = query.get("__path").as_deref() == Some(path);
            let error = query.get("__err").filter(|_| posted)?;
            let AppError(error) = ServerFnUrlError::<AppError>::decode_err(&error);
            Some(error_words(&error))
        });
        text.map(|text| {
            view! {
                <p class="form-error" role="alert">
                    {text}
                </p>
            }
        })
    })
}
