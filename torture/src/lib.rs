//! Tries what Baton promises, by force: each module of a *trial* does something nasty many times
//! over and counts what came of it. `cargo test -p torture` runs a few of each, `cargo xtask
//! torture` the long counts. `docs/reliability.md` has the figures.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a trial is a test: it may stop at what cannot be, and the run goes on with the next"
)]

pub mod crashes;
pub mod crew;
mod desk;
pub mod evil;
pub mod gateway;
pub mod model;
pub mod plan;
pub mod progress;
pub mod races;
pub mod run;
mod shop;
pub mod stream;
pub mod tally;

pub use plan::{Group, Plan, Programs, Trial};
pub use progress::Progress;
pub use tally::Tally;

/// Every trial, in the order in which they run.
pub const TRIALS: &[Trial] = &[
    crashes::walk::TRIAL,
    crashes::kills::TRIAL,
    stream::TRIAL,
    stream::live::TRIAL,
    gateway::TRIAL,
    evil::TRIAL,
    races::TAKEOVER,
    races::RIVALS,
    races::STORM,
    model::TRIAL,
];
