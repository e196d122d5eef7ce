//! What tests fill journals with.

use std::{str::FromStr, sync::Arc};

use shared::{
    agent::BUILT_IN,
    brief::{Brief, Sentiment, Trigger, TriggerKind, Usage},
    conversation::Conversation,
    event::{
        Approval, ApprovalState, Closed, EventBody, Handoff, Message, Opened, ProposedWrite,
        Refund, RefundState, RefundTerms, StepUsage, TurnEnded, TurnState,
    },
    message::{Assurance, Author, AuthorKind, VisitorRef},
    money::{Currency, Money},
    owner::Owner,
    time::Timestamp,
};

use super::Journal;
use crate::{
    bus::LocalBus,
    storage::{sqlite::SqliteStore, story::client},
};

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A journal over a store of its own.
pub(crate) struct Desk {
    pub(crate) journal: Journal,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) dir: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(dir.path()).expect("a store");
        let journal = Journal::new(store.clone(), Arc::new(LocalBus::new()));
        Self { journal, store, dir }
    }

    /// Closes the store and leaves its folder.
    pub(crate) fn close(self) -> tempfile::TempDir {
        let Self { journal, store, dir } = self;
        drop(journal);
        drop(store);
        dir
    }
}

pub(crate) fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

pub(crate) fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

pub(crate) fn agent(slug: &str) -> Owner {
    Owner::Agent { slug: id(slug), version: 1, name: slug.to_owned() }
}

pub(crate) fn queue() -> Owner {
    Owner::Queue { slug: id("support"), name: "Our team".to_owned() }
}

pub(crate) fn ana() -> Owner {
    Owner::Staff { id: id("stf_ana"), name: "Ana".to_owned() }
}

pub(crate) fn opened(visitor: &str) -> Opened {
    let visitor = VisitorRef {
        id: id(visitor),
        assurance: Assurance::Anonymous,
        customer: None,
        name: Some("Ada Lovelace".to_owned()),
        email: Some("ada@example.com".to_owned()),
    };
    Opened { site: id("demo"), visitor, owner: agent("triage"), deadline: None }
}

pub(crate) fn says(text: &str, client_id: &str) -> EventBody {
    EventBody::Message(Message {
        author: Author::new(AuthorKind::Visitor, "Ada"),
        text: text.to_owned(),
        client_id: Some(client(client_id)),
        quick_replies: Vec::new(),
        sources: Vec::new(),
    })
}

/// A handoff of `state` to `to`, after its brief.
pub(crate) fn handoff(state: &Conversation, to: &Owner, kind: TriggerKind) -> Vec<EventBody> {
    let brief = Brief {
        id: id(&format!("brf_{}", state.epoch)),
        from: state.owner.clone(),
        to: to.clone(),
        trigger: Trigger { kind, evidence: "the evidence".to_owned() },
        reason: "the reason".to_owned(),
        request: "wants something".to_owned(),
        facts: Vec::new(),
        done: Vec::new(),
        unable: Vec::new(),
        open_questions: Vec::new(),
        promises: Vec::new(),
        authorisations: Vec::new(),
        language: "en".to_owned(),
        sentiment: Sentiment::Neutral,
        transcript_range: (1, state.seq),
        usage: state.usage,
    };
    let handoff = Handoff {
        from: state.owner.clone(),
        to: to.clone(),
        notice: String::new(),
        trigger: Some(kind),
        brief: Some(brief.id.clone()),
        deadline: matches!(to, Owner::Queue { .. }).then(|| NOW.plus_ms(60_000)),
    };
    vec![EventBody::Brief(Box::new(brief)), EventBody::Handoff(handoff)]
}

pub(crate) fn closed(state: &Conversation) -> Vec<EventBody> {
    let mut bodies = handoff(state, &Owner::Nobody, TriggerKind::Close);
    bodies.push(EventBody::Closed(Closed { by: None }));
    bodies
}

pub(crate) fn used(tokens_in: u64) -> EventBody {
    EventBody::Usage(StepUsage {
        asked_in: None,
        agent: id("triage"),
        version: 1,
        model: BUILT_IN.to_owned(),
        through: 2,
        usage: Usage { steps: 1, tokens_in, tokens_out: 3, cost_micros: 5, took_ms: 7 },
    })
}

pub(crate) fn turn_done(turn: u64) -> EventBody {
    EventBody::Turn(TurnEnded { turn, state: TurnState::Done })
}

/// A refund of charge `ch_1`, on which 100.00 EUR were captured.
pub(crate) fn refund(intent: &str, amount: i64, state: RefundState) -> EventBody {
    let first = matches!(state, RefundState::Waiting | RefundState::Pending);
    let terms = RefundTerms {
        call: id(&format!("call_{intent}")),
        customer: "cus_1".to_owned(),
        charge: "ch_1".to_owned(),
        captured: 10_000,
        idempotency_key: format!("key_{intent}"),
        reason: "charged twice".to_owned(),
        approval: None,
        day: NOW.day(),
    };
    EventBody::Refund(Refund {
        intent: id(intent),
        order: "A1001".to_owned(),
        money: eur(amount),
        state,
        terms: first.then_some(terms),
        detail: None,
        settled: None,
    })
}

pub(crate) fn approval(approval: &str, state: ApprovalState) -> EventBody {
    let waiting = state == ApprovalState::Waiting;
    let action = ProposedWrite {
        call: id("call_1"),
        intent: None,
        tool: "issue_refund".to_owned(),
        args: serde_json::json!({ "order": "A1002" }),
        hash: "ab".repeat(32),
        money: Some(eur(32_000)),
        reason: "above the limit".to_owned(),
        requested_by: id("refunds"),
    };
    EventBody::Approval(Approval {
        id: id(approval),
        state,
        summary: "Refund 320.00 EUR of A1002".to_owned(),
        action: waiting.then_some(action),
        expires_at: waiting.then(|| NOW.plus_ms(30_000)),
        by: None,
        note: None,
    })
}
