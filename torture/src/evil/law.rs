//! What must hold of every event, whoever decided it: the policies, written a second time and more
//! simply than where they are made.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use shared::{
    brief::TriggerKind,
    event::{ApprovalState, Effect, Event, EventBody, RefundState, Settlement, Tool, ToolState},
    id::{ApprovalId, CallId, IntentId, Seq},
    message::AuthorKind,
    owner::Owner,
};

/// Largest event, in bytes of JSON.
const EVENT_BYTES: usize = 128 * 1024;
/// What may be given back of one order without a person.
pub const PER_ORDER: i64 = 10_000;
/// What was captured on the one charge.
pub const CAPTURED: i64 = 100_000;

/// What the events so far amount to, as far as policy is concerned.
#[derive(Debug, Clone, Default)]
pub struct Law {
    owner: Option<Owner>,
    wish: bool,
    tainted: Tainted,
    /// Whether refunds are on at the moment.
    pub money: bool,
    /// How many decisions people have made so far.
    pub decided_by_people: usize,
    decided: usize,
    calls: HashMap<CallId, (String, Owner)>,
    acting: HashSet<CallId>,
    doubt: Option<Seq>,
    since: Seq,
    asked: HashMap<ApprovalId, (Option<IntentId>, CallId)>,
    approved_calls: HashSet<CallId>,
    approved_intents: HashSet<IntentId>,
    refunds: HashMap<IntentId, (RefundState, i64)>,
}

/// Text that nobody vouches for has come in: under this owner, during this turn.
#[derive(Debug, Clone, Copy, Default)]
struct Tainted {
    tenure: bool,
    turn: bool,
}

impl Law {
    /// Nothing has happened, and refunds are on.
    pub fn new() -> Self {
        Self { money: true, ..Self::default() }
    }

    /// Takes in the next event; says which rule it breaks. `tools` are those that each agent has.
    pub fn check(
        &mut self,
        event: &Event,
        tools: &dyn Fn(&str, &str) -> bool,
    ) -> Result<(), String> {
        let whole = serde_json::to_string(event).map_err(|e| e.to_string())?;
        rule(whole.len() <= EVENT_BYTES, "an event grew without limit")?;
        let again: Event = serde_json::from_str(&whole).map_err(|e| format!("unreadable: {e}"))?;
        rule(again == *event, "an event is read back as another")?;
        keeps_secrets(event)?;
        match &event.body {
            EventBody::Opened(opened) => self.owner = Some(opened.owner.clone()),
            EventBody::Message(message) if message.author.kind == AuthorKind::Agent => {
                let name = self.owner.as_ref().map(Owner::name);
                rule(name == Some(message.author.name.as_str()), "who does not own has spoken")?;
                let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
                let fits = message.text.len() <= 16_000 && !message.text.contains(odd);
                rule(fits && !message.text.trim().is_empty(), "a message that nobody should see")?;
            }
            EventBody::Handoff(handoff) => {
                let by_person = matches!(handoff.from, Owner::Staff { .. });
                if let Owner::Agent { slug, .. } = &handoff.to {
                    let may = !self.wish || slug.as_str() == "help" || by_person;
                    rule(may, "back to a bot without a person's act")?;
                }
                self.wish &= !by_person && handoff.to != Owner::Nobody;
                let ends = handoff.to == Owner::Nobody || handoff.to.agent().is_some();
                self.doubt = self.doubt.filter(|seq| !(by_person && ends && *seq < self.since));
                self.since = event.seq;
                self.owner = Some(handoff.to.clone());
                self.tainted.tenure = false;
                // What came in during a turn stays in it, whoever goes on with it.
                self.tainted.turn &= handoff.to.agent().is_some();
            }
            EventBody::Rule(fired) => {
                use TriggerKind::{AskedForPerson, Safety};
                self.wish |= matches!(fired.trigger, AskedForPerson | Safety);
            }
            EventBody::Usage(_) => {
                rule(
                    self.doubt.is_none(),
                    "an agent went on with what nobody knows to be done or not",
                )?;
            }
            EventBody::Turn(_) => {
                self.tainted.tenure |= std::mem::take(&mut self.tainted.turn);
            }
            EventBody::Tool(tool) => self.tool(event.seq, tool, tools)?,
            EventBody::Acting(acting) => {
                let tainted = self.tainted.tenure || self.tainted.turn;
                let may = !tainted || self.approved_calls.contains(&acting.call);
                rule(may, "a tainted write was made without a person")?;
                let same = self.calls.get(&acting.call).map(|(_, owner)| owner);
                rule(same == self.owner.as_ref(), "a write of a former owner was begun")?;
                self.acting.insert(acting.call.clone());
            }
            EventBody::Approval(approval) => match (&approval.action, approval.state) {
                (Some(action), ApprovalState::Waiting) => {
                    let about = (action.intent.clone(), action.call.clone());
                    self.asked.insert(approval.id.clone(), about);
                }
                (_, ApprovalState::Approved) => {
                    self.decided += 1;
                    rule(self.decided <= self.decided_by_people, "approved by nobody")?;
                    let asked = self.asked.remove(&approval.id).ok_or("approved unasked")?;
                    self.approved_calls.insert(asked.1);
                    self.approved_intents.extend(asked.0);
                }
                _ => {}
            },
            EventBody::Refund(refund) => {
                let before = self.refunds.get(&refund.intent).map(|(state, _)| *state);
                self.refunds.insert(refund.intent.clone(), (refund.state, refund.money.amount));
                let begins = refund.state == RefundState::Pending;
                let by_person = self.approved_intents.contains(&refund.intent);
                if begins && before != Some(RefundState::Pending) && !by_person {
                    let tainted = self.tainted.tenure || self.tainted.turn;
                    rule(!tainted, "a tainted refund went without a person")?;
                    let alone = self.held(|intent, state| {
                        !self.approved_intents.contains(intent) && state != RefundState::Waiting
                    });
                    rule(alone <= PER_ORDER, "more than the limit went without a person")?;
                }
                rule(!begins || self.money, "a refund went while refunds are off")?;
                rule(self.held(|_, _| true) <= CAPTURED, "more given back than was captured")?;
            }
            EventBody::Brief(brief) => {
                let real = brief.authorisations.len() <= self.decided_by_people;
                rule(real, "a brief holds an authorisation that nobody gave")?;
                let customer = |value: &str| value == "cus_1";
                let mut named = brief.facts.iter().filter(|fact| fact.key == "customer");
                rule(named.all(|fact| customer(&fact.value)), "a brief names another customer")?;
            }
            _ => {}
        }
        Ok(())
    }

