//! At most one read of a kind on its way, and at most one more behind it.

use std::future::Future;

use leptos::prelude::*;
use ui::reactive::spawn;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Running,
    /// Something changed while a read was on its way; it may have missed that.
    Again,
}

/// Runs a job so that a burst of changes costs two reads, not one each.
#[derive(Clone, Copy)]
pub struct Coalesce(StoredValue<State>);

impl Coalesce {
    pub fn new() -> Self {
        Self(StoredValue::new(State::Idle))
    }

    /// Runs `job` now or right after the one that runs.
    pub fn run<F>(self, job: impl Fn() -> F + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        match self.0.try_get_value() {
            Some(State::Idle) => {}
            Some(_) => return self.0.set_value(State::Again),
            None => return,
        }
        self.0.set_value(State::Running);
        spawn(async move {
            loop {
                job().await;
                let again = self.0.try_update_value(|state| {
                    let again = *state == State::Again;
                    *state = if again { State::Running } else { State::Idle };
                    again
                });
                if again != Some(true) {
                    return;
                }
            }
        });
    }
}
