//! Slimming JavaScript and CSS: what is written for people stays in the sources.
//!
//! A reader of tokens and a few rules, rather than a minifier from a registry: those read the whole
//! grammar in some twenty crates, and add their build to everybody's first. What they would save
//! besides is a few per cent, for compression has what repeats already.

mod names;
mod script;
mod style;

pub use script::script;
pub use style::style;
