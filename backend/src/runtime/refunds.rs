//! How approvals and refunds move, and settle the calls that proposed them. Pure.

use serde_json::{Value, json};
use shared::{
    api::Decision,
    conversation::RefundView,
    event::{Approval, ApprovalState, EventBody, Refund, RefundState, Settlement},
    id::ApprovalId,
    message::StaffRef,
};

use super::{World, calls::settle};

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
        action: None,
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
    events
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
