//! `cargo xtask test`: everything that is checked before a change is merged, in order.
//!
//! The native steps all name the same packages, so that cargo unifies the same features and compiles each crate once.
//! `frontend` is left out of them: it switches on `hydrate` in crates that need `ssr` here.

use std::env;

use anyhow::Result;

use crate::{
    checks,
    cluster::Cluster,
    run,
    shell::{self, cargo},
    steps::{
        Outcome::{self, Done},
        Steps,
    },
    tools::{self, Tool},
};

/// Every native package; `frontend` is for the browser.
pub const NATIVE: &str = "--workspace --exclude frontend";
const FAULT_TEST: &[&str] = &["server/tests/fault.rs", "server/tests/fault/main.rs"];
/// The fault test as part of all tests; `cargo xtask torture` runs it for longer.
const FAULT_MINUTES: &str = "1";

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Test {
    /// Run only these steps, in the usual order
    #[arg(long, value_name = "STEP", num_args = 1.., value_parser = names())]
    only: Vec<String>,
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Context) -> Result<Outcome>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", about: "formatting", run: fmt },
    Step { name: "house", about: "the rules of the house: imports, names, paths, lengths", run: house },
    Step { name: "clippy-server", about: "lints of everything that runs natively", run: clippy_server },
    Step { name: "clippy-browser", about: "lints of everything that runs in the browser", run: clippy_browser },
    Step { name: "sqlx", about: "the stored query descriptions match the migrations", run: sqlx },
    Step { name: "test", about: "unit, property, database and HTTP tests", run: test },
    Step { name: "doc", about: "examples in the documentation, and what must not compile", run: doc },
    Step { name: "build", about: "the server and its split bundle", run: build },
    Step { name: "budget", about: "what the browser has to load", run: budget },
    Step {
        name: "api",
        about: "the REST API against its own description",
        run: |context| checks::api(context.release),
    },
    Step { name: "end2end", about: "journeys in a browser", run: |context| checks::end_to_end(context.release, &[]) },
    Step { name: "fault", about: "crashes, lost connections, repeated deliveries", run: fault },
];

/// What steps share: built when first needed.
struct Context {
    release: bool,
    cluster: Option<Cluster>,
}

impl Context {
    fn cluster(&mut self) -> Result<&Cluster> {
        let cluster = match self.cluster.take() {
            Some(running) => running,
            None => Cluster::start()?,
        };
        Ok(self.cluster.insert(cluster))
    }
}

fn names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

/// Stops at the first failure and tells what was reached.
pub fn run(options: &Test) -> Result<u8> {
    let chosen = |step: &&Step| options.only.is_empty() || options.only.iter().any(|name| name == step.name);
    let chosen: Vec<_> = STEPS.iter().filter(chosen).collect();
    let release = env::var("PARLEY_CI_RELEASE").is_ok_and(|value| value == "1");
    let mut context = Context { release, cluster: None };
    let mut steps = Steps::new(chosen.len());
    let result = chosen.iter().try_for_each(|step| steps.run(step.name, step.about, || (step.run)(&mut context)));
    drop(context);
    if let Err(error) = &result {
        eprintln!("{}", shell::explain(error));
    }
    steps.summary(chosen.iter().map(|step| step.name));
    Ok(result.is_err().into())
}

/// A step whose inputs are not written yet.
pub fn skip(reason: &str) -> Result<Outcome> {
    Ok(Outcome::Skipped(reason.to_owned()))
}

/// Tests and lints read the stored query descriptions, never a database that happens to run.
fn offline(command: &mut std::process::Command) -> &mut std::process::Command {
    command.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL")
}

fn fmt(_: &mut Context) -> Result<Outcome> {
    shell::run(&mut cargo("fmt --all --check"), "run `cargo fmt`")?;
    Ok(Done)
}

