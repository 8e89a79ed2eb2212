//! What a real browser sees: a webhook on two colleagues' screens, and what a first visit loads.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::report::{Report, spread};
use super::served::{NUMBER, SECRET, Served};

const MESSAGES: usize = 60;

/// Milliseconds of one round, as `end2end/measure/screen.mjs` prints them.
#[derive(Deserialize)]
struct Round {
    list: Vec<f64>,
    thread: Vec<f64>,
    answer: Vec<f64>,
    baseline: Vec<f64>,
}

/// One answer with a body, as `end2end/measure/visit.mjs` prints it; sizes in bytes.
#[derive(Deserialize)]
struct File {
    path: String,
    raw: u64,
    brotli: u64,
}

pub fn measure(served: &Served, rounds: usize, report: &mut Report) {
    let sizes = [("ROUNDS", rounds.to_string()), ("MESSAGES", MESSAGES.to_string())];
    let rounds: Vec<Round> = script(served, "screen.mjs", &sizes);
    let p95s = |times: fn(&Round) -> &Vec<f64>| spread(rounds.iter().map(|round| p95(times(round))).collect());
    for (what, times) in [
        ("Webhook to another browser's inbox list, painted: p95", (|round| &round.list) as fn(&Round) -> &Vec<f64>),
        ("Webhook to another browser's open thread, painted: p95", |round| &round.thread),
    ] {
        let (time, low, high) = p95s(times);
        report.row(what, format!("{time:.0} ms ({low:.0} to {high:.0})"), "< 300 ms", time < 300.0);
    }
    for (what, times) in [
        (
            "Baseline of the two: a bare event stream to the same browser, painted: p95",
            (|round| &round.baseline) as fn(&Round) -> &Vec<f64>,
        ),
        ("The webhook's 200 meanwhile: p95", |round| &round.answer),
    ] {
        let (time, low, high) = p95s(times);
        report.note(what, format!("{time:.0} ms ({low:.0} to {high:.0})"));
    }
}

/// What the first visit to the inbox loads, with brotli at its best.
pub fn sizes(served: &Served, report: &mut Report) {
    let files: Vec<File> = script(served, "visit.mjs", &[]);
    for file in &files {
        println!("{:>8} bytes {:>8} brotli  {}", file.raw, file.brotli, file.path);
    }
    let kb = |files: &mut dyn Iterator<Item = &File>| files.map(|file| file.brotli).sum::<u64>() as f64 / 1000.0;
    let all = kb(&mut files.iter());
    let main =
        kb(&mut files.iter().filter(|file| file.path.starts_with("/pkg/parley.") && file.path.ends_with(".wasm")));
    report.row("First visit to the inbox, all that it loads, brotli", format!("{all:.0} kB"), "< 260 kB", all < 260.0);
    report.row("Main wasm, brotli", format!("{main:.0} kB"), "< 200 kB", main < 200.0);
}

fn script<T: serde::de::DeserializeOwned>(served: &Served, name: &str, environment: &[(&str, String)]) -> T {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end"));
    let output = Command::new("node")
        .arg(Path::new("measure").join(name))
        .current_dir(folder)
        .envs([("PARLEY_URL", served.base.as_str()), ("PARLEY_APP_SECRET", SECRET), ("NUMBER", NUMBER)])
        .envs([("EMAIL", backend::seed::EMAIL), ("PASSWORD", backend::seed::PASSWORD)])
        .envs(environment.iter().cloned())
        .stderr(Stdio::inherit())
        .output()
        .expect("node runs");
    assert!(output.status.success(), "the browser could not measure");
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

fn p95(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * 95).div_ceil(100) - 1]
}
