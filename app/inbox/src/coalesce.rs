//! At most one read of a kind on its way, and at most one more behind it. One that fails is repeated.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use domain::Error;
use leptos::prelude::*;
use ui::AppError;
use ui::reactive::spawn;

/// The longest pause before a failed read is repeated, in seconds.
const LONGEST_PAUSE: u64 = 10;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Running,
    /// Something changed while a read was on its way; it may have missed that.
    Again,
}

/// Whether a job got through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    Done,
    /// What it should have read is not known yet.
    Failed,
}

impl Ran {
    /// A broken line or a busy server is worth another try; what the server refuses stays refused.
    pub fn of(error: &AppError) -> Self {
        match error.0 {
            Error::Transport(_) | Error::Unexpected(_) | Error::TooMany { .. } => Self::Failed,
            _ => Self::Done,
        }
    }
}

type Job = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Ran>>>>;

/// Runs a job so that a burst of changes costs two reads, not one each.
#[derive(Clone, Copy)]
pub struct Coalesce {
    state: StoredValue<State>,
    /// How many runs have failed since the last that did not.
    failures: StoredValue<u32>,
}

impl Coalesce {
    pub fn new() -> Self {
        Self { state: StoredValue::new(State::Idle), failures: StoredValue::new(0) }
    }

    /// Runs `job` now or right after the one that runs, and again later as long as it fails.
    pub fn run<F>(self, job: impl Fn() -> F + 'static)
    where
        F: Future<Output = Ran> + 'static,
    {
        self.start(Rc::new(move || Box::pin(job())));
    }

    fn start(self, job: Job) {
        match self.state.try_get_value() {
            Some(State::Idle) => {}
            Some(_) => return self.state.set_value(State::Again),
            None => return,
        }
        self.state.set_value(State::Running);
        spawn(async move {
            loop {
                let ran = job().await;
                let again = self.state.try_update_value(|state| {
                    let again = *state == State::Again;
                    *state = if again { State::Running } else { State::Idle };
                    again
                });
                match (again, ran) {
                    (None, _) => return,
                    (_, Ran::Done) => {
                        let _ = self.failures.try_set_value(0);
                    }
                    (Some(true), Ran::Failed) => {}
                    (Some(false), Ran::Failed) => self.later(job.clone()),
                }
                if again != Some(true) {
                    return;
                }
            }
        });
    }

    /// Repeats a failed job after a pause, unless something else ran it meanwhile.
    fn later(self, job: Job) {
        let failures = self.failures.try_update_value(|failures| {
            *failures = failures.saturating_add(1);
            *failures
        });
        let Some(failures) = failures else { return };
        let repeat = move || {
            let idle = self.state.try_get_value() == Some(State::Idle);
            if idle && self.failures.try_get_value() == Some(failures) {
                self.start(job);
            }
        };
        set_timeout(repeat, Duration::from_secs(pause(failures)));
    }
}

/// Seconds to wait after so many failures in a row.
fn pause(failures: u32) -> u64 {
    1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        assert_eq!([1, 2, 3, 4, 5, 63, 64, 65, u32::MAX].map(pause), [1, 2, 4, 8, 10, 10, 10, 10, 10]);
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        assert_eq!(Ran::of(&AppError(Error::Transport(String::new()))), Ran::Failed);
        assert_eq!(Ran::of(&AppError(Error::Unauthenticated)), Ran::Done);
        assert_eq!(Ran::of(&AppError(Error::NotFound)), Ran::Done);
    }
}
