//! Writes that wait for a person: those of a tool of which an administrator wants it so, one that may
//! have been done before, and any other once text that nobody vouches for has come in, for it may be
//! that text which wants them. (Refunds wait by the policy of `money`.) Pure.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use shared::{
    conversation::{OpenApproval, OpenCall},
    event::{
        Approval, ApprovalState, Effect, EventBody, ProposedWrite, Settlement, ToolState, TurnState,
    },
};

use super::{World, calls::settle, decide::end_turn};
use crate::{
    money::events::{call_approval_id, canonical_hash},
    tools::{Registry, Tool},
};

/// Whether a person must approve this call before it is made.
pub fn must_wait(world: &World<'_>, call: &OpenCall) -> bool {
    let asks = |tool: &Arc<dyn Tool>| {
        tool.always_asks()
            || (world.thread.state.is_tainted() && !tool.is_bound())
            || may_be_done(world, call)
            // Once somebody is asked, only they can say yes, whatever becomes of the reason.
            || asked_for(world, call).is_some()
    };
    let open = call.effect == Effect::Write && call.approved.is_none();
    open && world.tools.get(&call.name).is_some_and(asks)
}

/// What a call that must wait does next: it asks, it waits, or it is withdrawn because the visitor
/// goes on talking.
pub fn wait(world: &World<'_>, call: &OpenCall) -> Vec<EventBody> {
    let state = &world.thread.state;
    match asked_for(world, call) {
        None => ask(world, call).into_iter().collect(),
        Some(open) if state.last_visitor_message > open.seq => {
            let mut events = vec![withdraw(open)];
            let message = "No person has approved it yet. Hand over to people, or propose it again \
                           if the visitor still wants it.";
            let result = json!({ "error": "not_approved", "message": message });
            events.push(settle(call, Settlement::Denied, result));
            events
        }
        Some(_) => end_turn(world, TurnState::Waiting),
    }
}

/// The approval that a call waits for, other than a refund's.
pub fn asked_for<'w>(world: &World<'w>, call: &OpenCall) -> Option<&'w OpenApproval> {
    let is_its = |approval: &&OpenApproval| {
        let action = approval.action.as_ref();
        action.is_some_and(|action| action.intent.is_none() && action.call == call.call)
    };
    world.thread.state.approvals.iter().find(is_its)
}

/// An approval that nobody needs any more, because its call is not made.
pub fn withdraw(open: &OpenApproval) -> EventBody {
    EventBody::Approval(Approval {
        id: open.id.clone(),
        state: ApprovalState::Expired,
        summary: open.summary.clone(),
        action: None,
        expires_at: None,
        by: None,
        note: None,
    })
}

/// A waiting call is `settled` without a person's word: nobody is asked for it any more.
pub fn unasked(world: &World<'_>, call: &OpenCall, settled: EventBody) -> Vec<EventBody> {
    asked_for(world, call).map(withdraw).into_iter().chain([settled]).collect()
}

/// What a person approves: the tool as it is now, and its arguments.
pub fn hash_of(tools: &Registry, name: &str, args: &Value) -> String {
    match tools.get(name).map(|tool| tool.fingerprint()) {
        Some(print) if !print.is_empty() => canonical_hash(name, &json!([print, args])),
        _ => canonical_hash(name, args),
    }
}

/// Whether a call that was recorded and not begun is another one by now: an administrator has
/// changed its tool since it was asked for, or since a person approved it.
pub fn has_changed(world: &World<'_>, call: &OpenCall) -> bool {
    let other = |hash: &String| *hash != hash_of(world.tools, &call.name, &call.args);
    world.tools.get(&call.name).is_some_and(|tool| {
        tool.info().effect != call.effect
            || world.tools.check(&call.name, &call.args).is_err()
            || call.approved.as_ref().is_some_and(other)
    })
}

/// Whether the tool is another one than when it was recorded that this call is being made.
pub fn is_another(world: &World<'_>, call: &OpenCall) -> bool {
    let was = call.acting.as_deref().filter(|hash| !hash.is_empty());
    was.is_some_and(|hash| hash != hash_of(world.tools, &call.name, &call.args))
}

/// Whether the same was begun before, nobody knows what became of it, and it was not done since. A
/// person has looked, else no agent would be asked; that it is to be done again is for a person to
/// say, too.
fn may_be_done(world: &World<'_>, call: &OpenCall) -> bool {
    if !world.tools.get(&call.name).is_some_and(|tool| tool.acts()) {
        return false;
    }
    let of_it = world.thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Tool(tool) if tool.name == call.name => Some(tool),
        _ => None,
    });
    let (mut begun, mut doubt) = (BTreeSet::new(), false);
    for tool in of_it {
        let same = *tool.args.as_ref().unwrap_or(&Value::Null) == call.args;
        if tool.state == ToolState::Started && same {
            begun.insert(&tool.call);
        }
        match tool.settlement.filter(|_| begun.contains(&tool.call)) {
            Some(Settlement::Unknown) => doubt = true,
            Some(Settlement::Ok) => doubt = false,
            _ => {}
        }
    }
    doubt
}

/// What a brain learns of a call of which the tool was changed.
pub fn tool_changed() -> Value {
    let message = "The tool has changed since: call it anew if it is still needed.";
    json!({ "error": "tool_changed", "message": message })
}

fn reason(world: &World<'_>, call: &OpenCall) -> &'static str {
    if may_be_done(world, call) {
        return "It was begun before, and nobody knows whether it was done.";
    }
    if world.tools.get(&call.name).is_some_and(|tool| tool.always_asks()) {
        return "A person approves each call of this tool.";
    }
    "Text that nobody vouches for has entered this turn."
}

fn ask(world: &World<'_>, call: &OpenCall) -> Option<EventBody> {
    let state = &world.thread.state;
    let ttl = world.desk.settings.refund_policy.approval_ttl_s;
    Some(EventBody::Approval(Approval {
        id: call_approval_id(&state.id, &call.call),
        state: ApprovalState::Waiting,
        summary: call.label.clone(),
        action: Some(ProposedWrite {
            call: call.call.clone(),
            intent: None,
            tool: call.name.clone(),
            args: call.args.clone(),
            hash: hash_of(world.tools, &call.name, &call.args),
            money: None,
            reason: reason(world, call).to_owned(),
            requested_by: state.owner.agent()?.clone(),
        }),
        expires_at: Some(world.now.plus_ms(i64::from(ttl) * 1000)),
        by: None,
        note: None,
    }))
}
