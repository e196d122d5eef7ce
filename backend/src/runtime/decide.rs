//! From what a conversation is to what happens next. Pure.

use serde_json::json;
use shared::{
    brief::{Trigger, TriggerKind},
    conversation::{OpenCall, RefundView},
    event::{
        ApprovalState, Closed, Effect, EventBody, Message, Note, RefundState, Settlement,
        TurnEnded, TurnState,
    },
    id::ClientId,
    message::{Author, AuthorKind, StaffRef},
    owner::Owner,
};

use super::{
    World, answer,
    calls::{acting, settle},
    guard,
    guardrails::{self, Held},
    handoff::{self, Words},
    lease, overdue, permits, refunds, triggers,
};

/// What a conversation needs next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Nothing: it waits for somebody outside.
    Nothing,
    /// These events follow from what is known; nothing else is needed.
    Record(Vec<EventBody>),
    /// The owning agent's brain is asked for its next step.
    Ask,
    /// A tool is called.
    Call(OpenCall),
    /// A decided refund is sent to the provider.
    Send(RefundView),
    /// The provider is asked what became of a refund.
    Find(RefundView),
}

/// What the conversation needs next. Everything is read off the journal, so a restart goes on
/// exactly where the last event left off.
pub fn next(world: &World<'_>) -> Next {
    let state = &world.thread.state;
    let overdue = state.approvals.iter().find(|a| a.expires_at.is_some_and(|t| t <= world.now));
    if let Some(approval) = overdue {
        return Next::Record(refunds::decide_approval(
            world,
            &approval.id,
            ApprovalState::Expired,
            None,
            None,
        ));
    }
    if state.deadline.is_some_and(|deadline| deadline <= world.now) {
        return Next::Record(overdue::nobody_came(world));
    }
    let thanks = overdue::address_given(world);
    if !thanks.is_empty() {
        return Next::Record(thanks);
    }
    let lapsed = lease::lapsed(world);
    if !lapsed.is_empty() {
        return Next::Record(lapsed);
    }
    let pending = state.refunds.iter().find(|refund| refund.may_send(world.now));
    if let Some(refund) = pending.filter(|_| world.money) {
        return Next::Send(refund.clone());
    }
    if let Some(call) = state.acting() {
        return Next::Call(call.clone());
    }
    if state.turn.is_none() || state.owner.agent().is_none() {
        return ask_the_provider(world);
    }
    if world.spec.is_none() {
        let detail = format!("{} is not there any more", state.owner);
        return Next::Record(handoff::give_up(world, "version", TriggerKind::Fault, &detail));
    }
    if let Some((name, _)) = &state.in_doubt {
        let detail =
            format!("{name} was begun and may have been done: look before it is done again");
        return Next::Record(handoff::give_up(world, "in_doubt", TriggerKind::Fault, &detail));
    }
    if let Some(call) = state.calls.iter().find(|c| c.effect != Effect::Transfer) {
        return next_for_call(world, call);
    }
    if let Some(call) = state.calls.first() {
        return Next::Record(answer::perform_transfer(world, call));
    }
    let over = guard::over_budget(world);
    if !over.is_empty() {
        return Next::Record(over);
    }
    let triggered = triggers::before_the_brain(world);
    if triggered.is_empty() { Next::Ask } else { Next::Record(triggered) }
}

/// Asks what became of a refund, if it is time to; when nobody waits for anything else, for it may
/// take a while.
fn ask_the_provider(world: &World<'_>) -> Next {
    let now = world.now;
    let is_due = |refund: &&RefundView| match refund.state {
        RefundState::Pending => refund.must_look(!world.money, now),
        _ => refund.ask_at().is_some_and(|at| at <= now),
    };
    world.thread.state.refunds.iter().find(is_due).cloned().map_or(Next::Nothing, Next::Find)
}

