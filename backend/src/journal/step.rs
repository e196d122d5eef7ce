//! From a thread and what happens next to the next thread, what is written, and what is told. Pure.

use std::sync::Arc;

use shared::{
    conversation::{Conversation, FoldError},
    event::{Event, EventBody, Opened},
    id::{ConversationId, Epoch},
    time::Timestamp,
};

use super::{
    AppendError, Events, Thread, chain,
    projection::{self, Added},
};
use crate::{
    bus::{LineChanged, Signal},
    storage::{
        Require, StoreError,
        rows::{Batch, Hash, Record},
    },
};

/// One append, before it is on disk.
pub(super) struct Step {
    pub(super) thread: Thread,
    pub(super) batch: Batch,
    pub(super) signal: Signal,
    pub(super) change: LineChanged,
    /// The size of the new events, in bytes of JSON.
    pub(super) bytes: usize,
}

/// The step that begins a conversation.
pub(super) fn begin(
    id: &ConversationId,
    opened: Opened,
    now: Timestamp,
) -> Result<Step, AppendError> {
    let before = Conversation::begin(id.clone(), opened.clone(), now);
    let event = Event { seq: 1, at: now, epoch: 1, body: EventBody::Opened(opened) };
    let mut added = Added::default();
    added.note(&before, &event);
    let state = Conversation::open(id.clone(), &event)?;
    let mut head = chain::root(id);
    let records = vec![record(&event, &mut head)?];
    let events = vec![Arc::new(event)];
    let run = Run { events, records, added };
    Ok(finish(&before, state, Events::default(), head, run, Vec::new()))
}

/// The step by which `bodies` follow on `at`.
pub(super) fn extend(
    at: &Thread,
    bodies: Vec<EventBody>,
    require: Vec<Require>,
    now: Timestamp,
) -> Result<Step, AppendError> {
    // A brief alone would leave the conversation between two owners.
    if matches!(bodies.last(), Some(EventBody::Brief(_))) {
        return Err(FoldError::Handoff.into());
    }
    let mut state = at.state.clone();
    let mut head = at.head;
    // A clock that was set back does not make the journal run backwards.
    let now = now.max(state.updated_at);
    let mut run = Run::default();
    for body in bodies {
        let is_handoff = matches!(body, EventBody::Handoff(_));
        let epoch = state.epoch + Epoch::from(is_handoff);
        let event = Event { seq: state.seq + 1, at: now, epoch, body };
        run.added.note(&state, &event);
        state.apply(&event)?;
        run.records.push(record(&event, &mut head)?);
        run.events.push(Arc::new(event));
    }
    Ok(finish(&at.state, state, at.events.clone(), head, run, require))
}

#[derive(Default)]
struct Run {
    events: Vec<Arc<Event>>,
    records: Vec<Record>,
    added: Added,
}

fn finish(
    before: &Conversation,
    state: Conversation,
    mut events: Events,
    head: Hash,
    run: Run,
    require: Vec<Require>,
) -> Step {
    let line = projection::line(&state);
    let change =
        LineChanged { summary: Arc::new(line.summary.clone()), escalated: calls(before, &state) };
    let bytes = run.records.iter().map(|record| record.json.len()).sum();
    let batch = Batch {
        line,
        expect_seq: before.seq,
        records: run.records,
        require,
        refunds: run.added.refunds,
        approvals: run.added.approvals,
        meters: run.added.meters,
        searches: run.added.searches,
        audit: run.added.audit,
        search: run.added.search,
    };
    let signal = Signal::Appended(run.events.as_slice().into());
    events.extend(run.events);
    Step { thread: Thread { state, events, head }, batch, signal, change, bytes }
}

/// Whether a person is needed who was not needed before.
fn calls(before: &Conversation, after: &Conversation) -> bool {
    let escalated = before.escalated_at.is_none() && after.escalated_at.is_some();
    let asked = before.approvals.is_empty() && !after.approvals.is_empty();
    escalated || asked
}

fn record(event: &Event, head: &mut Hash) -> Result<Record, AppendError> {
    let json = serde_json::to_string(event)
        .map_err(|e| StoreError::Damaged(format!("an event that cannot be written: {e}")))?;
    *head = chain::link(head, &json);
    let client_id = match &event.body {
        EventBody::Message(message) => message.client_id.clone(),
        _ => None,
    };
    Ok(Record {
        seq: event.seq,
        at: event.at,
        epoch: event.epoch,
        kind: event.body.name().to_owned(),
        json,
        hash: *head,
        client_id,
    })
}
