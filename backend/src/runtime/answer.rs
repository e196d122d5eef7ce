//! Takes in what a brain said: what of it is recorded, what is refused, whether the turn ends. Pure.

use serde_json::{Value, json};
use shared::{
    agent::Target,
    brief::{Trigger, TriggerKind, Usage},
    conversation::{Conversation, OpenCall},
    event::{Effect, EventBody, Guard, Message, Settlement, Source, StepUsage, TurnState, Verdict},
    id::{CallId, ID_BYTES, Seq},
    message::{Author, AuthorKind},
    owner::Owner,
};

use super::{
    World,
    calls::{opened_by, settle, started, superseded},
    decide::end_turn,
    evidence, guard,
    guard::Refusal,
    guardrails,
    handoff::{self, Words, give_up_after},
    pieces::{ARGS_BYTES, ARGS_DEPTH, is_blank},
};

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
    /// Why it may not cost what it would cost, if so.
    pub broke: Option<String>,
    /// Models that failed before it.
    pub setbacks: Vec<Setback>,
    /// How much was heard of it, in bytes.
    pub heard: usize,
}

/// A model that did not come to an end, so that another one went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// Which.
    pub model: String,
    /// Why.
    pub why: String,
}

/// A call as a brain made it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedCall {
    /// Which tool.
    pub name: String,
    /// With what; `Err` holds text that is not JSON, or its beginning.
    pub args: Result<Value, String>,
}

/// What is recorded of a brain's answer to the conversation as `asked`, now that it is whole; `None`
/// if it is void. Under another owner it is. So it is if the visitor has said more and it is thrown
/// away for that (`restart`): then all is answered together. Anything else leaves it as it is.
pub fn heard(
    world: &World<'_>,
    asked: &Conversation,
    whole: &Answer,
    restart: bool,
) -> Option<Vec<EventBody>> {
    let now = &world.thread.state;
    let is_void = now.epoch != asked.epoch || now.calls != asked.calls || now.turn.is_none();
    let said_more = now.last_visitor_message > whole.through;
    let void = is_void || (said_more && restart);
    (!void).then(|| answer(world, whole.clone()))
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
        asked_in: None,
        usage: answer.usage,
    })];
    events.extend(answer.setbacks.iter().map(|setback| {
        EventBody::Guard(Guard {
            check: "model_failed".to_owned(),
            verdict: Verdict::Replaced,
            detail: format!("{}: {}", setback.model, setback.why),
            about: None,
        })
    }));
    if let Some(why) = &answer.broke {
        // Asking again would cost the same: a person goes on.
        events.extend(give_up_after(world, &events, "spend", TriggerKind::Budget, why));
        return events;
    }
    if let Some(refusal) = fault_of(&answer) {
        return refuse(world, events, &[refusal]);
    }
    if !is_blank(&answer.text) && !promises_in_vain(world, &answer) {
        match guardrails::answered(world, answer.text.trim().to_owned()) {
            Ok(held) => {
                events.extend(held.events);
                let as_said = !held.replaced;
                events.push(EventBody::Message(Message {
                    author: Author::new(AuthorKind::Agent, spec.name.clone()),
                    text: held.text,
                    client_id: None,
                    quick_replies: answer
                        .quick_replies
                        .into_iter()
                        .filter(|reply| as_said && guardrails::lets_pass(world, reply))
                        .collect(),
                    sources: answer.sources.into_iter().filter(|_| as_said).collect(),
                }));
            }
            Err(refusal) => return refuse(world, events, &[refusal]),
        }
    }
    if answer.calls.is_empty() {
        // A message that came meanwhile is taken in at the next step of the same turn.
        if state.last_visitor_message <= answer.through {
            events.extend(end_of_answer(world, &events));
        }
        return events;
    }
    let refusals = record_calls(world, &mut events, answer.calls);
    if refusals.is_empty() { events } else { refuse(world, events, &refusals) }
}

