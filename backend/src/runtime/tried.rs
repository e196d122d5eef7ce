//! Why a rule fired or did not, for whoever writes rules and tries them. Pure but for reading the
//! agents' pinned versions. Nothing is recorded: it is worked out again from the journal.

use std::sync::Arc;

use shared::{
    api::{TriedCondition, TriedRule, TriedRules},
    conversation::Conversation,
    event::{Event, EventBody},
    message::AuthorKind,
    owner::Owner,
};

use super::{
    Desk, World, guard,
    rules::{self, Finding},
    triggers,
};
use crate::{
    journal::{Events, Thread},
    storage::StoreError,
};

impl Desk {
    /// How the rules of whoever owned were held against each message of the visitor, oldest first.
    pub async fn tried(&self, thread: &Thread) -> Result<Vec<TriedRules>, StoreError> {
        let desk = self.catalog().current();
        let money = self.money_enabled().await?;
        let mut tried = Vec::new();
        for (past, at) in moments(thread) {
            let spec = self.owner_spec(&past).await?;
            let world = World {
                thread: &past,
                spec: spec.as_deref(),
                desk: &desk,
                tools: &self.tools(),
                money,
                owner_there: None,
                now: at.at,
            };
            tried.extend(held_against(&world).filter(|tried| !tried.rules.is_empty()));
        }
        Ok(tried)
    }
}

/// The conversation as it was each time when the triggers looked at a new message: once a burst is
/// whole, and again whenever another agent takes over before a brain has taken the message in.
fn moments(thread: &Thread) -> Vec<(Thread, Arc<Event>)> {
    let mut moments = Vec::new();
    let mut events = Events::default();
    let mut state: Option<Conversation> = None;
    let says = |event: &Event| matches!(&event.body, EventBody::Message(m) if m.author.kind == AuthorKind::Visitor);
    for (i, event) in thread.events.iter().enumerate() {
        events.push(event.clone());
        match &mut state {
            None => state = Conversation::open(thread.state.id.clone(), event).ok(),
            Some(state) => drop(state.apply_seen(event)),
        }
        let Some(state) = &state else { continue };
        let more = thread.events.get(i + 1).is_some_and(|next| says(next));
        let takes_over = matches!(&event.body, EventBody::Handoff(_));
        let looked = (says(event) && !more) || takes_over;
        let unread = state.last_visitor_message > state.taken_in;
        if looked && unread && matches!(state.owner, Owner::Agent { .. }) {
            let past = Thread { state: state.clone(), events: events.clone(), head: thread.head };
            moments.push((past, event.clone()));
        }
    }
    moments
}

/// How the owner's rules are held against what was said: of a burst, the message for which one of
/// them holds, or its newest. `None` if nothing is unread.
fn held_against(world: &World<'_>) -> Option<TriedRules> {
    let spec = world.spec?;
    let burst = triggers::unread(world);
    let holds = |said: &&triggers::Unread<'_>| {
        rules::first_match(&spec.rules, &said.situation(world, spec)).is_some()
    };
    let said = burst.iter().rev().find(holds).or(burst.last())?;
    let situation = said.situation(world, spec);
    let fired = triggers::before_the_brain(world).into_iter().find_map(|body| match body {
        EventBody::Rule(fired) => Some(fired),
        _ => None,
    });
    let (rule, trigger) = fired.map(|fired| (fired.rule, fired.trigger)).unzip();
    let rule = rule.flatten();
    let before = |kind: shared::brief::TriggerKind| kind < shared::brief::TriggerKind::Rule;
    let instead = trigger.filter(|kind| before(*kind));
    let mut first = true;
    let rules = spec.rules.iter().map(|r| {
        let findings = rules::findings(r, &situation);
        let fired = rule.as_ref() == Some(&r.name);
        let holds = !findings.is_empty() && findings.iter().all(|finding| finding.holds);
        let held_back = (holds && !fired).then(|| {
            if instead.is_some() {
                "something else went first".to_owned()
            } else if !first {
                "an earlier rule holds, and only the first is followed".to_owned()
            } else {
                why_not(world, &r.then)
            }
        });
        first &= !holds;
        let condition = |Finding { holds, text }| TriedCondition { holds, text };
        let conditions = findings.into_iter().map(condition).collect();
        TriedRule { name: r.name.clone(), fired, conditions, held_back }
    });
    let rules = rules.collect();
    Some(TriedRules { seq: world.thread.state.seq, agent: spec.slug.clone(), rules, instead })
}

