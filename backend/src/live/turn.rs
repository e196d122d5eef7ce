//! What follows a visitor's message until it is answered, or waits for a person.

use std::collections::VecDeque;

use futures_util::{Stream, stream};
use shared::{
    event::{Event, EventBody, TurnState},
    id::Seq,
    owner::Owner,
};

use super::{Feed, Item};
use crate::storage::StoreError;

/// Everything from the message `seq` to the end of its turn; the last item is the turn's state.
///
/// `owner` owned the conversation before the message. The end is read from events, not from
/// signals, which may be lost.
pub fn follow(
    feed: Feed,
    seq: Seq,
    owner: Owner,
) -> impl Stream<Item = Result<Item, StoreError>> + Send {
    let turn = Following { feed, watch: Watch { seq, owner }, ready: VecDeque::new(), over: false };
    stream::unfold(turn, |mut turn| async move { turn.next().await.map(|item| (item, turn)) })
}

struct Following {
    feed: Feed,
    watch: Watch,
    ready: VecDeque<Item>,
    over: bool,
}

impl Following {
    async fn next(&mut self) -> Option<Result<Item, StoreError>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if self.over {
                return None;
            }
            match self.feed.next().await? {
                Ok(Item::Event(event)) => {
                    let after = self.watch.see(&event);
                    if event.seq >= self.watch.seq {
                        self.ready.push_back(Item::Event(event));
                    }
                    if let Some(state) = after {
                        self.over = state != TurnState::Running;
                        self.ready.push_back(Item::Turn { turn: self.watch.seq, state });
                    }
                }
                Ok(Item::CaughtUp(_) | Item::Turn { .. }) => {}
                other => return Some(other),
            }
        }
    }
}

struct Watch {
    seq: Seq,
    owner: Owner,
}

impl Watch {
    /// How the turn stands from this event on, if the event changes that.
    fn see(&mut self, event: &Event) -> Option<TurnState> {
        if let EventBody::Handoff(handoff) = &event.body {
            self.owner = handoff.to.clone();
        }
        if event.seq < self.seq {
            return None;
        }
        match &event.body {
            EventBody::Turn(ended) => Some(ended.state),
            EventBody::Closed(_) => Some(TurnState::Done),
            EventBody::Message(_) if event.seq == self.seq => match self.owner {
                Owner::Agent { .. } => Some(TurnState::Running),
                Owner::Queue { .. } | Owner::Staff { .. } => Some(TurnState::Waiting),
                // It is being reopened: the handoff follows.
                Owner::Nobody => None,
            },
            EventBody::Handoff(_) => match self.owner {
                Owner::Queue { .. } | Owner::Staff { .. } => Some(TurnState::Waiting),
                Owner::Agent { .. } | Owner::Nobody => None,
            },
            _ => None,
        }
    }
}
