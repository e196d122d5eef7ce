//! What crosses Baton's wire, and the one reading of it.
//!
//! Pure: no I/O, no clock, no randomness. The server and both pages compile this crate, so the
//! fold in [`conversation`] cannot disagree between them.

pub mod agent;
pub mod api;
pub mod brief;
pub mod conversation;
pub mod event;
pub mod fleeting;
pub mod guardrail;
pub mod id;
pub mod limits;
pub mod live;
pub mod message;
pub mod model;
pub mod money;
pub mod owner;
pub mod queue;
pub mod refund;
pub mod time;
pub mod tool;
pub mod trace;
pub mod turn;
