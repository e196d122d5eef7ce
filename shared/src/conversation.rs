//! The fold: from events to the state of a conversation. Server and pages use this one.

use std::{collections::BTreeMap, fmt};

use crate::{
    brief::{Brief, Fact, TriggerKind, Usage},
    event::{
        Approval, ApprovalState, Effect, Event, EventBody, Guard, Handoff, Inquiry, Message,
        Opened, ProposedWrite, Refund, RefundState, Settlement, StepUsage, Tool, ToolState,
        TurnState, Verdict,
    },
    id::{ApprovalId, CallId, ConversationId, Epoch, IntentId, Seq, SiteKey},
    limits::PREVIEW_CHARS,
    message::{AuthorKind, VisitorRef},
    owner::Owner,
    time::Timestamp,
    turn::Change,
};

pub use crate::refund::RefundView;

/// What a conversation's journal amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Which conversation.
    pub id: ConversationId,
    /// On which site.
    pub site: SiteKey,
    /// With whom.
    pub visitor: VisitorRef,
    /// Who must answer next.
    pub owner: Owner,
    /// How often the owner has changed, plus one.
    pub epoch: Epoch,
    /// The newest event.
    pub seq: Seq,
    /// When it began.
    pub opened_at: Timestamp,
    /// When the newest event was recorded.
    pub updated_at: Timestamp,
    /// The turn that is going on, if an agent has work to do.
    pub turn: Option<Turn>,
    /// Tool calls that are not settled yet, oldest first.
    pub calls: Vec<OpenCall>,
    /// Approvals that wait for a person.
    pub approvals: Vec<OpenApproval>,
    /// Refunds, oldest first.
    pub refunds: Vec<RefundView>,
    /// The brief of the latest handoff.
    pub brief: Option<Brief>,
    /// The visitor asked for a person at this event, and no person has acted since. While this is
    /// set, no handoff leads to an agent other than the desk's escalation.
    pub wants_person: Option<Seq>,
    /// Since when a person is needed: the first escalation that nobody has closed or returned.
    pub escalated_at: Option<Timestamp>,
    /// Until when a queued conversation must be claimed.
    pub deadline: Option<Timestamp>,
    /// Since when the visitor waits for an answer: their first message that nobody has answered, or
    /// the moment at which they were given to a queue.
    pub waits_since: Option<Timestamp>,
    /// When the present tenure began.
    pub tenure_since: Timestamp,
    /// The event with which the present tenure began.
    pub tenure_seq: Seq,
    /// What brains have used in all.
    pub usage: Usage,
    /// What brains have used in this tenure.
    pub tenure_usage: Usage,
    /// Whether text that nobody vouches for came in during this tenure, whose owner still sees it.
    pub tenure_tainted: bool,
    /// Whether a guardrail distrusts what the visitor wrote, which every agent still reads.
    pub distrusted: bool,
    /// Visitor messages up to here have been taken in by a brain.
    pub taken_in: Seq,
    /// Visitor messages that a guardrail keeps from brains.
    pub held_back: Vec<Seq>,
    /// The newest message of the visitor; 0 if there is none.
    pub last_visitor_message: Seq,
    /// The newest event that made something known; 0 if there is none.
    pub last_new_fact: Seq,
    /// What tools have made known: key to value and the event that says so.
    pub facts: BTreeMap<String, (String, Seq)>,
    /// Failed calls and refused answers in a row.
    pub failures: u32,
    /// The newest visible message, shortened, and who wrote it.
    pub preview: Option<(AuthorKind, String)>,
    /// The visitor's score, one to five.
    pub rating: Option<u8>,
    awaits_handoff: Option<Box<Brief>>,
}

/// All the work from a visitor's message to an answer, a wait, or a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// The event that began it.
    pub id: Seq,
    /// Requests to a brain so far.
    pub steps: u32,
    /// Handoffs so far, oldest first.
    pub hops: Vec<Hop>,
    /// Answers that were refused and may be repaired, since the last good one.
    pub repairs: u32,
    /// Whether text that nobody vouches for has entered it.
    pub tainted: bool,
}

