//! The record of a call: begun, and settled exactly once.

use serde_json::{Value, json};
use shared::{
    conversation::{Conversation, OpenCall},
    event::{Acting, EventBody, Settlement, Tool, ToolState},
};

/// A call is settled.
pub fn settle(call: &OpenCall, settlement: Settlement, result: Value) -> EventBody {
    let done = settlement == Settlement::Ok;
    EventBody::Tool(Tool {
        call: call.call.clone(),
        name: call.name.clone(),
        state: if done { ToolState::Done } else { ToolState::Failed },
        label: call.label.clone(),
        effect: call.effect,
        args: None,
        result: Some(result),
        settlement: Some(settlement),
        facts: Vec::new(),
        untrusted: false,
    })
}

/// What is recorded of what came of a call, whoever owns the conversation by now; `None` if it was
/// settled meanwhile: a takeover settles what only looks as superseded, for nobody needs it any more.
pub fn done(now: &Conversation, call: &OpenCall, settled: &EventBody) -> Option<Vec<EventBody>> {
    let is_open = now.calls.iter().any(|open| open.call == call.call);
    is_open.then(|| vec![settled.clone()])
}

/// A call begins.
pub fn started(call: &OpenCall) -> EventBody {
    EventBody::Tool(Tool {
        call: call.call.clone(),
        name: call.name.clone(),
        state: ToolState::Started,
        label: call.label.clone(),
        effect: call.effect,
        // JSON has one nothing: what is read back is what was written.
        args: Some(call.args.clone()).filter(|args| !args.is_null()),
        result: None,
        settlement: None,
        facts: Vec::new(),
        untrusted: false,
    })
}

/// A call is being made, which from here on may have been done; `hash` is what
/// [`hash_of`](super::permits::hash_of) says of it.
pub fn acting(call: &OpenCall, hash: String) -> EventBody {
    EventBody::Acting(Acting { call: call.call.clone(), hash })
}

/// A call that was never begun: something else went first.
pub fn superseded(call: &OpenCall) -> EventBody {
    settle(call, Settlement::Superseded, json!({ "error": "superseded" }))
}

/// The calls that `events` began and did not settle.
pub fn opened_by(events: &[EventBody]) -> Vec<OpenCall> {
    let mut open: Vec<OpenCall> = Vec::new();
    for event in events {
        let EventBody::Tool(tool) = event else { continue };
        if tool.state == ToolState::Started {
            open.push(OpenCall {
                call: tool.call.clone(),
                name: tool.name.clone(),
                args: Value::Null,
                effect: tool.effect,
                label: tool.label.clone(),
                approved: None,
                acting: None,
                seq: 0,
                epoch: 0,
            });
        } else {
            open.retain(|call| call.call != tool.call);
        }
    }
    open
}
