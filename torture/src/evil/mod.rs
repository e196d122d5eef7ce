//! The evil model: whatever a brain says, in whatever order people, tools and the payment provider
//! answer, no policy is broken and every turn comes to an end. The decisions and the fold are the
//! real ones, in memory; [`law`] holds what they record against rules written a second time.

mod answers;
pub mod law;
mod play;

use std::panic::{self, AssertUnwindSafe};

use crate::{Group, Plan, Progress, Tally, Trial, crew, tally::Repeat};

/// Any answer of a brain.
pub const TRIAL: Trial = Trial {
    group: Group::Evil,
    name: "evil",
    what: "a model that says anything: no policy is broken, every turn comes to an end",
    short: 3000,
    long: 100_000,
    run,
};

/// Sequences that are played side by side: they wait for nothing but the processor.
const AT_ONCE: usize = 2;

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    crew::each(plan, progress, AT_ONCE, |seed| {
        let mut tally = Tally { trials: 1, ..Tally::default() };
        // What the fold refuses stops the stage; that is a broken promise like any other.
        let played = panic::catch_unwind(AssertUnwindSafe(|| play::sequence(seed)));
        match played {
            Ok(Ok(bad_replies)) => tally.faults += bad_replies,
            Ok(Err(what)) => tally.violate(Repeat::one(seed), what),
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                let first: String = said.chars().take(300).collect();
                tally.violate(Repeat::one(seed), format!("it stopped: {first}"));
            }
        }
        tally
    })
}
