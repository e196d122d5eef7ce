//! When a turn begins and when it ends: one rule, for the fold and for whoever tells it live.

use crate::{
    event::{ApprovalState, EventBody, TurnState},
    message::AuthorKind,
    owner::Owner,
};

/// What an event does to a conversation's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A turn begins with it, and bears its number.
    Begins,
    /// The turn that is going on ends.
    Ends(TurnState),
}

impl Change {
    /// What `body` does to the turn of a conversation that belongs to `owner` until then; `is_open`
    /// says whether one is going on.
    pub fn by(body: &EventBody, owner: &Owner, is_open: bool) -> Option<Self> {
        let begins = |owner: &Owner| (!is_open && owner.agent().is_some()).then_some(Self::Begins);
        match body {
            EventBody::Message(m) if m.author.kind == AuthorKind::Visitor => begins(owner),
            // The agent that owns now tells the visitor, even if nobody wrote.
            EventBody::Refund(refund) if refund.state.is_terminal() => begins(owner),
            // A call that waited for a person goes on.
            EventBody::Approval(decided) if decided.state != ApprovalState::Waiting => {
                decided.action.as_ref().and_then(|_| begins(owner))
            }
            EventBody::Handoff(handoff) => match &handoff.to {
                // Whoever takes over has something to do, even if nobody has written since.
                to @ Owner::Agent { .. } => begins(to),
                Owner::Queue { .. } | Owner::Staff { .. } => {
                    is_open.then_some(Self::Ends(TurnState::Waiting))
                }
                Owner::Nobody => is_open.then_some(Self::Ends(TurnState::Done)),
            },
            EventBody::Turn(ended) => Some(Self::Ends(ended.state)),
            _ => None,
        }
    }
}
