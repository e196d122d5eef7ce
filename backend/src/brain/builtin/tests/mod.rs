//! Conversations with the built-in brain, over fake tools that answer as the shop's would.

mod conversations;
mod desk;
mod hostile;
