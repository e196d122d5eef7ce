//! `baton verify`: reads everything and believes nothing.
//!
//! Every conversation is folded anew from its records; sequence, hash chain, what lists and limits
//! hold of it, and the money are compared with that. The first fault ends it.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use shared::{
    api::MeterBy,
    brief::Usage,
    conversation::{Conversation, FoldError},
    event::{Event, EventBody},
    id::{ClientId, ConversationId, Seq},
    money::Money,
};

use crate::{
    journal::{
        chain, heads,
        projection::{self, Added},
    },
    storage::{
        Scope, Store, StoreError,
        rows::{Hash, Record},
    },
};

#[cfg(test)]
mod tests;

/// Conversations, or records, that are read at once.
const PAGE: usize = 500;

/// Everything was read, and nothing was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Conversations that were read.
    pub conversations: u64,
    /// Events in them.
    pub events: u64,
    /// Refunds in them.
    pub refunds: u64,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { conversations, events, refunds } = self;
        write!(f, "{conversations} conversations, {events} events, {refunds} refunds: no fault")
    }
}

/// The first fault, and where it is.
#[derive(Debug)]
pub struct Fault {
    /// In which conversation, unless the store failed outside any.
    pub conversation: Option<ConversationId>,
    /// At which event, where it is one's.
    pub seq: Option<Seq>,
    /// What is wrong.
    pub wrong: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(conversation) = &self.conversation {
            write!(f, "conversation {conversation}")?;
            if let Some(seq) = self.seq {
                write!(f, ", event {seq}")?;
            }
            f.write_str(": ")?;
        }
        self.wrong.fmt(f)
    }
}

