//! What came of a trial.

use std::{fmt::Display, time::Duration};

/// Most notes that are kept; the first say the most.
const NOTES: usize = 20;

/// What came of a trial: counted, so that nothing is a matter of opinion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many times it was done.
    pub trials: u64,
    /// Faults that were caused: crashes, lost answers, bad replies …
    pub faults: u64,
    /// What was acknowledged and is not there.
    pub lost: u64,
    /// What is there twice and should be once: a message, a refund, an e-mail.
    pub doubled: u64,
    /// Promises that were broken in any other way.
    pub violations: u64,
    /// The longest that work lay still after a fault.
    pub longest_recovery: Duration,
    /// What a person should know: what went wrong first, or what else was counted.
    pub notes: Vec<String>,
    /// What to run to see the first failure alone.
    pub first_failing: Option<Repeat>,
}

/// A plan that repeats a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// Where chance begins.
    pub seed: u64,
    /// How many trials from there.
    pub trials: u64,
}

impl Tally {
    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.violations == 0
    }

    /// Something acknowledged is gone.
    pub fn lose(&mut self, repeat: Repeat, what: impl Display) {
        self.lost += 1;
        self.blame(repeat, &format!("lost: {what}"));
    }

    /// Something is there twice.
    pub fn double(&mut self, repeat: Repeat, what: impl Display) {
        self.doubled += 1;
        self.blame(repeat, &format!("doubled: {what}"));
    }

    /// A promise was broken.
    pub fn violate(&mut self, repeat: Repeat, what: impl Display) {
        self.violations += 1;
        self.blame(repeat, &format!("violation: {what}"));
    }

    /// Work lay still for so long after a fault.
    pub fn recovered(&mut self, after: Duration) {
        self.longest_recovery = self.longest_recovery.max(after);
    }

    /// Something a person should know.
    pub fn note(&mut self, what: impl Display) {
        if self.notes.len() < NOTES {
            self.notes.push(what.to_string());
        }
    }

    /// Takes in what came of more of the same.
    pub fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.faults += other.faults;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.violations += other.violations;
        self.recovered(other.longest_recovery);
        self.first_failing = self.first_failing.or(other.first_failing);
        other.notes.into_iter().for_each(|note| self.note(note));
    }

    fn blame(&mut self, repeat: Repeat, what: &str) {
        self.first_failing.get_or_insert(repeat);
        self.note(format!("{what} (seed {})", repeat.seed));
    }
}

impl Repeat {
    /// The one trial with this seed.
    pub fn one(seed: u64) -> Self {
        Self { seed, trials: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_broken_promise_shows_and_the_first_one_is_named() {
        let mut sum = Tally::default();
        assert!(sum.is_clean());
        sum.add(Tally { trials: 3, faults: 2, ..Tally::default() });
        assert!(sum.is_clean());
        let mut bad = Tally { trials: 1, ..Tally::default() };
        bad.lose(Repeat::one(7), "message 3");
        bad.double(Repeat::one(8), "refund r1");
        bad.recovered(Duration::from_secs(2));
        sum.add(bad);
        assert!(!sum.is_clean());
        assert_eq!((sum.trials, sum.lost, sum.doubled), (4, 1, 1));
        assert_eq!(sum.first_failing, Some(Repeat::one(7)));
        assert_eq!(sum.notes[0], "lost: message 3 (seed 7)");
        assert_eq!(sum.longest_recovery, Duration::from_secs(2));
    }

    #[test]
    fn notes_are_bounded() {
        let mut tally = Tally::default();
        (0..1000).for_each(|i| tally.violate(Repeat::one(i), "again"));
        assert_eq!((tally.violations, tally.notes.len()), (1000, NOTES));
    }
}
