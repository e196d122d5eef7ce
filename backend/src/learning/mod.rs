//! What the built-in reader learns from the people of the desk: a message of a visitor and what it
//! was about become an example, after an administrator has seen what it would change. Pure: what is
//! kept and published is up to `http` and `storage`.

mod effect;
mod example;
mod late;
mod topics;

pub use effect::{Trial, effect};
pub use example::{example, taught};
pub use late::{Said, of_late, said, unsure};
pub use topics::{can_be_about, topics};

use shared::api::ReadAs;

use crate::brain::Reading;

/// A reading, in short.
pub fn read_as(reading: &Reading) -> ReadAs {
    let first = |all: &[(String, f32)]| all.first().map(|(name, _)| name.clone());
    ReadAs {
        agent: first(&reading.agents),
        intent: first(&reading.intents),
        p: if reading.out_of_scope {
            reading.outside
        } else {
            reading.intents.first().map_or(0.0, |(_, p)| *p)
        },
        out_of_scope: reading.out_of_scope,
    }
}
