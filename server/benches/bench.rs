//! Measures Parley beside a baseline, five rounds interleaved, and writes `docs/benchmarks.md`.
//!
//! Run it with `cargo xtask bench`: release build, an embedded durable cluster of its own in a temporary folder,
//! loopback only. Machines are noisy, so ratios against the baseline of the same round count, not the absolute rates.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be made ends, and says where"
)]

#[path = "bench/baseline.rs"]
mod baseline;
#[path = "bench/ingest.rs"]
mod ingest;
#[path = "bench/pages.rs"]
mod pages;
#[path = "bench/report.rs"]
mod report;
#[path = "bench/screen.rs"]
mod screen;
#[path = "bench/served.rs"]
mod served;
#[path = "bench/start.rs"]
mod start;

use report::Report;
use served::Served;

const ROUNDS: usize = 5;

#[tokio::main]
async fn main() {
    // `cargo bench` and `cargo test` pass flags of their own harness.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|word| word == name);
    let mut report = Report::default();
    if wanted("ingest") {
        let served = Served::start().await;
        ingest::measure(&served, ROUNDS, &mut report).await;
    }
    if wanted("screen") {
        let served = Served::start().await;
        screen::measure(&served, ROUNDS, &mut report);
    }
    if wanted("pages") {
        let served = Served::start().await;
        pages::measure(&served, &mut report).await;
    }
    if wanted("start") {
        start::measure(ROUNDS, &mut report).await;
    }
    if wanted("size") {
        let served = Served::start().await;
        screen::sizes(&served, &mut report);
    }
    report.write(only.is_empty());
}
