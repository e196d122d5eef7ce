//! The fold: from events to the state of a conversation. Server and pages use this one.

mod absorb;
mod check;

use std::collections::BTreeMap;

use crate::{
    brief::{Brief, Usage},
    event::{Effect, Event, EventBody, Opened, ProposedWrite, RefundState},
    id::{ApprovalId, CallId, ConversationId, Epoch, IntentId, Seq, SiteKey},
    message::{AuthorKind, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

pub use self::check::FoldError;
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
    /// The deadlines that have passed in this wait: the events that say so, oldest first.
    pub lapses: Vec<Seq>,
    /// The queue that was waited for last in this wait, and its newest deadline. It stands also while
    /// a person has the conversation and says nothing.
    pub standing: Option<(Owner, Timestamp)>,
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
    /// The newest write that was begun and may have been done, of which nobody knows: its tool, and
    /// the event that says so. It is settled in nobody's mind until a person has taken the
    /// conversation over after that, and handed it back or closed it.
    pub in_doubt: Option<(String, Seq)>,
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
    /// Set once a person has approved it: the hash of the tool and its arguments that they saw.
    pub approved: Option<String>,
    /// Set while it is being made: it writes, and may have been done. The hash of the tool and its
    /// arguments, as it was then; empty if nobody noted it.
    pub acting: Option<String>,
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
        let standing = opened.deadline.map(|deadline| (opened.owner.clone(), deadline));
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
            lapses: Vec::new(),
            standing,
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
            in_doubt: None,
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
        self.calls.iter().find(|call| call.acting.is_some() && self.refund_of(&call.call).is_none())
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
}
