//! Chance that can be repeated: one stream of numbers an actor, all from the seed.

use std::time::Duration;

/// `SplitMix64`, which is the same in every version of everything.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of that name. Two names give two streams that know nothing of each other.
    pub(crate) fn new(seed: u64, stream: &str) -> Self {
        // FNV-1a.
        let named = stream.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut dice = Self(seed ^ named);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(self.next() % span)
    }

    /// True so many times out of a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of them; `None` where there is none.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let last = u64::try_from(of.len()).ok()?.checked_sub(1)?;
        of.get(usize::try_from(self.between(0, last)).ok()?)
    }

    /// A time, in milliseconds.
    pub(crate) fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: u64, stream: &str) -> Vec<u64> {
        let mut dice = Dice::new(seed, stream);
        (0..8).map(|_| dice.between(0, 1000)).collect()
    }

    #[test]
    fn a_seed_gives_the_same_numbers_each_time() {
        assert_eq!(first(7, "machines"), first(7, "machines"));
        assert_ne!(first(7, "machines"), first(8, "machines"));
        assert_ne!(first(7, "machines"), first(7, "wires"));
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_both_ends() {
        let mut dice = Dice::new(1, "range");
        let rolled: Vec<u64> = (0..500).map(|_| dice.between(3, 5)).collect();
        assert!(rolled.iter().all(|number| (3..=5).contains(number)));
        assert!(rolled.contains(&3) && rolled.contains(&5));
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
