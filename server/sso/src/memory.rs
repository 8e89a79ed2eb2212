//! What was asked a moment ago, so that many who want to know it ask once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Answers that are remembered at most.
const MOST: usize = 1_000;

/// An answer and until when it holds. Whoever asks holds the lock meanwhile, and the others wait for what comes of it.
type Entry<T> = Arc<tokio::sync::Mutex<Option<(Instant, T)>>>;

/// Answers by what was asked.
pub(crate) struct Memory<T>(Mutex<HashMap<String, Entry<T>>>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Memory<T> {
    /// The remembered answer, or a new one, which is remembered for as long as `life` says.
    pub(crate) async fn recall(&self, key: &str, ask: impl AsyncFnOnce() -> T, life: impl FnOnce(&T) -> Duration) -> T {
        let entry = self.entry(key);
        let mut entry = entry.lock().await;
        if let Some((until, answer)) = entry.as_ref()
            && Instant::now() < *until
        {
            return answer.clone();
        }
        let answer = ask().await;
        *entry = Some((Instant::now() + life(&answer), answer.clone()));
        answer
    }

    fn entry(&self, key: &str) -> Entry<T> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST && !entries.contains_key(key) {
            entries.clear();
        }
        Arc::clone(entries.entry(key.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn many_at_once_ask_once_and_again_when_the_answer_is_old() {
        let (memory, asked) = (Memory::default(), Cell::new(0));
        let recall = async || {
            let ask = async || {
                asked.set(asked.get() + 1);
                tokio::time::sleep(Duration::from_secs(10)).await;
                asked.get()
            };
            memory.recall("issuer", ask, |_| LIFE).await
        };
        assert_eq!(tokio::join!(recall(), recall(), recall()), (1, 1, 1));
        tokio::time::advance(LIFE - Duration::from_secs(1)).await;
        assert_eq!(recall().await, 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(recall().await, 2);
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let memory = Memory::default();
        for n in 0..MOST * 2 + 1 {
            memory.recall(&n.to_string(), async || n, |_| LIFE).await;
        }
        assert!(memory.0.lock().unwrap().len() <= MOST);
    }
}
