//! Frames of the live channel (`GET /api/v1/live`), JSON text over one WebSocket.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Counts, Present, Summary},
    event::Event,
    fleeting::Fleeting,
    id::{ConversationId, Seq},
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
    /// What is true for a moment; begins anew with each subscription. On the wire it is a frame of
    /// its own type: `draft`, `typing` or `turn`.
    #[serde(untagged)]
    Fleeting {
        /// In which conversation.
        conversation: ConversationId,
        /// What.
        #[serde(flatten)]
        what: Fleeting,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{event::TurnState, fleeting::Turn};

    #[test]
    fn what_is_fleeting_is_a_frame_like_any_other() {
        let what = Fleeting::Turn(Turn { turn: 2, state: TurnState::Done });
        let conversation: ConversationId = "cnv_1".parse().expect("an id");
        let frame = LiveFrame::Fleeting { conversation, what };
        let json = json!({ "type": "turn", "conversation": "cnv_1", "turn": 2, "state": "done" });
        assert_eq!(serde_json::to_value(&frame).expect("JSON"), json);
        assert_eq!(serde_json::from_value::<LiveFrame>(json).expect("the same"), frame);
        let pong = json!({ "type": "pong" });
        assert_eq!(serde_json::from_value::<LiveFrame>(pong).expect("a frame"), LiveFrame::Pong);
        for unknown in [json!({ "type": "launch" }), json!({ "type": "turn" }), json!([])] {
            assert!(serde_json::from_value::<LiveFrame>(unknown).is_err());
        }
    }
}
