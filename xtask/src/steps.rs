//! Numbered steps: what is being done, how long it took, and a table at the end.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

/// How long a step may be silent before it is said that work goes on.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// How a step ended when it did not fail.
pub enum Outcome {
    Done,
    Skipped(String),
}

enum End {
    Done,
    Skipped,
    Failed,
}

struct Ended {
    name: String,
    end: End,
    time: Duration,
}

/// A row of steps, printed as they go.
pub struct Steps {
    total: usize,
    ended: Vec<Ended>,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { total, ended: Vec::new() }
    }

    /// Runs one step. `about` follows its name when it starts.
    pub fn run(&mut self, name: &str, about: &str, step: impl FnOnce() -> Result<Outcome>) -> Result<()> {
        let number = self.number();
        println!("{number} {name} … {about}");
        let started = Instant::now();
        let result = with_heartbeat(&format!("{number} {name}"), step);
        let time = started.elapsed();
        let end = match &result {
            Ok(Outcome::Done) => {
                println!("{number} {name}: done ({})", spoken(time));
                End::Done
            }
            Ok(Outcome::Skipped(reason)) => {
                println!("{number} {name}: skipped: {reason}");
                End::Skipped
            }
            Err(_) => {
                println!("{number} {name}: FAILED ({})", spoken(time));
                End::Failed
            }
        };
        self.ended.push(Ended { name: name.to_owned(), end, time });
        result.map(drop)
    }

    /// A step with nothing to do takes one line.
    pub fn already(&mut self, name: &str, what: &str) {
        println!("{} {name}: {what}", self.number());
        self.ended.push(Ended { name: name.to_owned(), end: End::Done, time: Duration::ZERO });
    }

    /// The table of all steps, those never reached included, and the count.
    pub fn summary<'a>(&self, names: impl Iterator<Item = &'a str>) {
        println!("\n{:<16} {:<8} time", "step", "result");
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for (index, name) in names.enumerate() {
            let Some(ended) = self.ended.get(index) else {
                println!("{name:<16} not run");
                continue;
            };
            let result = match ended.end {
                End::Done => {
                    passed += 1;
                    "passed"
                }
                End::Skipped => {
                    skipped += 1;
                    "skipped"
                }
                End::Failed => {
                    failed += 1;
                    "FAILED"
                }
            };
            println!("{:<16} {result:<8} {}", ended.name, spoken(ended.time));
        }
        let total = self.ended.iter().map(|ended| ended.time).sum();
        println!("{:<16} {:<8} {}\n", "", "", spoken(total));
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        println!("{passed} passed, {failed} failed{skipped}");
    }

    fn number(&self) -> String {
        format!("[{}/{}]", self.ended.len() + 1, self.total)
    }
}

/// Says once a minute that a step is still alive: linking, downloading and `rustup` can be silent for long.
fn with_heartbeat<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let (alive, ended) = mpsc::channel::<()>();
    let name = name.to_owned();
    let started = Instant::now();
    thread::spawn(move || {
        while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
            println!("{name}: still working ({})", spoken(started.elapsed()));
        }
    });
    let result = work();
    drop(alive);
    result
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 2 s`.
pub fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spoken() {
        assert_eq!(spoken(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spoken(Duration::from_secs(12)), "12 s");
        assert_eq!(spoken(Duration::from_secs(182)), "3 min 2 s");
    }
}
