//! What comes of an act: decided by the real decisions, taken in by the real fold.

use std::sync::Arc;

use baton::{
    journal::{Thread, projection},
    money::{RefundOrder, answers},
    runtime::{
        answer::{self, Answer, AskedCall},
        calls,
        decide::{self, Next},
        refunds,
        stage::{Stage, proposal, staff, transfer_args},
        triggers,
    },
};
use serde_json::json;
use shared::{
    api::{Decision, RefundOutcome},
    brief::Usage,
    conversation::{OpenCall, RefundView},
    event::{EventBody, RefundState, Settled, Settlement},
    owner::Owner,
};

use super::{
    act::{Act, Copy, Deed, Outcome, Reply, Span, Who, Word},
    law::{Broken, DUE, EPOCH, SETTLED, SWITCH, rule},
    world::{Witness, Work, World},
};

/// So often an answer is thrown away because the visitor wrote meanwhile.
const RESTARTS: u8 = 1;

/// What becomes of `world` by `act`, one of the kind `kind`; `None` if nobody can do that now. `desk`
/// has the agents.
pub fn after(desk: &Stage, world: &World, act: Act, kind: usize) -> Option<World> {
    let mut next = world.clone();
    if let Some(left) = next.left.get_mut(kind).filter(|left| **left < u8::MAX) {
        *left -= 1;
    }
    next.just = None;
    match act {
        Act::Does(deed, copy) => next.does(desk, deed, copy)?,
        Act::Begins => next.begins(desk)?,
        Act::Brain(reply) => next.brain(desk, reply)?,
        Act::Tool(outcome) => next.tool(desk, outcome)?,
        Act::Provider(word) => next.provider(desk, word)?,
        Act::LateCallArrives => {
            next.provider.late_call_arrives(next.now)?;
            next.just = Some(Witness::ArrivedLate);
        }
        Act::SamLeaves => {
            let sam =
                matches!(&next.thread.state.owner, Owner::Staff { name, .. } if name == "sam");
            next.gone = (sam && next.gone.is_none()).then_some(next.now);
            next.gone?;
        }
        Act::Passes(span) => next.passes(span)?,
        Act::Switches => next.money = !next.money,
        Act::Crashes { done } => next.crashes(done)?,
    }
    let found = next.is_found(desk);
    next.hold(found);
    next.seal();
    Some(next)
}

impl World {
    /// Whether something waits for `act`, so that it is worth trying.
    pub fn awaits(&self, act: Act) -> bool {
        let work = &self.work;
        match act {
            Act::Begins => matches!(work, Work::Idle),
            Act::Brain(_) => matches!(work, Work::Asking(_)),
            Act::Tool(_) => matches!(work, Work::Calling(..)),
            Act::Provider(_) => matches!(work, Work::Sending(_) | Work::Finding(_)),
            Act::Crashes { .. } => !matches!(work, Work::Idle),
            Act::LateCallArrives => !self.provider.late.is_empty(),
            Act::Does(_, Copy::Stale) => self.before.state.seq < self.thread.state.seq,
            Act::Does(..) | Act::SamLeaves | Act::Passes(_) | Act::Switches => true,
        }
    }

    /// Whether the sweep, which knows no more than the line on disk and who is there, would go on
    /// with whatever is left to do.
    fn is_found(&self, desk: &Stage) -> Result<(), Broken> {
        if !matches!(self.work, Work::Idle) {
            return Ok(());
        }
        let next = self.stage(desk, &self.thread).next();
        let line = projection::line(&self.thread.state);
        let is_due = line.has_work
            || (line.has_money_in_flight && self.money)
            || line.wake_at.is_some_and(|at| at <= self.now);
        let at_rest = matches!(&next, Next::Nothing)
            || matches!(&next, Next::Record(bodies) if bodies.is_empty());
        rule(at_rest || is_due || self.gone.is_some(), DUE, || format!("{next:?}"))
    }

    fn does(&mut self, desk: &Stage, deed: Deed, copy: Copy) -> Option<()> {
        let at = match copy {
            Copy::Fresh => self.thread.clone(),
            Copy::Stale if self.before.state.seq == self.thread.state.seq => return None,
            Copy::Stale => self.before.clone(),
        };
        let bodies = self.decided(&mut self.stage(desk, &at), deed)?;
        if bodies.is_empty() {
            return None;
        }
        if self.append(&at, bodies) {
            self.just = (deed == Deed::Settles).then_some(Witness::SettledByAPerson);
        } else {
            // Whoever is refused reads again, and decides anew.
            self.just = Some(Witness::Refused);
        }
        Some(())
    }

