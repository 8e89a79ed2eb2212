//! The tools a build needs, at the versions it needs, installed only where they are missing.
//!
//! Nothing is fetched from anywhere but crates.io, npm, PyPI, Debian and `rustup`. Cargo's tools go where `cargo install`
//! puts them; npm's and Python's stay in `target/tools`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{self, command},
    steps::{Outcome, Steps},
};

const CARGO_LEPTOS: &str = "0.3.11";
const SQLX: &str = "0.9.0";
const NEXTEST: &str = "0.9.143";
/// Older ones than this have the commands and filters used here only in part.
const NEXTEST_OLDEST: &[u32] = &[0, 9, 100];
const BINARYEN: &str = "132.0.0";
/// Older ones break split bundles: the page fails to hydrate with `WebAssembly.Table.set()`.
const WASM_OPT_OLDEST: u32 = 120;
const SCHEMATHESIS: &str = "4.32.5";

/// Faster to build; these programs wait for others most of their time.
const QUICK_BUILD: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    WasmTarget,
    WasmBindgen,
    CargoLeptos,
    WasmOpt,
    Sqlx,
    Nextest,
    Node,
    Chromium,
    Schemathesis,
    Pebble,
}

/// What `cargo leptos build` needs; wasm-opt runs in release builds only.
pub fn for_build(release: bool) -> &'static [Tool] {
    let all = &[Tool::WasmTarget, Tool::WasmBindgen, Tool::CargoLeptos, Tool::WasmOpt];
    if release { all } else { all.split_last().map_or(all, |(_, needed)| needed) }
}

impl Tool {
    /// Its name, with the version that would be installed.
    pub fn name(self) -> Result<String> {
        Ok(match self {
            Self::WasmTarget => "Rust for WebAssembly".into(),
            Self::WasmBindgen => format!("wasm-bindgen {}", wasm_bindgen_version()?),
            Self::CargoLeptos => format!("cargo-leptos {CARGO_LEPTOS}"),
            Self::WasmOpt => format!("wasm-opt {WASM_OPT_OLDEST} or newer"),
            Self::Sqlx => format!("sqlx-cli {SQLX}"),
            Self::Nextest => "cargo-nextest".into(),
            Self::Node => "Node.js with npm".into(),
            Self::Chromium => "Chromium".into(),
            Self::Schemathesis => format!("schemathesis {SCHEMATHESIS}"),
            Self::Pebble => "Pebble, an authority of certificates".into(),
        })
    }

    /// The right version is here.
    pub fn is_present(self) -> Result<bool> {
        Ok(match self {
            Self::WasmTarget => has_wasm_target(),
            Self::WasmBindgen => says("wasm-bindgen", &["--version"], &wasm_bindgen_version()?),
            Self::CargoLeptos => says("cargo", &["leptos", "--version"], CARGO_LEPTOS),
            Self::WasmOpt => version("wasm-opt", &["--version"]).first().is_some_and(|major| *major >= WASM_OPT_OLDEST),
            Self::Sqlx => says("sqlx", &["--version"], SQLX),
            Self::Nextest => version("cargo", &["nextest", "--version"]).as_slice() >= NEXTEST_OLDEST,
            Self::Node => shell::which("node").is_some() && shell::which("npm").is_some(),
            Self::Chromium => chromium().is_some(),
            Self::Schemathesis => says(&schemathesis().to_string_lossy(), &["--version"], SCHEMATHESIS),
            Self::Pebble => shell::which("pebble").is_some(),
        })
    }

    /// What is said before a long silence.
    pub fn usual_time(self) -> &'static str {
        match self {
            Self::WasmTarget => "not installed; downloading it is silent and usually takes a minute",
            Self::WasmBindgen => "not installed in this version; compiling it usually takes 2 to 5 minutes",
            Self::CargoLeptos => "not installed in this version; compiling it usually takes 5 to 12 minutes, once",
            Self::Sqlx => "not installed in this version; compiling it usually takes 1 to 3 minutes",
            Self::Nextest => "not installed; compiling it usually takes 3 to 6 minutes",
            Self::WasmOpt | Self::Schemathesis | Self::Pebble => "not installed; usually takes less than a minute",
            Self::Node | Self::Chromium => "not installed; usually takes one or two minutes",
        }
    }

    pub fn install(self) -> Result<()> {
        match self {
            Self::WasmTarget => shell::run(
                command("rustup").args(["target", "add", "wasm32-unknown-unknown"]),
                "install Rust with rustup (https://rustup.rs), or your distribution's WebAssembly target",
            ),
            // Its lock file names a version that was withdrawn, so without `--locked`.
            Self::WasmBindgen => cargo_install(&format!("wasm-bindgen-cli --version {}", wasm_bindgen_version()?), &[]),
            // Its manifest asks for a newer Rust than it needs. Without downloads, it cannot fetch tools behind our back.
            Self::CargoLeptos => cargo_install(
                &format!(
                    "cargo-leptos --version {CARGO_LEPTOS} --locked --ignore-rust-version --features no_downloads"
                ),
                QUICK_BUILD,
            ),
            Self::Sqlx => cargo_install(
                &format!("sqlx-cli --version {SQLX} --no-default-features --features postgres,rustls"),
                QUICK_BUILD,
            ),
            Self::Nextest => cargo_install(&format!("cargo-nextest --version {NEXTEST} --locked"), QUICK_BUILD),
            Self::WasmOpt => install_binaryen(),
            Self::Node => install_node(),
            Self::Chromium => install_chromium(),
            Self::Schemathesis => install_schemathesis(),
            Self::Pebble => install_pebble(),
        }
    }
}

