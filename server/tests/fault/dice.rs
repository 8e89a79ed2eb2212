//! Randomness that repeats from its seed (SplitMix64).

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that differs from run to run. Short, because people copy it from a log.
    pub fn any_seed() -> u64 {
        RandomState::new().build_hasher().finish() % 1_000_000_000
    }

    /// Dice of a part of the test: what one part draws does not depend on the pace of another.
    pub fn part(seed: u64, part: u64) -> Self {
        Self(Self(seed ^ part.wrapping_mul(0xa076_1d64_78bd_642f)).draw())
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `low..high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.draw() % (high - low).max(1)
    }

    /// One of the things, and there must be one.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let index = usize::try_from(self.draw() % things.len().max(1) as u64).unwrap_or(0);
        things.get(index)
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = usize::try_from(self.draw() % (last as u64 + 1)).unwrap_or(0);
            things.swap(last, other);
        }
    }
}
