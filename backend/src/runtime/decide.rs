//! From what a conversation is to what happens next. Pure.

use serde_json::{Value, json};
use shared::{
    agent::Target,
    api::Decision,
    brief::{Trigger, TriggerKind, Usage},
    conversation::{OpenCall, RefundView},
    event::{
        Approval, ApprovalState, Closed, Effect, EventBody, Message, Note, Refund, RefundState,
        Settlement, Source, StepUsage, Tool, ToolState, TurnEnded, TurnState,
    },
    id::{ApprovalId, CallId, ClientId, Seq},
    message::{Author, AuthorKind, StaffRef},
    owner::Owner,
};

use super::{
    World, guard,
    guard::Refusal,
    handoff::{self, Words},
    triggers,
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
        return Next::Record(decide_approval(
            world,
            &approval.id,
            ApprovalState::Expired,
            None,
            None,
        ));
    }
    if let Some(refund) = state.refunds.iter().find(|r| r.state == RefundState::Pending) {
        return Next::Send(refund.clone());
    }
    if state.turn.is_none() || state.owner.agent().is_none() {
        return find_unknown(world);
    }
    if world.spec.is_none() {
        let detail = format!("{} is not there any more", state.owner);
        return Next::Record(handoff::give_up(world, "version", TriggerKind::Fault, &detail));
    }
    if let Some(call) = state.calls.iter().find(|c| c.effect != Effect::Transfer) {
        return next_for_call(world, call);
    }
    if let Some(call) = state.calls.first() {
        return Next::Record(perform_transfer(world, call));
    }
    let over = guard::over_budget(world);
    if !over.is_empty() {
        return Next::Record(over);
    }
    let triggered = triggers::before_the_brain(world);
    if triggered.is_empty() { Next::Ask } else { Next::Record(triggered) }
}

fn find_unknown(world: &World<'_>) -> Next {
    let unknown = |r: &&RefundView| r.state == RefundState::Unknown;
    world.thread.state.refunds.iter().find(unknown).cloned().map_or(Next::Nothing, Next::Find)
}

