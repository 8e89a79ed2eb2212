//! The files that a browser loads: where they lie, and whether they belong to this binary.

use std::path::PathBuf;

use leptos::config::LeptosOptions;

use crate::config::Settings;

const PACKAGE: &str = "pkg";
const NAME: &str = "parley";

/// What the pages are told of the bundle. Without it they name files that are not there: they still work as plain pages.
pub fn options(settings: &Settings) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name(NAME)
        .site_root(folder(settings).to_string_lossy().into_owned())
        .site_pkg_dir(PACKAGE)
        .site_addr(settings.listen)
        .hash_files(hashes().is_some())
        .build()
}

/// Whether the bundle that this binary was built with is there; otherwise what to do.
///
/// # Errors
/// What is missing, in words for an operator.
pub fn check(settings: &Settings) -> Result<String, String> {
    let folder = folder(settings);
    let suffix = hashes().and_then(|hashes| Some(format!(".{}", hash_of(&hashes, "wasm")?))).unwrap_or_default();
    let wasm = folder.join(PACKAGE).join(format!("{NAME}{suffix}.wasm"));
    if wasm.is_file() {
        return Ok(folder.display().to_string());
    }
    Err(format!(
        "{} is missing, so pages stay without scripts and style; build with `cargo leptos build --split`, or point \
         PARLEY_SITE_DIR at the folder `site` that came with this binary",
        wasm.display()
    ))
}

/// The configured folder, the one beside the binary, or the one of a build.
fn folder(settings: &Settings) -> PathBuf {
    settings
        .site_dir
        .clone()
        .or_else(|| std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from))
        .or_else(|| beside("site").filter(|path| path.is_dir()))
        .unwrap_or_else(|| PathBuf::from("target/site"))
}

/// The build writes `hash.txt` beside the binary, a line `kind: hash` for each kind of file.
fn hashes() -> Option<String> {
    std::fs::read_to_string(beside("hash.txt")?).ok()
}

fn hash_of<'a>(hashes: &'a str, kind: &str) -> Option<&'a str> {
    hashes
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == kind)
        .map(|(_, hash)| hash.trim())
}

fn beside(name: &str) -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join(name))
}
