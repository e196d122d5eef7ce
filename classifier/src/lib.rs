//! Tells what a short text is about, from a few examples. Pure: no I/O, no clock, no randomness
//! that is not seeded. A crate of its own so that it is optimised in test builds, too.
//!
//! Four families of features (`features`), weighted by how rare they are (`space`), go into a
//! softmax (`linear`) that starts from what each label has in common and is trained by plain SGD;
//! its weights are kept in a byte each (`packed`), and it is as sure as it was right on examples
//! that it had not seen (`calibration`). What each part brings is told in `docs/brain.md`.

mod calibration;
mod classifier;
pub mod concepts;
pub mod features;
mod linear;
mod masks;
mod packed;
mod random;
mod slip;
mod space;
mod spelling;

pub use classifier::{Classifier, Reason};
pub use masks::anonymous;
