//! Starting other programs: where the repository is, what they find in their environment, and how a failure is told.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// The root of the repository.
pub fn root() -> PathBuf {
    // `cargo run` tells the folder of this very call; the one seen at compile time may be another clone's,
    // where two clones share a target folder.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// Where cargo puts its products: beside this program, which holds for every way to configure a target folder.
pub fn target() -> PathBuf {
    let beside = env::current_exe().ok();
    let folder = beside.as_deref().and_then(Path::parent).and_then(Path::parent);
    folder.map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// The server's binary of a profile.
pub fn parley(release: bool) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    target().join(profile).join(format!("parley{}", env::consts::EXE_SUFFIX))
}

/// A file inside the repository exists.
pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// A program, run from the root of the repository, that finds the project's tools.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", search_path()).stdin(Stdio::null());
    // Cargo describes this package to this program. Build scripts (ring's among them) watch the same names, and would
    // run again on every change between `cargo build` and `cargo xtask`.
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if ours.iter().any(|prefix| name_text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// `cargo` with these arguments, separated by spaces.
pub fn cargo(arguments: &str) -> Command {
    let mut command = command("cargo");
    command.args(arguments.split_whitespace());
    command
}

/// Runs to the end with its output shown; `hint` is what a person can do when it fails.
pub fn run(command: &mut Command, hint: &str) -> Result<()> {
    let line = describe(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`\n  What to do: {hint}"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})\n  What to do: {hint}");
    }
    Ok(())
}

/// The standard output of a short command, or nothing if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program as children of this one would.
pub fn which(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&search_path()).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// The user is root.
pub fn is_root() -> bool {
    cfg!(unix) && output(Command::new("id").arg("-u")).as_deref() == Some("0")
}

/// Debian packages can be installed here without asking anybody.
pub fn can_apt() -> bool {
    is_root() && which("apt-get").is_some()
}

/// Installs Debian packages.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    let hint = "check the network and the package sources, or install the package by hand";
    run(command("apt-get").args(["update", "--quiet"]), hint)?;
    run(
        command("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
        hint,
    )
}

/// An error with its causes, without the backtrace that `RUST_BACKTRACE` would add.
pub fn explain(error: &anyhow::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    format!("\nError: {}", causes.join("\n  because: "))
}

/// The command as a person would type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains([' ', '(', '\n']) { format!("'{word}'") } else { word.into_owned() }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The project's own tools first (a distribution's wasm-opt is often too old), cargo's last.
fn search_path() -> std::ffi::OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let own = root().join("target/tools/npm/node_modules/.bin");
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let folders =
        std::iter::once(own).chain(env::split_paths(&inherited)).chain(cargo_home.map(|home| home.join("bin")));
    env::join_paths(folders).unwrap_or(inherited)
}