/// One handoff within a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Who handed over.
    pub from: Owner,
    /// Who took over.
    pub to: Owner,
    /// The handoff event.
    pub seq: Seq,
}

/// A tool call that is not settled yet.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCall {
    /// Which call.
    pub call: CallId,
    /// Which tool.
    pub name: String,
    /// What the brain passed.
    pub args: serde_json::Value,
    /// What it does.
    pub effect: Effect,
    /// What the visitor reads.
    pub label: String,
    /// Whether a person has approved it.
    pub approved: bool,
    /// Whether it is being made: it writes, and may have been done.
    pub acting: bool,
    /// The event that recorded it.
    pub seq: Seq,
    /// The tenure under whose authority it was made.
    pub epoch: Epoch,
}

/// An approval that waits for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenApproval {
    /// Which approval.
    pub id: ApprovalId,
    /// What is to be done, in a few words.
    pub summary: String,
    /// The exact write; absent in what a visitor sees.
    pub action: Option<ProposedWrite>,
    /// Until when a person can decide.
    pub expires_at: Option<Timestamp>,
    /// The event that recorded it.
    pub seq: Seq,
}

/// Why an event cannot follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldError {
    /// The journal does not begin with `opened`, or has a second one.
    Opening,
    /// A sequence number is missing or doubled.
    Gap {
        /// What must come next.
        expected: Seq,
        /// What came.
        found: Seq,
    },
    /// The event carries another epoch than the tenure's.
    Epoch {
        /// What must come next.
        expected: Epoch,
        /// What came.
        found: Epoch,
    },
    /// A handoff without its brief, a brief without its handoff, or one that changes nothing.
    Handoff,
    /// A call was settled twice, settled without having begun, or begun twice.
    Call(CallId),
    /// A refund moved backwards, changed its amount, or was asked about out of turn.
    Refund(IntentId),
    /// An approval was decided twice, or was never asked for.
    Approval(ApprovalId),
    /// Two turns at once, or the end of a turn that is not going on.
    Turn,
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("the journal must begin with one opening"),
            Self::Gap { expected, found } => write!(f, "event {expected} expected, {found} found"),
            Self::Epoch { expected, found } => {
                write!(f, "epoch {expected} expected, {found} found")
            }
            Self::Handoff => f.write_str("a handoff needs its brief and a new owner"),
            Self::Call(call) => write!(f, "call {call} is not settled exactly once"),
            Self::Refund(intent) => write!(f, "refund {intent} moved backwards or changed"),
            Self::Approval(id) => write!(f, "approval {id} is not decided exactly once"),
            Self::Turn => f.write_str("a turn ended that was not going on"),
        }
    }
}

impl std::error::Error for FoldError {}

impl Conversation {
    /// The state of a whole journal.
    pub fn fold<'a>(
        id: ConversationId,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Result<Self, FoldError> {
        let mut events = events.into_iter();
        let first = events.next().ok_or(FoldError::Opening)?;
        let mut state = Self::open(id, first)?;
        for event in events {
            state.apply(event)?;
        }
        Ok(state)
    }

    /// The state after the first event.
    pub fn open(id: ConversationId, first: &Event) -> Result<Self, FoldError> {
        match &first.body {
            EventBody::Opened(opened) if first.seq == 1 && first.epoch == 1 => {
                Ok(Self { seq: 1, ..Self::begin(id, opened.clone(), first.at) })
            }
            _ => Err(FoldError::Opening),
        }
    }

    /// A conversation of which nothing has been seen yet: what a page starts from.
    pub fn begin(id: ConversationId, opened: Opened, at: Timestamp) -> Self {
        let queued = matches!(opened.owner, Owner::Queue { .. });
        Self {
            id,
            site: opened.site,
            visitor: opened.visitor,
            owner: opened.owner,
            epoch: 1,
            seq: 0,
            opened_at: at,
            updated_at: at,
            turn: None,
            calls: Vec::new(),
            approvals: Vec::new(),
            refunds: Vec::new(),
            brief: None,
            wants_person: None,
            escalated_at: queued.then_some(at),
            deadline: opened.deadline,
            waits_since: queued.then_some(at),
            tenure_since: at,
            tenure_seq: 1,
            usage: Usage::default(),
            tenure_usage: Usage::default(),
            tenure_tainted: false,
            distrusted: false,
            taken_in: 0,
            held_back: Vec::new(),
            last_visitor_message: 0,
            last_new_fact: 0,
            facts: BTreeMap::new(),
            failures: 0,
            preview: None,
            rating: None,
            awaits_handoff: None,
        }
    }

