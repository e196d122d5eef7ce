//! What the transcript shows: events, put together into items. No page in here.

use std::collections::{HashMap, HashSet};

use shared::{
    brief::Brief,
    event::{
        Approval, ApprovalState, Effect, Event, EventBody, Guard, Handoff, Message, Note, Rating,
        Refund, RuleFired, StepUsage, Tool, ToolState,
    },
    id::{CallId, ClientId, IntentId, Seq},
    message::{StaffRef, VisitorRef},
    time::Timestamp,
};

/// One thing in the transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The event that it begins with.
    pub seq: Seq,
    /// The newest event that is in it.
    pub last: Seq,
    /// When it began.
    pub at: Timestamp,
    /// What it shows.
    pub body: Body,
}

/// What an item shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Somebody said something; `follows` if the same author said what is just above.
    Message {
        /// What and who.
        message: Message,
        /// Whether it goes on from the message above.
        follows: bool,
    },
    /// The owner changed, with the brief that travelled.
    Handoff {
        /// From whom to whom.
        handoff: Handoff,
        /// What they were told.
        brief: Option<Box<Brief>>,
    },
    /// A tool was called and, unless it is still at work, settled.
    Tool {
        /// The call.
        started: Box<Tool>,
        /// How it ended.
        settled: Option<Box<Tool>>,
        /// Whether a refund stands for it.
        covered: bool,
    },
    /// A decision on something that is no refund.
    Approval(Decision),
    /// A refund, where it stands now.
    Refund {
        /// The refund.
        refund: Box<Refund>,
        /// The decision on it, where one was asked for.
        decision: Option<Decision>,
    },
    /// An internal note.
    Note(Note),
    /// A trigger fired.
    Rule(RuleFired),
    /// A guard acted.
    Guard(Guard),
    /// A brain answered one request.
    Step(StepUsage),
    /// The visitor became known.
    Identified(VisitorRef),
    /// The visitor rated.
    Rating(Rating),
    /// Somebody closed it.
    Closed(Option<StaffRef>),
}

/// A decision that was asked for and, unless it still waits, made.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What was asked.
    pub asked: Box<Approval>,
    /// What was decided.
    pub decided: Option<Box<Approval>>,
}

/// A reply that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its own id.
    pub client_id: ClientId,
    /// What it says.
    pub text: String,
    /// Why it did not arrive, if it did not.
    pub failed: Option<String>,
}

/// Puts events, oldest first, together into items.
pub fn items(events: &[Event]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::with_capacity(events.len());
    let mut calls: HashMap<&CallId, usize> = HashMap::new();
    let mut approvals: HashMap<&str, usize> = HashMap::new();
    let mut refunds: HashMap<&str, usize> = HashMap::new();
    let mut brief: Option<&Brief> = None;
    for event in events {
        let next = items.len();
        let known = match &event.body {
            EventBody::Tool(t) => calls.get(&t.call).copied(),
            EventBody::Approval(a) => approvals.get(a.id.as_str()).copied(),
            EventBody::Refund(r) => refunds.get(r.intent.as_str()).copied(),
            _ => None,
        };
        if let Some(at) = known {
            complete(&mut items[at], event);
            continue;
        }
        match &event.body {
            EventBody::Brief(b) => brief = Some(b),
            EventBody::Tool(t) => drop(calls.insert(&t.call, next)),
            EventBody::Approval(a) => drop(approvals.insert(a.id.as_str(), next)),
            EventBody::Refund(r) => drop(refunds.insert(r.intent.as_str(), next)),
            _ => {}
        }
        if let Some(body) = body(event, items.last(), brief) {
            items.push(Item { seq: event.seq, last: event.seq, at: event.at, body });
        }
    }
    gather_refunds(&mut items);
    items
}

/// A refund, the call that proposed it and the decision on it are one thing to a reader.
fn gather_refunds(items: &mut Vec<Item>) {
    let mut decisions: HashMap<IntentId, (Seq, Decision)> = HashMap::new();
    items.retain(|item| match &item.body {
        Body::Approval(decision) => {
            let intent = decision.asked.action.as_ref().and_then(|action| action.intent.clone());
            let Some(intent) = intent else { return true };
            decisions.insert(intent, (item.last, decision.clone()));
            false
        }
        _ => true,
    });
    let mut calls: HashSet<CallId> = HashSet::new();
    for item in items.iter_mut() {
        if let Body::Refund { refund, decision } = &mut item.body {
            if let Some((last, decided)) = decisions.remove(&refund.intent) {
                *decision = Some(decided);
                item.last = item.last.max(last);
            }
            calls.extend(refund.terms.as_ref().map(|terms| terms.call.clone()));
        }
    }
    for item in items.iter_mut() {
        if let Body::Tool { started, covered, .. } = &mut item.body {
            *covered = calls.contains(&started.call);
        }
    }
}

