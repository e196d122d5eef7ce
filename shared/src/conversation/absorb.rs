//! What an event changes.

use crate::{
    brief::{Fact, TriggerKind, Usage},
    event::{
        Approval, ApprovalState, Effect, Event, EventBody, Guard, Handoff, Message, Refund,
        Settlement, StepUsage, Tool, ToolState, Verdict,
    },
    id::Seq,
    limits::PREVIEW_CHARS,
    message::AuthorKind,
    owner::Owner,
    time::Timestamp,
    turn::Change,
};

use super::{Conversation, Hop, OpenApproval, OpenCall, Turn};

impl Conversation {
    /// Takes `event` in, whether or not it can follow.
    pub(super) fn absorb(&mut self, event: &Event) {
        self.seq = event.seq;
        self.epoch = self.epoch.max(event.epoch);
        self.updated_at = event.at;
        match Change::by(&event.body, &self.owner, self.turn.is_some()) {
            Some(Change::Begins) => self.turn = Some(Turn { id: event.seq, ..Turn::default() }),
            // Who owns was called upon by words that may have been bent, and goes on with the work.
            Some(Change::Ends(_)) => {
                self.tenure_tainted |= self.turn.take().is_some_and(|turn| turn.tainted);
            }
            None => {}
        }
        match &event.body {
            EventBody::Message(m) => self.absorb_message(event, m),
            EventBody::Brief(brief) => {
                self.brief = Some((**brief).clone());
                self.awaits_handoff = Some(brief.clone());
            }
            EventBody::Handoff(h) => self.absorb_handoff(event, h),
            EventBody::Tool(t) => self.absorb_tool(event, t),
            EventBody::Acting(a) => {
                if let Some(call) = self.calls.iter_mut().find(|call| call.call == a.call) {
                    call.acting = Some(a.hash.clone());
                }
            }
            EventBody::Approval(a) => self.absorb_approval(event.seq, a),
            EventBody::Refund(r) => self.absorb_refund(event, r),
            EventBody::Inquiry(_) => self.keep_refund(event),
            EventBody::Guard(g) => self.absorb_verdict(g),
            EventBody::Usage(u) => self.absorb_usage(event, u),
            EventBody::Identified(i) => self.visitor = i.visitor.clone(),
            EventBody::Rating(r) => self.rating = Some(r.score),
            EventBody::Rule(r) => {
                if matches!(r.trigger, TriggerKind::AskedForPerson | TriggerKind::Safety) {
                    self.wants_person = self.wants_person.or(Some(event.seq));
                }
                if r.trigger == TriggerKind::Lease {
                    self.lapses.push(event.seq);
                    self.expect_by(r.deadline);
                }
            }
            EventBody::Opened(_)
            | EventBody::Note(_)
            | EventBody::Turn(_)
            | EventBody::Closed(_) => {}
        }
    }

    fn absorb_message(&mut self, event: &Event, message: &Message) {
        let text: String = message.text.chars().take(PREVIEW_CHARS).collect();
        self.preview = Some((message.author.kind, text));
        match message.author.kind {
            AuthorKind::Visitor => {
                self.last_visitor_message = event.seq;
                self.waits_since = self.waits_since.or(Some(event.at));
            }
            AuthorKind::Agent => {
                // What the desk says for a queue is no answer.
                if self.owner.agent().is_some() {
                    self.end_wait();
                }
                self.failures = 0;
                if let Some(turn) = &mut self.turn {
                    turn.repairs = 0;
                }
            }
            AuthorKind::Staff => self.end_wait(),
        }
    }

    /// Until when somebody must come; the queue's deadline stands for as long as the visitor waits.
    fn expect_by(&mut self, deadline: Option<Timestamp>) {
        self.deadline = deadline;
        if let Some(deadline) = deadline {
            self.standing = Some((self.owner.clone(), deadline));
        }
    }

    /// The visitor is answered, or has gone.
    fn end_wait(&mut self) {
        self.waits_since = None;
        self.lapses.clear();
        self.standing = None;
    }

    fn absorb_verdict(&mut self, guard: &Guard) {
        match guard.verdict {
            Verdict::Refused => {
                self.failures += 1;
                if let Some(turn) = &mut self.turn {
                    turn.repairs += 1;
                }
            }
            Verdict::Distrusted => self.distrusted = true,
            Verdict::Answered => self.held_back.extend(guard.about),
            Verdict::Escalated
            | Verdict::Discarded
            | Verdict::Replaced
            | Verdict::Recorded
            | Verdict::Rewritten => {}
        }
    }

