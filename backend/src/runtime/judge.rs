//! Judges a refund that an agent proposes. Pure.

use serde_json::json;
use shared::{
    conversation::OpenCall,
    event::{EventBody, Settlement},
    id::AgentSlug,
};

use super::{World, calls::settle};
use crate::{
    money::{
        Proposal,
        events::{self, Proposer},
        policy::{self, Verdict},
    },
    storage::{RefundTotals, Require},
};

/// What follows from a proposed refund, and what must hold in the transaction that records it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What is recorded: the intent (decided or waiting), or the call's denial.
    pub events: Vec<EventBody>,
    /// The conditions.
    pub require: Vec<Require>,
}

/// Judges the refund that `call` of `agent` proposes. `refused` is the condition on which recording
/// an earlier judgement of the same proposal failed: other refunds were quicker.
pub fn refund(
    world: &World<'_>,
    call: &OpenCall,
    agent: &AgentSlug,
    proposal: &Proposal,
    totals: &RefundTotals,
    refused: Option<&Require>,
) -> Judged {
    let policy = &world.desk.settings.refund_policy;
    let state = &world.thread.state;
    let verdict = match refused {
        None => policy::judge(policy, proposal, totals, state.is_tainted()),
        Some(Require::WithinLimits { .. }) => {
            Verdict::Ask { reason: "Together with other refunds it is above the limit.".to_owned() }
        }
        Some(require) => denial(require),
    };
    let ask = match &verdict {
        Verdict::Deny { code, reason } => {
            let result = json!({ "error": code, "message": reason });
            let events = vec![settle(call, Settlement::Denied, result)];
            return Judged { events, require: Vec::new() };
        }
        Verdict::Send => None,
        Verdict::Ask { reason } => Some(reason.as_str()),
    };
    let by = Proposer { conversation: &state.id, call: &call.call, tool: &call.name, agent };
    Judged {
        events: events::proposed(by, proposal, ask, policy, world.now),
        require: events::requirements(proposal, ask.is_some(), policy, world.now),
    }
}

fn denial(require: &Require) -> Verdict {
    let (code, reason) = match require {
        Require::MoneyEnabled => ("refunds_paused", "Refunds are paused at the moment."),
        Require::WithinCaptured { .. } | Require::WithinLimits { .. } => (
            "refund_under_way",
            "What was paid has been given back, or a refund of it is under way.",
        ),
    };
    Verdict::Deny { code, reason: reason.to_owned() }
}
