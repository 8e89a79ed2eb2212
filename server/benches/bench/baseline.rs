//! The baseline: `pgbench` committing one row at a time with 64 clients on the same cluster.

use std::process::Command;

use super::served::Served;

/// Commits a second.
pub fn one_row_commits(served: &Served, seconds: u32) -> f64 {
    let script = served.folder.join("one-row.sql");
    std::fs::write(&script, "insert into bench_row (payload) values (repeat('x', 400));\n").unwrap();
    let options = served.options();
    let password = std::fs::read_to_string(served.folder.join("database.secret")).unwrap();
    let output = Command::new(pgbench())
        .args(["-n", "-c", "64", "-j", "2", "-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .args(["-h", "127.0.0.1", "-p", &options.get_port().to_string(), "-U", "parley", "parley"])
        .env("PGPASSWORD", password.trim())
        .output()
        .expect("pgbench runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text
        .lines()
        .find(|line| line.starts_with("tps = "))
        .unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    line.split_whitespace().nth(2).unwrap().parse().unwrap()
}

fn pgbench() -> std::path::PathBuf {
    let mut folders: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin/pgbench"))
        .collect();
    folders.sort();
    folders.into_iter().rev().find(|path| path.is_file()).unwrap_or_else(|| "pgbench".into())
}