impl std::error::Error for Fault {}

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// A record is missing, doubled or out of place.
    #[error("event {0} is missing")]
    Missing(Seq),
    /// The record does not follow from the one before it.
    #[error("the hash chain breaks here: this event, or the one before it, was changed")]
    Chain,
    /// It is not an event.
    #[error("it cannot be read: {0}")]
    Unreadable(serde_json::Error),
    /// The columns beside the event say something else than the event.
    #[error("its {0} is not what the event says")]
    Column(&'static str),
    /// It cannot follow on what was before.
    #[error("it cannot follow: {0}")]
    Fold(FoldError),
    /// One client id made two messages.
    #[error("a message was recorded twice")]
    Twice,
    /// Something that is derived from the events differs from them.
    #[error("the {0} differs from what its events amount to")]
    Projection(&'static str),
    /// More was refunded than was captured.
    #[error("refunds of charge {charge} hold {held}, captured was {captured}")]
    Money {
        /// The charge.
        charge: String,
        /// What its refunds hold.
        held: Money,
        /// What was captured on it.
        captured: Money,
    },
    /// The chain fits, but does not lead to the head that was published.
    #[error("this is not the event that was published: it, or one before it, was changed")]
    Rewritten,
    /// A conversation of which a head was published is not there.
    #[error("the whole conversation is missing")]
    Gone,
    /// What should be published heads is something else.
    #[error("line {0} of the published heads is none: expected ID SEQ HASH")]
    NoHead(usize),
    /// The store failed, or what it holds is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies everything in `store`, to which nobody may append meanwhile.
pub async fn verify(store: &dyn Store) -> Result<Verified, Fault> {
    let nowhere = |e: StoreError| Fault { conversation: None, seq: None, wrong: e.into() };
    let meters = store.meters(MeterBy::Conversation).await.map_err(nowhere)?;
    let meters = meters.into_iter().map(|meter| (meter.key, meter.usage)).collect();
    let mut ledger = Ledger { meters, charges: HashMap::new() };
    let mut verified = Verified::default();
    let mut last = None;
    loop {
        let ids = store.ids(last.as_ref(), PAGE).await.map_err(nowhere)?;
        for id in &ids {
            let read = Reading::read(store, id).await?;
            read.compare(store, &mut ledger).await?;
            verified.conversations += 1;
            verified.events += read.seq;
            verified.refunds += read.added.refunds.len() as u64;
        }
        if ids.len() < PAGE {
            return Ok(verified);
        }
        last = ids.last().cloned();
    }
}

/// Compares `store` with heads that were published before, one a line: nothing up to them may have
/// been changed or taken away since, even where everything fits together. Answers how many.
pub async fn against(store: &dyn Store, published: &str) -> Result<usize, Fault> {
    for (i, line) in published.lines().enumerate() {
        let head = heads::parse(line).ok_or(Fault {
            conversation: None,
            seq: None,
            wrong: Wrong::NoHead(i + 1),
        })?;
        let fault = |seq, wrong| Fault { conversation: Some(head.id.clone()), seq, wrong };
        let before = head.seq.saturating_sub(1);
        let records = store.records(&Scope::System, &head.id, before, 1).await;
        let records = records.map_err(|e| fault(None, e.into()))?;
        let record = records.ok_or_else(|| fault(None, Wrong::Gone))?.into_iter().next();
        let record = record.filter(|record| record.seq == head.seq);
        let record = record.ok_or_else(|| fault(None, Wrong::Missing(head.seq)))?;
        if record.hash != head.hash {
            return Err(fault(Some(head.seq), Wrong::Rewritten));
        }
    }
    Ok(published.lines().count())
}

/// What is compared across conversations.
struct Ledger {
    meters: HashMap<String, Usage>,
    /// What each charge's refunds hold, and what was captured on it.
    charges: HashMap<String, (Money, Money)>,
}

/// One conversation, as far as it has been read.
struct Reading<'a> {
    id: &'a ConversationId,
    seq: Seq,
    head: Hash,
    state: Option<Conversation>,
    between_owners: bool,
    clients: HashSet<ClientId>,
    added: Added,
}

impl<'a> Reading<'a> {
    async fn read(store: &dyn Store, id: &'a ConversationId) -> Result<Self, Fault> {
        let mut reading = Self {
            id,
            seq: 0,
            head: chain::root(id),
            state: None,
            between_owners: false,
            clients: HashSet::new(),
            added: Added::default(),
        };
        loop {
            let page = store.records(&Scope::System, id, reading.seq, PAGE).await;
            let page = page.map_err(|e| reading.fault(None, e.into()))?.unwrap_or_default();
            for record in &page {
                let seq = record.seq;
                reading.take(record).map_err(|wrong| reading.fault(Some(seq), wrong))?;
            }
            if page.len() < PAGE {
                return Ok(reading);
            }
        }
    }

    fn take(&mut self, record: &Record) -> Result<(), Wrong> {
        if record.seq != self.seq + 1 {
            return Err(Wrong::Missing(self.seq + 1));
        }
        if chain::link(&self.head, &record.json) != record.hash {
            return Err(Wrong::Chain);
        }
        let event: Event = serde_json::from_str(&record.json).map_err(Wrong::Unreadable)?;
        check_columns(record, &event)?;
        if let Some(client_id) = &record.client_id
            && !self.clients.insert(client_id.clone())
        {
            return Err(Wrong::Twice);
        }
        self.fold(&event).map_err(Wrong::Fold)?;
        self.between_owners = matches!(event.body, EventBody::Brief(_));
        self.seq = record.seq;
        self.head = record.hash;
        Ok(())
    }

    fn fold(&mut self, event: &Event) -> Result<(), FoldError> {
        if let Some(state) = &mut self.state {
            self.added.note(state, event);
            return state.apply(event);
        }
        let state = Conversation::open(self.id.clone(), event)?;
        self.added.note(&state, event);
        self.state = Some(state);
        Ok(())
    }

    /// Compares what the events amount to with what is kept beside them.
    async fn compare(&self, store: &dyn Store, ledger: &mut Ledger) -> Result<(), Fault> {
        let wrong = |what| self.fault(None, Wrong::Projection(what));
        let failed = |e: StoreError| self.fault(None, e.into());
        let Some(state) = &self.state else { return Err(self.fault(None, Wrong::Missing(1))) };
        if self.between_owners {
            return Err(self.fault(Some(self.seq), Wrong::Fold(FoldError::Handoff)));
        }
        let line = store.line(&Scope::System, self.id).await.map_err(failed)?;
        let line = line.ok_or_else(|| wrong("line in the inbox"))?;
        if line.summary.seq > self.seq {
            return Err(self.fault(None, Wrong::Missing(self.seq + 1)));
        }
        if line != projection::line(state) {
            return Err(wrong("line in the inbox"));
        }
        let mut refunds = self.added.refunds.clone();
        refunds.sort_by(|a, b| a.line.intent.cmp(&b.line.intent));
        if store.refunds(self.id).await.map_err(failed)? != refunds {
            return Err(wrong("list of refunds"));
        }
        let approvals = self.added.approvals.iter();
        for approval in approvals {
            if store.approval(&approval.id).await.map_err(failed)?.as_ref() != Some(self.id) {
                return Err(wrong("list of approvals"));
            }
        }
        if store.searches(self.id).await.map_err(failed)? != self.added.searches {
            return Err(wrong("list of searches"));
        }
        if ledger.meters.get(self.id.as_str()).copied().unwrap_or_default() != state.usage {
            return Err(wrong("sum of its meters"));
        }
        self.count_money(state, ledger)
    }

    /// Adds the refunds to their charges, none of which may give back more than it took.
    fn count_money(&self, state: &Conversation, ledger: &mut Ledger) -> Result<(), Fault> {
        for refund in state.refunds.iter().filter(|refund| refund.state.holds_money()) {
            let Some(terms) = &refund.terms else { continue };
            let captured = Money::new(terms.captured, refund.money.currency);
            let nothing = Money::new(0, refund.money.currency);
            let charge = ledger.charges.entry(terms.charge.clone()).or_insert((nothing, captured));
            let sum = charge.0.checked_add(refund.money);
            charge.0 = sum.unwrap_or(Money::new(i64::MAX, refund.money.currency));
            if charge.1.currency == captured.currency {
                charge.1.amount = charge.1.amount.max(captured.amount);
            }
            let (held, captured) = *charge;
            if sum.is_none_or(|sum| sum.amount > captured.amount) {
                let wrong = Wrong::Money { charge: terms.charge.clone(), held, captured };
                return Err(self.fault(Some(refund.seq), wrong));
            }
        }
        Ok(())
    }

    fn fault(&self, seq: Option<Seq>, wrong: Wrong) -> Fault {
        // What is missing is named by its own number.
        let seq = seq.filter(|_| !matches!(wrong, Wrong::Missing(_)));
        Fault { conversation: Some(self.id.clone()), seq, wrong }
    }
}

fn check_columns(record: &Record, event: &Event) -> Result<(), Wrong> {
    let client_id = match &event.body {
        EventBody::Message(message) => message.client_id.as_ref(),
        _ => None,
    };
    let columns = [
        (record.seq == event.seq, "number"),
        (record.at == event.at, "time"),
        (record.epoch == event.epoch, "epoch"),
        (record.kind == event.body.name(), "kind"),
        (record.client_id.as_ref() == client_id, "client id"),
    ];
    match columns.into_iter().find(|(same, _)| !same) {
        Some((_, column)) => Err(Wrong::Column(column)),
        None => Ok(()),
    }
}