    /// Takes in the next event of a whole journal; nothing changes if it cannot follow.
    pub fn apply(&mut self, event: &Event) -> Result<(), FoldError> {
        self.check(event)?;
        self.absorb(event);
        Ok(())
    }

    /// Takes in an event of a journal that is seen in part; what was seen already is ignored.
    /// Says whether it was new.
    pub fn apply_seen(&mut self, event: &Event) -> bool {
        let new = event.seq > self.seq;
        if new {
            self.absorb(event);
        }
        new
    }

    /// Whether an agent has something to do now.
    pub fn has_work(&self) -> bool {
        self.turn.is_some() && self.owner.agent().is_some()
    }

    /// Whether a refund is on its way and must be driven on, whoever owns the conversation.
    pub fn has_money_in_flight(&self) -> bool {
        self.refunds.iter().any(|r| r.state == RefundState::Pending)
    }

    /// A write that may have been done and whose outcome is not on record. It is made again, under
    /// the same call id, and recorded whoever owns the conversation. (A call that has led to a refund
    /// is settled by that.)
    pub fn acting(&self) -> Option<&OpenCall> {
        self.calls.iter().find(|call| call.acting && self.refund_of(&call.call).is_none())
    }

    /// Whether text that nobody vouches for may have bent what the owner does: it came in during
    /// this turn, under whatever owner, or in an earlier turn of this tenure; or the visitor wrote it.
    pub fn is_tainted(&self) -> bool {
        self.distrusted
            || self.tenure_tainted
            || self.turn.as_ref().is_some_and(|turn| turn.tainted)
    }

    /// Whether a guardrail keeps this message of the visitor from brains.
    pub fn is_held_back(&self, message: Seq) -> bool {
        self.held_back.contains(&message)
    }

    /// Whether nobody owns the conversation.
    pub fn is_closed(&self) -> bool {
        self.owner == Owner::Nobody
    }

    /// The refund that `call` proposed.
    pub fn refund_of(&self, call: &CallId) -> Option<&RefundView> {
        self.refunds.iter().find(|r| r.terms.as_ref().is_some_and(|t| t.call == *call))
    }

    /// The refund that `event` is about, as it stands after it; `None` if it is about none.
    pub fn refund_after(&self, event: &Event) -> Option<RefundView> {
        let known = |intent: &IntentId| self.refunds.iter().find(|r| r.intent == *intent).cloned();
        match &event.body {
            EventBody::Refund(refund) => Some(match known(&refund.intent) {
                Some(mut view) => {
                    view.moves(refund, event.seq, event.at);
                    view
                }
                None => RefundView::begin(refund, event.seq, event.at),
            }),
            EventBody::Inquiry(inquiry) => {
                let mut view = known(&inquiry.intent)?;
                view.absorb(inquiry, event.at);
                Some(view)
            }
            _ => None,
        }
    }

    fn check(&self, event: &Event) -> Result<(), FoldError> {
        if event.seq != self.seq + 1 {
            return Err(FoldError::Gap { expected: self.seq + 1, found: event.seq });
        }
        let is_handoff = matches!(event.body, EventBody::Handoff(_));
        let expected = self.epoch + Epoch::from(is_handoff);
        if event.epoch != expected {
            return Err(FoldError::Epoch { expected, found: event.epoch });
        }
        if self.awaits_handoff.is_some() != is_handoff {
            return Err(FoldError::Handoff);
        }
        match &event.body {
            EventBody::Opened(_) => Err(FoldError::Opening),
            EventBody::Handoff(h) => self.check_handoff(h),
            EventBody::Tool(t) => {
                let open = self.calls.iter().any(|c| c.call == t.call);
                if open == (t.state == ToolState::Started) {
                    return Err(FoldError::Call(t.call.clone()));
                }
                Ok(())
            }
            EventBody::Acting(a) => {
                let begins = |c: &OpenCall| c.call == a.call && c.effect == Effect::Write;
                let may = self.calls.iter().any(|c| begins(c) && !c.acting);
                if may { Ok(()) } else { Err(FoldError::Call(a.call.clone())) }
            }
            EventBody::Approval(a) => {
                let open = self.approvals.iter().any(|o| o.id == a.id);
                if open == (a.state == ApprovalState::Waiting) {
                    return Err(FoldError::Approval(a.id.clone()));
                }
                Ok(())
            }
            EventBody::Refund(r) => self.check_refund(r),
            EventBody::Inquiry(i) => self.check_inquiry(i),
            EventBody::Turn(t) => match &self.turn {
                Some(turn) if turn.id == t.turn && t.state != TurnState::Running => Ok(()),
                _ => Err(FoldError::Turn),
            },
            _ => Ok(()),
        }
    }

