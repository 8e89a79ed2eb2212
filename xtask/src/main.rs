//! The project's own commands: `cargo xtask --help` lists them.
//!
//! It depends on next to nothing, so that it compiles in seconds and can install everything else.
#![expect(clippy::print_stdout, reason = "a command-line program speaks through its standard output")]

mod checks;
mod cluster;
mod demo;
mod guard;
mod postgres;
mod run;
mod shell;
mod steps;
mod tasks;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Parley's own commands. Each installs the tools it needs, at fixed versions, where they are missing.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build and start a demo with sample data, at http://127.0.0.1:3000
    Run(run::Run),
    /// Run every check, in the order in which CI runs them
    ///
    /// Tests use a PostgreSQL of their own, which is removed at the end; PARLEY_TEST_DATABASE_URL names another
    /// server's superuser instead. PARLEY_CI_RELEASE=1 builds optimised and checks sizes.
    Test(test::Test),
    /// Write the descriptions of all SQL queries to .sqlx
    Prepare,
    /// Start a PostgreSQL for development and print its address
    ///
    /// Its data are kept in target/dev-db (in /var/tmp/parley-dev-db where root's clone is closed to other users).
    Db {
        /// Stop it; its data stay
        #[arg(long)]
        stop: bool,
    },
    /// Run the fault test for long: crashes, lost connections, repeated deliveries
    Torture {
        /// For how long
        #[arg(long, default_value_t = 10)]
        minutes: u32,
        /// Repeat the run with this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Run the benchmarks
    Bench {
        /// Passed on to the benchmarks
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Take the pictures of docs/images
    Screenshots,
}

fn main() -> ExitCode {
    let result = match &Cli::parse().command {
        Command::Run(options) => run::run(options),
        Command::Test(options) => test::run(options),
        Command::Prepare => tasks::prepare().map(|()| 0),
        Command::Db { stop } => tasks::database(*stop).map(|()| 0),
        Command::Torture { minutes, seed } => tasks::torture(*minutes, *seed).map(|()| 0),
        Command::Bench { arguments } => tasks::bench(arguments).map(|()| 0),
        Command::Screenshots => tasks::screenshots().map(|()| 0),
    };
    match result {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("{}", shell::explain(&error));
            ExitCode::FAILURE
        }
    }
}