    /// What follows from `deed`; what the desk asks before it decides is asked here, too.
    fn decided(&self, stage: &mut Stage, deed: Deed) -> Option<Vec<EventBody>> {
        let state = stage.thread.state.clone();
        let sam = staff("sam");
        let owns = state.owner.is_staff(&sam.id);
        match deed {
            Deed::Writes => {
                let id = stage.client_id();
                Some(stage.with(|w| decide::visitor_says(w, id, "hello".to_owned())))
            }
            Deed::WantsAPerson => Some(stage.with(triggers::pressed_for_a_person)),
            Deed::Records => match stage.next() {
                Next::Record(bodies) if matches!(self.work, Work::Idle) => Some(bodies),
                _ => None,
            },
            Deed::Claims(who) => stage.with(|w| decide::claim(w, &staff(who.name()))).ok(),
            Deed::Replies if owns => {
                Some(decide::reply(&sam, stage.client_id(), "A person answers.".to_owned()))
            }
            Deed::HandsBack if owns => {
                let to = stage.desk.owner(&stage.desk.settings.front_door)?;
                Some(stage.with(|w| decide::hand_back(w, &sam, to, None)))
            }
            Deed::Closes => {
                let others = matches!(state.owner, Owner::Staff { .. }) && !owns;
                let may = !others && !state.is_closed();
                may.then(|| stage.with(|w| decide::close(w, &sam)))
            }
            Deed::Decides(who, decision) => on_approval(stage, who, decision),
            Deed::Settles => {
                let refund = state.refunds.iter().find(|refund| refund.may_be_settled())?;
                let key = &refund.terms.as_ref()?.idempotency_key;
                // Kim looks it up, and says what she finds.
                let outcome = if self.provider.has_made(key) {
                    RefundOutcome::Succeeded
                } else {
                    RefundOutcome::Failed
                };
                let early = outcome == RefundOutcome::Failed && stage.now < refund.fails_from();
                let settled = Settled { by: staff("kim"), note: "looked up".to_owned() };
                (!early)
                    .then(|| stage.with(|w| refunds::settle_by_hand(w, refund, outcome, settled)))
            }
            Deed::Replies | Deed::HandsBack => None,
        }
    }

    fn begins(&mut self, desk: &Stage) -> Option<()> {
        if !matches!(self.work, Work::Idle) {
            return None;
        }
        let at = self.thread.clone();
        self.work = match self.stage(desk, &at).next() {
            Next::Ask => {
                let open = at.state.calls.len();
                self.hold(rule(open == 0, SETTLED, || format!("a brain is asked, {open} open")));
                Work::Asking(at)
            }
            Next::Call(call) => Work::Calling(at, call),
            Next::Send(refund) => {
                self.hold(rule(self.money, SWITCH, || refund.intent.to_string()));
                Work::Sending(refund)
            }
            Next::Find(refund) => Work::Finding(refund),
            Next::Nothing | Next::Record(_) => return None,
        };
        Some(())
    }

    fn brain(&mut self, desk: &Stage, reply: Reply) -> Option<()> {
        let Work::Asking(asked) = std::mem::replace(&mut self.work, Work::Idle) else {
            return None;
        };
        let mut whole = said(reply);
        whole.through = asked.state.last_visitor_message;
        let at = self.thread.clone();
        let restart = self.restarts < RESTARTS;
        let heard = self.stage(desk, &at).with(|w| answer::heard(w, &asked.state, &whole, restart));
        let (then, now) = (asked.state.epoch, at.state.epoch);
        let Some(bodies) = heard else {
            self.restarts += 1;
            self.just = (then != now).then_some(Witness::TakenOver);
            return Some(());
        };
        self.hold(rule(then == now, EPOCH, || {
            format!("an answer of epoch {then} is recorded in epoch {now}: {}", at.state.owner)
        }));
        self.append(&at, bodies);
        Some(())
    }

    fn tool(&mut self, desk: &Stage, outcome: Outcome) -> Option<()> {
        let Work::Calling(at, call) = std::mem::replace(&mut self.work, Work::Idle) else {
            return None;
        };
        let (end, untrusted) = match (call.name.as_str(), outcome) {
            ("issue_refund", Outcome::Proposes(amount)) => {
                self.propose(desk, &at, &call, amount);
                return Some(());
            }
            ("look" | "post", Outcome::Done) => (Settlement::Ok, false),
            ("look", Outcome::ForeignText) => (Settlement::Ok, true),
            (_, Outcome::Breaks) | ("post", Outcome::BreaksWhenDone) => {
                (if call.acting.is_some() { Settlement::Unknown } else { Settlement::Error }, false)
            }
            _ => return None,
        };
        if call.name == "post" && matches!(outcome, Outcome::Done | Outcome::BreaksWhenDone) {
            let posted = self.law.post(&call.call);
            self.hold(posted);
        }
        let mut settled = calls::settle(&call, end, json!({}));
        if let EventBody::Tool(tool) = &mut settled {
            tool.untrusted = untrusted;
        }
        let at = self.thread.clone();
        if let Some(bodies) = calls::done(&at.state, &call, &settled) {
            self.append(&at, bodies);
        }
        Some(())
    }