fn next_for_call(world: &World<'_>, call: &OpenCall) -> Next {
    let state = &world.thread.state;
    if state.refund_of(&call.call).is_none() && permits::has_changed(world, call) {
        let settled = settle(call, Settlement::Denied, permits::tool_changed());
        return Next::Record(permits::unasked(world, call, settled));
    }
    match state.refund_of(&call.call).map(|r| r.state) {
        None if permits::must_wait(world, call) => Next::Record(permits::wait(world, call)),
        None if world.tools.get(&call.name).is_some_and(|tool| tool.acts()) => {
            let hash = permits::hash_of(world.tools, &call.name, &call.args);
            Next::Record(vec![acting(call, hash)])
        }
        None => Next::Call(call.clone()),
        Some(RefundState::Waiting) if state.last_visitor_message > call.seq => {
            // The visitor goes on talking; the refund waits by itself and reports when it moves.
            Next::Record(vec![settle(call, Settlement::Ok, json!({ "state": "waiting" }))])
        }
        Some(RefundState::Pending) => {
            // Refunds are switched off: the turn goes on, and the refund reports when it is sent.
            let message = "Refunds are paused; it is sent when they go on.";
            let result = json!({ "state": "pending", "message": message });
            Next::Record(vec![settle(call, Settlement::Ok, result)])
        }
        Some(RefundState::Waiting) => Next::Record(end_turn(world, TurnState::Waiting)),
        Some(other) => {
            let result = json!({ "state": other });
            let settlement =
                if other == RefundState::Succeeded { Settlement::Ok } else { Settlement::Error };
            Next::Record(vec![settle(call, settlement, result)])
        }
    }
}

/// The visitor says something. To a closed conversation it opens it again.
pub fn visitor_says(world: &World<'_>, client_id: ClientId, text: String) -> Vec<EventBody> {
    let mut events = reopen(world);
    let Held { text, events: verdicts, .. } = guardrails::written(world, text);
    let name = world.thread.state.visitor.display_name().to_owned();
    events.push(EventBody::Message(Message {
        author: Author::new(AuthorKind::Visitor, name),
        text,
        client_id: Some(client_id),
        quick_replies: Vec::new(),
        sources: Vec::new(),
    }));
    events.extend(verdicts);
    events
}

fn reopen(world: &World<'_>) -> Vec<EventBody> {
    if !world.thread.state.is_closed() {
        return Vec::new();
    }
    let to = world.desk.owner(&world.desk.settings.front_door).unwrap_or_else(|| world.queue());
    let kind = TriggerKind::Reopen;
    let trigger =
        Trigger { kind, evidence: "The visitor wrote to a closed conversation.".to_owned() };
    handoff::hand_over(world, &[], to, trigger, Words::default())
}

/// A member of staff takes over. `Err` names the person who has it.
pub fn claim(world: &World<'_>, staff: &StaffRef) -> Result<Vec<EventBody>, Owner> {
    let owner = &world.thread.state.owner;
    if owner.is_staff(&staff.id) {
        return Ok(Vec::new());
    }
    if matches!(owner, Owner::Staff { .. }) {
        return Err(owner.clone());
    }
    let to = Owner::Staff { id: staff.id.clone(), name: staff.name.clone() };
    let evidence = format!("{} claimed it.", staff.name);
    let trigger = Trigger { kind: TriggerKind::Claim, evidence };
    // Why a person was needed stays on top of the brief.
    let words = match owner {
        Owner::Queue { .. } => handoff::words_so_far(world),
        _ => Words::default(),
    };
    Ok(handoff::hand_over(world, &[], to, trigger, words))
}

/// The owning member of staff says something to the visitor.
pub fn reply(staff: &StaffRef, client_id: ClientId, text: String) -> Vec<EventBody> {
    vec![EventBody::Message(Message {
        author: Author::new(AuthorKind::Staff, staff.name.clone()),
        text,
        client_id: Some(client_id),
        quick_replies: Vec::new(),
        sources: Vec::new(),
    })]
}

/// The owning member of staff hands the conversation to an agent.
pub fn hand_back(
    world: &World<'_>,
    staff: &StaffRef,
    to: Owner,
    note: Option<String>,
) -> Vec<EventBody> {
    let mut events = Vec::new();
    let mut words = Words::default();
    if let Some(text) = note {
        words.reason = format!("{}: {text}", staff.name);
        events.push(EventBody::Note(Note { author: staff.clone(), text }));
    }
    let trigger =
        Trigger { kind: TriggerKind::Return, evidence: format!("{} handed it back.", staff.name) };
    let handoff = handoff::hand_over(world, &events, to, trigger, words);
    events.extend(handoff);
    events
}

/// A member of staff closes the conversation.
pub fn close(world: &World<'_>, staff: &StaffRef) -> Vec<EventBody> {
    let trigger =
        Trigger { kind: TriggerKind::Close, evidence: format!("{} closed it.", staff.name) };
    let mut events = handoff::hand_over(world, &[], Owner::Nobody, trigger, Words::default());
    events.push(EventBody::Closed(Closed { by: Some(staff.clone()) }));
    events
}

/// Ends the turn that is going on.
pub fn end_turn(world: &World<'_>, state: TurnState) -> Vec<EventBody> {
    let turn = world.thread.state.turn.as_ref();
    turn.map(|turn| EventBody::Turn(TurnEnded { turn: turn.id, state })).into_iter().collect()
}
