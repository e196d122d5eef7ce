//! The only writer of conversations: appends, then tells.

use std::sync::Arc;

use shared::{
    conversation::{Conversation, FoldError},
    event::{Event, EventBody, Opened},
    id::{ConversationId, Seq},
    time::Timestamp,
};

use crate::{
    bus::Bus,
    storage::{AppendError as StoreAppendError, Require, Scope, Store, StoreError, rows::Hash},
};

/// A conversation as it was at one moment: its events and what they amount to.
#[derive(Debug, Clone)]
pub struct Thread {
    /// What the events amount to.
    pub state: Conversation,
    /// All events, oldest first.
    pub events: Vec<Arc<Event>>,
    /// The hash of the newest record.
    pub head: Hash,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: load again and decide anew.
    #[error("the conversation has moved on")]
    Conflict,
    /// The message is already there.
    #[error("already recorded as event {0}")]
    Duplicate(Seq),
    /// A condition on money did not hold.
    #[error("refused: {0:?}")]
    Refused(Require),
    /// The events cannot follow; a fault of the program, not of the caller.
    #[error("events that cannot follow: {0}")]
    Fold(#[from] FoldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
