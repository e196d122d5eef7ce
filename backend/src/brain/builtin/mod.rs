//! The brain that needs no key, no download and no GPU.

pub mod classifier;
pub mod features;
pub mod intents;
pub mod language;
pub mod lexicon;
pub mod reader;
pub mod slots;