    /// The tool asks for money to move: judged by the copy by which it was called.
    fn propose(&mut self, desk: &Stage, at: &Arc<Thread>, call: &OpenCall, amount: i64) {
        let bodies = if at.state.owner.agent().is_some() {
            let mut stage = self.stage(desk, at);
            stage.propose(call, &proposal(amount));
            stage.thread.events.after(at.state.seq).map(|event| event.body.clone()).collect()
        } else {
            vec![calls::superseded(call)]
        };
        if !self.append(at, bodies) {
            self.just = Some(Witness::Refused);
        }
    }

    fn provider(&mut self, desk: &Stage, word: Word) -> Option<()> {
        let (refund, sent) = match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Sending(refund) => (refund, true),
            Work::Finding(refund) if matches!(word, Word::Yes | Word::NeverHears) => {
                (refund, false)
            }
            _ => return None,
        };
        let order = order_of(&refund)?;
        let told = if sent {
            let known = self.provider.has_made(&order.key);
            let told = answers::to_refund(&order, self.provider.refund(&order, word, self.now));
            let again = known && told.says == Some(RefundState::Succeeded);
            self.just = again.then_some(Witness::SentAgain);
            told
        } else {
            let found = self.provider.find(&order.key, word);
            answers::to_find(&order, refund.since, found, self.now)
        };
        let at = self.thread.clone();
        let bodies =
            self.stage(desk, &at).with(|w| refunds::answered(w, &refund.intent, sent, &told));
        if !bodies.is_empty() {
            self.append(&at, bodies);
        }
        Some(())
    }

    /// Nobody waits for an answer for half an hour.
    fn passes(&mut self, span: Span) -> Option<()> {
        if !matches!(self.work, Work::Idle) {
            return None;
        }
        self.now = self.now.plus_ms(span.ms());
        self.provider.time_passes(self.now);
        Some(())
    }

    /// What the process had in hand is lost; everybody counts as present again.
    fn crashes(&mut self, done: bool) -> Option<()> {
        match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Idle => return None,
            Work::Calling(_, call) if done && call.name == "post" => {
                let posted = self.law.post(&call.call);
                self.hold(posted);
            }
            Work::Sending(refund) if done => {
                let _ = self.provider.refund(&order_of(&refund)?, Word::Yes, self.now);
            }
            _ if done => return None,
            _ => {}
        }
        self.restarts = 0;
        self.gone = None;
        Some(())
    }
}

/// A person decides on the approval that waits first, if they may.
fn on_approval(stage: &Stage, who: Who, decision: Decision) -> Option<Vec<EventBody>> {
    let thread = &stage.thread;
    let open = thread.state.approvals.first()?;
    let by = staff(who.name());
    let call = open.action.as_ref().map(|action| &action.call);
    let asked = call.and_then(|call| refunds::asked_by_staff(thread, call));
    let is_refund = open.action.as_ref().is_some_and(|action| action.intent.is_some());
    let yes = decision == Decision::Approve;
    // The journal asks for refunds to be on in the same transaction.
    let may = !yes || (asked.as_ref() != Some(&by.id) && (stage.money || !is_refund));
    let open_still = open.expires_at.is_none_or(|at| at > stage.now);
    let id = open.id.clone();
    (may && open_still)
        .then(|| stage.with(|w| refunds::approve_or_decline(w, &id, decision, &by, None)))
}

fn order_of(refund: &RefundView) -> Option<RefundOrder> {
    let terms = refund.terms.as_ref()?;
    Some(RefundOrder {
        key: terms.idempotency_key.clone(),
        charge: terms.charge.clone(),
        amount: refund.money,
    })
}

fn said(reply: Reply) -> Answer {
    let (text, names): (_, &[&str]) = match &reply {
        Reply::Text => ("Here you are.", &[]),
        Reply::Promise => ("I will transfer you to a colleague.", &[]),
        Reply::Nothing => ("", &[]),
        Reply::Calls(name) => ("", &[*name]),
        Reply::TwoTransfers => ("", &["transfer_to_help", "look", "transfer_to_money"]),
        Reply::RefundAndTransfer => ("", &["transfer_to_front", "issue_refund"]),
    };
    let calls = names.iter().map(|name| {
        let args = if name.starts_with("transfer_to_") { transfer_args() } else { json!({}) };
        AskedCall { name: (*name).to_owned(), args: Ok(args) }
    });
    Answer {
        text: text.to_owned(),
        calls: calls.collect(),
        model: "none".to_owned(),
        usage: Usage { steps: 1, tokens_in: 1, ..Usage::default() },
        ..Answer::default()
    }
}
