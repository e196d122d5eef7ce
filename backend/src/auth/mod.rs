//! Who may do what: staff sessions and API keys, visitor tokens, identity assertions, limits.

pub mod address;
pub mod extract;
pub mod identity;
pub mod limits;
pub mod origin;
pub mod password;
pub mod streams;
pub mod token;

pub use extract::{AdminAuth, Audience, Denied, Peer, ReaderAuth, StaffAuth, VisitorAuth};
