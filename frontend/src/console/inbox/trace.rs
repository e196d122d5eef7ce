//! The trace of a conversation: what Baton did, by turn, when, and at what cost. No page in here.

use shared::{
    brief::Usage,
    conversation::Conversation,
    event::{Event, TurnState},
    time::Timestamp,
    trace::{Stretch, Tenure, Trace},
};

use super::{
    super::{format, words},
    thread::{Body, Item, items},
};

/// A turn, or what happened outside any, with all that was done in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Which, and what it used.
    pub stretch: Stretch,
    /// What was done, in order.
    pub rows: Vec<Row>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What.
    pub item: Item,
    /// Milliseconds since the turn began.
    pub after_ms: i64,
    /// How long it took, where it ended later than it began; in milliseconds.
    pub took_ms: Option<i64>,
    /// For a handoff: the tenure that it ended.
    pub ended: Option<Tenure>,
}

/// The sections of the newest events of a conversation, oldest first, and what all of them used.
pub fn sections(head: &Conversation, events: &[Event]) -> (Vec<Section>, Usage) {
    let trace = Trace::of(head, events);
    let when = |seq: u64| events.iter().find(|event| event.seq == seq).map(|event| event.at);
    let mut rest = items(events).into_iter().peekable();
    let sections = trace.stretches.iter().map(|stretch| {
        let mut rows = Vec::new();
        while let Some(item) = rest.next_if(|item| item.seq <= stretch.last) {
            let ended = match &item.body {
                Body::Handoff { .. } => trace.ended_by(item.seq).cloned(),
                _ => None,
            };
            let after_ms = item.at.since_ms(stretch.began);
            let took = when(item.last).map(|end: Timestamp| end.since_ms(item.at));
            rows.push(Row { after_ms, took_ms: took.filter(|ms| *ms > 0), ended, item });
        }
        Section { stretch: stretch.clone(), rows }
    });
    (sections.collect(), trace.total)
}

/// How a turn stands, in words.
pub fn ending(stretch: &Stretch) -> &'static str {
    match (stretch.turn, stretch.state) {
        (None, _) => "",
        (_, TurnState::Running) => "goes on",
        (_, TurnState::Waiting) => "waits for a person",
        (_, TurnState::Done) => "answered",
    }
}

/// What was used, in words; empty for nothing.
pub fn cost(usage: &Usage) -> String {
    if *usage == Usage::default() {
        return String::new();
    }
    format!(
        "{} · {} tokens in, {} out · {} · cost {}",
        words::plural(usize::try_from(usage.steps).unwrap_or(usize::MAX), "step"),
        format::count(usage.tokens_in),
        format::count(usage.tokens_out),
        short(i64::try_from(usage.took_ms).unwrap_or(i64::MAX)),
        format::cost(usage.cost_micros),
    )
}

/// Milliseconds up to ten seconds, then larger units: `35 ms`, `12 s`.
pub fn short(ms: i64) -> String {
    if ms < 10_000 { format!("{ms} ms") } else { format::short_span(ms) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn events(bodies: &[Value]) -> Vec<Event> {
        let mut epoch = 1;
        let event = |(seq, body): (u64, &Value)| {
            let mut body = body.clone();
            epoch += u64::from(body["type"] == "handoff");
            body["seq"] = json!(seq);
            body["epoch"] = json!(epoch);
            let ms = i64::try_from(seq).unwrap() * 100;
            body["at"] = json!(Timestamp(ms).to_string());
            serde_json::from_value(body).expect("an event")
        };
        (2..).zip(bodies).map(event).collect()
    }

    #[test]
    fn a_turn_is_told_in_order_with_what_each_part_took_and_cost() {
        let agent =
            |slug: &str| json!({ "kind": "agent", "slug": slug, "version": 1, "name": slug });
        let call = |state: &str| {
            json!({ "type": "tool", "call": "c4", "name": "look", "state": state, "label": "Looking",
                    "effect": "read" })
        };
        let step = json!({ "type": "usage", "agent": "a", "version": 1, "model": "m", "through": 2,
            "steps": 1, "tokens_in": 1200, "tokens_out": 30, "cost_micros": 4500, "took_ms": 35 });
        let events = events(&[
            json!({ "type": "message", "author": { "kind": "visitor", "name": "Ada" }, "text": "hi" }),
            step,
            call("started"),
            json!({ "type": "guard", "check": "ping_pong", "verdict": "refused", "detail": "why" }),
            call("done"),
            json!({ "type": "handoff", "from": agent("a"), "to": agent("b"), "notice": "" }),
            json!({ "type": "turn", "turn": 2, "state": "done" }),
            json!({ "type": "note", "author": { "id": "s", "name": "Sam" }, "text": "x" }),
        ]);
        let opened = json!({ "site": "demo", "visitor": { "id": "v", "assurance": "anonymous" },
                             "owner": agent("a") });
        let opened = serde_json::from_value(opened).expect("an opening");
        let begun = Conversation::begin("c".parse().unwrap(), opened, Timestamp(0));
        let (sections, total) = sections(&begun, &events);
        assert_eq!(cost(&total), "1 step · 1\u{202f}200 tokens in, 30 out · 35 ms · cost 0.0045");
        let told: Vec<Vec<(u64, i64, Option<i64>)>> = sections
            .iter()
            .map(|s| s.rows.iter().map(|r| (r.item.seq, r.after_ms, r.took_ms)).collect())
            .collect();
        let turn =
            vec![(2, 0, None), (3, 100, None), (4, 200, Some(200)), (5, 300, None), (7, 500, None)];
        assert_eq!(told, [turn, vec![(9, 0, None)]]);
        let spent = sections[0].rows[4].ended.as_ref().map(|t| (t.owner.name(), t.usage.tokens_in));
        assert_eq!(spent, Some(("a", 1200)));
        assert_eq!((ending(&sections[0].stretch), ending(&sections[1].stretch)), ("answered", ""));
        assert_eq!(cost(&sections[1].stretch.usage), "");
    }
}
