//! From what the API answers to the state that the shared fold keeps. No page in here.

use shared::{
    api,
    conversation::{Conversation, OpenApproval},
    event::Opened,
};

/// The state of `answer`: its events folded, and what lies before its first one taken from the
/// rest of the answer.
pub fn fold(answer: &api::Conversation) -> Conversation {
    let opened = Opened {
        site: answer.site.clone(),
        visitor: answer.visitor.clone(),
        owner: answer.owner.clone(),
        deadline: None,
    };
    let mut state = Conversation::begin(answer.id.clone(), opened, answer.opened_at);
    for event in &answer.events {
        state.apply_seen(event);
    }
    state.visitor = answer.visitor.clone();
    state.owner = answer.owner.clone();
    state.epoch = answer.epoch;
    state.seq = state.seq.max(answer.seq);
    state.escalated_at = answer.escalated_at;
    state.brief = answer.brief.clone().or(state.brief);
    state.refunds.clone_from(&answer.refunds);
    state.usage = answer.usage.unwrap_or(state.usage);
    let open = answer.approvals.iter().map(|a| OpenApproval {
        id: a.id.clone(),
        summary: a.summary.clone(),
        action: Some(a.action.clone()),
        expires_at: Some(a.expires_at),
        seq: state.approvals.iter().find(|o| o.id == a.id).map_or(0, |o| o.seq),
    });
    state.approvals = open.collect();
    state
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_of_a_long_conversation_has_the_state_of_the_whole() {
        let answer: api::Conversation = serde_json::from_value(json!({
            "id": "c", "site": "demo", "epoch": 7, "seq": 900, "truncated": true,
            "visitor": { "id": "v", "assurance": "verified", "name": "Ada" },
            "owner": { "kind": "queue", "slug": "support", "name": "Support" },
            "opened_at": "2026-01-01T00:00:00Z", "escalated_at": "2026-01-01T01:00:00Z",
            "approvals": [{ "id": "a", "summary": "Refund", "expires_at": "2026-01-01T02:00:00Z",
                "action": { "call": "c", "tool": "issue_refund", "args": {}, "hash": "00",
                            "reason": "limit", "requested_by": "refunds" } }],
            "events": [{ "seq": 900, "at": "2026-01-01T01:30:00Z", "epoch": 7, "type": "message",
                         "author": { "kind": "visitor", "name": "Ada" }, "text": "hello" }],
        }))
        .unwrap();
        let state = fold(&answer);
        assert_eq!((state.seq, state.epoch), (900, 7));
        assert_eq!(state.owner.name(), "Support");
        assert_eq!(state.approvals.len(), 1);
        assert_eq!(state.escalated_at, answer.escalated_at);
        assert_eq!(state.visitor.display_name(), "Ada");
    }
}
