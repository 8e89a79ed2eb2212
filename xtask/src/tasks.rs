//! The smaller commands.

use anyhow::{Result, bail};

use crate::{
    checks,
    cluster::{self, Cluster},
    run,
    shell::{self, cargo},
    steps::{Outcome::Done, Steps},
    test,
    tools::{self, Tool},
};

/// `cargo xtask prepare`
pub fn prepare() -> Result<()> {
    if !checks::has_migrations() {
        bail!("there are no migrations yet");
    }
    let mut steps = Steps::new(2);
    tools::step_each(&mut steps, &[Tool::Sqlx])?;
    steps.run("prepare", "every query is checked against a fresh database", || {
        checks::prepare(&Cluster::start()?, false)?;
        Ok(Done)
    })
}

/// `cargo xtask db`
pub fn database(stop: bool) -> Result<()> {
    if stop {
        let stopped = cluster::stop_development()?;
        println!("{}", if stopped { "stopped; the data stay" } else { "it does not run" });
        return Ok(());
    }
    let url = cluster::start_development()?;
    println!("export DATABASE_URL={url}");
    Ok(())
}

/// `cargo xtask torture`
pub fn torture(minutes: u32, seed: Option<u64>) -> Result<()> {
    if !test::has_fault_test() {
        bail!("there is no server/tests/fault.rs yet");
    }
    release(|| {
        let cluster = Cluster::start()?;
        test::run_fault_test("--release", &minutes.to_string(), seed, cluster.url())
    })
}

/// `cargo xtask bench`
pub fn bench(arguments: &[String]) -> Result<()> {
    release(|| {
        tools::ensure(&[Tool::Node, Tool::Chromium])?;
        checks::install_end_to_end()?;
        let cluster = Cluster::start()?;
        let mut bench = cargo("bench --package server --bench bench --");
        bench.args(arguments).env("PARLEY_TEST_DATABASE_URL", cluster.url());
        if let Some(chromium) = tools::chromium() {
            bench.env("CHROMIUM", chromium);
        }
        shell::run(&mut bench, "read the first error above")
    })
}

/// `cargo xtask screenshots`
pub fn screenshots() -> Result<()> {
    release(|| match checks::end_to_end(true, &["screenshots"])? {
        Done => Ok(()),
        crate::steps::Outcome::Skipped(reason) => bail!(reason),
    })
}

/// Tools, a release build, and then the work.
fn release(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let tools = tools::for_build(true);
    let mut steps = Steps::new(tools.len() + 2);
    tools::step_each(&mut steps, tools)?;
    steps.run("build", "an optimised build usually takes 10 to 25 minutes the first time", || {
        run::build(true)?;
        Ok(Done)
    })?;
    steps.run("run", "", || work().map(|()| Done))
}
