//! A certificate from an authority that speaks ACME (RFC 8555): asked for, kept in the data folder, renewed in time.
//! The authority looks at the port of TLS itself (tls-alpn-01, RFC 8737), so nothing else has to be open.

mod settings;
mod store;
mod words;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use backend::Clock;
use futures::StreamExt as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_acme::acme::ACME_TLS_ALPN_NAME;
use rustls_acme::{AcmeConfig, AcmeState, EventError, EventOk, OrderError};

pub use self::settings::{Domains, check, parse};
use self::store::Store;
use crate::config::Settings;

/// After this long everything begins anew: the library waits without end for a directory that took its question and
/// never answers, and a certificate must not run out over that.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long reading the kept certificate may take then.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause after the authority looked and did not find us. It allows few such looks an hour.
const REFUSED: Duration = Duration::from_secs(15 * 60);

/// Asks for a certificate, shows it, and renews it when a third of its life is left.
type Order = AcmeState<io::Error>;

/// The authority, and what is asked of it.
pub struct Authority {
    asked: Asked,
    order: Order,
}

struct Asked {
    directory: String,
    domains: Vec<String>,
    contact: Option<String>,
    /// What the directory's own certificate has to hang on, where that is not a public authority.
    trust: Option<Arc<ClientConfig>>,
    store: Store,
}

impl Authority {
    /// As configured, if it is.
    pub async fn of(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(asked) = Asked::of(settings).await? else { return Ok(None) };
        Ok(Some(Self { order: asked.order(), asked }))
    }

    /// Takes connections with whatever certificate there is at the time, and the authority's looks.
    pub fn config(&self) -> Result<ServerConfig, String> {
        config(&self.order)
    }

    /// Keeps a certificate current, as long as it is polled.
    pub async fn watch(self, config: &RustlsConfig) {
        let Self { asked, mut order } = self;
        let mut shown = false;
        loop {
            // Never ends by itself.
            let _ = tokio::time::timeout(DAY, asked.follow(&mut order, &mut shown)).await;
            let Some(next) = asked.again(shown).await else { continue };
            if let Ok(new) = self::config(&next) {
                config.reload_from_config(Arc::new(new));
                order = next;
            }
        }
    }
}

impl Asked {
    async fn of(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(Domains(domains)) = settings.acme_domains.clone() else { return Ok(None) };
        let trust = match &settings.acme_ca {
            Some(file) => Some(trust(file).await.map_err(|why| format!("PARLEY_ACME_CA: {} {why}", file.display()))?),
            None => None,
        };
        let directory = settings.acme_directory.clone();
        let store = Store::new(settings.data_dir().join("acme"), &domains, &directory);
        Ok(Some(Self { directory, domains, contact: settings.acme_contact.clone(), trust, store }))
    }

    /// Nothing is asked before it is polled.
    fn order(&self) -> Order {
        let config = AcmeConfig::new(&self.domains)
            .contact(self.contact.iter().map(|address| format!("mailto:{address}")))
            .directory(&self.directory);
        let config = match &self.trust {
            Some(trust) => config.client_tls_config(Arc::clone(trust)),
            None => config,
        };
        config.cache(self.store.clone()).state()
    }

    async fn follow(&self, order: &mut Order, shown: &mut bool) {
        while let Some(event) = order.next().await {
            match event {
                Ok(EventOk::DeployedCachedCert) => {
                    *shown = true;
                    tracing::info!("the kept certificate is shown");
                }
                Ok(EventOk::DeployedNewCert) => {
                    *shown = true;
                    tracing::info!("a new certificate came and is shown");
                }
                Ok(EventOk::CertCacheStore | EventOk::AccountCacheStore) => {}
                Err(EventError::Order(why)) => {
                    tracing::warn!(
                        directory = self.directory,
                        "no certificate came: {}. It is tried again",
                        words::order(&why)
                    );
                    if matches!(why, OrderError::BadAuth(_)) {
                        tokio::time::sleep(REFUSED).await;
                    }
                }
                Err(EventError::CachedCertParse(_)) => tracing::warn!("the kept certificate cannot be read"),
                Err(EventError::NewCertParse(_)) => tracing::warn!("what the authority sent is no certificate"),
                Err(
                    EventError::CertCacheLoad(why)
                    | EventError::AccountCacheLoad(why)
                    | EventError::CertCacheStore(why)
                    | EventError::AccountCacheStore(why),
                ) => {
                    tracing::warn!(folder = %self.store, kind = %why.kind(), "certificates cannot be kept");
                }
            }
        }
    }

    /// A new beginning. One that is shown already is only given up for the same one from the folder.
    async fn again(&self, shown: bool) -> Option<Order> {
        let mut next = self.order();
        if !shown {
            return Some(next);
        }
        let first = tokio::time::timeout(PATIENCE, next.next()).await;
        matches!(first, Ok(Some(Ok(EventOk::DeployedCachedCert)))).then_some(next)
    }
}

fn config(order: &Order) -> Result<ServerConfig, String> {
    let mut config = super::config(order.resolver())?;
    config.alpn_protocols.push(ACME_TLS_ALPN_NAME.to_vec());
    Ok(config)
}

async fn trust(file: &Path) -> Result<Arc<ClientConfig>, String> {
    let pem = tokio::fs::read(file).await.map_err(|error| format!("cannot be read ({})", error.kind()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| "is not written in PEM")?;
        roots.add(certificate).map_err(|_| "has a certificate in it that cannot be read")?;
    }
    if roots.is_empty() {
        return Err("has no certificate in it".to_owned());
    }
    let config = ClientConfig::builder_with_provider(super::provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// What `parley doctor` says.
pub async fn state(settings: &Settings) -> Result<String, String> {
    let Some(asked) = Asked::of(settings).await? else { return Ok("none is asked for".to_owned()) };
    let domains = asked.domains.join(", ");
    match asked.store.certificate().await {
        Ok(Some(pem)) => words::validity(&pem, Clock::system().now()).map(|validity| format!("{domains}: {validity}")),
        Ok(None) => Ok(format!("{domains}: none yet; a running Parley asks for one at {}", asked.directory)),
        Err(error) => Err(format!("{} cannot be read ({})", asked.store, error.kind())),
    }
}
