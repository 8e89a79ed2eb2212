//! Further businesses as the file has them: one JSON document with their secrets, for the owner's eyes alone.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Inner;
use crate::app::Subscription;
use crate::config::SandboxConfig;
use crate::crypto::base64_url;
use crate::ids::fixed;
use crate::setup::Setup;

/// A further business.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) phone_number_id: String,
    pub(crate) waba_id: String,
    /// None: it belongs to the operator's app.
    pub(crate) app: Option<OwnApp>,
    pub(crate) setup: Setup,
}

/// The app of a business that connects by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OwnApp {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) subscription: Option<Subscription>,
}

impl OwnApp {
    pub(crate) fn new(key: &str) -> Result<Self, String> {
        Ok(Self { id: fixed("55", "app", key), secret: hex::encode(random::<16>()?), subscription: None })
    }
}

impl Record {
    /// Ids repeat for a key, secrets never do.
    pub(crate) fn new(key: String, name: &str, app: Option<OwnApp>, setup: Setup) -> Result<Self, String> {
        Ok(Self {
            token: format!("EAAsandbox{}", base64_url(&random::<32>()?)),
            phone_number_id: fixed("106", "number", &key),
            waba_id: fixed("109", "account", &key),
            name: name.to_owned(),
            key,
            app,
            setup,
        })
    }

    /// A business as it is now.
    pub(crate) fn of(inner: &Inner) -> Self {
        let app = inner.owns_app().then(|| OwnApp {
            id: inner.app.id.clone(),
            secret: inner.app.secret.clone(),
            subscription: inner.app.subscription(),
        });
        Self {
            key: inner.key.clone().unwrap_or_default(),
            name: inner.config.business_name.clone(),
            token: inner.config.token.clone(),
            phone_number_id: inner.config.phone_number_id.clone(),
            waba_id: inner.config.waba_id.clone(),
            app,
            setup: inner.with(|state| state.setup()),
        }
    }
}

/// The business portfolio that owns an account.
pub(crate) fn portfolio(config: &SandboxConfig) -> String {
    fixed("231", "portfolio", &config.waba_id)
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], String> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| "the system has no randomness")?;
    Ok(bytes)
}

/// A key for a business whose maker does not mind.
pub(crate) fn random_key() -> Result<String, String> {
    Ok(format!("k{}", hex::encode(random::<5>()?)))
}

/// A code of Embedded Signup, which nobody guesses.
pub(crate) fn random_code() -> Result<String, String> {
    Ok(format!("AQ{}", base64_url(&random::<48>()?)))
}

/// What the file holds.
pub(crate) fn text(records: &[Record]) -> String {
    // These types have string keys only, so writing them cannot fail.
    serde_json::to_string_pretty(records).unwrap_or_default()
}

/// The records of a file; none when it is not there.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Record>> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| io::Error::other(format!("{} cannot be read: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Replaces the file as a whole, so that a crash leaves the old one or the new one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    // A file that a crash left behind could have other rights.
    let _ = std::fs::remove_file(&beside);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
