//! The master key: given by the environment, or kept in a file of the data folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use backend::Fault;
use backend::vault::{MasterKey, Masters};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::config::Settings;

/// Master keys of the configuration, the first in use.
#[derive(Clone, Debug)]
pub struct Given(Vec<MasterKey>);

/// Reads keys separated by commas.
///
/// # Errors
/// What a key has to look like.
pub fn parse(text: &str) -> Result<Given, String> {
    text.split(',').map(|word| decode(word.trim())).collect::<Result<Vec<_>, _>>().map(Given)
}

fn decode(text: &str) -> Result<MasterKey, String> {
    let bytes = BASE64_STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(MasterKey::new)
        .ok_or_else(|| "a master key is 32 bytes in base 64, as `openssl rand -base64 32` makes".to_owned())
}

/// Where the key is kept when the configuration gives none.
pub fn file(settings: &Settings) -> PathBuf {
    settings.data_dir().join("master.key")
}

/// Reads the keys, each time it is called: a rotation changes the file beside a running server.
pub fn masters(settings: &Settings) -> Masters {
    if let Some(Given(keys)) = settings.master_key.clone() {
        return Arc::new(move || Ok(keys.clone()));
    }
    let path = file(settings);
    Arc::new(move || read_or_make(&path).map_err(|error| Fault::internal(format!("{error:#}"))))
}

fn read_or_make(path: &Path) -> Result<Vec<MasterKey>> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text).with_context(|| format!("{} holds no master key", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let keys = vec![MasterKey::random()?];
            // Another process may be first: then its key counts.
            match write(path, &keys, true) {
                Ok(()) => Ok(keys),
                Err(_) => read(&std::fs::read_to_string(path)?),
            }
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

fn read(text: &str) -> Result<Vec<MasterKey>> {
    let keys: Vec<_> = text.split_whitespace().map(decode).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;
    if keys.is_empty() { bail!("it is empty") } else { Ok(keys) }
}

/// Puts a new key before those of the file, so that what is sealed under them still opens.
pub fn add_to_file(settings: &Settings) -> Result<()> {
    let path = file(settings);
    let mut keys = read_or_make(&path)?;
    keys.insert(0, MasterKey::random()?);
    replace(&path, &keys)
}

/// Leaves the first key of the file alone: nothing is sealed under the others any more.
pub fn drop_old_from_file(settings: &Settings) -> Result<()> {
    let path = file(settings);
    let keys = read_or_make(&path)?;
    replace(&path, keys.get(..1).unwrap_or_default())
}

/// In one step, so that a crash leaves the old file or the new one.
fn replace(path: &Path, keys: &[MasterKey]) -> Result<()> {
    let fresh = path.with_extension("key.new");
    let _ = std::fs::remove_file(&fresh);
    write(&fresh, keys, true)?;
    std::fs::rename(&fresh, path).with_context(|| format!("cannot write {}", path.display()))
}

fn write(path: &Path, keys: &[MasterKey], new: bool) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(new)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    for key in keys {
        writeln!(file, "{}", BASE64_STANDARD.encode(key.bytes()))?;
    }
    file.sync_all()?;
    Ok(())
}