/// What a brain used for an answer that nobody hears; `None` if it used nothing. It has taken no
/// message in, and is on the account of the tenure in which it was asked, whoever owns by now.
pub fn unheard(world: &World<'_>, model: String, usage: Usage) -> Option<EventBody> {
    let used = usage.tokens() > 0 || usage.cost_micros > 0;
    let spec = world.spec.filter(|_| used)?;
    Some(EventBody::Usage(StepUsage {
        agent: spec.slug.clone(),
        version: agent_version(&world.thread.state.owner),
        model,
        through: 0,
        asked_in: Some(world.thread.state.epoch),
        usage,
    }))
}

/// An answer ends its turn. After the wish for a person it ends with people, whatever the agent
/// thought of saying instead.
pub(super) fn end_of_answer(world: &World<'_>, before: &[EventBody]) -> Vec<EventBody> {
    let Some(evidence) = evidence::of_the_wish(world) else {
        return end_turn(world, TurnState::Done);
    };
    let trigger = Trigger { kind: TriggerKind::AskedForPerson, evidence };
    let reason = handoff::reason_of(TriggerKind::AskedForPerson).to_owned();
    let words = Words { reason, ..Words::default() };
    handoff::hand_over(world, before, world.queue(), trigger, words)
}

/// What is wrong with an answer as a whole.
fn fault_of(answer: &Answer) -> Option<Refusal> {
    if let Some(failure) = &answer.failure {
        return Some(Refusal::new("brain_failed", failure.clone()));
    }
    if is_blank(&answer.text) && answer.calls.is_empty() {
        return Some(Refusal::new("empty_answer", "Answer, call a tool or hand over."));
    }
    let hands_over = answer.calls.iter().any(|call| handoff::is_transfer(&call.name));
    if !hands_over && guard::promises_a_handoff(&answer.text) {
        let detail = "You promised a handoff without making it: call the transfer tool.";
        return Some(Refusal::new("promise_without_handoff", detail));
    }
    None
}

/// Whether the text promises a handoff of which every call will be refused. The refusals tell the
/// brain why; the visitor is told nothing that does not happen.
fn promises_in_vain(world: &World<'_>, answer: &Answer) -> bool {
    let mut transfers = answer.calls.iter().filter(|call| handoff::is_transfer(&call.name));
    guard::promises_a_handoff(&answer.text)
        && !transfers.any(|call| check_call(world, call).is_ok())
}

