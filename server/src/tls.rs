//! TLS of Parley's own: with a certificate from files, or with one from an authority.

pub mod acme;
mod files;
mod redirect;

use std::sync::Arc;

use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::ResolvesServerCert;
use rustls::version::{TLS12, TLS13};
use tokio_util::sync::CancellationToken;

use self::acme::Authority;
use self::files::Files;
pub use self::redirect::router as redirect;
use crate::config::Settings;

/// A certificate with its key, in use.
pub struct Tls {
    config: RustlsConfig,
    source: Source,
}

enum Source {
    Files(Files),
    Authority(Box<Authority>),
}

impl Tls {
    /// As configured, if it is.
    ///
    /// # Errors
    /// Which key of the configuration is wrong, and why, without quoting a file.
    pub async fn read(settings: &Settings) -> Result<Option<Self>, String> {
        let (config, source) = if let Some(files) = Files::read(settings).await? {
            (files.config()?, Source::Files(files))
        } else if let Some(authority) = Authority::of(settings).await? {
            (authority.config()?, Source::Authority(Box::new(authority)))
        } else {
            return Ok(None);
        };
        Ok(Some(Self { config: RustlsConfig::from_config(Arc::new(config)), source }))
    }

    /// What takes connections. It shows new ones what [`Tls::watch`] found last.
    pub fn acceptor(&self) -> RustlsAcceptor<NoDelayAcceptor> {
        RustlsAcceptor::new(self.config.clone()).acceptor(NoDelayAcceptor::new())
    }

    /// Keeps the certificate current until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        let kept = async {
            match self.source {
                Source::Files(files) => files.watch(&self.config).await,
                Source::Authority(authority) => authority.watch(&self.config).await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = kept => {}
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// How connections are taken, whatever the certificate.
fn config(certificate: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, String> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
