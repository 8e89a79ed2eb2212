//! The account's key and the certificate with its key, in files that nobody else can read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rustls_acme::{AccountCache, CertCache};
use sha2::{Digest as _, Sha256};

/// A folder, and in it the files of one directory and its domains.
#[derive(Clone)]
pub struct Store {
    folder: PathBuf,
    certificate: PathBuf,
    directory: String,
}

impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.folder.display())
    }
}

impl Store {
    pub fn new(folder: PathBuf, domains: &[String], directory: &str) -> Self {
        let certificate = folder.join(format!("certificate-{}.pem", short(directory, domains)));
        Self { certificate, folder, directory: directory.to_owned() }
    }

    pub async fn certificate(&self) -> io::Result<Option<Vec<u8>>> {
        read(self.certificate.clone()).await
    }

    fn account(&self, contact: &[String]) -> PathBuf {
        self.folder.join(format!("account-{}.key", short(&self.directory, contact)))
    }

    async fn write(&self, file: PathBuf, content: &[u8]) -> io::Result<()> {
        let (folder, content) = (self.folder.clone(), content.to_owned());
        tokio::task::spawn_blocking(move || write(&folder, &file, &content)).await.map_err(io::Error::other)?
    }
}

/// Names files so that another directory, other domains or another contact find their own.
fn short(directory: &str, more: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in [directory].into_iter().chain(more.iter().map(String::as_str)) {
        hash.update(part);
        hash.update([0]);
    }
    hex::encode(hash.finalize().get(..8).unwrap_or_default())
}

async fn read(file: PathBuf) -> io::Result<Option<Vec<u8>>> {
    match tokio::fs::read(file).await {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whole or not at all: a crash in the middle leaves the old file.
fn write(folder: &Path, file: &Path, content: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = file.with_extension("new");
    // One that a crash left behind would keep its mode.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    written.write_all(content)?;
    written.sync_all()?;
    fs::rename(&new, file)
}

// The directory and the domains are the ones that the store was made for.
#[async_trait]
impl CertCache for Store {
    type EC = io::Error;

    async fn load_cert(&self, _: &[String], _: &str) -> io::Result<Option<Vec<u8>>> {
        self.certificate().await
    }

    async fn store_cert(&self, _: &[String], _: &str, certificate: &[u8]) -> io::Result<()> {
        self.write(self.certificate.clone(), certificate).await
    }
}

#[async_trait]
impl AccountCache for Store {
    type EA = io::Error;

    async fn load_account(&self, contact: &[String], _: &str) -> io::Result<Option<Vec<u8>>> {
        read(self.account(contact)).await
    }

    async fn store_account(&self, contact: &[String], _: &str, account: &[u8]) -> io::Result<()> {
        self.write(self.account(contact), account).await
    }
}
