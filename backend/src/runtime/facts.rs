//! What the journal shows: facts, what was done, what was refused, what people decided.
//! A brief is made of this, never of a model's memory.

use std::collections::BTreeMap;

use shared::{
    brief::{Authorisation, Done, Fact},
    event::{ApprovalState, Effect, EventBody, Settlement, ToolState},
    id::{ApprovalId, Seq},
    money::Money,
};

use super::World;

/// Visitor messages since the last brief, newest first, in which values are looked for.
const MESSAGES_READ: usize = 200;
/// The fact that says who the visitor is.
const CUSTOMER: &str = "customer";
/// Most facts in one brief.
const FACTS: usize = 200;

/// What is known: who the visitor is, what they named, what tools found. Newest value of each key,
/// oldest first.
pub fn facts(world: &World<'_>) -> Vec<Fact> {
    let mut known: BTreeMap<(String, String), Seq> = BTreeMap::new();
    let visitor = &world.thread.state.visitor;
    if let Some(customer) = visitor.verified_customer() {
        known.insert((CUSTOMER.to_owned(), customer.to_owned()), 1);
    }
    let from_tools = &world.thread.state.facts;
    let reader = &world.desk.faculty.reader;
    let earlier = world.thread.state.brief.as_ref();
    let read_to = earlier.map_or(0, |brief| brief.transcript_range.1);
    let unread = world.visitor_messages().rev().take_while(|(seq, _)| *seq > read_to);
    for (seq, text) in unread.take(MESSAGES_READ) {
        for slot in reader.read(text, &[]).slots {
            known.insert(slot, seq);
        }
    }
    // What visitors named stays known however long ago it was; of what tools found, the newest, and
    // who the visitor is, is on record anyway. The first time that something was said is its source.
    let named = |fact: &&Fact| fact.key != CUSTOMER && !from_tools.contains_key(&fact.key);
    for fact in earlier.iter().flat_map(|brief| &brief.facts).filter(named) {
        known.insert((fact.key.clone(), fact.value.clone()), fact.source_seq);
    }
    for (key, (value, seq)) in from_tools {
        known.insert((key.clone(), value.clone()), *seq);
    }
    let mut facts: Vec<Fact> = known
        .into_iter()
        .map(|((key, value), source_seq)| Fact { key, value, source_seq })
        .collect();
    facts.sort_by_key(|fact| fact.source_seq);
    let surplus = facts.len().saturating_sub(FACTS);
    facts.drain(..surplus);
    facts
}

/// How a write ended of which nobody knows.
const IN_DOUBT: &str = "not known whether it was done";

/// What was done, and how it ended: writes and refunds. Looking something up is no deed; what it
/// found is among the facts.
pub fn done(world: &World<'_>) -> Vec<Done> {
    let mut done: Vec<Done> = Vec::new();
    let mut note = |action: String, outcome: String, seq| {
        // What is in doubt stays so, whatever else was done under the same words.
        done.retain(|d| d.action != action || d.outcome == IN_DOUBT);
        done.push(Done { action, outcome, seq });
    };
    for event in &world.thread.events {
        match &event.body {
            EventBody::Tool(t)
                if t.effect == Effect::Write && t.settlement == Some(Settlement::Unknown) =>
            {
                note(t.label.clone(), IN_DOUBT.to_owned(), event.seq);
            }
            EventBody::Tool(t)
                if t.state == ToolState::Done
                    && t.effect == Effect::Write
                    && world
                        .thread
                        .state
                        .refunds
                        .iter()
                        .all(|r| r.terms.as_ref().is_none_or(|terms| terms.call != t.call)) =>
            {
                note(t.label.clone(), "done".to_owned(), event.seq);
            }
            EventBody::Refund(r) => {
                let action = format!("Refund of {} for order {}", r.money, r.order);
                note(action, state_in_words(r.state).to_owned(), event.seq);
            }
            _ => {}
        }
    }
    done
}

fn state_in_words(state: shared::event::RefundState) -> &'static str {
    use shared::event::RefundState as S;
    match state {
        S::Waiting => "waiting for a person's approval",
        S::Pending => "sent to the payment provider",
        S::Unknown => "not confirmed by the payment provider yet",
        S::Succeeded => "refunded",
        S::Failed => "refused by the payment provider",
        S::Declined => "declined by a person",
        S::Expired => "not decided in time",
    }
}

/// What was refused, and why, in words.
pub fn refused(world: &World<'_>) -> Vec<String> {
    let mut refused: Vec<String> = Vec::new();
    for event in &world.thread.events {
        if let EventBody::Tool(t) = &event.body
            && t.settlement == Some(Settlement::Denied)
            && t.effect != Effect::Transfer
        {
            let why = t.result.as_ref().and_then(|r| r.get("message")).and_then(|m| m.as_str());
            let line = format!("{}: {}", t.label, why.unwrap_or("denied"));
            if !refused.contains(&line) {
                refused.push(line);
            }
        }
    }
    refused
}

/// What people decided, with the amounts that they decided on.
pub fn authorisations(world: &World<'_>) -> Vec<Authorisation> {
    let mut asked: BTreeMap<&ApprovalId, Option<Money>> = BTreeMap::new();
    let mut decided = Vec::new();
    for event in &world.thread.events {
        let EventBody::Approval(a) = &event.body else { continue };
        match a.state {
            ApprovalState::Waiting => {
                asked.insert(&a.id, a.action.as_ref().and_then(|action| action.money));
            }
            ApprovalState::Approved | ApprovalState::Declined => {
                let verb = if a.state == ApprovalState::Approved { "approved" } else { "declined" };
                decided.push(Authorisation {
                    approval: a.id.clone(),
                    action: format!("{verb}: {}", a.summary),
                    money: asked.get(&a.id).copied().flatten(),
                    by: a.by.as_ref().map_or_else(String::new, |by| by.name.clone()),
                    seq: event.seq,
                });
            }
            ApprovalState::Expired => {}
        }
    }
    decided
}
