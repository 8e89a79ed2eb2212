//! The steps of `cargo xtask test` that need more than one command.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{
    cluster::Cluster,
    demo::Demo,
    run,
    shell::{self, cargo, command},
    steps::Outcome::{self, Done},
    test::{NATIVE, skip},
    tools::{self, Tool},
};

/// What the key of the API test may do; the key is the last word that the command prints.
const API_KEY: &[&str] =
    &["api-key", "create", "--scope", "conversations:read,conversations:write,messages:write,contacts:read"];
const OPENAPI_PATH: &str = "/api/v1/openapi.json";
const SCHEMATHESIS: &[&str] = &["--checks", "all", "--max-examples", "20", "--seed", "1", "--no-color"];
/// The API test starts once one of these exists.
const REST: &[&str] = &["server/src/http/rest.rs", "server/src/http/rest/mod.rs"];

/// In bytes after brotli, as they travel.
const MAIN_BUDGET: u64 = 190_000;
const CHUNK_BUDGET: u64 = 154_000;

pub fn has_migrations() -> bool {
    let files = fs::read_dir(shell::root().join("migrations")).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.path().extension().is_some_and(|extension| extension == "sql"))
}

/// Migrates a fresh database, and writes the query descriptions or compares them with the stored ones.
pub fn prepare(cluster: &Cluster, check: bool) -> Result<()> {
    let url = cluster.database("parley_prepare");
    let sqlx = |arguments: &str| {
        let mut sqlx = cargo(&format!("sqlx {arguments}"));
        sqlx.env("DATABASE_URL", &url).env_remove("SQLX_OFFLINE");
        sqlx
    };
    let hint = "mend the migration that the message names";
    shell::run(&mut sqlx("database drop -y"), hint)?;
    shell::run(&mut sqlx("database create"), hint)?;
    shell::run(&mut sqlx("migrate run --source migrations"), hint)?;
    let check = if check { "--check" } else { "" };
    shell::run(
        &mut sqlx(&format!("prepare --workspace {check} -- {NATIVE} --all-targets")),
        "run `cargo xtask prepare` and commit the folder .sqlx",
    )
}

/// Throws requests made from the API's own description at a demo server.
pub fn api(release: bool) -> Result<Outcome> {
    if !REST.iter().any(|path| shell::exists(path)) {
        return skip("no server/src/http/rest.rs yet");
    }
    tools::ensure(&[Tool::Schemathesis])?;
    let demo = Demo::start("api", release)?;
    let printed = demo.command(API_KEY)?;
    let key = printed.split_whitespace().last().context("`parley api-key create` printed no key")?;
    let mut schemathesis = command(tools::schemathesis());
    schemathesis.arg("run").args(SCHEMATHESIS).arg("--header").arg(format!("Authorization: Bearer {key}"));
    schemathesis.arg(format!("{}{OPENAPI_PATH}", demo.url())).env("PARLEY_API_KEY", key);
    shell::run(
        &mut schemathesis,
        "each failure above comes with the request that repeats it; the server's log is target/logs/api.log",
    )?;
    Ok(Done)
}

/// Journeys through a demo server in a browser; `only` are further arguments of the test runner.
pub fn end_to_end(release: bool, only: &[&str]) -> Result<Outcome> {
    let Ok(manifest) = fs::read_to_string(shell::root().join("end2end/package.json")) else {
        return skip("no end2end/package.json yet");
    };
    tools::ensure(&[Tool::Node, Tool::Chromium])?;
    install_end_to_end()?;
    let demo = Demo::start("end2end", release)?;
    let mut runner = if manifest.contains("playwright/test\"") {
        let mut playwright = command("npx");
        playwright.args(["--no-install", "playwright", "test"]);
        playwright
    } else {
        let mut node = command("node");
        node.arg("--test");
        node
    };
    runner.args(only).current_dir(shell::root().join("end2end")).envs(run::site());
    runner
        .env("PARLEY_URL", demo.url())
        .env("PARLEY_BIN", shell::parley(release))
        .env("PARLEY_DATA_DIR", demo.folder());
    if let Some(chromium) = tools::chromium() {
        runner.env("CHROMIUM", chromium);
    }
    if !only.is_empty() {
        runner.env("PARLEY_SCREENSHOTS", shell::root().join("docs/images"));
    }
    shell::run(&mut runner, "the server's log is target/logs/end2end.log")?;
    Ok(Done)
}

/// `npm ci` where the lock file is newer than what is installed.
pub fn install_end_to_end() -> Result<()> {
    let folder = shell::root().join("end2end");
    let changed = |path: &str| fs::metadata(folder.join(path)).and_then(|data| data.modified()).ok();
    let locked = changed("package-lock.json");
    if locked.is_some() && changed("node_modules/.package-lock.json") >= locked {
        return Ok(());
    }
    let verb = if locked.is_some() { "ci" } else { "install" };
    shell::run(
        command("npm")
            .args([verb, "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        "check the network (the npm registry)",
    )
}

/// Prints what a browser loads, and fails above the budget.
pub fn budget() -> Result<()> {
    let sizes = sizes(&shell::root().join("target/site/pkg"))?;
    if sizes.is_empty() {
        bail!("target/site/pkg holds no .wasm file\n  What to do: run the step `build` first");
    }
    println!("      {:<48} {:>10} {:>10}", "file", "raw", "brotli");
    let mut above = Vec::new();
    for Size { name, raw, brotli } in &sizes {
        println!("      {name:<48} {raw:>10} {brotli:>10}");
        let budget = if name.starts_with("parley") { MAIN_BUDGET } else { CHUNK_BUDGET };
        if name.ends_with(".wasm") && *brotli > budget {
            above.push(format!("{name} takes {brotli} bytes, {budget} are allowed"));
        }
    }
    if !above.is_empty() {
        bail!("{}\n  What to do: find what grew, or make a rarely opened area lazy", above.join("\n"));
    }
    Ok(())
}

struct Size {
    name: String,
    raw: u64,
    brotli: u64,
}

/// Compressed by Node.js, which is here for wasm-opt already.
fn sizes(folder: &Path) -> Result<Vec<Size>> {
    tools::ensure(&[Tool::Node])?;
    let script = "const fs = require('fs'), zlib = require('zlib'), dir = process.argv[1];\
        for (const name of fs.readdirSync(dir).sort()) {\
            if (!/\\.(wasm|js|css)$/.test(name)) continue;\
            const data = fs.readFileSync(dir + '/' + name);\
            console.log([name, data.length, zlib.brotliCompressSync(data).length].join('\\t'));\
        }";
    let lines =
        shell::output(command("node").args(["-e", script]).arg(folder)).context("cannot measure target/site/pkg")?;
    let size = |line: &str| {
        let mut fields = line.split('\t');
        Some(Size {
            name: fields.next()?.to_owned(),
            raw: fields.next()?.parse().ok()?,
            brotli: fields.next()?.parse().ok()?,
        })
    };
    Ok(lines.lines().filter_map(size).collect())
}
