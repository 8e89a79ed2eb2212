//! The binary `parley`: configuration, commands, wiring, routes. It decides nothing.

mod cluster;
mod commands;
mod config;
mod demo;
mod http;
mod keys;
mod proxies;
mod system;
mod telemetry;
mod tls;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match config::read() {
        Ok(cli) => cli,
        Err(problem) => return problem.report(),
    };
    telemetry::start(&cli.settings);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start the runtime");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "parley: {error:#}");
            ExitCode::FAILURE
        }
    }
}