/// The item that shows event `seq`: the last that begins at or before it and reaches it, or else
/// the one just before.
pub fn item_of(items: &[Item], seq: Seq) -> Option<Seq> {
    let exact = items.iter().find(|i| i.seq == seq || i.last == seq);
    let before = || items.iter().rev().find(|i| i.seq < seq);
    exact.or_else(before).map(|i| i.seq)
}

/// Whether an item is what a reader of the conversation needs; the rest shows how Baton worked.
pub fn is_essential(item: &Item) -> bool {
    match &item.body {
        Body::Tool { started, covered, .. } => started.effect == Effect::Write && !covered,
        Body::Rule(_) | Body::Guard(_) | Body::Step(_) | Body::Identified(_) => false,
        _ => true,
    }
}

fn body(event: &Event, above: Option<&Item>, brief: Option<&Brief>) -> Option<Body> {
    Some(match &event.body {
        EventBody::Message(m) => Body::Message {
            message: m.clone(),
            follows: above.is_some_and(|a| goes_on(a, m, event.at)),
        },
        EventBody::Handoff(h) => {
            let brief = brief.filter(|b| Some(&b.id) == h.brief.as_ref());
            Body::Handoff { handoff: h.clone(), brief: brief.map(|b| Box::new(b.clone())) }
        }
        // A settlement whose start is on an earlier page stands for both.
        EventBody::Tool(t) => Body::Tool {
            started: Box::new(t.clone()),
            settled: (t.state != ToolState::Started).then(|| Box::new(t.clone())),
            covered: false,
        },
        EventBody::Approval(a) => Body::Approval(Decision {
            asked: Box::new(a.clone()),
            decided: (a.state != ApprovalState::Waiting).then(|| Box::new(a.clone())),
        }),
        EventBody::Refund(r) => Body::Refund { refund: Box::new(r.clone()), decision: None },
        EventBody::Note(n) => Body::Note(n.clone()),
        EventBody::Rule(r) => Body::Rule(r.clone()),
        EventBody::Guard(g) => Body::Guard(g.clone()),
        EventBody::Usage(u) => Body::Step(u.clone()),
        EventBody::Identified(i) => Body::Identified(i.visitor.clone()),
        EventBody::Rating(r) => Body::Rating(r.clone()),
        EventBody::Closed(c) => Body::Closed(c.by.clone()),
        // The page of money tells what asking the provider has come to.
        EventBody::Opened(_)
        | EventBody::Brief(_)
        | EventBody::Acting(_)
        | EventBody::Inquiry(_)
        | EventBody::Turn(_) => return None,
    })
}

fn complete(item: &mut Item, event: &Event) {
    item.last = event.seq;
    match (&mut item.body, &event.body) {
        (Body::Tool { settled, .. }, EventBody::Tool(t)) => *settled = Some(Box::new(t.clone())),
        (Body::Approval(decision), EventBody::Approval(a)) => {
            decision.decided = Some(Box::new(a.clone()));
        }
        (Body::Refund { refund, .. }, EventBody::Refund(r)) => {
            refund.state = r.state;
            refund.detail = r.detail.clone().or(refund.detail.take());
        }
        _ => {}
    }
}

