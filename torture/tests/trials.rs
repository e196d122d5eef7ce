//! A few of every trial; `cargo xtask torture` does many.
#![expect(clippy::expect_used, reason = "a test may stop at what cannot be")]

use torture::{Plan, Programs, TRIALS, progress::Silent, run};

/// A seed of its own for each day would hide a failure on the next one. The walk begins at 0.
const SEED: u64 = 0;

#[track_caller]
fn check(name: &str) {
    let trial = TRIALS.iter().find(|trial| trial.name == name).expect("a trial of this name");
    let programs = Programs { torture: env!("CARGO_BIN_EXE_torture").into(), baton: None };
    let plan = Plan { seed: SEED, trials: trial.short, programs };
    let tally = run::attempt(trial, &plan, &Silent);
    assert!(tally.is_clean(), "{tally:#?}");
    tally.notes.iter().for_each(|note| println!("{name}: {note}"));
    assert!(tally.trials >= trial.short, "all of them were done: {tally:#?}");
}

/// One test each, so that they run side by side and are counted; none can be forgotten.
macro_rules! trials {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })+

        #[test]
        fn every_trial_is_here() {
            let here = [$(stringify!($name)),+];
            let all: Vec<&str> = TRIALS.iter().map(|trial| trial.name).collect();
            assert_eq!(all, here);
        }
    };
}

trials! {
    walk
    kills
    stream
    live
    gateway
    evil
    takeover
    rivals
    storm
    model
}

#[test]
fn this_program_has_failpoints_so_that_looking_for_them_finds_them() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_torture")).expect("the program");
    let marker = baton::failpoint::MARKER.as_bytes();
    assert!(binary.windows(marker.len()).any(|window| window == marker));
}
