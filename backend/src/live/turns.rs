//! How the newest turn stands, read off the events in their order: so it is never told out of it.

use shared::{
    event::{Event, EventBody, TurnState},
    fleeting::Turn,
    message::AuthorKind,
    owner::Owner,
    turn::Change,
};

/// How the newest turn of a conversation stands, as far as its events have been seen.
pub(super) struct Turns {
    owner: Owner,
    newest: Option<Turn>,
}

impl Turns {
    /// Before the first event.
    pub(super) fn new() -> Self {
        Self { owner: Owner::Nobody, newest: None }
    }

    /// How the newest turn stands; `None` before the first.
    pub(super) fn newest(&self) -> Option<Turn> {
        self.newest
    }

    /// Takes in the next event. Says how the turn stands if that changes, and after each message of
    /// the visitor: whoever sent it learns in which turn it is answered, or that it waits.
    pub(super) fn see(&mut self, event: &Event) -> Option<Turn> {
        let open = self.newest.filter(|turn| turn.state == TurnState::Running);
        let begun = |state| Turn { turn: event.seq, state };
        let news = match Change::by(&event.body, &self.owner, open.is_some()) {
            Some(Change::Begins) => Some(begun(TurnState::Running)),
            Some(Change::Ends(state)) => open.map(|turn| Turn { state, ..turn }),
            None => is_by_visitor(event).then(|| open.unwrap_or(begun(TurnState::Waiting))),
        };
        match &event.body {
            EventBody::Opened(opened) => self.owner = opened.owner.clone(),
            EventBody::Handoff(handoff) => self.owner = handoff.to.clone(),
            _ => {}
        }
        self.newest = news.or(self.newest);
        news
    }
}

fn is_by_visitor(event: &Event) -> bool {
    matches!(&event.body, EventBody::Message(m) if m.author.kind == AuthorKind::Visitor)
}
