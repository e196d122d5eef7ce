//! The decisions, held against any order of inputs: no journal of theirs is ever refused by the
//! fold, and the handoff invariants hold after each event.

mod decisions;
mod effects;
mod guardrails;
mod invariants;
mod models;
mod people;
mod properties;
mod queues;
mod taint;
