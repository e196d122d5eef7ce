//! The triggers before the brain, in their order: safety and the wish for a person, the admin's
//! rules, a missing capability, low confidence. (The fifth is the brain's own choice.)

use shared::{
    agent::Target,
    brief::{Trigger, TriggerKind},
    event::EventBody,
    id::Seq,
    owner::Owner,
};

use super::{
    World, evidence, handoff,
    rules::{self, Situation},
};
use crate::brain::Reading;

/// Below this many words a message is taken for an answer to a question, not for a request.
const REQUEST_WORDS: usize = 3;

/// What the newest visitor message sets off before a brain is asked; empty if nothing.
pub fn before_the_brain(world: &World<'_>) -> Vec<EventBody> {
    let state = &world.thread.state;
    let Some((seq, text)) = world.visitor_messages().next_back() else { return Vec::new() };
    if seq <= state.taken_in {
        return Vec::new();
    }
    // The wish for a person has already brought it here; it does not fire again on the same words.
    if state.wants_person.is_some_and(|wish| wish > seq) {
        return Vec::new();
    }
    let before: Vec<&str> = earlier(world, seq);
    let reading = world.desk.faculty.reader.read(text, &before);
    wish_for_a_person(world, text, &reading)
        .or_else(|| wish_before(world, seq))
        .or_else(|| rule(world, text, &reading))
        .or_else(|| rule_before(world, seq))
        .or_else(|| missing_capability(world, text, &reading))
        .or_else(|| low_confidence(world, text, &reading))
        .unwrap_or_default()
}

/// The visitor messages before `seq`, oldest first, as context for the reader.
fn earlier<'a>(world: &World<'a>, seq: u64) -> Vec<&'a str> {
    let thread = world.thread;
    let mut texts: Vec<&str> = thread
        .events
        .iter()
        .rev()
        .filter(|event| event.seq < seq)
        .filter_map(|event| match &event.body {
            EventBody::Message(m) if m.author.kind == shared::message::AuthorKind::Visitor => {
                Some(m.text.as_str())
            }
            _ => None,
        })
        .take(4)
        .collect();
    texts.reverse();
    texts
}

fn wish_for_a_person(world: &World<'_>, text: &str, reading: &Reading) -> Option<Vec<EventBody>> {
    let (kind, words) = match (&reading.safety, &reading.wants_person) {
        (Some(words), _) => (TriggerKind::Safety, words),
        (None, Some(words)) => (TriggerKind::AskedForPerson, words),
        (None, None) => return None,
    };
    let trigger = Trigger { kind, evidence: evidence::wrote(text, words) };
    Some(handoff::escalate(world, trigger, handoff::reason_of(kind)))
}

/// The same in the messages of a burst before its newest: no later word takes a wish back.
fn wish_before(world: &World<'_>, newest: Seq) -> Option<Vec<EventBody>> {
    let state = &world.thread.state;
    let heard = state.taken_in.max(state.wants_person.unwrap_or(0));
    world
        .visitor_messages()
        .rev()
        .skip_while(|(seq, _)| *seq >= newest)
        .take_while(|(seq, _)| *seq > heard)
        .find_map(|(seq, text)| {
            let reading = world.desk.faculty.reader.read(text, &earlier(world, seq));
            wish_for_a_person(world, text, &reading)
        })
}

/// A rule on the messages of a burst before its newest: what is added takes nothing back.
fn rule_before(world: &World<'_>, newest: Seq) -> Option<Vec<EventBody>> {
    unread_before(world, newest).find_map(|(seq, text)| {
        let reading = world.desk.faculty.reader.read(text, &earlier(world, seq));
        rule(world, text, &reading)
    })
}

/// The visitor messages before `newest` that nobody has taken in, newest first.
fn unread_before<'a>(world: &World<'a>, newest: Seq) -> impl Iterator<Item = (Seq, &'a str)> {
    let state = &world.thread.state;
    let heard = state.taken_in.max(state.wants_person.unwrap_or(0));
    let thread = world.thread;
    let said = thread.events.iter().rev().take_while(move |event| event.seq > heard);
    said.filter(move |event| event.seq < newest).filter_map(|event| match &event.body {
        EventBody::Message(m) if m.author.kind == shared::message::AuthorKind::Visitor => {
            Some((event.seq, m.text.as_str()))
        }
        _ => None,
    })
}

