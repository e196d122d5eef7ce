//! From events to what the widget shows, in order: the view's own fold, as pure as the one it is
//! held against.

use shared::{
    event::{ApprovalState, Message, RefundState, ToolState},
    id::Seq,
    message::AuthorKind,
};

use super::seen::{Approval, Handoff, Refund, Seen, Tool, What};
use crate::conversation::party::Party;

/// The lines of a conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thread {
    items: Vec<Item>,
    seq: Seq,
    owner: Option<Party>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The event that it began with.
    pub seq: Seq,
    /// The newest event that changed it; with `seq` it is the key of a list.
    pub changed: Seq,
    /// What it shows.
    pub kind: Kind,
}

/// What a line shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Somebody said something.
    Message(Message),
    /// The owner changed.
    Handoff(Handoff),
    /// A tool is at work, or was.
    Tool(Tool),
    /// A person's decision, on something that is no refund.
    Approval(Approval),
    /// A refund, and the decision it needed, where it needed one.
    Refund {
        /// As it stands.
        refund: Refund,
        /// The decision.
        approval: Option<Approval>,
    },
}

/// How far apart, in lines, a refund and its approval can stand.
const NEIGHBOURS: usize = 3;

impl Thread {
    /// A conversation of which nothing has been seen yet but who owned it.
    pub fn of(owner: Party) -> Self {
        Self { owner: Some(owner), ..Self::default() }
    }

    /// The lines, oldest first.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The newest event taken in.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Who must answer next; nobody is known before there is a conversation.
    pub fn owner(&self) -> Option<&Party> {
        self.owner.as_ref()
    }

