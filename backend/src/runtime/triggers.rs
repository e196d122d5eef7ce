//! The triggers before the brain, in their order: safety and the wish for a person, the desk's
//! guardrails, the admin's rules, a missing capability, low confidence. (The last is the brain's own
//! choice.)

use shared::{
    agent::{AgentSpec, Target},
    brief::{Trigger, TriggerKind},
    event::EventBody,
    id::Seq,
    owner::Owner,
};

use super::{
    World, evidence, guardrails, handoff,
    rules::{self, Situation},
};
use crate::brain::Reading;

/// Below this many words a message is taken for an answer to a question, not for a request.
const REQUEST_WORDS: usize = 3;

/// A visitor message that no brain has taken in.
pub(super) struct Unread<'a> {
    seq: Seq,
    text: &'a str,
    reading: Reading,
}

impl<'a> Unread<'a> {
    /// What the rules of `spec` are held against.
    pub(super) fn situation(&'a self, world: &World<'a>, spec: &AgentSpec) -> Situation<'a> {
        Situation {
            text: self.text,
            reading: &self.reading,
            threshold: spec.confidence_threshold,
            state: &world.thread.state,
            open: world.desk.settings.is_open(world.now),
        }
    }
}

/// What the unread visitor messages set off before a brain is asked; empty if nothing.
///
/// Several of them are one burst: no later word takes back the wish for a person, or what a rule
/// looks for.
pub fn before_the_brain(world: &World<'_>) -> Vec<EventBody> {
    let burst = unread(world);
    let newest_first = || burst.iter().rev();
    newest_first()
        .find_map(|said| wish_for_a_person(world, said))
        .or_else(|| {
            let alone = burst.len() == 1;
            newest_first()
                .find_map(|said| guardrails::before_the_brain(world, said.seq, said.text, alone))
        })
        .or_else(|| newest_first().find_map(|said| rule(world, said)))
        .or_else(|| missing_capability(world, &burst))
        .or_else(|| low_confidence(world, &burst))
        .unwrap_or_default()
}

/// The burst, oldest first, read in the light of what was said before.
pub(super) fn unread<'a>(world: &'a World<'_>) -> Vec<Unread<'a>> {
    let state = &world.thread.state;
    // The wish for a person has already brought it here; it does not fire again on the same words.
    let heard = state.taken_in.max(state.wants_person.unwrap_or(0));
    let mut burst: Vec<_> = world
        .visitor_messages()
        .rev()
        .take_while(|(seq, _)| *seq > heard)
        .map(|(seq, text)| {
            let reading = world.desk.faculty.reader.read(text, &earlier(world, seq));
            Unread { seq, text, reading }
        })
        .collect();
    burst.reverse();
    burst
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

fn wish_for_a_person(world: &World<'_>, said: &Unread<'_>) -> Option<Vec<EventBody>> {
    let Unread { text, reading, .. } = said;
    let (kind, words) = match (&reading.safety, &reading.wants_person) {
        (Some(words), _) => (TriggerKind::Safety, words),
        (None, Some(words)) => (TriggerKind::AskedForPerson, words),
        (None, None) => return None,
    };
    let trigger = Trigger { kind, evidence: evidence::wrote(text, words) };
    Some(handoff::escalate(world, trigger, handoff::reason_of(kind)))
}

fn rule(world: &World<'_>, said: &Unread<'_>) -> Option<Vec<EventBody>> {
    let spec = world.spec?;
    let (rule, evidence) = rules::first_match(&spec.rules, &said.situation(world, spec))?;
    let to = world.owner_of(&rule.then).filter(|to| to.differs_from(&world.thread.state.owner))?;
    if !super::guard::may_go_to(world, &to) {
        return None;
    }
    let trigger = Trigger { kind: TriggerKind::Rule, evidence };
    let reason = format!("The rule “{}” applies.", rule.name);
    Some(handoff::fire(world, trigger, Some(rule.name.clone()), to, &reason))
}

/// What was asked for first decides who answers; whoever that is takes up or hands over the rest.
fn missing_capability(world: &World<'_>, burst: &[Unread<'_>]) -> Option<Vec<EventBody>> {
    let spec = world.spec?;
    let (newest, before) = burst.split_last()?;
    // "No", "thanks", "A1002" after a request may take it back: what it comes to, the brain says.
    if newest.reading.conversational && !before.is_empty() {
        return None;
    }
    let asks = |said: &&Unread<'_>| {
        let top = said.reading.intents.first();
        let is_sure = top.is_some_and(|(_, p)| *p >= spec.confidence_threshold);
        is_sure && !said.reading.conversational && said.reading.needs_tool.is_some()
    };
    let has = |said: &Unread<'_>| {
        said.reading.needs_tool.as_ref().is_some_and(|tool| spec.tools.contains(tool))
    };
    // Who can serve a part of it answers that first, and then hands over.
    if burst.iter().filter(asks).any(has) {
        return None;
    }
    let Unread { text, reading, .. } = burst.iter().find(asks)?;
    let (tool, (intent, p)) = (reading.needs_tool.as_ref()?, reading.intents.first()?);
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

/// One unclear utterance is asked about; the second in a row goes to people.
fn low_confidence(world: &World<'_>, burst: &[Unread<'_>]) -> Option<Vec<EventBody>> {
    let threshold = world.spec?.confidence_threshold;
    let unclear = |said: &&Unread<'_>| is_unclear(said.text, &said.reading, threshold);
    let Unread { text, reading, .. } = burst.iter().rev().find(unclear)?;
    // A clear word among them is what the brain goes by.
    if !burst.iter().all(|said| said.reading.conversational || unclear(&said)) {
        return None;
    }
    let state = &world.thread.state;
    let first = burst.first()?.seq;
    let (seq, previous) = world.visitor_messages().rev().find(|(seq, _)| *seq < first)?;
    let earlier = world.desk.faculty.reader.read(previous, &[]);
    // An earlier tenure's, or one that nobody has answered, was not asked about.
    if seq < state.tenure_seq || seq > state.taken_in || !is_unclear(previous, &earlier, threshold)
    {
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
        && reading.slots.iter().all(|(key, _)| key == "date")
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
