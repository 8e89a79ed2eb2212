//! A certificate and its key from two files, read again when they change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::config::Settings;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The two files, and what was found in them.
pub struct Files {
    names: Names,
    found: Pem,
}

struct Names {
    certificate: PathBuf,
    key: PathBuf,
}

/// What the files hold.
#[derive(PartialEq)]
struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    /// Reads the configured files, if there are any.
    pub async fn read(settings: &Settings) -> Result<Option<Self>, String> {
        let (Some(certificate), Some(key)) = (&settings.tls_cert, &settings.tls_key) else { return Ok(None) };
        let names = Names { certificate: certificate.clone(), key: key.clone() };
        let found = names.read().await?;
        Ok(Some(Self { names, found }))
    }

    pub fn config(&self) -> Result<ServerConfig, String> {
        self.names.config(&self.found)
    }

    /// Takes up changed files. Files that do not fit, which half of a renewal looks like too, change nothing and are
    /// logged once.
    pub async fn watch(self, config: &RustlsConfig) {
        // Their content is compared, not their time: copying can keep the time, and two writes can share one.
        let mut seen = Ok(self.found);
        loop {
            tokio::time::sleep(LOOK).await;
            let found = self.names.read().await;
            if found == seen {
                continue;
            }
            match found.as_ref().map_err(Clone::clone).and_then(|pem| self.names.config(pem)) {
                Ok(new) => {
                    config.reload_from_config(Arc::new(new));
                    tracing::info!("the certificate changed; new connections see the new one");
                }
                Err(words) => tracing::warn!("the certificate in use stays: {words}"),
            }
            seen = found;
        }
    }
}

impl Names {
    async fn read(&self) -> Result<Pem, String> {
        let why = |error: std::io::Error| format!("cannot be read ({})", error.kind());
        let certificate = tokio::fs::read(&self.certificate).await;
        let key = tokio::fs::read(&self.key).await;
        Ok(Pem {
            certificate: certificate.map_err(|error| self.wrong_certificate(&why(error)))?,
            key: key.map_err(|error| self.wrong_key(&why(error)))?,
        })
    }

    fn config(&self, pem: &Pem) -> Result<ServerConfig, String> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem.certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| self.wrong_certificate("is not written in PEM"))?;
        if chain.is_empty() {
            return Err(self.wrong_certificate("has no certificate in it"));
        }
        let key = PrivateKeyDer::from_pem_slice(&pem.key)
            .map_err(|_| self.wrong_key("has no private key in it that can be read without a password"))?;
        let key = super::provider()
            .key_provider
            .load_private_key(key)
            .map_err(|_| self.wrong_key("has a private key of a kind that is not supported"))?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            // Only a key that cannot tell its public half leaves the question open.
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                return Err(self.wrong_key("does not fit the certificate of PARLEY_TLS_CERT"));
            }
            Err(_) => return Err(self.wrong_certificate("has a certificate in it that cannot be read")),
        }
        super::config(Arc::new(SingleCertAndKey::from(certified)))
    }

    fn wrong_certificate(&self, why: &str) -> String {
        format!("PARLEY_TLS_CERT: {} {why}", self.certificate.display())
    }

    fn wrong_key(&self, why: &str) -> String {
        format!("PARLEY_TLS_KEY: {} {why}", self.key.display())
    }
}