    fn check_handoff(&self, handoff: &Handoff) -> Result<(), FoldError> {
        let fits = self.awaits_handoff.as_deref().is_some_and(|brief| {
            Some(&brief.id) == handoff.brief.as_ref()
                && brief.from == handoff.from
                && brief.to == handoff.to
        });
        if !fits || handoff.from != self.owner || !handoff.to.differs_from(&self.owner) {
            return Err(FoldError::Handoff);
        }
        Ok(())
    }

    fn check_refund(&self, refund: &Refund) -> Result<(), FoldError> {
        let allowed = match self.refunds.iter().find(|r| r.intent == refund.intent) {
            None => {
                matches!(refund.state, RefundState::Waiting | RefundState::Pending)
                    && refund.terms.is_some()
                    && refund.settled.is_none()
                    && refund.money.amount > 0
            }
            Some(known) => {
                known.state.may_become(refund.state)
                    && known.money == refund.money
                    && known.order == refund.order
                    && (refund.settled.is_none() || known.may_be_settled())
            }
        };
        if allowed { Ok(()) } else { Err(FoldError::Refund(refund.intent.clone())) }
    }

    fn check_inquiry(&self, inquiry: &Inquiry) -> Result<(), FoldError> {
        let known = self.refunds.iter().find(|r| r.intent == inquiry.intent);
        let allowed = known.is_some_and(|refund| refund.allows(inquiry));
        if allowed { Ok(()) } else { Err(FoldError::Refund(inquiry.intent.clone())) }
    }

    fn absorb(&mut self, event: &Event) {
        self.seq = event.seq;
        self.epoch = self.epoch.max(event.epoch);
        self.updated_at = event.at;
        match Change::by(&event.body, &self.owner, self.turn.is_some()) {
            Some(Change::Begins) => self.turn = Some(Turn { id: event.seq, ..Turn::default() }),
            Some(Change::Ends(_)) => self.turn = None,
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
                    call.acting = true;
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
                    self.deadline = r.deadline;
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
                    self.waits_since = None;
                }
                self.failures = 0;
                if let Some(turn) = &mut self.turn {
                    turn.repairs = 0;
                }
            }
            AuthorKind::Staff => self.waits_since = None,
        }
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
        self.owner = handoff.to.clone();
        self.tenure_since = event.at;
        self.tenure_seq = event.seq;
        // Handing back to an agent and closing are acts of a person; leaving is not.
        let returned = matches!(handoff.from, Owner::Staff { .. }) && handoff.to.agent().is_some();
        if returned || handoff.to == Owner::Nobody {
            self.wants_person = None;
        }
        if returned {
            // A person has read it all and vouches for going on.
            self.distrusted = false;
        }
        self.tenure_usage = Usage::default();
        self.tenure_tainted = false;
        self.deadline = handoff.deadline;
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
                self.waits_since = None;
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
                approved: false,
                acting: false,
                seq: event.seq,
                epoch: event.epoch,
            });
            return;
        }
        self.calls.retain(|c| c.call != tool.call);
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
        let call = decided.action.filter(|action| action.intent.is_none()).map(|a| a.call);
        if let Some(open) = self.calls.iter_mut().find(|open| Some(&open.call) == call.as_ref()) {
            open.approved = approval.state == ApprovalState::Approved;
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