fn rule(world: &World<'_>, text: &str, reading: &Reading) -> Option<Vec<EventBody>> {
    let spec = world.spec?;
    let settings = &world.desk.settings;
    let situation = Situation {
        text,
        reading,
        threshold: spec.confidence_threshold,
        state: &world.thread.state,
        open: settings.is_open(world.now),
    };
    let (rule, evidence) = rules::first_match(&spec.rules, &situation)?;
    let to = world.owner_of(&rule.then).filter(|to| to.differs_from(&world.thread.state.owner))?;
    if !super::guard::may_go_to(world, &to) {
        return None;
    }
    let trigger = Trigger { kind: TriggerKind::Rule, evidence };
    let reason = format!("The rule “{}” applies.", rule.name);
    Some(handoff::fire(world, trigger, Some(rule.name.clone()), to, &reason))
}

fn missing_capability(world: &World<'_>, text: &str, reading: &Reading) -> Option<Vec<EventBody>> {
    let spec = world.spec?;
    let tool = reading.needs_tool.as_ref().filter(|_| !reading.conversational)?;
    let (intent, p) = reading.intents.first()?;
    if *p < spec.confidence_threshold || spec.tools.contains(tool) {
        return None;
    }
    let capable = |target: &&Target| match target {
        Target::Agent { slug } => {
            world.desk.agents.get(slug).is_some_and(|(_, other)| other.tools.contains(tool))
        }
        Target::Queue { .. } => false,
    };
    let to = world.owner_of(spec.targets.iter().find(capable)?)?;
    if !super::guard::may_go_to(world, &to) {
        return None;
    }
    let evidence = evidence::needs_tool(text, intent, *p, tool);
    let trigger = Trigger { kind: TriggerKind::MissingCapability, evidence };
    let reason = format!("{} can do this.", to.name());
    Some(handoff::fire(world, trigger, None, to, &reason))
}

/// One unclear message is asked about; the second in a row goes to people.
fn low_confidence(world: &World<'_>, text: &str, reading: &Reading) -> Option<Vec<EventBody>> {
    let threshold = world.spec?.confidence_threshold;
    if !is_unclear(text, reading, threshold) {
        return None;
    }
    let tenure = world.thread.state.tenure_seq;
    let (seq, previous) = world.visitor_messages().rev().nth(1)?;
    let earlier = world.desk.faculty.reader.read(previous, &[]);
    if seq < tenure || !is_unclear(previous, &earlier, threshold) {
        return None;
    }
    let p = reading.intents.first().map_or(0.0, |(_, p)| *p);
    let evidence = evidence::unclear(text, p, threshold);
    let trigger = Trigger { kind: TriggerKind::LowConfidence, evidence };
    Some(handoff::escalate(world, trigger, handoff::reason_of(TriggerKind::LowConfidence)))
}

fn is_unclear(text: &str, reading: &Reading, threshold: f32) -> bool {
    let top = reading.intents.first().map_or(0.0, |(_, p)| *p);
    let is_request = text.split_whitespace().count() >= REQUEST_WORDS;
    is_request
        && !reading.conversational
        && reading.slots.is_empty()
        && (reading.out_of_scope || top < threshold)
}

/// The visitor pressed "talk to a person".
pub fn pressed_for_a_person(world: &World<'_>) -> Vec<EventBody> {
    match world.thread.state.owner {
        // People have it already.
        Owner::Queue { .. } | Owner::Staff { .. } => Vec::new(),
        Owner::Agent { .. } | Owner::Nobody => {
            let kind = TriggerKind::AskedForPerson;
            let trigger = Trigger { kind, evidence: evidence::pressed() };
            handoff::escalate(world, trigger, handoff::reason_of(kind))
        }
    }
}
