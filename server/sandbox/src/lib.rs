//! A local stand-in of Meta's WhatsApp Cloud API with a phone on screen, and of a mail server with a page of its mails.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! let sandbox = sandbox::Sandbox::start(sandbox::SandboxConfig::default())?;
//! let app = axum::Router::new().nest_service("/sandbox", sandbox.router());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, app).await
//! # }
//! ```
//!
#![doc = include_str!("../README.md")]

mod app;
mod clock;
mod config;
mod control;
mod crypto;
mod engine;
mod faults;
mod graph;
mod hub;
mod ids;
mod inbound;
mod ledger;
mod lifecycle;
mod mutations;
mod nested;
mod page;
mod records;
mod remux;
mod samples;
mod settings;
mod setup;
mod signup;
mod smtp;
mod state;
mod templates;
mod views;
mod webhook;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use tokio::sync::watch;

pub use config::{Customer, Identity, Profile, SandboxConfig};

/// A business: what all its handlers and its engine share.
pub(crate) struct Inner {
    /// Names a further business; the main one has none.
    pub(crate) key: Option<String>,
    pub(crate) config: Arc<SandboxConfig>,
    pub(crate) app: Arc<app::App>,
    pub(crate) http: reqwest::Client,
    pub(crate) stop: watch::Sender<bool>,
    /// Where the stand-in of a mail server listens.
    pub(crate) smtp: Option<SocketAddr>,
    state: Mutex<state::State>,
}

impl Inner {
    /// A business beside the main one, with the main one's way out.
    pub(crate) fn further(
        main: &Self,
        key: String,
        config: SandboxConfig,
        app: Arc<app::App>,
        setup: setup::Setup,
    ) -> Self {
        let config = Arc::new(config);
        let state = state::State::new(Arc::clone(&config), Arc::clone(&app), Some(setup), ledger::Ledger::in_memory());
        Self {
            key: Some(key),
            config,
            app,
            http: main.http.clone(),
            stop: watch::Sender::new(false),
            smtp: None,
            state: Mutex::new(state),
        }
    }

    /// Works on the state under its lock. Nothing awaits in there.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut state::State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the app is this business's own. Those of Embedded Signup are guests of the main one's.
    pub(crate) fn owns_app(&self) -> bool {
        self.key.is_none() || self.app.id != app::OPERATOR_APP_ID
    }

    /// Path of its pages, with a slash at the end.
    pub(crate) fn base(&self) -> String {
        let root = self.root();
        self.key.as_ref().map_or_else(|| root.clone(), |key| format!("{root}b/{key}/"))
    }

    /// Path of the sandbox, with a slash at the end.
    pub(crate) fn root(&self) -> String {
        let path = reqwest::Url::parse(&self.config.public_url).map(|url| url.path().trim_end_matches('/').to_owned());
        format!("{}/", path.unwrap_or_default())
    }
}

/// Handle of a running sandbox. Clones share it.
#[derive(Clone)]
pub struct Sandbox {
    hub: Arc<hub::Hub>,
}

impl Sandbox {
    /// Starts the delivery engines on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be opened, the file of businesses cannot be read, the HTTP client cannot be built, the port
    /// for mails is taken or not of this machine alone, or there is no runtime.
    pub fn start(config: SandboxConfig) -> io::Result<Self> {
        let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        // Another part of the process may have installed a provider; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent("facebookexternalua")
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        let config = Arc::new(config);
        let app = Arc::new(hub::Hub::operator_app(&config));
        let ledger = ledger::Ledger::open(config.ledger.as_deref())?;
        let state = state::State::new(Arc::clone(&config), Arc::clone(&app), None, ledger);
        let (listener, smtp) = config.smtp.map(smtp::bind).transpose()?.unzip();
        let stop = watch::Sender::new(false);
        let main = Arc::new(Inner { key: None, config, app, http, stop, smtp, state: Mutex::new(state) });
        runtime.spawn(engine::run(Arc::clone(&main)));
        if let Some(listener) = listener {
            runtime.spawn(smtp::serve(Arc::clone(&main), listener));
        }
        Ok(Self { hub: Arc::new(hub::Hub::start(main)?) })
    }

    /// Where the stand-in of a mail server listens, if the configuration asked for one.
    pub fn smtp_address(&self) -> Option<SocketAddr> {
        self.hub.main.smtp
    }

    /// Routes of the pages, the control interface, the Graph interface and media.
    pub fn router(&self) -> Router {
        /// Documents may have 100 MB (section 3.2).
        const MOST_BYTES: usize = 110 * 1024 * 1024;
        let shared = Router::new()
            .route("/graph/{*path}", any(graph::handle))
            .route("/media/attachments", get(graph::download))
            .merge(control::businesses::routes())
            .merge(control::signup::routes())
            .merge(nested::routes())
            .with_state(Arc::clone(&self.hub));
        nested::of_business(&self.hub.main)
            .merge(page::of_main().with_state(Arc::clone(&self.hub.main)))
            .merge(shared)
            .layer(DefaultBodyLimit::max(MOST_BYTES))
    }

    /// Stops the engines and ends open event streams; resolves when the ledger is on disk.
    pub async fn shutdown(&self) {
        for business in self.hub.all() {
            business.stop.send_replace(true);
        }
        let written = self.hub.main.with(|state| state.ledger.barrier());
        let _ = written.await;
    }
}
