//! A payment provider that drops, doubles, delays, answers 500 after it has done its work, names the
//! wrong refund, forgets keys after a day, and at whose call the process is killed. It checks
//! nothing: not even that a charge was that high. Whatever it does, each intent moves money at most
//! once, a charge gives back no more than was captured, and what it did comes to be known, by asking
//! or by a person.

mod desk;
mod provider;
mod story;
mod verdict;

use std::sync::Arc;

use crate::{Group, Plan, Progress, Tally, Trial, crew, tally::Repeat};
use desk::Hands;
use provider::Provider;
use story::{End, Story};

/// Refunds through a faulty payment provider.
pub const TRIAL: Trial = Trial {
    group: Group::Gateway,
    name: "gateway",
    what: "a provider that drops, doubles, delays and lies: one effect an intent at most",
    short: 2_000,
    long: 100_000,
    run,
};

/// Sequences that are played side by side.
const AT_ONCE: usize = 4;
/// Most lives of one sequence: each crash begins another.
const LIVES: usize = 200;

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    crew::each(plan, progress, AT_ONCE, |seed| {
        let mut tally = Tally { trials: 1, ..Tally::default() };
        if let Err(what) = play(seed, &mut tally) {
            tally.violate(Repeat::one(seed), what);
        }
        tally
    })
}

/// One sequence, from an empty desk until nothing is open any more.
fn play(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let folder = folder().map_err(|cause| cause.to_string())?;
    let clock = Arc::new(Hands::new());
    let provider = Arc::new(Provider::new(seed, clock.clone()));
    let mut story = Story::new(seed);
    for _ in 0..LIVES {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| cause.to_string())?;
        let ended = runtime.block_on(async {
            let desk = desk::open(folder.path(), &clock, &provider, story.charges()).await;
            let ended = tokio::select! {
                biased;
                () = provider.killed() => End::Killed,
                ended = story.live(&desk, &provider, &clock) => ended,
            };
            if ended == End::Done {
                verdict::judge(&desk, &provider, &story, seed, tally).await;
            }
            provider.leave();
            ended
        });
        // What was under way ends here, wherever it was.
        drop(runtime);
        if ended == End::Done {
            tally.faults += provider.faults();
            return Ok(());
        }
    }
    Err("it does not come to an end".to_owned())
}

/// In memory where there is such a place: a process is killed here, never the machine, so that
/// waiting for a disk shows nothing.
fn folder() -> std::io::Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Programs, progress::Silent};

    #[test]
    fn the_sequences_are_as_nasty_as_they_claim() {
        let programs = Programs { torture: "torture".into(), baton: None };
        let plan = Plan { seed: 1, trials: 60, programs };
        let tally = run(&plan, &Silent);
        assert!(tally.is_clean(), "{tally:#?}");
        assert!(tally.faults > 4 * tally.trials, "{tally:#?}");
    }
}