/// Messages of one author within five minutes read as one.
fn goes_on(above: &Item, message: &Message, at: Timestamp) -> bool {
    const TOGETHER_MS: i64 = 5 * 60_000;
    matches!(&above.body, Body::Message { message: m, .. }
        if m.author == message.author && at.since_ms(above.at) < TOGETHER_MS)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(seq: Seq, body: Value) -> Event {
        let mut whole =
            json!({ "seq": seq, "at": format!("2026-01-01T00:00:{seq:02}Z"), "epoch": 1 });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn message(kind: &str, text: &str) -> Value {
        json!({ "type": "message", "author": { "kind": kind, "name": kind }, "text": text })
    }

    fn tool(state: &str) -> Value {
        json!({ "type": "tool", "call": "c1", "name": "lookup_order", "state": state,
                "label": "Looking up A1001", "effect": "read" })
    }

    fn names(items: &[Item]) -> Vec<(Seq, Seq, &'static str)> {
        let name = |body: &Body| match body {
            Body::Message { follows: true, .. } => "more",
            Body::Message { .. } => "message",
            Body::Handoff { brief: Some(_), .. } => "handoff+brief",
            Body::Handoff { .. } => "handoff",
            Body::Tool { settled: Some(_), .. } => "settled",
            Body::Tool { .. } => "tool",
            Body::Approval(Decision { decided: Some(_), .. }) => "decided",
            Body::Approval(_) => "asked",
            Body::Refund { decision: Some(_), .. } => "refund+decision",
            Body::Refund { .. } => "refund",
            _ => "other",
        };
        items.iter().map(|i| (i.seq, i.last, name(&i.body))).collect()
    }

    #[test]
    fn what_belongs_together_is_one_item() {
        let events = [
            event(1, message("visitor", "hi")),
            event(2, message("visitor", "twice charged")),
            event(3, tool("started")),
            event(4, message("agent", "one moment")),
            event(5, tool("done")),
            event(6, json!({ "type": "approval", "id": "a1", "state": "waiting", "summary": "s" })),
            event(
                7,
                json!({ "type": "refund", "intent": "i1", "order": "A1001", "amount": 4900,
                             "currency": "EUR", "state": "waiting" }),
            ),
            event(
                8,
                json!({ "type": "approval", "id": "a1", "state": "approved", "summary": "s" }),
            ),
            event(
                9,
                json!({ "type": "refund", "intent": "i1", "order": "A1001", "amount": 4900,
                             "currency": "EUR", "state": "succeeded", "detail": "re_1" }),
            ),
        ];
        let items = items(&events);
        assert_eq!(
            names(&items),
            [
                (1, 1, "message"),
                (2, 2, "more"),
                (3, 5, "settled"),
                (4, 4, "message"),
                (6, 8, "decided"),
                (7, 9, "refund"),
            ]
        );
        let Body::Refund { refund, .. } = &items[5].body else { panic!("a refund") };
        assert_eq!(refund.state, shared::event::RefundState::Succeeded);
        assert_eq!(refund.detail.as_deref(), Some("re_1"));
    }

    #[test]
    fn a_refund_stands_for_its_call_and_its_decision() {
        let mut write = tool("started");
        write["effect"] = json!("write");
        let action = json!({ "call": "c1", "intent": "i1", "tool": "issue_refund", "args": {}, "hash": "00",
                             "reason": "limit", "requested_by": "refunds" });
        let refund = |state: &str| {
            json!({ "type": "refund", "intent": "i1", "order": "A1", "amount": 1, "currency": "EUR", "state": state,
                    "terms": { "call": "c1", "customer": "c", "charge": "h", "captured": 1,
                               "idempotency_key": "k", "reason": "r", "day": 1 } })
        };
        let approval = |state: &str, action: Value| json!({ "type": "approval", "id": "a1", "state": state, "summary": "s", "action": action });
        let mut events = vec![
            event(1, write),
            event(2, refund("waiting")),
            event(3, approval("waiting", action.clone())),
        ];
        let all = items(&events);
        assert_eq!(names(&all), [(1, 1, "tool"), (2, 3, "refund+decision")]);
        assert!(!is_essential(&all[0]) && is_essential(&all[1]));
        events.push(event(4, approval("declined", Value::Null)));
        assert_eq!(names(&items(&events)), [(1, 1, "tool"), (2, 4, "refund+decision")]);
    }

    #[test]
    fn a_page_may_begin_in_the_middle() {
        let events = [event(5, tool("done")), event(6, message("agent", "so"))];
        assert_eq!(names(&items(&events)), [(5, 5, "settled"), (6, 6, "message")]);
    }

    #[test]
    fn a_fact_leads_to_where_it_came_from() {
        let events =
            [event(1, message("visitor", "hi")), event(3, tool("started")), event(5, tool("done"))];
        let items = items(&events);
        assert_eq!(item_of(&items, 1), Some(1));
        assert_eq!(item_of(&items, 5), Some(3));
        assert_eq!(item_of(&items, 9), Some(3));
        assert_eq!(item_of(&items, 2), Some(1));
        assert_eq!(item_of(&[], 1), None);
    }
}