    fn absorb_handoff(&mut self, event: &Event, handoff: &Handoff) {
        self.awaits_handoff = None;
        // What came after a person took over, they may not have seen.
        let seen = |doubt: &(String, Seq)| doubt.1 < self.tenure_seq;
        let by_person = matches!(handoff.from, Owner::Staff { .. });
        let ends = by_person && (handoff.to.agent().is_some() || handoff.to == Owner::Nobody);
        if ends && self.in_doubt.as_ref().is_some_and(seen) {
            self.in_doubt = None;
        }
        self.owner = handoff.to.clone();
        self.tenure_since = event.at;
        self.tenure_seq = event.seq;
        // Handing back to an agent and closing are acts of a person; leaving is not.
        let returned = by_person && handoff.to.agent().is_some();
        if returned || handoff.to == Owner::Nobody {
            self.wants_person = None;
        }
        if returned {
            // A person has read it all and vouches for going on.
            self.distrusted = false;
        }
        self.tenure_usage = Usage::default();
        self.tenure_tainted = false;
        self.expect_by(handoff.deadline);
        match &handoff.to {
            Owner::Agent { .. } => {
                let from_person = !matches!(handoff.from, Owner::Agent { .. } | Owner::Nobody);
                if from_person {
                    self.escalated_at = None;
                    // A person answered for what was said to them; it triggers nothing anew.
                    self.taken_in = event.seq;
                }
                let hop =
                    Hop { from: handoff.from.clone(), to: handoff.to.clone(), seq: event.seq };
                if let Some(turn) = &mut self.turn {
                    turn.hops.push(hop);
                    turn.repairs = 0;
                }
            }
            Owner::Queue { .. } | Owner::Staff { .. } => {
                self.escalated_at = self.escalated_at.or(Some(event.at));
                if matches!(handoff.to, Owner::Queue { .. }) {
                    self.waits_since = self.waits_since.or(Some(event.at));
                }
            }
            Owner::Nobody => {
                self.escalated_at = None;
                self.end_wait();
            }
        }
    }

    fn absorb_tool(&mut self, event: &Event, tool: &Tool) {
        if tool.state == ToolState::Started {
            self.calls.push(OpenCall {
                call: tool.call.clone(),
                name: tool.name.clone(),
                args: tool.args.clone().unwrap_or_default(),
                effect: tool.effect,
                label: tool.label.clone(),
                approved: None,
                acting: None,
                seq: event.seq,
                epoch: event.epoch,
            });
            return;
        }
        let known = self.calls.iter().position(|c| c.call == tool.call);
        let was_acting = known.is_some_and(|at| self.calls.remove(at).acting.is_some());
        let unknown = tool.settlement == Some(Settlement::Unknown);
        if was_acting && unknown && self.refund_of(&tool.call).is_none() {
            self.in_doubt = Some((tool.name.clone(), event.seq));
        }
        for Fact { key, value, .. } in &tool.facts {
            let known = self.facts.get(key).is_some_and(|(v, _)| v == value);
            if !known {
                self.facts.insert(key.clone(), (value.clone(), event.seq));
                self.last_new_fact = event.seq;
            }
        }
        match tool.settlement {
            Some(Settlement::Error | Settlement::Unknown) => self.failures += 1,
            Some(Settlement::Ok) if tool.effect != Effect::Transfer => self.failures = 0,
            _ => {}
        }
        self.tenure_tainted |= tool.untrusted;
        if let Some(turn) = &mut self.turn {
            turn.tainted |= tool.untrusted;
        }
    }

    fn absorb_approval(&mut self, seq: Seq, approval: &Approval) {
        if approval.state == ApprovalState::Waiting {
            self.approvals.push(OpenApproval {
                id: approval.id.clone(),
                summary: approval.summary.clone(),
                action: approval.action.clone(),
                expires_at: approval.expires_at,
                seq,
            });
            return;
        }
        let Some(at) = self.approvals.iter().position(|a| a.id == approval.id) else { return };
        let decided = self.approvals.remove(at);
        // A refund reports by itself when it has moved; any other call goes on from here.
        let Some(action) = decided.action.filter(|action| action.intent.is_none()) else { return };
        if let Some(open) = self.calls.iter_mut().find(|open| open.call == action.call) {
            open.approved = (approval.state == ApprovalState::Approved).then_some(action.hash);
        }
    }

    fn keep_refund(&mut self, event: &Event) {
        let Some(after) = self.refund_after(event) else { return };
        match self.refunds.iter_mut().find(|r| r.intent == after.intent) {
            Some(known) => *known = after,
            None => self.refunds.push(after),
        }
    }

    fn absorb_refund(&mut self, event: &Event, refund: &Refund) {
        self.keep_refund(event);
        let seq = event.seq;
        if refund.state.is_terminal() {
            self.last_new_fact = seq;
        }
    }

    fn absorb_usage(&mut self, event: &Event, step: &StepUsage) {
        self.usage.add(&step.usage);
        if step.is_late(event.epoch) {
            return;
        }
        self.tenure_usage.add(&step.usage);
        self.taken_in = self.taken_in.max(step.through);
        if let Some(turn) = &mut self.turn {
            turn.steps += 1;
        }
    }
}
