//! The table in the end, whatever the outcome.

use std::collections::BTreeMap;
use std::fmt;

use crate::chaos::Chaos;
use crate::check::{Kind, Verdict};
use crate::stand::Settled;

/// Violations that are shown of each kind.
const SHOWN: usize = 8;

pub struct Report<'a> {
    pub seed: u64,
    pub chaos: &'a Chaos,
    pub settled: &'a Settled,
    pub verdict: &'a Verdict,
    pub log: BTreeMap<&'static str, usize>,
    pub restarts_by_itself: u32,
}

/// Tells the person who runs the test.
#[expect(clippy::print_stdout, reason = "the report is what the run is for")]
pub fn say(words: &str) {
    println!("{words}");
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chaos, verdict) = (self.chaos, self.verdict);
        writeln!(f, "\n{:<40} {:>8} {:>20}", "fault", "times", "longest recovery")?;
        for (fault, count) in &chaos.faults {
            writeln!(f, "{fault:<40} {:>8} {:>18.1} s", count.times, count.longest.as_secs_f64())?;
        }
        let longest = chaos.faults.values().map(|count| count.longest).max().unwrap_or_default();
        writeln!(f, "{:<40} {:>8} {:>18.1} s", "all", chaos.total(), longest.as_secs_f64())?;
        let hits = self.settled.hits.iter().map(|(kind, times)| format!("{kind} {times}")).collect::<Vec<_>>();
        writeln!(f, "at the sandbox: {}", hits.join(", "))?;
        writeln!(f)?;
        writeln!(f, "{:<40} {:>8}", "messages of customers", verdict.written)?;
        writeln!(f, "{:<40} {:>8}", "  of these answered with 200", verdict.acknowledged)?;
        writeln!(f, "{:<40} {:>8}", "messages taken over REST", verdict.sent)?;
        writeln!(f, "{:<40} {:>8}", "  of these taken by the Cloud API", verdict.accepted)?;
        writeln!(f, "{:<40} {:>8}   {:?}", "  of these in doubt", verdict.in_doubt(), verdict.doubt)?;
        for kind in [
            Kind::Lost,
            Kind::Doubled,
            Kind::Phantom,
            Kind::Doubt,
            Kind::Status,
            Kind::Order,
            Kind::Counter,
            Kind::Conversation,
            Kind::Leak,
            Kind::Neighbour,
            Kind::Quarantine,
            Kind::Stuck,
        ] {
            let name = if kind == Kind::Doubt { "unexplained doubt".to_owned() } else { kind.to_string() };
            writeln!(f, "{name:<40} {:>8}", verdict.count(kind))?;
        }
        writeln!(f, "{:<40} {:>8.1} s", "faults went on for", chaos.length.as_secs_f64())?;
        writeln!(f, "{:<40} {:>8.1} s", "at rest after the last fault after", self.settled.took.as_secs_f64())?;
        writeln!(f, "{:<40} {:>8}", "starts that gave up", self.restarts_by_itself)?;
        let log = self.log.iter().map(|(word, times)| format!("{word} {times}")).collect::<Vec<_>>();
        writeln!(f, "in Parley's log: {}", log.join(", "))?;
        let mut shown: BTreeMap<Kind, usize> = BTreeMap::new();
        for violation in &verdict.violations {
            let number = shown.entry(violation.kind).or_default();
            *number += 1;
            if *number <= SHOWN {
                writeln!(f, "  {}: {}", violation.kind, violation.what)?;
            }
        }
        write!(f, "seed {}", self.seed)
    }
}
