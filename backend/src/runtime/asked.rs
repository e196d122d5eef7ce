//! What a brain was asked, for whoever wants to see it: worked out again from the journal, as it
//! stood then.

use std::sync::Arc;

use shared::{
    conversation::Conversation,
    event::{Event, EventBody},
    id::{ConversationId, Epoch, Seq},
    time::Timestamp,
};

use super::{Desk, DeskError, World, view};
use crate::{
    brain::Request,
    journal::{Events, Thread},
    storage::Scope,
};

/// What a brain was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The model that answered.
    pub model: String,
    /// With what it was asked. The agent is at its pinned version; the desk's voice is today's.
    pub request: Request,
}

impl Desk {
    /// What the step was asked whose use the event `seq` tells; `None` if that event tells none.
    pub async fn asked(
        &self,
        scope: &Scope,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<Option<Asked>, DeskError> {
        let thread = self.load(scope, id).await?;
        let event = thread.events.iter().find(|event| event.seq == seq);
        let Some(EventBody::Usage(step)) = event.map(|event| &event.body) else { return Ok(None) };
        let asked_in = step.asked_in.unwrap_or(Epoch::MAX);
        let Some((past, now)) = before(&thread, seq, asked_in) else { return Ok(None) };
        let spec = self.owner_spec(&past).await?;
        let snapshot = self.catalog().current();
        let request = view::request(&World {
            thread: &past,
            spec: spec.as_deref(),
            desk: &snapshot,
            tools: &self.tools(),
            money: self.money_enabled().await?,
            owner_there: None,
            now,
        });
        Ok(request.map(|request| Asked { model: step.model.clone(), request }))
    }
}

/// The conversation before the event `seq` and before whatever tenure followed on `tenure`, and
/// when its newest event was recorded.
fn before(thread: &Thread, seq: Seq, tenure: Epoch) -> Option<(Thread, Timestamp)> {
    let mut events = Events::default();
    let mut state: Option<Conversation> = None;
    let mut now = None;
    // A tenure begins with the brief of the handoff that makes it.
    let next = thread.events.iter().find(|event| event.epoch > tenure);
    let seq = next.map_or(seq, |handoff| seq.min(handoff.seq.saturating_sub(1)));
    let past = thread.events.iter().take_while(|event: &&Arc<Event>| event.seq < seq);
    for event in past {
        events.push(event.clone());
        now = Some(event.at);
        match &mut state {
            None => state = Conversation::open(thread.state.id.clone(), event).ok(),
            Some(state) => drop(state.apply_seen(event)),
        }
    }
    Some((Thread { state: state?, events, head: thread.head }, now?))
}
