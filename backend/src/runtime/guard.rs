//! What no agent gets past: budgets, ping-pong, promises without a deed.

use std::sync::LazyLock;

use regex::Regex;
use shared::{
    agent::Budgets,
    brief::TriggerKind,
    conversation::Conversation,
    event::{EventBody, Guard, Verdict},
    owner::Owner,
};

use super::{World, handoff};

/// A broken answer may be repaired this often before a person takes over.
pub const REPAIRS: u32 = 1;

/// Hands to people if a budget is used up; empty if all is within.
pub fn over_budget(world: &World<'_>) -> Vec<EventBody> {
    let state = &world.thread.state;
    let (Some(spec), Some(turn)) = (world.spec, &state.turn) else { return Vec::new() };
    let Budgets { steps, tokens, .. } = spec.budgets;
    let used = state.usage.tokens();
    if turn.steps >= steps {
        let detail = format!("{} steps in one turn, {steps} allowed", turn.steps);
        handoff::give_up(world, "steps", TriggerKind::Budget, &detail)
    } else if used >= tokens {
        let detail = format!("{used} tokens in the conversation, {tokens} allowed");
        handoff::give_up(world, "tokens", TriggerKind::Budget, &detail)
    } else {
        Vec::new()
    }
}

/// Why the conversation may not go to `to` now; `Ok` if it may.
pub fn transfer_allowed(world: &World<'_>, to: &Owner) -> Result<(), Refusal> {
    let state = &world.thread.state;
    if !to.differs_from(&state.owner) {
        return Err(Refusal::new("self_transfer", "You already own this conversation."));
    }
    if !wish_respected(world, to) {
        let detail = "The visitor asked for a person. Hand over to a queue of people.";
        return Err(Refusal::new("wish_for_a_person", detail));
    }
    if matches!(to, Owner::Queue { .. }) {
        // People are always in reach.
        return Ok(());
    }
    let Some(turn) = &state.turn else { return Ok(()) };
    let allowed = world.spec.map_or(0, |spec| spec.budgets.handoffs);
    if turn.hops.len() >= allowed as usize {
        let detail = format!("{} handoffs in this turn, {allowed} allowed.", turn.hops.len());
        return Err(Refusal { check: "handoffs", detail });
    }
    if let Some(detail) = ping_pong(state, to) {
        return Err(Refusal { check: "ping_pong", detail });
    }
    Ok(())
}

/// Whether a trigger may send the conversation to `to` without going round in circles.
pub fn may_go_to(world: &World<'_>, to: &Owner) -> bool {
    transfer_allowed(world, to).is_ok()
}

/// A guard's no, with a reason that the brain can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which guard.
    pub check: &'static str,
    /// What to do about it.
    pub detail: String,
}

impl Refusal {
    /// `check` says no, because of `detail`.
    pub fn new(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, detail: detail.into() }
    }

    /// The refusal as the record has it.
    pub fn event(&self) -> EventBody {
        EventBody::Guard(Guard {
            check: self.check.to_owned(),
            verdict: Verdict::Refused,
            detail: self.detail.clone(),
            about: None,
        })
    }
}

fn wish_respected(world: &World<'_>, to: &Owner) -> bool {
    match (world.thread.state.wants_person, to) {
        (Some(_), Owner::Agent { slug, .. }) => world.is_escalation(slug),
        _ => true,
    }
}

/// An agent that has handed over in this turn gets the conversation back only for a reason: a new
/// message of the visitor, or something newly known. This refuses cycles of any length.
fn ping_pong(state: &Conversation, to: &Owner) -> Option<String> {
    let turn = state.turn.as_ref()?;
    let left = turn.hops.iter().rev().find(|hop| !hop.from.differs_from(to))?;
    let news = state.last_visitor_message.max(state.last_new_fact);
    (news <= left.seq).then(|| {
        format!(
            "{} handed this over at event {} and nothing new is known since. Answer, find out \
             something new, or hand over to people.",
            to.name(),
            left.seq
        )
    })
}

static PROMISE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(?:i(?:'|’)?(?:\s+wi)?ll|i\s+am|i(?:'|’)m|let\s+me)\s+(?:now\s+|just\s+|going\s+to\s+)?
        (?:transfer(?:ring)?|connect(?:ing)?|forward(?:ing)?|hand(?:ing)?|pass(?:ing)?|put(?:ting)?)
        \s+(?:you|this|your)\b.{0,40}\b(?:to|with|through|over|on)\b",
    )
    .ok()
});

/// Whether an answer promises a handoff that it does not make.
pub fn promises_a_handoff(text: &str) -> bool {
    PROMISE.as_ref().is_some_and(|promise| promise.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_to_hand_over_is_heard() {
        let check = |text, expected| assert_eq!(promises_a_handoff(text), expected, "{text}");
        check("I'll transfer you to billing now.", true);
        check("I’ll connect you with a colleague.", true);
        check("I will hand this over to our team.", true);
        check("Let me pass you on to refunds!", true);
        check("I'm transferring you to a specialist", true);
        check("I can look that up for you.", false);
        check("You can transfer the money to our account.", false);
        check("Shall I ask a person to take over?", false);
        check("", false);
    }
}
