//! What happens in one conversation: its events without a gap or a double, and what is fleeting.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{Stream, stream};
use shared::{
    event::{Event, EventBody, TurnState},
    id::{ConversationId, Epoch, Seq},
    message::{Author, AuthorKind},
    owner::Owner,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{
    bus::Signal,
    journal::{Journal, Thread},
    storage::{Scope, StoreError},
};

/// One thing that a follower learns.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An event; in order, each once, none left out.
    Event(Arc<Event>),
    /// All events up to the moment of asking have been told; this is the newest.
    CaughtUp(Seq),
    /// More text of an unfinished message.
    Draft {
        /// The turn.
        turn: Seq,
        /// Who speaks.
        author: Author,
        /// The text to add.
        delta: String,
        /// Whether to begin anew.
        reset: bool,
    },
    /// Somebody is typing, or has stopped.
    Typing {
        /// Who.
        author: Author,
        /// Whether they are.
        on: bool,
    },
    /// A turn began, or ended.
    Turn {
        /// The event that began it.
        turn: Seq,
        /// How it stands.
        state: TurnState,
    },
}

/// Follows one conversation on behalf of a scope.
///
/// It listens to the bus first and reads the journal then, so nothing falls between; what comes
/// twice is told once. A follower that is too slow for the bus reads the journal again.
pub struct Feed {
    journal: Journal,
    scope: Scope,
    id: ConversationId,
    signals: Receiver<Signal>,
    ready: VecDeque<Item>,
    seen: Seq,
    owner: Owner,
    epoch: Epoch,
    drafting: Option<(Seq, Author)>,
}

impl Feed {
    /// Follows from the event after `after`: history, [`Item::CaughtUp`], then live. `None` if the
    /// conversation is not in scope.
    pub async fn open(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
        after: Seq,
    ) -> Result<Option<Self>, StoreError> {
        let Some((mut feed, thread)) = Self::begin(journal, scope, id).await? else {
            return Ok(None);
        };
        feed.seen = after.min(feed.seen);
        feed.take_in(&thread.events);
        feed.ready.push_back(Item::CaughtUp(thread.state.seq));
        if let Some(turn) = thread.state.turn.as_ref().filter(|_| thread.state.has_work()) {
            feed.ready.push_back(Item::Turn { turn: turn.id, state: TurnState::Running });
        }
        Ok(Some(feed))
    }

    /// Follows from now on.
    pub async fn live(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
    ) -> Result<Option<Self>, StoreError> {
        Ok(Self::begin(journal, scope, id).await?.map(|(feed, _)| feed))
    }

    async fn begin(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
    ) -> Result<Option<(Self, Arc<Thread>)>, StoreError> {
        let signals = journal.bus().follow(id);
        let Some(thread) = journal.load(scope, id).await? else { return Ok(None) };
        let feed = Self {
            journal: journal.clone(),
            scope: scope.clone(),
            id: id.clone(),
            signals,
            ready: VecDeque::new(),
            seen: thread.state.seq,
            owner: thread.state.owner.clone(),
            epoch: thread.state.epoch,
            drafting: None,
        };
        Ok(Some((feed, thread)))
    }

    /// The newest event that was told, or lies before what is told.
    pub fn seen(&self) -> Seq {
        self.seen
    }

    /// Who owned the conversation when the feed began.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Tells again what came after `after`; answers who owned the conversation there.
    pub async fn rewind(&mut self, after: Seq) -> Result<Owner, StoreError> {
        let Some(thread) = self.journal.load(&self.scope, &self.id).await? else {
            return Ok(Owner::Nobody);
        };
        self.seen = after;
        self.take_in(&thread.events);
        let owners = thread.events.iter().take_while(|event| event.seq <= after);
        let owner = owners.filter_map(|event| match &event.body {
            EventBody::Opened(opened) => Some(&opened.owner),
            EventBody::Handoff(handoff) => Some(&handoff.to),
            _ => None,
        });
        Ok(owner.last().cloned().unwrap_or(Owner::Nobody))
    }