/// Why the conversation may not go where a rule sends it.
fn why_not(world: &World<'_>, then: &shared::agent::Target) -> String {
    match world.owner_of(then) {
        None => "where it leads is not published".to_owned(),
        Some(to) => match guard::transfer_allowed(world, &to) {
            Err(refusal) => refusal.detail,
            // Its words are in an earlier message of the same burst.
            Ok(()) => "another trigger went first".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        agent::{Condition, Rule, Target},
        brief::TriggerKind,
    };

    use super::*;
    use crate::runtime::stage::Stage;

    fn rule(name: &str, word: &str, to: &str) -> Rule {
        let when = vec![
            Condition::Text { any: vec![word.to_owned()] },
            Condition::Fact { key: "order".to_owned(), equals: None },
        ];
        Rule { name: name.to_owned(), when, then: Target::Agent { slug: to.parse().unwrap() } }
    }

    fn stage() -> Stage {
        let mut stage = Stage::new();
        stage.add_rule("front", rule("press", "newspaper", "help"));
        stage.add_rule("front", rule("paper", "newspaper", "money"));
        stage
    }

    /// What the front agent's rules came to, told in a line each.
    fn told(stage: &Stage) -> Vec<String> {
        let tried = stage.with(held_against).expect("tried");
        let line = |rule: &TriedRule| {
            let word = if rule.fired { "fired" } else { "not" };
            let why: Vec<&str> = rule.conditions.iter().map(|c| c.text.as_str()).collect();
            let back = rule.held_back.as_deref().unwrap_or_default();
            format!("{} {word}: {}; {back}", rule.name, why.join(", "))
        };
        tried.rules.iter().map(line).collect()
    }

    #[test]
    fn a_rule_that_fires_and_one_that_does_not_say_why() {
        let mut stage = stage();
        stage.visitor("the newspaper will hear of A1001");
        let why = "the message says “newspaper”, order is A1001";
        let back = "an earlier rule holds, and only the first is followed";
        assert_eq!(
            told(&stage),
            [format!("press fired: {why}; "), format!("paper not: {why}; {back}")]
        );

        let mut stage = self::stage();
        stage.visitor("the newspaper will hear of it");
        let why = "the message says “newspaper”, order is not known";
        assert_eq!(told(&stage), [format!("press not: {why}; "), format!("paper not: {why}; ")]);
    }

    #[test]
    fn what_goes_before_any_rule_is_named() {
        let mut stage = stage();
        stage.visitor("a human, or the newspaper hears of A1001");
        let tried = stage.with(held_against).expect("tried");
        assert_eq!(tried.instead, Some(TriggerKind::AskedForPerson));
        assert!(tried.rules.iter().all(|rule| !rule.fired && rule.held_back.is_some()));
    }

    #[test]
    fn a_rule_that_leads_where_the_conversation_may_not_go_says_so() {
        let mut stage = stage();
        stage.add_rule("help", rule("back", "newspaper", "front"));
        stage.visitor("a human please");
        stage.run();
        stage.visitor("or the newspaper hears of A1001");
        stage.run();
        let tried = stage.with(held_against).expect("tried");
        assert!(!tried.rules[0].fired);
        let why = "The visitor asked for a person. Hand over to a queue of people.";
        assert_eq!(tried.rules[0].held_back.as_deref(), Some(why));
    }

    #[test]
    fn each_message_is_tried_when_it_is_taken_in_and_again_by_who_takes_over() {
        let mut stage = stage();
        stage.visitor("hello");
        stage.visitor("the newspaper will hear of A1001");
        stage.run();
        let at: Vec<_> = moments(&stage.thread)
            .into_iter()
            .map(|(past, event)| (event.seq, past.state.owner.agent().map(ToString::to_string)))
            .collect();
        let (front, help) = (Some("front".to_owned()), Some("help".to_owned()));
        let handoff = stage.thread.state.tenure_seq;
        assert_eq!(at, [(3, front), (handoff, help)], "a burst once, and again after the handoff");
    }
}
