//! A conversation as its reader may see it.

use std::sync::Arc;

use shared::{
    api::{Conversation, WaitingApproval},
    event::Event,
    id::Seq,
    limits,
    refund::{Inquiries, RefundView},
};

use crate::{auth::Audience, journal::Thread};

/// The whole conversation, with its newest events.
pub fn conversation(thread: &Thread, audience: Audience) -> Conversation {
    let state = &thread.state;
    let staff = audience == Audience::Staff;
    let mut events: Vec<Event> = thread
        .events
        .iter()
        .rev()
        .filter_map(|event| audience.sees(event))
        .take(limits::EVENTS_PAGE + 1)
        .collect();
    let truncated = events.len() > limits::EVENTS_PAGE;
    events.truncate(limits::EVENTS_PAGE);
    events.reverse();
    let approvals = state.approvals.iter().filter(|_| staff).filter_map(|open| {
        Some(WaitingApproval {
            id: open.id.clone(),
            summary: open.summary.clone(),
            action: open.action.clone()?,
            expires_at: open.expires_at?,
        })
    });
    let refunds = state.refunds.iter().map(|refund| match audience {
        Audience::Staff => refund.clone(),
        Audience::Visitor => RefundView {
            terms: None,
            settled_by: None,
            inquiries: Inquiries::default(),
            ..refund.clone()
        },
    });
    Conversation {
        id: state.id.clone(),
        site: state.site.clone(),
        visitor: state.visitor.clone(),
        owner: state.owner.clone(),
        epoch: state.epoch,
        seq: state.seq,
        opened_at: state.opened_at,
        escalated_at: state.escalated_at,
        brief: state.brief.clone().filter(|_| staff),
        refunds: refunds.collect(),
        approvals: approvals.collect(),
        usage: staff.then_some(state.usage),
        events,
        truncated,
    }
}

/// The events after `after` that the reader may see, oldest first, at most a page.
pub fn events_after<'a>(
    events: impl IntoIterator<Item = &'a Arc<Event>>,
    after: Seq,
    audience: Audience,
) -> Vec<Event> {
    events
        .into_iter()
        .filter(|event| event.seq > after)
        .filter_map(|event| audience.sees(event))
        .take(limits::EVENTS_PAGE)
        .collect()
}
