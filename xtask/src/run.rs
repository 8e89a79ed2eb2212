//! `cargo xtask run`: from a clone to a running demo. Also the one way to build and to describe the build to the server.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    shell,
    steps::{Outcome, Steps},
    tools,
};

/// Options of `cargo xtask run`.
#[derive(clap::Args)]
pub struct Run {
    /// Build optimised; slower to build, as fast as in production
    #[arg(long)]
    release: bool,
    /// Listen on this port of 127.0.0.1
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keep data in this folder (default: the server's own choice)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Installs, builds and starts; returns only if something failed, or the server's exit code.
pub fn run(options: &Run) -> Result<u8> {
    let tools = tools::for_build(options.release);
    let mut steps = Steps::new(tools.len() + 2);
    tools::step_each(&mut steps, tools)?;
    steps.run("build", "the first build usually takes 5 to 15 minutes, later ones seconds", || {
        build(options.release).map(|()| Outcome::Done)
    })?;
    let mut server = server(options.release);
    server.args(["serve", "--demo"]).env("PARLEY_LISTEN", format!("127.0.0.1:{}", options.port));
    if let Some(folder) = &options.data {
        server.env("PARLEY_DATA_DIR", std::path::absolute(folder).context("cannot resolve --data")?);
    }
    steps.already("start", &format!("http://127.0.0.1:{} as soon as the server says so; Ctrl+C ends it", options.port));
    hand_over(server)
}

/// Builds the server and what the browser loads. Lazy routes need `--split` in every build: an unsplit bundle fails in
/// the browser.
pub fn build(release: bool) -> Result<()> {
    let mut build = shell::cargo("leptos build --split");
    if release {
        build.args(["--release", "--precompress"]);
    }
    shell::run(&mut build, "read the first error above; a missing tool is named there")
}

/// The built server, told where the files for the browser are.
pub fn server(release: bool) -> Command {
    let mut server = shell::command(shell::parley(release));
    server.envs(site());
    server
}

/// What Leptos asks its environment for. The hashes of the file names stand beside the binary, in `hash.txt`.
pub fn site() -> [(&'static str, String); 4] {
    [
        ("LEPTOS_OUTPUT_NAME", "parley".into()),
        ("LEPTOS_SITE_ROOT", shell::root().join("target/site").to_string_lossy().into_owned()),
        ("LEPTOS_SITE_PKG_DIR", "pkg".into()),
        ("LEPTOS_HASH_FILES", "true".into()),
    ]
}

/// Becomes the server: Ctrl+C and its exit code are its own then, with nothing between it and the terminal.
#[cfg(unix)]
fn hand_over(mut server: Command) -> Result<u8> {
    use std::os::unix::process::CommandExt as _;

    let line = shell::describe(&server);
    Err(server.exec()).with_context(|| format!("cannot start `{line}`"))
}

#[cfg(not(unix))]
fn hand_over(mut server: Command) -> Result<u8> {
    let line = shell::describe(&server);
    let status = server.status().with_context(|| format!("cannot start `{line}`"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
