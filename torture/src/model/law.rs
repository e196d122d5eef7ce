//! What must hold, after every act and of every event, told a second time and without looking at
//! how it is brought about.

use std::collections::{BTreeMap, BTreeSet};

use baton::journal::Thread;
use shared::{
    brief::TriggerKind,
    event::{
        ApprovalState, Event, EventBody, Handoff, Refund, RefundState, Settlement, Tool, ToolState,
    },
    id::{ApprovalId, BriefId, CallId, Epoch, IntentId, Seq},
    message::AuthorKind,
    owner::Owner,
};

use super::provider::Provider;

/// One owner, whom only a handoff with its brief changes; each begins the next epoch.
pub const ONE_OWNER: &str = "invariant_01_one_owner_and_only_a_handoff_with_its_brief_changes_it";
/// Whoever does not own says and does nothing.
pub const EPOCH: &str = "invariant_02_nothing_is_said_or_begun_under_an_epoch_that_is_over";
/// Each call is settled once, before the next request.
pub const SETTLED: &str = "invariant_03_every_call_is_settled_once_and_before_the_next_request";
/// What may have been done and nobody knows is looked at by a person before an agent goes on.
pub const DOUBT: &str = "scenario_04_what_nobody_knows_goes_to_people";
/// An append by a stale copy is refused, and any other follows.
pub const COMPARE_AND_SWAP: &str = "invariant_06_only_the_newest_copy_can_be_continued";
/// What is left to do does not wait for anything that a crash would lose.
pub const DUE: &str = "invariant_13_whatever_is_left_to_do_is_found_after_a_restart";
/// Who waits for people has a deadline.
pub const DEADLINE: &str = "invariant_14_a_queue_always_has_a_deadline";
/// After the wish for a person, no bot without a person's act.
pub const WISH: &str = "invariant_15_no_way_back_to_a_bot_without_a_person";
/// One effect an intent at most.
pub const ONE_EFFECT: &str = "money_01_an_intent_has_at_most_one_effect";
/// No more is given back than was captured.
pub const CAPTURED: &str = "money_04_no_more_is_given_back_than_was_captured";
/// What happens at the provider was on record before.
pub const INTENT_FIRST: &str = "money_05_the_intent_is_on_record_before_the_call";
/// What may have happened has not failed.
pub const UNKNOWN: &str = "money_06_what_may_still_happen_has_not_failed";
/// Refunds only move forward.
pub const FORWARD: &str = "money_07_what_has_ended_never_changes";
/// Above the limit, or after foreign text, a person decides.
pub const A_PERSON: &str = "money_09_above_the_limit_a_person_decides";
/// What is shown as refunded was refunded.
pub const SHOWN: &str = "money_10_refunded_is_what_the_provider_has_on_record";
/// Nothing is sent while refunds are off.
pub const SWITCH: &str = "money_11_nothing_is_sent_while_refunds_are_off";

/// What may be given back of one order without a person, in minor units.
const PER_ORDER: i64 = 10_000;