fn house(_: &mut Context) -> Result<Outcome> {
    tools::ensure(&[Tool::Nextest])?;
    shell::run(
        &mut cargo("nextest run --locked --no-fail-fast --package xtask"),
        "the failing test names the rule and the place",
    )?;
    Ok(Done)
}

fn clippy_server(_: &mut Context) -> Result<Outcome> {
    let mut clippy = cargo(&format!("clippy --locked {NATIVE} --all-targets -- -D warnings"));
    shell::run(offline(&mut clippy), "mend the first finding, or expect it with a reason")?;
    Ok(Done)
}

fn clippy_browser(_: &mut Context) -> Result<Outcome> {
    tools::ensure(&[Tool::WasmTarget])?;
    // The folder in which cargo-leptos builds for the browser, so that both share their dependencies.
    let front = shell::target().join("front");
    let mut clippy = cargo("clippy --locked --package frontend --target wasm32-unknown-unknown --target-dir");
    clippy.arg(front).args(["--", "-D", "warnings"]);
    shell::run(offline(&mut clippy), "mend the first finding; a crate that cannot compile here belongs under `ssr`")?;
    Ok(Done)
}

fn sqlx(context: &mut Context) -> Result<Outcome> {
    if !checks::has_migrations() {
        return skip("no migrations yet");
    }
    tools::ensure(&[Tool::Sqlx])?;
    checks::prepare(context.cluster()?, true)?;
    Ok(Done)
}

fn test(context: &mut Context) -> Result<Outcome> {
    tools::ensure(&[Tool::Nextest, Tool::Pebble])?;
    let mut nextest = cargo(&format!("nextest run --locked {NATIVE} --exclude xtask --no-tests=warn"));
    if has_fault_test() {
        nextest.args(["-E", "not binary(fault)"]);
    }
    let url = context.cluster()?.url().to_owned();
    shell::run(
        offline(&mut nextest).env("PARLEY_TEST_DATABASE_URL", url),
        "run the failing test alone: `cargo nextest run NAME`",
    )?;
    Ok(Done)
}

fn doc(_: &mut Context) -> Result<Outcome> {
    let mut doc = cargo(&format!("test --locked --doc --quiet {NATIVE} --exclude xtask"));
    shell::run(offline(&mut doc), "mend the example that fails")?;
    Ok(Done)
}

fn build(context: &mut Context) -> Result<Outcome> {
    if !shell::exists("style/main.css") {
        return skip("no style/main.css yet");
    }
    tools::ensure(tools::for_build(context.release))?;
    run::build(context.release)?;
    Ok(Done)
}

fn budget(context: &mut Context) -> Result<Outcome> {
    if !context.release {
        return skip("sizes count in release builds only (PARLEY_CI_RELEASE=1)");
    }
    checks::budget()?;
    Ok(Done)
}

fn fault(context: &mut Context) -> Result<Outcome> {
    if !has_fault_test() {
        return skip("no server/tests/fault.rs yet");
    }
    let url = context.cluster()?.url().to_owned();
    run_fault_test("", FAULT_MINUTES, None, &url)?;
    Ok(Done)
}

pub fn has_fault_test() -> bool {
    FAULT_TEST.iter().any(|path| shell::exists(path))
}

/// The fault test, with `profile` as further arguments.
pub fn run_fault_test(profile: &str, minutes: &str, seed: Option<u64>, database: &str) -> Result<()> {
    tools::ensure(&[Tool::Nextest])?;
    let mut nextest = cargo(&format!("nextest run --locked {NATIVE} {profile} --test fault --no-capture"));
    offline(&mut nextest).env("PARLEY_TEST_DATABASE_URL", database).env("PARLEY_TORTURE_MINUTES", minutes);
    if let Some(seed) = seed {
        nextest.env("PARLEY_TORTURE_SEED", seed.to_string());
    }
    shell::run(&mut nextest, "repeat it with the seed that it printed: `cargo xtask torture --seed N`")
}
