//! Cold start and idle memory.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::report::{Report, spread};
use super::served::{Served, free_port, options, parley, until_ready};

/// Starts on an existing data folder with an external database, here the cluster of another server.
pub async fn measure(rounds: usize, report: &mut Report) {
    let host = Served::start().await;
    let database = options(&host.folder);
    let password = std::fs::read_to_string(host.folder.join("database.secret")).unwrap();
    let url = format!("postgres://parley:{}@127.0.0.1:{}/parley", password.trim(), database.get_port());
    let folder = host.folder.join("other");
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..rounds {
        let port = free_port();
        let start = Instant::now();
        let mut child = Ended(parley(&folder, port).arg("serve").env("PARLEY_DATABASE_URL", &url).spawn().unwrap());
        times.push(until_ready(&format!("http://127.0.0.1:{port}"), start).await.as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_secs(3)).await;
        memory.push(resident_mb(child.0.id()));
        child.end();
    }
    let (time, low, high) = spread(times);
    report.row(
        "Cold start on an existing folder with an external database: first 200",
        format!("{time:.0} ms ({low:.0} to {high:.0})"),
        "≤ 300 ms",
        time <= 300.0,
    );
    let (mb, low, high) = spread(memory);
    report.row(
        "Idle resident memory of `parley serve`, without the cluster",
        format!("{mb:.0} MB ({low:.0} to {high:.0})"),
        "< 60 MB",
        mb < 60.0,
    );
    report.note("The same with the demonstration's sandbox inside", format!("{:.0} MB", resident_mb(host.pid())));
}

struct Ended(Child);

impl Ended {
    fn end(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn resident_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
