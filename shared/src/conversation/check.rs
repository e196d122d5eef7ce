//! Which event can follow, and why another cannot.

use std::fmt;

use crate::{
    event::{
        ApprovalState, Effect, Event, EventBody, Handoff, Inquiry, Refund, RefundState, ToolState,
        TurnState,
    },
    id::{ApprovalId, CallId, Epoch, IntentId, Seq},
};

use super::{Conversation, OpenCall};

/// Why an event cannot follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldError {
    /// The journal does not begin with `opened`, or has a second one.
    Opening,
    /// A sequence number is missing or doubled.
    Gap {
        /// What must come next.
        expected: Seq,
        /// What came.
        found: Seq,
    },
    /// The event carries another epoch than the tenure's.
    Epoch {
        /// What must come next.
        expected: Epoch,
        /// What came.
        found: Epoch,
    },
    /// A handoff without its brief, a brief without its handoff, or one that changes nothing.
    Handoff,
    /// A call was settled twice, settled without having begun, or begun twice.
    Call(CallId),
    /// A refund moved backwards, changed its amount, or was asked about out of turn.
    Refund(IntentId),
    /// An approval was decided twice, or was never asked for.
    Approval(ApprovalId),
    /// Two turns at once, or the end of a turn that is not going on.
    Turn,
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("the journal must begin with one opening"),
            Self::Gap { expected, found } => write!(f, "event {expected} expected, {found} found"),
            Self::Epoch { expected, found } => {
                write!(f, "epoch {expected} expected, {found} found")
            }
            Self::Handoff => f.write_str("a handoff needs its brief and a new owner"),
            Self::Call(call) => write!(f, "call {call} is not settled exactly once"),
            Self::Refund(intent) => write!(f, "refund {intent} moved backwards or changed"),
            Self::Approval(id) => write!(f, "approval {id} is not decided exactly once"),
            Self::Turn => f.write_str("a turn ended that was not going on"),
        }
    }
}

impl std::error::Error for FoldError {}

impl Conversation {
    /// Whether `event` can follow.
    pub(super) fn check(&self, event: &Event) -> Result<(), FoldError> {
        if event.seq != self.seq + 1 {
            return Err(FoldError::Gap { expected: self.seq + 1, found: event.seq });
        }
        let is_handoff = matches!(event.body, EventBody::Handoff(_));
        let expected = self.epoch + Epoch::from(is_handoff);
        if event.epoch != expected {
            return Err(FoldError::Epoch { expected, found: event.epoch });
        }
        if self.awaits_handoff.is_some() != is_handoff {
            return Err(FoldError::Handoff);
        }
        match &event.body {
            EventBody::Opened(_) => Err(FoldError::Opening),
            EventBody::Handoff(h) => self.check_handoff(h),
            EventBody::Tool(t) => {
                let open = self.calls.iter().any(|c| c.call == t.call);
                if open == (t.state == ToolState::Started) {
                    return Err(FoldError::Call(t.call.clone()));
                }
                Ok(())
            }
            EventBody::Acting(a) => {
                let begins = |c: &OpenCall| c.call == a.call && c.effect == Effect::Write;
                let may = self.calls.iter().any(|c| begins(c) && c.acting.is_none());
                if may { Ok(()) } else { Err(FoldError::Call(a.call.clone())) }
            }
            EventBody::Approval(a) => {
                let open = self.approvals.iter().any(|o| o.id == a.id);
                if open == (a.state == ApprovalState::Waiting) {
                    return Err(FoldError::Approval(a.id.clone()));
                }
                Ok(())
            }
            EventBody::Refund(r) => self.check_refund(r),
            EventBody::Inquiry(i) => self.check_inquiry(i),
            EventBody::Turn(t) => match &self.turn {
                Some(turn) if turn.id == t.turn && t.state != TurnState::Running => Ok(()),
                _ => Err(FoldError::Turn),
            },
            _ => Ok(()),
        }
    }

    fn check_handoff(&self, handoff: &Handoff) -> Result<(), FoldError> {
        let fits = self.awaits_handoff.as_deref().is_some_and(|brief| {
            Some(&brief.id) == handoff.brief.as_ref()
                && brief.from == handoff.from
                && brief.to == handoff.to
        });
        if !fits || handoff.from != self.owner || !handoff.to.differs_from(&self.owner) {
            return Err(FoldError::Handoff);
        }
        Ok(())
    }

    fn check_refund(&self, refund: &Refund) -> Result<(), FoldError> {
        let allowed = match self.refunds.iter().find(|r| r.intent == refund.intent) {
            None => {
                matches!(refund.state, RefundState::Waiting | RefundState::Pending)
                    && refund.terms.is_some()
                    && refund.settled.is_none()
                    && refund.money.amount > 0
            }
            Some(known) => {
                known.state.may_become(refund.state)
                    && known.money == refund.money
                    && known.order == refund.order
                    && (refund.settled.is_none() || known.may_be_settled())
            }
        };
        if allowed { Ok(()) } else { Err(FoldError::Refund(refund.intent.clone())) }
    }

    fn check_inquiry(&self, inquiry: &Inquiry) -> Result<(), FoldError> {
        let known = self.refunds.iter().find(|r| r.intent == inquiry.intent);
        let allowed = known.is_some_and(|refund| refund.allows(inquiry));
        if allowed { Ok(()) } else { Err(FoldError::Refund(inquiry.intent.clone())) }
    }
}
