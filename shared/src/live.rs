//! Frames of the live channel (`GET /api/v1/live`), JSON text over one WebSocket.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Counts, Present, Summary},
    event::{Event, TurnState},
    id::{ConversationId, Seq},
    message::Author,
};

/// What a page sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// First frame of a visitor: the token never stands in an address. Staff pages, whose cookie
    /// came with the upgrade, send it without a token.
    Hello {
        /// The visitor's token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Follow a conversation from the event after `after`: history first, then live.
    Subscribe {
        /// Which conversation.
        conversation: ConversationId,
        /// The newest event already seen.
        after: Seq,
    },
    /// Stop following it.
    Unsubscribe {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// Staff: follow the list.
    Inbox,
    /// The sender is typing, or has stopped.
    Typing {
        /// In which conversation.
        conversation: ConversationId,
        /// Whether they are.
        on: bool,
    },
    /// Keeps the connection open through proxies.
    Ping,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveFrame {
    /// The hello was accepted.
    Ready,
    /// An event of a conversation that is followed; in order, without a gap.
    Event {
        /// Which conversation.
        conversation: ConversationId,
        /// The event, as the receiver may see it.
        event: Box<Event>,
    },
    /// All events up to the moment of the subscription have been sent.
    CaughtUp {
        /// Which conversation.
        conversation: ConversationId,
        /// The newest of them.
        seq: Seq,
    },
    /// More text of an unfinished message; replaced by the `message` event that follows.
    Draft {
        /// Which conversation.
        conversation: ConversationId,
        /// The turn it belongs to.
        turn: Seq,
        /// Who speaks.
        author: Author,
        /// The text to add; an empty one with `reset` throws away what came before.
        delta: String,
        /// Whether to begin anew.
        #[serde(default)]
        reset: bool,
    },
    /// Somebody else is typing, or has stopped.
    Typing {
        /// In which conversation.
        conversation: ConversationId,
        /// Who.
        author: Author,
        /// Whether they are.
        on: bool,
    },
    /// A turn began, or ended.
    Turn {
        /// Which conversation.
        conversation: ConversationId,
        /// The event that began it.
        turn: Seq,
        /// How it stands.
        state: TurnState,
    },
    /// Staff: a line of the list changed.
    Inbox {
        /// The line as it is now.
        summary: Box<Summary>,
        /// The counts as they are now.
        counts: Counts,
        /// Whether a person is needed from this moment on.
        escalated: bool,
    },
    /// Staff: who is here, after [`ClientFrame::Inbox`] and whenever that changes.
    People {
        /// Whoever has a page open, by name.
        people: Vec<Present>,
    },
    /// The last frame could not be served.
    Error {
        /// A stable code.
        code: String,
        /// What a person can do about it.
        message: String,
    },
    /// Answer to a ping.
    Pong,
}
