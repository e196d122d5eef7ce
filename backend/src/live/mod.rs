//! One subscription, two encodings: WebSocket for the pages, SSE for API clients.

pub mod feed;
pub mod people;
pub mod socket;
pub mod sse;
pub mod turn;

pub use feed::{Feed, Item};