/// A law that is broken, and by what.
pub type Broken = (&'static str, String);

/// What the events so far amount to, as far as the law goes.
#[derive(Debug, Clone)]
pub struct Law {
    owner: Owner,
    epoch: Epoch,
    brief: Option<BriefId>,
    wish: bool,
    tainted: bool,
    open: BTreeMap<CallId, Epoch>,
    refunds: BTreeMap<IntentId, Refund>,
    asked: BTreeMap<ApprovalId, IntentId>,
    approved: BTreeSet<IntentId>,
    acting: BTreeSet<CallId>,
    doubt: Option<Seq>,
    since: Seq,
    /// Writes that were made outside.
    pub posted: BTreeSet<CallId>,
    /// What was captured, by charge.
    captured: BTreeMap<String, i64>,
}

impl Law {
    /// Before anything has happened, while `owner` has the conversation.
    pub fn new(owner: Owner) -> Self {
        Self {
            owner,
            epoch: 1,
            brief: None,
            wish: false,
            tainted: false,
            open: BTreeMap::new(),
            refunds: BTreeMap::new(),
            asked: BTreeMap::new(),
            approved: BTreeSet::new(),
            acting: BTreeSet::new(),
            doubt: None,
            since: 1,
            posted: BTreeSet::new(),
            captured: BTreeMap::new(),
        }
    }

    /// Takes in the next event; `provider` is as it is when that is recorded.
    pub fn see(&mut self, event: &Event, provider: &Provider) -> Result<(), Broken> {
        let brief = self.brief.take();
        if let EventBody::Handoff(handoff) = &event.body {
            return self.handoff(event, handoff, brief.as_ref());
        }
        rule(brief.is_none(), ONE_OWNER, || "a brief that no handoff follows".to_owned())?;
        rule(event.epoch == self.epoch, ONE_OWNER, || {
            format!("epoch {} of an event", event.epoch)
        })?;
        match &event.body {
            EventBody::Brief(brief) => self.brief = Some(brief.id.clone()),
            EventBody::Message(said) if said.author.kind == AuthorKind::Agent => {
                let speaks = matches!(self.owner, Owner::Agent { .. } | Owner::Queue { .. });
                let owns = speaks && said.author.name == self.owner.name();
                rule(owns, EPOCH, || format!("{} speaks, {} owns", said.author.name, self.owner))?;
            }
            EventBody::Usage(_) => {
                rule(self.open.is_empty(), SETTLED, || {
                    format!("a brain has answered while {:?} is open", self.open)
                })?;
                rule(self.doubt.is_none(), DOUBT, || "a brain has answered".to_owned())?;
            }
            EventBody::Tool(tool) => self.tool(event, tool)?,
            EventBody::Acting(acting) => {
                let made_by = self.open.get(&acting.call);
                rule(made_by == Some(&self.epoch), EPOCH, || "a former owner's write".to_owned())?;
                rule(self.doubt.is_none(), DOUBT, || "another write is begun".to_owned())?;
                self.acting.insert(acting.call.clone());
            }
            EventBody::Rule(fired) => {
                self.wish |= fired.trigger == TriggerKind::AskedForPerson;
            }
            EventBody::Approval(approval) => match (approval.state, &approval.action) {
                (ApprovalState::Waiting, Some(action)) => {
                    let intent = action.intent.clone();
                    self.asked.extend(intent.map(|intent| (approval.id.clone(), intent)));
                }
                (ApprovalState::Approved, _) if approval.by.is_some() => {
                    self.approved.extend(self.asked.remove(&approval.id));
                }
                _ => {}
            },
            EventBody::Refund(refund) => self.refund(refund, provider)?,
            _ => {}
        }
        Ok(())
    }

    /// What must hold between two appends.
    pub fn rest(&self, thread: &Thread, provider: &Provider) -> Result<(), Broken> {
        let state = &thread.state;
        rule(self.brief.is_none(), ONE_OWNER, || "a brief without its handoff".to_owned())?;
        let same = state.owner == self.owner && state.epoch == self.epoch;
        rule(same, ONE_OWNER, || {
            format!("{} owns by the fold, {} by events", state.owner, self.owner)
        })?;
        let queued = matches!(self.owner, Owner::Queue { .. });
        let alike = queued == state.deadline.is_some();
        rule(alike, DEADLINE, || format!("{} until {:?}", self.owner, state.deadline))?;
        for (charge, captured) in &self.captured {
            let made = provider.made.iter().filter(|(made, _)| made.charge == *charge);
            let sum: i64 = made.map(|(made, _)| made.amount.amount).sum();
            rule(sum <= *captured, CAPTURED, || format!("{sum} of {captured} given back"))?;
        }
        for refund in self.refunds.values() {
            let effects = effects_of(refund, provider);
            rule(effects <= 1, ONE_EFFECT, || format!("{effects} effects of {}", refund.intent))?;
        }
        let known = |key: &str| self.refunds.values().any(|refund| key_of(refund) == Some(key));
        let unknown = provider.made.iter().find(|(made, _)| !known(&made.key));
        rule(unknown.is_none(), INTENT_FIRST, || format!("{unknown:?} was never recorded"))
    }

    /// A write is made outside.
    pub fn post(&mut self, call: &CallId) -> Result<(), Broken> {
        self.posted.insert(call.clone());
        rule(self.open.contains_key(call), SETTLED, || format!("{call} is made though settled"))
    }

    fn handoff(
        &mut self,
        event: &Event,
        handoff: &Handoff,
        brief: Option<&BriefId>,
    ) -> Result<(), Broken> {
        let told = brief.is_some() && brief == handoff.brief.as_ref();
        let follows = handoff.from == self.owner && event.epoch == self.epoch + 1;
        rule(told && follows, ONE_OWNER, || format!("epoch {}: {handoff:?}", event.epoch))?;
        let person = matches!(handoff.from, Owner::Staff { .. });
        if let Owner::Agent { slug, .. } = &handoff.to {
            let may = !self.wish || person || slug.as_str() == "help";
            rule(may, WISH, || format!("{} after the wish for a person", handoff.to))?;
            self.wish &= !person;
        }
        self.wish &= handoff.to != Owner::Nobody;
        let ends = handoff.to == Owner::Nobody || handoff.to.agent().is_some();
        // Who took over before it came up may not have seen it.
        self.doubt = self.doubt.filter(|doubt| !(person && ends && *doubt < self.since));
        self.since = event.seq;
        self.tainted = false;
        self.owner = handoff.to.clone();
        self.epoch = event.epoch;
        Ok(())
    }

    fn tool(&mut self, event: &Event, tool: &Tool) -> Result<(), Broken> {
        let Event { seq, epoch, .. } = *event;
        self.tainted |= tool.untrusted;
        if tool.state == ToolState::Started {
            let known = self.open.insert(tool.call.clone(), epoch);
            return rule(known.is_none(), SETTLED, || format!("{} begins twice", tool.call));
        }
        let open = self.open.remove(&tool.call).is_some();
        rule(open, SETTLED, || format!("{} is settled a second time", tool.call))?;
        let unknown = tool.settlement == Some(Settlement::Unknown);
        if unknown && self.acting.contains(&tool.call) {
            self.doubt = Some(seq);
        }
        let undone = matches!(
            tool.settlement,
            Some(Settlement::Superseded | Settlement::Denied | Settlement::Error)
        );
        rule(!undone || !self.posted.contains(&tool.call), SETTLED, || {
            format!("{} is settled as {:?}, and was made", tool.call, tool.settlement)
        })
    }

    fn refund(&mut self, refund: &Refund, provider: &Provider) -> Result<(), Broken> {
        let mut now = refund.clone();
        let before = self.refunds.get(&refund.intent);
        if let Some(before) = before {
            now.terms.clone_from(&before.terms);
            let same = before.money == refund.money && !before.state.is_terminal();
            rule(same, FORWARD, || format!("{:?} becomes {:?}", before.state, refund.state))?;
        }
        if let Some(terms) = &refund.terms {
            self.captured.insert(terms.charge.clone(), terms.captured);
        }
        if let Some(key) = key_of(&now).filter(|_| refund.settled.is_none()) {
            let (made, may) = (provider.has_made(key), provider.may_make(key));
            rule(refund.state != RefundState::Succeeded || made, SHOWN, || "it is not".to_owned())?;
            let failed = refund.state == RefundState::Failed;
            rule(!failed || !(made || may), UNKNOWN, || format!("made: {made}, may: {may}"))?;
        }
        self.refunds.insert(refund.intent.clone(), now);
        let free = self.refunds.values().filter(|refund| {
            refund.state.holds_money()
                && refund.state != RefundState::Waiting
                && !self.approved.contains(&refund.intent)
        });
        let sum: i64 = free.map(|refund| refund.money.amount).sum();
        rule(sum <= PER_ORDER, A_PERSON, || format!("{sum} and nobody has approved it"))?;
        let sent = refund.state == RefundState::Pending;
        let vouched = !self.tainted || self.approved.contains(&refund.intent);
        rule(!sent || vouched, A_PERSON, || "after foreign text, and nobody approved".to_owned())
    }
}

fn effects_of(refund: &Refund, provider: &Provider) -> usize {
    let made = provider.made.iter();
    made.filter(|(made, _)| Some(made.key.as_str()) == key_of(refund)).count()
}

/// The key under which the provider knows it.
fn key_of(refund: &Refund) -> Option<&str> {
    refund.terms.as_ref().map(|terms| terms.idempotency_key.as_str())
}

/// `law` is broken unless `holds`.
pub fn rule(holds: bool, law: &'static str, by: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err((law, by())) }
}
