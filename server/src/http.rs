//! Routes of the server.

mod audit;
pub mod bundle;
mod connect;
mod files;
mod guard;
mod health;
mod legal;
mod live;
mod pictures;
mod place;
mod posted;
mod rates;
mod rest;
mod site;
mod sso;
mod webhooks;

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Result;
use app::{App, shell};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{Redirect, Response};
use axum::routing::get;
use backend::Core;
use backend::ingest::Journal;
use domain::ports::Backend;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context, site_pkg_dir_service};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use ui::wire::ServerInfo;

use crate::config::Settings;
use crate::system::System;

/// What handlers share.
#[derive(Clone, FromRef)]
pub struct AppState {
    pub leptos: LeptosOptions,
    pub backend: Backend,
    pub core: Core,
    pub journal: Journal,
    pub site: Site,
    pub rates: rates::Rates,
    pub stop: CancellationToken,
}

/// What this installation is, for handlers.
#[derive(Clone)]
pub struct Site {
    /// Without a slash at its end.
    pub public_url: String,
    pub secure: bool,
    pub sandbox: bool,
    pub app_secret: String,
    pub verify_token: String,
    /// Of whoever hands over mails; empty where nobody may.
    pub mail_hook_secret: String,
    /// The operator's own documents, where there are some.
    pub terms_url: Option<String>,
    pub privacy_url: Option<String>,
}

/// Everything that people, programs and Meta reach.
pub fn router(settings: &Settings, system: &System, sandbox: Option<Router>, stop: CancellationToken) -> Router {
    let state = AppState {
        leptos: bundle::options(settings),
        backend: system.ports.clone(),
        core: system.core.clone(),
        journal: system.journal.clone(),
        site: Site {
            public_url: settings.public_url(),
            secure: settings.secure(),
            sandbox: settings.sandbox,
            app_secret: settings.whatsapp_app_secret.clone().unwrap_or_default(),
            verify_token: settings.whatsapp_verify_token.clone().unwrap_or_default(),
            mail_hook_secret: settings.mail_hook_secret.clone().unwrap_or_default(),
            terms_url: settings.terms_url.clone(),
            privacy_url: settings.privacy_url.clone(),
        },
        rates: rates::Rates::new(settings),
        stop,
    };
    let mut router = Router::new()
        .merge(pages(&state))
        .merge(files::routes())
        .merge(pictures::routes())
        .merge(audit::routes())
        .merge(sso::routes())
        .merge(rest::routes())
        .route("/live", get(live::stream))
        .route("/place", get(place::read))
        .layer(from_fn_with_state(state.clone(), guard::sessions))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(60)))
        .route("/favicon.ico", get(|| async { Redirect::permanent("/favicon.svg") }))
        .merge(connect::routes())
        .merge(legal::routes())
        .merge(webhooks::routes())
        .merge(health::routes())
        .with_state(state.clone());
    if let Some(sandbox) = sandbox {
        router = router.nest_service("/sandbox", sandbox);
    }
    let router = router
        .layer(from_fn_with_state(state.clone(), posted::refusals))
        .layer(from_fn_with_state(state, guard::origin))
        .layer(from_fn(guard::refusals))
        .layer(from_fn(guard::lengths))
        .layer(from_fn(guard::headers))
        .layer(compression())
        .layer(SetResponseHeaderLayer::overriding(http::header::STRICT_TRANSPORT_SECURITY, settings.hsts()))
        .layer(from_fn_with_state(settings.trusted_proxies.clone().unwrap_or_default(), guard::client_address));
    name_routes("public", &router);
    router
}

/// Health and metrics, on their own address.
pub fn admin_router(core: Core, metrics: PrometheusHandle) -> Router {
    let router = health::admin_routes(core, metrics);
    name_routes("operators", &router);
    router
}

/// Logs what is really served. A test reads it and fails for a route that no line of its table guards.
fn name_routes(listener: &str, router: &Router) {
    tracing::debug!(listener, routes = ?router, "serving");
}

/// The recorder of all metrics. Installed once a process.
pub fn metrics_handle() -> Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new().install_recorder()?;
    Ok(HANDLE.get_or_init(|| handle).clone())
}

/// Screens, server functions and the browser's files.
fn pages(state: &AppState) -> Router<AppState> {
    let provide = {
        let (backend, info) =
            (state.backend.clone(), ServerInfo { secure_cookies: state.site.secure, sandbox: state.site.sandbox });
        move || {
            provide_context(backend.clone());
            provide_context(info);
        }
    };
    let document = {
        let options = state.leptos.clone();
        move || shell(options.clone())
    };
    let files = site_pkg_dir_service(&state.leptos).append_index_html_on_directories(false);
    let nothing_here = render_app_async_with_context(provide.clone(), document.clone());
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(App), provide, document)
        .fallback(move |State(state): State<AppState>, request: Request| {
            let nothing_here = nothing_here.clone();
            file_or_page(files.clone(), |request| guard::nothing_here(state, request, nothing_here), request)
        })
        .layer(DefaultBodyLimit::max(256 * 1024))
}

/// A file of the site, or else a page.
async fn file_or_page<P, F>(files: ServeDir, page: P, request: Request) -> Response
where
    P: FnOnce(Request) -> F,
    F: Future<Output = Response>,
{
    match site::file(files, &request).await {
        Some(file) => file,
        None => page(request).await,
    }
}

/// Text is compressed as it is made; the browser's files were at build time, and event streams must not wait.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let worthwhile = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("video/"));
    CompressionLayer::new().compress_when(worthwhile)
}
