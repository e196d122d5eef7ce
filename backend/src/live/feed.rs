//! What happens in one conversation: its events without a gap or a double, and what is fleeting.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{Stream, stream};
use shared::{
    event::{Event, EventBody, TurnState},
    fleeting::Fleeting,
    id::{ConversationId, Seq},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{drafts::Drafts, turns::Turns};
use crate::{
    bus::{Following, Signal, Spoken},
    journal::Journal,
    storage::{Scope, StoreError},
};

/// One thing that a follower learns.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An event; in order, each once, none left out.
    Event(Arc<Event>),
    /// All events up to the moment of asking have been told; this is the newest.
    CaughtUp(Seq),
    /// What is true for a moment.
    Fleeting(Fleeting),
}

/// Why there is nothing more to tell: a failure, or else the conversation has left the scope.
type Gone = Option<StoreError>;

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
    turns: Turns,
    drafts: Drafts,
}

impl Feed {
    /// Follows from the event after `after`: history, [`Item::CaughtUp`], how the newest turn
    /// stands and what is being said; then live. `None` if the conversation is not in scope.
    pub async fn open(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
        after: Seq,
    ) -> Result<Option<Self>, StoreError> {
        let Some((mut feed, draft)) = Self::after(journal, scope, id, after).await? else {
            return Ok(None);
        };
        // How turns stood is history, too, but told by the events.
        feed.ready.retain(|item| matches!(item, Item::Event(_)));
        feed.ready.push_back(Item::CaughtUp(feed.seen));
        feed.tell(feed.turns.newest().map(Fleeting::Turn));
        feed.begin_with(draft).await
    }

    /// What follows on the visitor's message `seq`: that message and everything from there on,
    /// until its turn has ended or waits. The last item says so. `None` if the conversation is not
    /// in scope.
    pub async fn answer(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<Option<impl Stream<Item = Result<Item, StoreError>> + Send + use<>>, StoreError>
    {
        let before = seq.saturating_sub(1);
        let Some((feed, draft)) = Self::after(journal, scope, id, before).await? else {
            return Ok(None);
        };
        let Some(feed) = feed.begin_with(draft).await? else { return Ok(None) };
        Ok(Some(stream::unfold((feed, false), |(mut feed, over)| async move {
            if over {
                return None;
            }
            let item = feed.next().await?;
            let over = matches!(&item, Ok(Item::Fleeting(Fleeting::Turn(turn))) if turn.state != TurnState::Running);
            Some((item, (feed, over)))
        })))
    }

    /// Listens, and reads what came after `after`, with how turns stood after each event.
    async fn after(
        journal: &Journal,
        scope: &Scope,
        id: &ConversationId,
        after: Seq,
    ) -> Result<Option<(Self, Option<Spoken>)>, StoreError> {
        let Following { signals, draft } = journal.bus().follow(id);
        let Some(thread) = journal.load(scope, id).await? else { return Ok(None) };
        let mut feed = Self {
            journal: journal.clone(),
            scope: scope.clone(),
            id: id.clone(),
            signals,
            ready: VecDeque::new(),
            seen: 0,
            turns: Turns::new(),
            drafts: Drafts::default(),
        };
        for event in thread.events.iter().take_while(|event| event.seq <= after) {
            feed.seen = event.seq;
            feed.turns.see(event);
            feed.drafts.see(event);
        }
        feed.take_in(&thread.events);
        Ok(Some((feed, draft)))
    }

    /// Goes on with the draft as it was said so far.
    async fn begin_with(mut self, draft: Option<Spoken>) -> Result<Option<Self>, StoreError> {
        if let Some(spoken) = draft
            && let Err(gone) = self.hear_draft(spoken).await
        {
            return gone.map_or(Ok(None), Err);
        }
        Ok(Some(self))
    }

    /// The next item. `None` when there will be no more: the bus has closed, or the conversation
    /// has left the scope.
    pub async fn next(&mut self) -> Option<Result<Item, StoreError>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            let heard = match self.signals.recv().await {
                Ok(signal) => self.hear(signal).await,
                Err(RecvError::Lagged(_)) => self.listen_again().await,
                Err(RecvError::Closed) => return None,
            };
            if let Err(gone) = heard {
                return gone.map(Err);
            }
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Item, StoreError>> + Send {
        stream::unfold(self, |mut feed| async move { feed.next().await.map(|item| (item, feed)) })
    }

    async fn hear(&mut self, signal: Signal) -> Result<(), Gone> {
        match signal {
            Signal::Appended(events) if events.iter().any(|event| self.leaves(event)) => Err(None),
            Signal::Appended(events) => {
                let next = events.iter().map(|event| event.seq).find(|seq| *seq > self.seen);
                if next.is_some_and(|seq| seq > self.seen + 1) {
                    return self.read_again().await;
                }
                self.take_in(events.iter());
                Ok(())
            }
            Signal::Draft(spoken) => self.hear_draft(spoken).await,
            Signal::Typing(typing) => {
                self.tell(Some(Fleeting::Typing(typing)));
                Ok(())
            }
        }
    }

    async fn hear_draft(&mut self, spoken: Spoken) -> Result<(), Gone> {
        if spoken.after > self.seen {
            // What it answers to comes first.
            self.read_again().await?;
        }
        let piece = self.drafts.hear(spoken);
        self.tell(piece.map(Fleeting::Draft));
        Ok(())
    }

    /// Some signals were missed: events are in the journal, and a draft begins at its start again.
    async fn listen_again(&mut self) -> Result<(), Gone> {
        let Following { signals, draft } = self.journal.bus().follow(&self.id);
        self.signals = signals;
        self.read_again().await?;
        if let Some(spoken) = draft {
            return self.hear_draft(spoken).await;
        }
        let taken_back = self.drafts.lose();
        self.tell(taken_back.map(Fleeting::Draft));
        Ok(())
    }

    async fn read_again(&mut self) -> Result<(), Gone> {
        let thread = self.journal.load(&self.scope, &self.id).await.map_err(Some)?.ok_or(None)?;
        self.take_in(&thread.events);
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
                // Nothing of a former owner stands beside what comes now.
                let taken_back = self.drafts.see(event);
                self.tell(taken_back.map(Fleeting::Draft));
                self.ready.push_back(Item::Event(event.clone()));
                let turn = self.turns.see(event);
                self.tell(turn.map(Fleeting::Turn));
            }
        }
    }

    fn tell(&mut self, what: Option<Fleeting>) {
        self.ready.extend(what.map(Item::Fleeting));
    }
}
