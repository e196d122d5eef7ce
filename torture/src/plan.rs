//! What a trial is, and what it is asked to do.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::{Progress, Tally};

/// What kind of force a trial uses; `--only` takes these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// The process is ended, and started again.
    Crashes,
    /// Two want the same thing at once; many want it.
    Races,
    /// The model says anything at all.
    Evil,
    /// The payment provider drops, doubles and lies.
    Gateway,
}

/// Something nasty that can be done many times over.
pub struct Trial {
    /// What kind of force it uses.
    pub group: Group,
    /// A short name; `--only` takes it, too.
    pub name: &'static str,
    /// What is done and must hold, in a few words, for the table.
    pub what: &'static str,
    /// How many times in `cargo test`: seconds, in a debug build.
    pub short: u64,
    /// How many times in `cargo xtask torture`.
    pub long: u64,
    /// Does it.
    pub run: fn(&Plan, &dyn Progress) -> Tally,
}

/// What a trial is asked to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where chance begins. Trial number `i` of a plan goes by [`Plan::seed_of`], so that one
    /// trial can be repeated alone.
    pub seed: u64,
    /// How many.
    pub trials: u64,
    /// The programs that a trial may start and kill.
    pub programs: Programs,
}

impl Plan {
    /// The seed of trial number `i`, counted from 0; a plan of one trial with it is that trial.
    pub fn seed_of(&self, i: u64) -> u64 {
        self.seed.wrapping_add(i)
    }
}

/// The programs that a trial may start and kill.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The `torture` program of this build.
    pub torture: PathBuf,
    /// `baton` itself; without it, `torture serve` stands in, which is the same server.
    pub baton: Option<PathBuf>,
}