fn next_for_call(world: &World<'_>, call: &OpenCall) -> Next {
    let state = &world.thread.state;
    match state.refund_of(&call.call).map(|r| r.state) {
        None => Next::Call(call.clone()),
        Some(RefundState::Waiting) if state.last_visitor_message > call.seq => {
            // The visitor goes on talking; the refund waits by itself and reports when it moves.
            Next::Record(vec![settle(call, Settlement::Ok, json!({ "state": "waiting" }))])
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

/// One whole answer of a brain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The text for the visitor.
    pub text: String,
    /// The calls, in the order in which they came.
    pub calls: Vec<AskedCall>,
    /// Answers that the visitor can give with one press.
    pub quick_replies: Vec<String>,
    /// Pages that it quotes.
    pub sources: Vec<Source>,
    /// What it used.
    pub usage: Usage,
    /// The model that gave it.
    pub model: String,
    /// Visitor messages up to here were before it.
    pub through: Seq,
    /// Why there is no answer, if there is none.
    pub failure: Option<String>,
}

/// A call as a brain made it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedCall {
    /// Which tool.
    pub name: String,
    /// With what; `Err` holds text that is not JSON.
    pub args: Result<Value, String>,
}

/// Takes in a brain's answer: what of it is recorded, what is refused, whether the turn ends.
pub fn answer(world: &World<'_>, answer: Answer) -> Vec<EventBody> {
    let Some(spec) = world.spec else { return Vec::new() };
    let state = &world.thread.state;
    let mut events = vec![EventBody::Usage(StepUsage {
        agent: spec.slug.clone(),
        version: agent_version(&state.owner),
        model: answer.model.clone(),
        through: answer.through,
        usage: answer.usage,
    })];
    if let Some(refusal) = fault_of(&answer) {
        return refuse(world, events, &[refusal]);
    }
    if !answer.text.trim().is_empty() {
        events.push(EventBody::Message(Message {
            author: Author::new(AuthorKind::Agent, spec.name.clone()),
            text: answer.text.trim().to_owned(),
            client_id: None,
            quick_replies: answer.quick_replies,
            sources: answer.sources,
        }));
    }
    if answer.calls.is_empty() {
        // A message that came meanwhile is taken in at the next step of the same turn.
        if state.last_visitor_message <= answer.through {
            events.extend(end_turn(world, TurnState::Done));
        }
        return events;
    }
    let refusals = record_calls(world, &mut events, answer.calls);
    if refusals.is_empty() { events } else { refuse(world, events, &refusals) }
}

/// What is wrong with an answer as a whole.
fn fault_of(answer: &Answer) -> Option<Refusal> {
    if let Some(failure) = &answer.failure {
        return Some(Refusal::new("brain_failed", failure.clone()));
    }
    if answer.text.trim().is_empty() && answer.calls.is_empty() {
        return Some(Refusal::new("empty_answer", "Answer, call a tool or hand over."));
    }
    let hands_over = answer.calls.iter().any(|call| handoff::is_transfer(&call.name));
    if !hands_over && guard::promises_a_handoff(&answer.text) {
        let detail = "You promised a handoff without making it: call the transfer tool.";
        return Some(Refusal::new("promise_without_handoff", detail));
    }
    None
}

/// One repair, then a person.
fn refuse(world: &World<'_>, mut events: Vec<EventBody>, refusals: &[Refusal]) -> Vec<EventBody> {
    let repairs = world.thread.state.turn.as_ref().map_or(0, |turn| turn.repairs);
    let exhausted = repairs >= guard::REPAIRS;
    let Some(last) = refusals.last().cloned() else { return events };
    events.extend(refusals.iter().map(Refusal::event));
    if exhausted {
        // Calls of this same answer are not begun: a person decides.
        let opened = opened_by(&events);
        events.extend(opened.into_iter().map(|call| superseded(&call)));
        let kind = if matches!(last.check, "ping_pong" | "handoffs") {
            TriggerKind::Budget
        } else {
            TriggerKind::Fault
        };
        let trigger = Trigger { kind, evidence: format!("{}: {}", last.check, last.detail) };
        let words = Words { reason: handoff::reason_of(kind).to_owned(), ..Words::default() };
        let handoff = handoff::hand_over(world, &events, world.queue(), trigger, words);
        events.extend(handoff);
    }
    events
}

/// Records an answer's calls. Good ones are begun; of several transfers the first good one wins.
fn record_calls(
    world: &World<'_>,
    events: &mut Vec<EventBody>,
    calls: Vec<AskedCall>,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut transfer_chosen = false;
    for asked in calls {
        let position = world.thread.state.seq + events.len() as u64 + 1;
        let args = asked.args.clone().unwrap_or_else(Value::String);
        let effect = handoff::effect_of(
            &asked.name,
            world.tools.get(&asked.name).map(|tool| tool.info().effect),
        );
        let call = OpenCall {
            call: call_id(position),
            label: label(world, &asked, effect),
            name: asked.name.chars().take(100).collect(),
            args,
            effect,
            seq: position,
            epoch: world.thread.state.epoch,
        };
        events.push(started(&call));
        if effect == Effect::Transfer && transfer_chosen {
            events.push(superseded(&call));
            continue;
        }
        match check_call(world, &asked) {
            Ok(()) => transfer_chosen |= effect == Effect::Transfer,
            Err(refusal) => {
                let result = json!({ "error": refusal.check, "message": refusal.detail });
                events.push(settle(&call, Settlement::Error, result));
                refusals.push(refusal);
            }
        }
    }
    refusals
}

/// Whether the owner may make this call at all, at its pinned version.
fn check_call(world: &World<'_>, asked: &AskedCall) -> Result<(), Refusal> {
    let Some(spec) = world.spec else { return Err(Refusal::new("version", "No agent owns.")) };
    let Ok(args) = &asked.args else {
        return Err(Refusal::new("malformed_arguments", "Arguments must be JSON."));
    };
    if let Some(target) =
        handoff::target_of(&asked.name).filter(|_| handoff::is_transfer(&asked.name))
    {
        let own = matches!(&target, Target::Agent { slug } if *slug == spec.slug);
        if own {
            return Err(Refusal::new("self_transfer", "You already own this conversation."));
        }
        let known = spec.targets.contains(&target).then(|| world.owner_of(&target)).flatten();
        let Some(to) = known else {
            let detail = format!("You cannot hand over with {}.", asked.name);
            return Err(Refusal { check: "unknown_target", detail });
        };
        Words::from_args(args).map_err(|detail| Refusal { check: "malformed_brief", detail })?;
        return guard::transfer_allowed(world, &to);
    }
    if !spec.tools.contains(&asked.name) || world.tools.get(&asked.name).is_none() {
        let name: String = asked.name.chars().take(100).collect();
        let detail = format!("You have no tool called {name}.");
        return Err(Refusal { check: "unknown_tool", detail });
    }
    world
        .tools
        .check(&asked.name, args)
        .map_err(|detail| Refusal { check: "malformed_arguments", detail })
}

/// Performs the transfer that an answer chose, now that its siblings are settled.
fn perform_transfer(world: &World<'_>, call: &OpenCall) -> Vec<EventBody> {
    let asked = AskedCall { name: call.name.clone(), args: Ok(call.args.clone()) };
    let checked = check_call(world, &asked).and_then(|()| {
        let to = handoff::target_of(&call.name).and_then(|target| world.owner_of(&target));
        let words = Words::from_args(&call.args);
        to.zip(words.ok())
            .ok_or_else(|| Refusal::new("unknown_target", "It is not there any more."))
    });
    match checked {
        Ok((to, words)) => {
            let mut events = vec![settle(call, Settlement::Ok, json!({ "owner": to.name() }))];
            let evidence = format!("called {}", call.name);
            let trigger = Trigger { kind: TriggerKind::Model, evidence };
            let handoff = handoff::hand_over(world, &events, to, trigger, words);
            events.extend(handoff);
            events
        }
        Err(refusal) => {
            let result = json!({ "error": refusal.check, "message": refusal.detail });
            let events = vec![settle(call, Settlement::Denied, result)];
            refuse(world, events, &[refusal])
        }
    }
}

/// The visitor says something. To a closed conversation it opens it again.
pub fn visitor_says(world: &World<'_>, client_id: ClientId, text: String) -> Vec<EventBody> {
    let mut events = reopen(world);
    let name = world.thread.state.visitor.display_name().to_owned();
    events.push(EventBody::Message(Message {
        author: Author::new(AuthorKind::Visitor, name),
        text,
        client_id: Some(client_id),
        quick_replies: Vec::new(),
        sources: Vec::new(),
    }));
    events
}

fn reopen(world: &World<'_>) -> Vec<EventBody> {
    if !world.thread.state.is_closed() {
        return Vec::new();
    }
    let to = world.desk.owner(&world.desk.settings.front_door).unwrap_or_else(|| world.queue());
    let kind = TriggerKind::Reopen;
    let trigger = Trigger { kind, evidence: "a message to a closed conversation".to_owned() };
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
    let evidence = format!("{} claimed it", staff.name);
    let trigger = Trigger { kind: TriggerKind::Claim, evidence };
    Ok(handoff::hand_over(world, &[], to, trigger, Words::default()))
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
        Trigger { kind: TriggerKind::Return, evidence: format!("{} handed it back", staff.name) };
    let handoff = handoff::hand_over(world, &events, to, trigger, words);
    events.extend(handoff);
    events
}

/// A member of staff closes the conversation.
pub fn close(world: &World<'_>, staff: &StaffRef) -> Vec<EventBody> {
    let trigger =
        Trigger { kind: TriggerKind::Close, evidence: format!("{} closed it", staff.name) };
    let mut events = handoff::hand_over(world, &[], Owner::Nobody, trigger, Words::default());
    events.push(EventBody::Closed(Closed { by: Some(staff.clone()) }));
    events
}

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

fn decide_approval(
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

/// Ends the turn that is going on.
pub fn end_turn(world: &World<'_>, state: TurnState) -> Vec<EventBody> {
    let turn = world.thread.state.turn.as_ref();
    turn.map(|turn| EventBody::Turn(TurnEnded { turn: turn.id, state })).into_iter().collect()
}

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

fn started(call: &OpenCall) -> EventBody {
    EventBody::Tool(Tool {
        call: call.call.clone(),
        name: call.name.clone(),
        state: ToolState::Started,
        label: call.label.clone(),
        effect: call.effect,
        args: Some(call.args.clone()),
        result: None,
        settlement: None,
        facts: Vec::new(),
        untrusted: false,
    })
}

fn superseded(call: &OpenCall) -> EventBody {
    settle(call, Settlement::Superseded, json!({ "error": "superseded" }))
}

/// The calls that `events` began and did not settle.
fn opened_by(events: &[EventBody]) -> Vec<OpenCall> {
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
                seq: 0,
                epoch: 0,
            });
        } else {
            open.retain(|call| call.call != tool.call);
        }
    }
    open
}

fn label(world: &World<'_>, asked: &AskedCall, effect: Effect) -> String {
    if effect == Effect::Transfer {
        return "Handing over".to_owned();
    }
    match (world.tools.get(&asked.name), &asked.args) {
        (Some(tool), Ok(args)) => tool.label(args),
        _ => "Working on it".to_owned(),
    }
}

fn call_id(position: Seq) -> CallId {
    #[expect(clippy::expect_used, reason = "a letter and a number make an id")]
    format!("c{position}").parse().expect("an id")
}

fn agent_version(owner: &Owner) -> u32 {
    match owner {
        Owner::Agent { version, .. } => *version,
        _ => 0,
    }
}
