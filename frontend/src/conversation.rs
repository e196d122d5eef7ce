//! The view of a conversation, the same in the widget and in the inbox.
//!
//! Pure parts first ([`markdown`], [`thread`]), then the pieces of a page. Each piece is a function
//! from a value to a view; how it looks is up to the page's style sheet, by these classes:
//! `prose`, `host`, `avatar` (`data-kind`), `notice`, `tool` (`data-state`), `card` (`data-state`),
//! `steps`, `sources`.

pub mod card;
pub mod markdown;
pub mod party;
pub mod prose;
pub mod thread;