    /// Whether nobody owns the conversation.
    pub fn is_closed(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.kind == "nobody")
    }

    /// Takes in an event; what was seen already is ignored. Says whether it was new.
    pub fn apply(&mut self, event: &Seen) -> bool {
        if event.seq <= self.seq {
            return false;
        }
        self.seq = event.seq;
        match &event.what {
            What::Message(m) => self.push(event, Kind::Message(m.clone())),
            What::Handoff(h) => {
                self.owner = Some(h.to.clone());
                self.push(event, Kind::Handoff(h.clone()));
            }
            What::Tool(t) => self.tool(event, t),
            What::Approval(a) => self.approval(event, a),
            What::Refund(r) => self.refund(event, r),
            What::Other => {}
        }
        true
    }

    /// The answers that can be given with one press: those of the newest message, until the
    /// visitor has written.
    pub fn quick_replies(&self) -> &[String] {
        let newest = self.items.iter().rev().find_map(|item| match &item.kind {
            Kind::Message(m) => Some(m),
            _ => None,
        });
        newest.map_or(&[], |m| &m.quick_replies)
    }

    /// How many messages after `seq` the visitor has not written.
    pub fn unread_since(&self, seq: Seq) -> usize {
        let theirs = |item: &&Item| match &item.kind {
            Kind::Message(m) => m.author.kind != AuthorKind::Visitor,
            _ => false,
        };
        self.items.iter().rev().take_while(|item| item.seq > seq).filter(theirs).count()
    }

    fn push(&mut self, event: &Seen, kind: Kind) {
        self.items.push(Item { seq: event.seq, changed: event.seq, kind });
    }

    fn tool(&mut self, event: &Seen, tool: &Tool) {
        let started = |kind: &Kind| matches!(kind, Kind::Tool(t) if t.call == tool.call);
        let open = self.items.iter_mut().rev().find(|item| started(&item.kind));
        match open {
            Some(item) if tool.state != ToolState::Started => {
                item.changed = event.seq;
                item.kind = Kind::Tool(tool.clone());
            }
            _ => self.push(event, Kind::Tool(tool.clone())),
        }
    }

    fn approval(&mut self, event: &Seen, approval: &Approval) {
        for item in self.items.iter_mut().rev() {
            match &mut item.kind {
                Kind::Approval(a) | Kind::Refund { approval: Some(a), .. }
                    if a.id == approval.id =>
                {
                    *a = approval.clone();
                    item.changed = event.seq;
                    return;
                }
                _ => {}
            }
        }
        let refund = self.items.iter_mut().rev().take(NEIGHBOURS).find(|item| {
            matches!(&item.kind, Kind::Refund { refund, approval: None } if refund.state == RefundState::Waiting)
        });
        match refund {
            Some(item) if approval.state == ApprovalState::Waiting => {
                item.changed = event.seq;
                if let Kind::Refund { approval: slot, .. } = &mut item.kind {
                    *slot = Some(approval.clone());
                }
            }
            _ => self.push(event, Kind::Approval(approval.clone())),
        }
    }

    fn refund(&mut self, event: &Seen, refund: &Refund) {
        for item in self.items.iter_mut().rev() {
            if let Kind::Refund { refund: known, .. } = &mut item.kind
                && known.intent == refund.intent
            {
                *known = refund.clone();
                item.changed = event.seq;
                return;
            }
        }
        // The approval that was asked for just before is about this refund: one card for both.
        let waiting = |item: &Item| matches!(&item.kind, Kind::Approval(a) if a.state == ApprovalState::Waiting);
        let near = self.items.len().saturating_sub(NEIGHBOURS);
        let asked = self.items[near..].iter().position(waiting).map(|at| near + at);
        let approval = match asked.filter(|_| refund.state == RefundState::Waiting) {
            Some(at) => match self.items.remove(at).kind {
                Kind::Approval(a) => Some(a),
                _ => None,
            },
            None => None,
        };
        self.push(event, Kind::Refund { refund: refund.clone(), approval });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::widget::seen;

    fn event(seq: Seq, body: serde_json::Value) -> Seen {
        let mut whole = json!({"seq": seq, "at": "2026-11-21T10:00:00Z", "epoch": 1});
        if let (Some(whole), Some(body)) = (whole.as_object_mut(), body.as_object()) {
            whole.extend(body.clone());
        }
        seen::event(&whole).expect("an event")
    }

    fn message(kind: &str, text: &str) -> serde_json::Value {
        json!({"type": "message", "author": {"kind": kind, "name": "X"}, "text": text,
               "quick_replies": if kind == "agent" { vec!["Yes"] } else { vec![] }})
    }

    fn tool(call: &str, state: &str) -> serde_json::Value {
        json!({"type": "tool", "call": call, "name": "lookup_order", "state": state,
               "label": "Looking up order A1001", "effect": "read"})
    }

    fn approval(state: &str) -> serde_json::Value {
        json!({"type": "approval", "id": "apr_1", "state": state, "summary": "Refund 320.00 EUR"})
    }

    fn refund(state: &str) -> serde_json::Value {
        json!({"type": "refund", "intent": "ref_1", "order": "A1002", "amount": 32000,
               "currency": "EUR", "state": state})
    }

    fn thread(bodies: &[serde_json::Value]) -> Thread {
        let mut thread = Thread::default();
        for (seq, body) in (1..).zip(bodies) {
            assert!(thread.apply(&event(seq, body.clone())));
        }
        thread
    }

    #[test]
    fn a_tool_is_one_line_from_start_to_end() {
        let thread = thread(&[tool("c1", "started"), tool("c2", "started"), tool("c1", "done")]);
        let states: Vec<_> = thread
            .items()
            .iter()
            .map(|item| match &item.kind {
                Kind::Tool(t) => (item.seq, item.changed, t.state),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(states, [(1, 3, ToolState::Done), (2, 2, ToolState::Started)]);
    }

    #[test]
    fn a_refund_and_its_approval_are_one_card_in_either_order() {
        for first in
            [[approval("waiting"), refund("waiting")], [refund("waiting"), approval("waiting")]]
        {
            let mut events = first.to_vec();
            events.extend([approval("approved"), refund("pending"), refund("succeeded")]);
            let thread = thread(&events);
            let [Item { kind: Kind::Refund { refund, approval }, changed: 5, .. }] = thread.items()
            else {
                panic!("one card: {:?}", thread.items());
            };
            assert_eq!(refund.state, RefundState::Succeeded);
            assert_eq!(approval.as_ref().map(|a| a.state), Some(ApprovalState::Approved));
        }
    }

    #[test]
    fn a_decision_on_something_else_stands_alone() {
        let thread = thread(&[approval("waiting"), approval("expired"), refund("pending")]);
        assert!(
            matches!(&thread.items()[0].kind, Kind::Approval(a) if a.state == ApprovalState::Expired)
        );
        assert!(matches!(&thread.items()[1].kind, Kind::Refund { approval: None, .. }));
    }

    #[test]
    fn what_was_seen_is_ignored() {
        let mut thread = thread(&[message("agent", "a"), message("visitor", "b")]);
        let before = thread.clone();
        assert!(!thread.apply(&event(1, message("agent", "a"))));
        assert!(!thread.apply(&event(2, message("agent", "forged"))));
        assert_eq!(thread, before);
    }

    #[test]
    fn unread_counts_what_others_said() {
        let thread = thread(&[
            message("agent", "a"),
            message("visitor", "b"),
            message("agent", "c"),
            tool("c1", "started"),
            message("staff", "d"),
        ]);
        assert_eq!(thread.unread_since(0), 3);
        assert_eq!(thread.unread_since(2), 2);
        assert_eq!(thread.unread_since(9), 0);
    }

    #[test]
    fn quick_replies_go_when_the_visitor_has_answered() {
        assert_eq!(thread(&[message("agent", "a"), tool("c", "started")]).quick_replies(), ["Yes"]);
        assert!(
            thread(&[message("agent", "a"), message("visitor", "b")]).quick_replies().is_empty()
        );
    }
}
