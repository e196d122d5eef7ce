//! One subscription, two encodings: WebSocket for the pages, SSE for API clients.

mod drafts;
pub mod feed;
pub mod people;
pub mod socket;
pub mod sse;
#[cfg(test)]
mod tests;
mod turns;

pub use feed::{Feed, Item};
