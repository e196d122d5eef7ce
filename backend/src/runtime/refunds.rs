//! How approvals and refunds move, and settle the calls that proposed them. Pure.

use serde_json::{Value, json};
use shared::{
    api::{Decision, RefundOutcome},
    conversation::RefundView,
    event::{
        Approval, ApprovalState, EventBody, Inquiry, Refund, RefundState, Settled, Settlement,
        ToolState,
    },
    id::{ApprovalId, CallId, IntentId, StaffId},
    message::{AuthorKind, StaffRef},
    owner::Owner,
};

use super::{World, calls::settle};
use crate::{journal::Thread, money::answers::Told};

/// A person decides on an approval.
pub fn approve_or_decline(
    world: &World<'_>,
    id: &ApprovalId,
    decision: Decision,
    by: &StaffRef,
    note: Option<String>,
) -> Vec<EventBody> {
    let state = match decision {
        Decision::Approve => ApprovalState::Approved,
        Decision::Decline => ApprovalState::Declined,
    };
    decide_approval(world, id, state, Some(by.clone()), note)
}

/// A waiting approval becomes `decision`, and its refund with it.
pub fn decide_approval(
    world: &World<'_>,
    id: &ApprovalId,
    decision: ApprovalState,
    by: Option<StaffRef>,
    note: Option<String>,
) -> Vec<EventBody> {
    let state = &world.thread.state;
    let Some(open) = state.approvals.iter().find(|a| a.id == *id) else { return Vec::new() };
    let mut events = vec![EventBody::Approval(Approval {
        id: id.clone(),
        state: decision,
        summary: open.summary.clone(),
        action: open.action.clone().filter(|action| action.intent.is_none()),
        expires_at: None,
        by,
        note: note.clone(),
    })];
    let intent = open.action.as_ref().and_then(|action| action.intent.as_ref());
    let refund = state.refunds.iter().find(|r| Some(&r.intent) == intent);
    if let Some(refund) = refund {
        let next = match decision {
            ApprovalState::Approved => RefundState::Pending,
            ApprovalState::Declined => RefundState::Declined,
            ApprovalState::Expired | ApprovalState::Waiting => RefundState::Expired,
        };
        events.extend(refund_moves(world, refund, next, note));
    }
    let call = open.action.as_ref().filter(|action| action.intent.is_none()).map(|a| &a.call);
    let call = state.calls.iter().find(|c| Some(&c.call) == call);
    // Once approved, the call is made as it stands.
    if let Some(call) = call.filter(|_| decision != ApprovalState::Approved) {
        let result = json!({ "error": decision, "message": "A person has not approved it." });
        events.push(settle(call, Settlement::Denied, result));
    }
    events
}

/// The provider has answered about a refund: to being sent it (`sent`), or to being asked. What
/// it says moves the refund; where it says nothing, or comes too late, that is recorded all the same.
pub fn answered(world: &World<'_>, intent: &IntentId, sent: bool, told: &Told) -> Vec<EventBody> {
    let mut refunds = world.thread.state.refunds.iter();
    let Some(refund) = refunds.find(|r| r.intent == *intent) else { return Vec::new() };
    let late = refund.settled_by.is_some() && refund.inquiries.says.is_none();
    let next = match (refund.state, told.says) {
        (RefundState::Pending, says) if sent => says.unwrap_or(RefundState::Unknown),
        (RefundState::Pending, Some(RefundState::Succeeded)) => RefundState::Succeeded,
        (RefundState::Unknown, Some(says)) => says,
        (state, _) if late || matches!(state, RefundState::Pending | RefundState::Unknown) => {
            return vec![EventBody::Inquiry(Inquiry {
                intent: intent.clone(),
                says: told.says,
                detail: told.detail.clone(),
                by: None,
            })];
        }
        // Somebody else has recorded what became of it.
        _ => return Vec::new(),
    };
    refund_moves(world, refund, next, Some(told.detail.clone()))
}

/// A person settles a refund of which the provider does not say what became.
pub fn settle_by_hand(
    world: &World<'_>,
    refund: &RefundView,
    outcome: RefundOutcome,
    settled: Settled,
) -> Vec<EventBody> {
    let next = match outcome {
        RefundOutcome::Succeeded => RefundState::Succeeded,
        RefundOutcome::Failed => RefundState::Failed,
    };
    let mut events = refund_moves(world, refund, next, Some("a person looked it up".to_owned()));
    if let Some(EventBody::Refund(moved)) = events.first_mut() {
        moved.settled = Some(settled);
    }
    events
}

/// The member of staff at whose word an agent made this call: who handed the conversation to it, if
/// the visitor has said nothing since. Nobody approves what they asked for themself.
pub fn asked_by_staff(thread: &Thread, call: &CallId) -> Option<StaffId> {
    let begun = thread.events.iter().rev().skip_while(|event| {
        !matches!(&event.body, EventBody::Tool(tool) if tool.call == *call && tool.state == ToolState::Started)
    });
    for event in begun {
        match &event.body {
            EventBody::Message(message) if message.author.kind == AuthorKind::Visitor => {
                return None;
            }
            EventBody::Handoff(handoff) => {
                if let Owner::Staff { id, .. } = &handoff.from {
                    return Some(id.clone());
                }
            }
            _ => {}
        }
    }
    None
}

/// A refund moves to `next`; when that is where it ends, the call that proposed it is settled.
pub fn refund_moves(
    world: &World<'_>,
    refund: &RefundView,
    next: RefundState,
    detail: Option<String>,
) -> Vec<EventBody> {
    let mut events = vec![EventBody::Refund(Refund {
        intent: refund.intent.clone(),
        order: refund.order.clone(),
        money: refund.money,
        state: next,
        terms: None,
        detail: detail.clone(),
        settled: None,
    })];
    let call = refund.terms.as_ref().map(|terms| &terms.call);
    let open = world.thread.state.calls.iter().find(|c| Some(&c.call) == call);
    let settlement = match next {
        RefundState::Succeeded => Settlement::Ok,
        RefundState::Declined | RefundState::Expired => Settlement::Denied,
        RefundState::Unknown => Settlement::Unknown,
        RefundState::Failed => Settlement::Error,
        RefundState::Waiting | RefundState::Pending => return events,
    };
    if let Some(call) = open {
        let mut result = json!({ "state": next, "order": refund.order, "amount": refund.money });
        if let (Some(detail), Some(object)) = (detail, result.as_object_mut()) {
            object.insert("message".to_owned(), Value::String(detail));
        }
        events.push(settle(call, settlement, result));
    }
    events
}