/// Each tool is a step of its own.
pub fn step_each(steps: &mut Steps, tools: &[Tool]) -> Result<()> {
    for tool in tools {
        let name = tool.name()?;
        if tool.is_present()? {
            steps.already(&name, "present");
        } else {
            steps.run(&name, tool.usual_time(), || tool.install().map(|()| Outcome::Done))?;
        }
    }
    Ok(())
}

/// Installs what is missing inside another step.
pub fn ensure(tools: &[Tool]) -> Result<()> {
    for tool in tools {
        if !tool.is_present()? {
            println!("      {}: {}", tool.name()?, tool.usual_time());
            tool.install()?;
        }
    }
    Ok(())
}

/// A browser for the end-to-end tests. Without one, Playwright looks for the one it installed.
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
    let mac = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    named
        .or_else(|| names.into_iter().find_map(shell::which))
        .or_else(|| mac.into_iter().map(PathBuf::from).find(|path| path.is_file()))
}

pub fn schemathesis() -> PathBuf {
    venv().join("bin/schemathesis")
}

fn venv() -> PathBuf {
    shell::root().join("target/tools/venv")
}

/// The library's version in `Cargo.lock`: the program must be of exactly the same one.
fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(shell::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \""));
    let version = version.and_then(|rest| rest.strip_suffix('"'));
    Ok(version.context("Cargo.lock names no wasm-bindgen")?.to_owned())
}

/// The first word of a program's version line that begins with a digit is exactly `version`.
fn says(program: &str, arguments: &[&str], version: &str) -> bool {
    version_word(program, arguments).is_some_and(|found| found == version)
}

fn version(program: &str, arguments: &[&str]) -> Vec<u32> {
    let word = version_word(program, arguments).unwrap_or_default();
    word.split('.').map_while(|part| part.parse().ok()).collect()
}

fn version_word(program: &str, arguments: &[&str]) -> Option<String> {
    let text = shell::output(command(program).args(arguments))?;
    let mut words = text.split(|character: char| character.is_whitespace() || character == ',');
    words.find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}

fn has_wasm_target() -> bool {
    let sysroot = shell::output(command("rustc").args(["--print", "sysroot"]));
    sysroot.is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir())
}

fn cargo_install(what: &str, environment: &[(&str, &str)]) -> Result<()> {
    shell::run(
        shell::cargo(&format!("install {what}")).envs(environment.iter().copied()),
        "check the network (crates.io) and the free disk space; run the command by hand to see all of its output",
    )
}

fn install_binaryen() -> Result<()> {
    ensure(&[Tool::Node])?;
    let folder = shell::root().join("target/tools/npm");
    fs::create_dir_all(&folder).context("cannot create target/tools/npm")?;
    let manifest = format!("{{ \"private\": true, \"dependencies\": {{ \"binaryen\": \"{BINARYEN}\" }} }}\n");
    fs::write(folder.join("package.json"), manifest).context("cannot write target/tools/npm/package.json")?;
    shell::run(
        command("npm").args(["install", "--no-audit", "--no-fund"]).current_dir(folder),
        "check the network (the npm registry), or put a wasm-opt of version 120 or newer on PATH",
    )
}

fn install_node() -> Result<()> {
    if !shell::can_apt() {
        bail!("Node.js with npm is missing\n  What to do: install Node.js 20 or newer (https://nodejs.org)");
    }
    shell::apt_install(&["nodejs", "npm"])
}

fn install_chromium() -> Result<()> {
    if shell::can_apt() && shell::apt_install(&["chromium"]).is_ok() && chromium().is_some() {
        return Ok(());
    }
    shell::run(
        command("npx").args(["--yes", "playwright", "install", "chromium"]).current_dir(shell::root().join("end2end")),
        "install Chromium or Chrome and put it on PATH, or name it in the variable CHROMIUM",
    )
}

fn install_pebble() -> Result<()> {
    if !shell::can_apt() {
        bail!("Pebble is missing\n  What to do: install Debian's package `pebble`, or put the program on PATH");
    }
    shell::apt_install(&["pebble"])
}

fn install_schemathesis() -> Result<()> {
    let hint = "check the network (PyPI) and that Python 3.10 or newer is installed with its venv module";
    let create = || -> Command {
        let mut create = command("python3");
        create.args(["-m", "venv", "--clear"]).arg(venv());
        create
    };
    // Debian splits the module off, and says so only when it is used.
    if shell::run(&mut create(), hint).is_err() && shell::can_apt() {
        shell::apt_install(&["python3", "python3-venv"])?;
        shell::run(&mut create(), hint)?;
    }
    let package = format!("schemathesis=={SCHEMATHESIS}");
    shell::run(
        command(venv().join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", &package]),
        hint,
    )
}