    /// The next item. `None` when there will be no more: the bus has closed, or the conversation
    /// has left the scope.
    pub async fn next(&mut self) -> Option<Result<Item, StoreError>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            match self.signals.recv().await {
                Ok(signal) => {
                    if let Err(gone) = self.hear(signal).await {
                        return gone.map(Err);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    if let Err(gone) = self.read_again().await {
                        return gone.map(Err);
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Item, StoreError>> + Send {
        stream::unfold(self, |mut feed| async move { feed.next().await.map(|item| (item, feed)) })
    }

    async fn hear(&mut self, signal: Signal) -> Result<(), Option<StoreError>> {
        match signal {
            Signal::Appended(events) if events.iter().any(|event| self.leaves(event)) => {
                return Err(None);
            }
            Signal::Appended(events) => {
                let gap = events.iter().find(|e| e.seq > self.seen).map(|e| e.seq > self.seen + 1);
                match gap {
                    Some(true) => return self.read_again().await,
                    Some(false) => self.take_in(events.iter()),
                    None => self.forget_draft(&events),
                }
            }
            // Said by a former owner: after the handoff nobody hears it.
            Signal::Draft { epoch, .. } if epoch < self.epoch => {}
            Signal::Draft { turn, epoch, author, delta, reset } => {
                if epoch > self.epoch {
                    // The handoff that made its owner comes first.
                    self.read_again().await?;
                }
                self.drafting = Some((turn, author.clone()));
                self.ready.push_back(Item::Draft { turn, author, delta, reset });
            }
            Signal::Typing { author, on } => self.ready.push_back(Item::Typing { author, on }),
            Signal::Turn { turn, state } => self.ready.push_back(Item::Turn { turn, state }),
        }
        Ok(())
    }

    /// Whether the event gives the conversation to another visitor than the one who follows.
    fn leaves(&self, event: &Event) -> bool {
        match (&self.scope, &event.body) {
            (Scope::Visitor(visitor), EventBody::Identified(now)) => now.visitor.id != *visitor,
            _ => false,
        }
    }

    fn take_in<'a>(&mut self, events: impl IntoIterator<Item = &'a Arc<Event>>) {
        for event in events {
            if event.seq > self.seen {
                self.seen = event.seq;
                self.epoch = self.epoch.max(event.epoch);
                if ends_draft(event) {
                    self.drafting = None;
                }
                self.ready.push_back(Item::Event(event.clone()));
            }
        }
    }

    /// A draft that was heard after its message had been read from the journal is thrown away.
    fn forget_draft(&mut self, events: &[Arc<Event>]) {
        if events.iter().any(|event| ends_draft(event))
            && let Some((turn, author)) = self.drafting.take()
        {
            let delta = String::new();
            self.ready.push_back(Item::Draft { turn, author, delta, reset: true });
        }
    }

    async fn read_again(&mut self) -> Result<(), Option<StoreError>> {
        match self.journal.load(&self.scope, &self.id).await {
            Ok(Some(thread)) => {
                self.take_in(&thread.events);
                Ok(())
            }
            Ok(None) => Err(None),
            Err(cause) => Err(Some(cause)),
        }
    }
}

fn ends_draft(event: &Event) -> bool {
    match &event.body {
        EventBody::Message(message) => message.author.kind == AuthorKind::Agent,
        EventBody::Handoff(_) | EventBody::Turn(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use shared::brief::TriggerKind;

    use super::*;
    use crate::journal::samples::{Desk, NOW, ana, handoff, id, opened, says};

    #[tokio::test]
    async fn nobody_hears_a_draft_of_a_former_owner() {
        let Desk { journal, store: _, dir: _dir } = Desk::new();
        let c: ConversationId = id("cnv_1");
        let thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
        let said = journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
        let feed = Feed::live(&journal, &Scope::System, &c).await.expect("read");
        let mut feed = feed.expect("in scope");
        let draft = |epoch: Epoch, delta: &str| {
            let author = Author::new(AuthorKind::Agent, "Mia");
            let delta = delta.to_owned();
            journal.bus().tell(&c, Signal::Draft { turn: 2, epoch, author, delta, reset: false });
        };
        // A takeover in the middle of what an agent says, which goes on a little.
        draft(1, "I will ");
        let taken = handoff(&said.state, &ana(), TriggerKind::Claim);
        journal.append(&said, taken, vec![], NOW).await.expect("taken over");
        draft(1, "refund you.");
        let typing = Signal::Typing { author: Author::new(AuthorKind::Staff, "Ana"), on: true };
        journal.bus().tell(&c, typing);
        let mut heard = Vec::new();
        loop {
            match feed.next().await.expect("more").expect("read") {
                Item::Draft { delta, .. } => heard.push(delta),
                Item::Event(event) => heard.push(event.body.name().to_owned()),
                Item::Typing { .. } => break,
                Item::CaughtUp(_) | Item::Turn { .. } => {}
            }
        }
        assert_eq!(heard, ["I will ", "brief", "handoff"]);
    }
}
