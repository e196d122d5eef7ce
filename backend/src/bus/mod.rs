//! Signals between parts of a node, and later between nodes: hints, never the truth.

mod local;

use std::sync::Arc;

use shared::{
    api::Summary,
    event::{Event, TurnState},
    id::{ConversationId, Epoch, Seq},
    message::Author,
};

pub use local::LocalBus;

/// Something that listeners may want to know now. Losing one costs nothing but a moment: whoever
/// missed it reads the journal. Two appends in quick succession may be told in either order;
/// sequence numbers say which came first.
#[derive(Debug, Clone)]
pub enum Signal {
    /// Events were recorded, in order.
    Appended(Arc<[Arc<Event>]>),
    /// More text of an unfinished message.
    Draft {
        /// The turn.
        turn: Seq,
        /// The tenure in which it is said; after the next handoff it is not said any more.
        epoch: Epoch,
        /// Who speaks.
        author: Author,
        /// The text to add.
        delta: String,
        /// Whether to begin anew.
        reset: bool,
    },
    /// Somebody is typing, or has stopped.
    Typing {
        /// Who.
        author: Author,
        /// Whether they are.
        on: bool,
    },
    /// A turn began, or ended.
    Turn {
        /// The event that began it.
        turn: Seq,
        /// How it stands.
        state: TurnState,
    },
}

/// A line of the inbox changed.
#[derive(Debug, Clone)]
pub struct LineChanged {
    /// The line as it is now.
    pub summary: Arc<Summary>,
    /// Whether a person is needed from this moment on.
    pub escalated: bool,
}

/// Carries signals to whoever listens.
pub trait Bus: Send + Sync + 'static {
    /// Tells those who follow a conversation.
    fn tell(&self, conversation: &ConversationId, signal: Signal);
    /// Tells those who follow the inbox.
    fn tell_inbox(&self, change: LineChanged);
    /// Follows a conversation. A receiver that lags is told so and must read the journal again.
    fn follow(&self, conversation: &ConversationId) -> tokio::sync::broadcast::Receiver<Signal>;
    /// Follows the inbox.
    fn follow_inbox(&self) -> tokio::sync::broadcast::Receiver<LineChanged>;
}
