//! Many trials at once: whoever waits for the disk or for a process keeps nobody else from working.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{Plan, Progress, Tally};

/// Does every trial of `plan`, up to `at_once` side by side, and adds up what came of them. What
/// a trial does depends on its seed alone, so the order in which they end says nothing.
pub fn each(
    plan: &Plan,
    progress: &dyn Progress,
    at_once: usize,
    trial: impl Fn(u64) -> Tally + Sync,
) -> Tally {
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= plan.trials {
                        return;
                    }
                    let tally = trial(plan.seed_of(i));
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.add(tally);
                    progress.tell(sum.trials, sum.faults);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Programs, progress::Silent, tally::Repeat};

    #[test]
    fn every_seed_is_tried_once_and_all_is_added_up() {
        let programs = Programs { torture: "torture".into(), baton: None };
        let plan = Plan { seed: 10, trials: 100, programs };
        let seen = Mutex::new(Vec::new());
        let tally = each(&plan, &Silent, 4, |seed| {
            seen.lock().expect("nobody panics").push(seed);
            let mut tally = Tally { trials: 1, faults: 2, ..Tally::default() };
            if seed == 50 {
                tally.violate(Repeat::one(seed), "fifty");
            }
            tally
        });
        let mut seen = seen.into_inner().expect("nobody panics");
        seen.sort_unstable();
        assert_eq!(seen, (10..110).collect::<Vec<_>>());
        assert_eq!((tally.trials, tally.faults, tally.violations), (100, 200, 1));
        assert_eq!(tally.first_failing, Some(Repeat::one(50)));
    }
}
