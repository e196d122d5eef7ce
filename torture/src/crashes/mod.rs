//! The process is ended, and started again: nothing acknowledged may be lost, nothing done twice.

mod folder;
pub mod kills;
pub mod server;
pub mod walk;
