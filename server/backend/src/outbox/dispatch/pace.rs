//! How fast each number may send, and which are held back for a while (contract 6.5).

use std::collections::HashMap;
use std::time::Duration;

use domain::{ChannelId, Timestamp};
use jiff::SignedDuration;
use tokio::time::Instant;
use uuid::Uuid;

use super::Claim;
use crate::outbound::{SendOutcome, Wait};

/// Turns and pauses by channel.
#[derive(Default)]
pub(super) struct Pace {
    next: HashMap<ChannelId, Instant>,
    paused: HashMap<ChannelId, Pause>,
}

struct Pause {
    until: Timestamp,
    strikes: u32,
}

impl Pace {
    /// When the next message of a channel may leave, at `throughput` messages a second. Each call takes a turn.
    pub(super) fn turn(&mut self, channel: ChannelId, throughput: i32) -> Instant {
        let gap = Duration::from_secs(1) / u32::try_from(throughput.max(1)).unwrap_or(1);
        let now = Instant::now();
        let next = self.next.entry(channel).or_insert(now);
        let turn = (*next).max(now);
        *next = turn + gap;
        turn
    }

    /// Channels that claim nothing now.
    pub(super) fn held_back(&self, now: Timestamp) -> Vec<Uuid> {
        self.paused.iter().filter(|(_, pause)| pause.until > now).map(|(channel, _)| channel.0).collect()
    }

    /// Holds a channel back after a rate limit, longer each time, and forgets the strikes after a success.
    pub(super) fn learn(&mut self, claim: &Claim, outcome: &SendOutcome, now: Timestamp) {
        match outcome {
            SendOutcome::NotSent { wait: Wait::Channel { seconds }, .. } => {
                let pause = self.paused.entry(claim.channel).or_insert(Pause { until: now, strikes: 0 });
                if pause.until > now {
                    return;
                }
                pause.strikes += 1;
                let seconds = seconds.map_or_else(|| 2f64.powi(pause.strikes.min(8) as i32) * 0.25, f64::from);
                let length = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
                pause.until = now.checked_add(length).unwrap_or(now);
            }
            SendOutcome::Accepted { .. } => {
                self.paused.remove(&claim.channel);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_are_spaced_by_the_throughput() {
        let mut pace = Pace::default();
        let channel = ChannelId(Uuid::from_u128(1));
        let first = pace.turn(channel, 80);
        let last = (0..80).map(|_| pace.turn(channel, 80)).last().unwrap();
        assert_eq!((last - first).as_millis(), 1000);
    }
}