    fn held(&self, counts: impl Fn(&IntentId, RefundState) -> bool) -> i64 {
        let holding = self.refunds.iter().filter(|(_, (state, _))| state.holds_money());
        let counted = holding.filter(|(intent, (state, _))| counts(intent, *state));
        counted.map(|(_, (_, amount))| amount).sum()
    }

    fn tool(
        &mut self,
        seq: Seq,
        tool: &Tool,
        tools: &dyn Fn(&str, &str) -> bool,
    ) -> Result<(), String> {
        self.tainted.tenure |= tool.untrusted;
        self.tainted.turn |= tool.untrusted;
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        rule(tool.name.chars().all(plain), "a tool's name shows what a brain made up")?;
        let shown = ["Working", "Working on it", "Handing over"];
        rule(shown.contains(&tool.label.as_str()), "a label shows what a brain made up")?;
        if tool.state == ToolState::Started {
            let owner = self.owner.clone().ok_or("nobody owns")?;
            let known = self.calls.insert(tool.call.clone(), (tool.name.clone(), owner));
            return rule(known.is_none(), "one call id was given twice");
        }
        let (name, owner) = self.calls.get(&tool.call).ok_or("settled, and never begun")?;
        let unknown = tool.settlement == Some(Settlement::Unknown);
        if unknown && self.acting.contains(&tool.call) {
            self.doubt = Some(seq);
        }
        let done = tool.settlement == Some(Settlement::Ok) && tool.effect != Effect::Transfer;
        let has = owner.agent().is_some_and(|agent| tools(agent.as_str(), name));
        rule(!done || has, "an agent used a tool that it does not have")
    }
}

/// What a visitor may see tells nothing that only staff may know.
fn keeps_secrets(event: &Event) -> Result<(), String> {
    let Some(seen) = event.for_visitor() else { return Ok(()) };
    let seen: Value = serde_json::to_value(seen).map_err(|e| e.to_string())?;
    let secrets = ["args", "result", "terms", "brief", "trigger", "by", "note", "action", "facts"];
    let told = secrets.iter().find(|secret| seen.get(secret).is_some());
    told.map_or(Ok(()), |secret| Err(format!("{secret} is shown to the visitor")))
}

fn rule(holds: bool, broken: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken.to_owned()) }
}
