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

mod clock;
mod config;
mod control;
mod crypto;
mod engine;
mod faults;
mod graph;
mod ids;
mod inbound;
mod ledger;
mod lifecycle;
mod mutations;
mod page;
mod remux;
mod samples;
mod settings;
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

/// What all handlers and the engine share.
pub(crate) struct Inner {
    pub(crate) config: Arc<SandboxConfig>,
    pub(crate) http: reqwest::Client,
    pub(crate) stop: watch::Sender<bool>,
    /// Where the stand-in of a mail server listens.
    pub(crate) smtp: Option<SocketAddr>,
    state: Mutex<state::State>,
}

impl Inner {
    /// Works on the state under its lock. Nothing awaits in there.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut state::State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Handle of a running sandbox. Clones share it.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

impl Sandbox {
    /// Starts the delivery engine on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be opened, the HTTP client cannot be built, the port for mails is taken or not of this
    /// machine alone, or there is no runtime.
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
        let ledger = ledger::Ledger::open(config.ledger.as_deref())?;
        let state = state::State::new(Arc::clone(&config), clock::Clock::default(), ledger);
        let (listener, smtp) = config.smtp.map(smtp::bind).transpose()?.unzip();
        let inner = Arc::new(Inner { config, http, stop: watch::Sender::new(false), smtp, state: Mutex::new(state) });
        runtime.spawn(engine::run(Arc::clone(&inner)));
        if let Some(listener) = listener {
            runtime.spawn(smtp::serve(Arc::clone(&inner), listener));
        }
        Ok(Self { inner })
    }

    /// Where the stand-in of a mail server listens, if the configuration asked for one.
    pub fn smtp_address(&self) -> Option<SocketAddr> {
        self.inner.smtp
    }

    /// Routes of the page, the control interface, the Graph interface and media.
    pub fn router(&self) -> Router {
        /// Documents may have 100 MB (section 3.2).
        const MOST_BYTES: usize = 110 * 1024 * 1024;
        page::routes()
            .nest("/control", control::routes())
            .route("/graph/{*path}", any(graph::handle))
            .route("/media/attachments", get(graph::download))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(Arc::clone(&self.inner))
    }

    /// Stops the engine and ends open event streams; resolves when the ledger is on disk.
    pub async fn shutdown(&self) {
        self.inner.stop.send_replace(true);
        let written = self.inner.with(|state| state.ledger.barrier());
        let _ = written.await;
    }
}
