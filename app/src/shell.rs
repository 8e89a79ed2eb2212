//! The document around the application, and the policy that keeps foreign code out of it.

use http::HeaderValue;
use http::request::Parts;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};
use ui::wire::{PagePolicy, page_place};

use crate::App;

/// The whole page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Some(slot) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<PagePolicy>().cloned())
        && let Ok(policy) = HeaderValue::from_str(&policy(&nonce))
    {
        slot.set(policy);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" dir="ltr" data-place=page_place()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f7f8" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16171b" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icons/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script src="/boot.js"></script>
                <script src="/place.js"></script>
                <script src="/kept.js" defer></script>
                <script src="/focus.js" defer></script>
                <script src="/notices.js" defer></script>
                <HashedStylesheet options=options.clone() id="parley-style" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'self'; object-src 'none'"
    )
}
