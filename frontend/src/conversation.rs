//! The view of a conversation, the same in the widget and in the inbox.
//!
//! [`markdown`] is pure; the others turn values into elements. How these look is up to the page's
//! style sheet, by the classes `prose`, `host`, `avatar` (`data-kind`) and `sources`.

pub mod markdown;
pub mod party;
pub mod prose;
pub mod sources;
