//! Signals between parts of a node, and later between nodes: hints, never the truth.

mod local;

use std::sync::Arc;

use shared::{
    api::Summary,
    event::{Event, EventBody, Verdict},
    fleeting::{Draft, Typing},
    id::{ConversationId, Seq},
    message::AuthorKind,
};
use tokio::sync::broadcast::Receiver;

pub use local::LocalBus;

/// Something that listeners may want to know now. Losing one costs nothing but a moment: whoever
/// missed it reads the journal. Two appends in quick succession may be told in either order;
/// sequence numbers say which came first. How turns stand is not told: it is read off the events.
#[derive(Debug, Clone)]
pub enum Signal {
    /// Events were recorded, in order.
    Appended(Arc<[Arc<Event>]>),
    /// More text of an unfinished message.
    Draft(Spoken),
    /// Somebody is typing, or has stopped.
    Typing(Typing),
}

/// A piece of a draft, and where in the journal it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The newest event when the brain was asked: it is said in that tenure, under that epoch, and
    /// void once a later event [ends it](ends_draft). Pieces of one draft have it in common.
    pub after: Seq,
    /// The piece.
    pub piece: Draft,
}

/// Whether what an agent was saying before this event is not said any more: it is said, refused, or
/// somebody else's turn.
pub fn ends_draft(body: &EventBody) -> bool {
    match body {
        EventBody::Message(message) => message.author.kind == AuthorKind::Agent,
        EventBody::Guard(guard) => guard.verdict == Verdict::Refused,
        EventBody::Handoff(_) | EventBody::Turn(_) => true,
        _ => false,
    }
}

/// What a new follower of a conversation gets.
pub struct Following {
    /// What is told from now on.
    pub signals: Receiver<Signal>,
    /// The draft as it has been told so far, if the bus has heard it from its start.
    pub draft: Option<Spoken>,
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
    /// Follows a conversation. Who lags is told so: they follow anew and read the journal again.
    fn follow(&self, conversation: &ConversationId) -> Following;
    /// Follows the inbox.
    fn follow_inbox(&self) -> Receiver<LineChanged>;
}
