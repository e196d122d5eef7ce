//! Stories of whole conversations, on the real store, ledger, tools and brain.
#![expect(clippy::expect_used, reason = "a test may stop at what cannot be")]

mod bursts;
mod check;
mod conversations;
mod deadlines;
mod leases;
mod live;
mod models;
mod money;
mod people;
mod phrasing;
mod questions;
mod refunds;
mod rig;
mod scenarios;
mod tenures;
mod tools;