/// One repair, then a person.
fn refuse(world: &World<'_>, mut events: Vec<EventBody>, refusals: &[Refusal]) -> Vec<EventBody> {
    let repairs = world.thread.state.turn.as_ref().map_or(0, |turn| turn.repairs);
    let to_people = refusals.iter().find(|refusal| refusal.check == guardrails::TO_PEOPLE);
    let exhausted = repairs >= guard::REPAIRS || to_people.is_some();
    let Some(last) = to_people.or(refusals.last()).cloned() else { return events };
    events.extend(refusals.iter().map(Refusal::event));
    if exhausted {
        // Calls of this same answer are not begun: a person decides.
        let opened = opened_by(&events);
        events.extend(opened.into_iter().map(|call| superseded(&call)));
        let kind = match last.check {
            "ping_pong" | "handoffs" => TriggerKind::Budget,
            guardrails::TO_PEOPLE => TriggerKind::Rule,
            _ => TriggerKind::Fault,
        };
        let trigger = Trigger { kind, evidence: evidence::stopped(last.check, &last.detail) };
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
        let effect = handoff::effect_of(
            &asked.name,
            world.tools.get(&asked.name).map(|tool| tool.info().effect),
        );
        let mut args = asked.args.clone().unwrap_or_else(Value::String);
        let checked = check_call(world, &asked);
        if checked.is_err() && handoff::is_transfer(&asked.name) {
            // Refused for whatever reason, its words are held all the same.
            let _ = hold_call(world, &asked, &mut args);
        }
        let checked = checked.and_then(|()| hold_call(world, &asked, &mut args));
        let (label, name) = match &checked {
            Ok(_) => (label(world, &asked, effect), asked.name.clone()),
            // Visitors see both; neither may say what the brain would like them to read.
            Err(_) => ("Working on it".to_owned(), plain_name(&asked.name)),
        };
        let call = OpenCall {
            call: call_id(position),
            label,
            name,
            args,
            effect,
            approved: None,
            acting: None,
            seq: position,
            epoch: world.thread.state.epoch,
        };
        events.push(started(&call));
        if effect == Effect::Transfer && transfer_chosen {
            events.push(superseded(&call));
            continue;
        }
        match checked {
            Ok(verdicts) => {
                transfer_chosen |= effect == Effect::Transfer;
                events.extend(verdicts);
            }
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
        let detail = format!(
            "Arguments must be JSON, of at most {ARGS_BYTES} bytes and {ARGS_DEPTH} levels."
        );
        return Err(Refusal { check: "malformed_arguments", detail });
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
            let detail = format!("You cannot hand over with {}.", plain_name(&asked.name));
            return Err(Refusal { check: "unknown_target", detail });
        };
        Words::from_args(args).map_err(|detail| Refusal { check: "malformed_brief", detail })?;
        return guard::transfer_allowed(world, &to);
    }
    if !spec.tools.contains(&asked.name) || world.tools.get(&asked.name).is_none() {
        let detail = format!("You have no tool called {}.", plain_name(&asked.name));
        return Err(Refusal { check: "unknown_tool", detail });
    }
    world
        .tools
        .check(&asked.name, args)
        .map_err(|detail| Refusal { check: "malformed_arguments", detail })
}

/// What the guardrails say about a call that could be made. What they take out of it, or do not let
/// pass, is not in `args` any more, and so never on record.
fn hold_call(
    world: &World<'_>,
    asked: &AskedCall,
    args: &mut Value,
) -> Result<Vec<EventBody>, Refusal> {
    let whole = args.take();
    if !handoff::is_transfer(&asked.name) {
        let verdicts = guardrails::called(world, &whole)?;
        *args = whole;
        return Ok(verdicts);
    }
    let words = Words::from_args(&whole).unwrap_or_default();
    let (held, verdicts) = guardrails::handed_over(world, words.clone())?;
    *args = if held == words { whole } else { held.into_args() };
    Ok(verdicts)
}

/// Performs the transfer that an answer chose, now that its siblings are settled.
pub fn perform_transfer(world: &World<'_>, call: &OpenCall) -> Vec<EventBody> {
    let asked = AskedCall { name: call.name.clone(), args: Ok(call.args.clone()) };
    let checked = check_call(world, &asked).and_then(|()| {
        let to = handoff::target_of(&call.name).and_then(|target| world.owner_of(&target));
        let words = Words::from_args(&call.args);
        let (to, words) = to
            .zip(words.ok())
            .ok_or_else(|| Refusal::new("unknown_target", "It is not there any more."))?;
        // The guardrails have had them when the call was recorded.
        Ok((to, words))
    });
    match checked {
        Ok((to, words)) => {
            let mut events = vec![settle(call, Settlement::Ok, json!({ "owner": to.name() }))];
            let trigger = transfer_trigger(world, &to);
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

/// The agent's own choice; but where it brings the visitor who asked for one to a person, it only
/// carries out that wish.
fn transfer_trigger(world: &World<'_>, to: &Owner) -> Trigger {
    match (evidence::of_the_wish(world), to) {
        (Some(evidence), Owner::Queue { .. }) => {
            Trigger { kind: TriggerKind::AskedForPerson, evidence }
        }
        _ => Trigger {
            kind: TriggerKind::Model,
            evidence: evidence::chose(&world.thread.state.owner, to),
        },
    }
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

/// A name as a tool could have it, of one that nobody vouches for.
fn plain_name(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name: String = name.chars().filter(plain).take(ID_BYTES).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
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
