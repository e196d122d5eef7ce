//! What a page keeps of a conversation: the logic of `frontend/src/live.rs` and the widget, which
//! subscribes again after each connection from the newest event that it has.

use shared::{
    event::{Event, EventBody},
    fleeting::{Fleeting, Moment},
    id::Seq,
    message::AuthorKind,
};

/// What a page has seen.
#[derive(Debug, Default)]
pub struct Page {
    events: Vec<Event>,
    moment: Moment,
    /// Drafts that began.
    pub drafts: u64,
}

impl Page {
    /// The newest event seen; 0 before the first.
    pub fn seq(&self) -> Seq {
        self.events.last().map_or(0, |event| event.seq)
    }

    /// What it has seen, in the order in which it came.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// It subscribes: what is fleeting is told anew.
    pub fn subscribes(&mut self) {
        self.moment = Moment::default();
    }

    /// An event comes. Pages ignore what they have; here it is a fault, for they said what they had.
    pub fn take(&mut self, event: Event) -> Result<(), String> {
        if event.seq <= self.seq() {
            return Err(format!("event {} after event {}", event.seq, self.seq()));
        }
        if let (EventBody::Message(said), Some(draft)) = (&event.body, &self.moment.draft)
            && said.author.kind == AuthorKind::Agent
            && !said.text.trim_start().starts_with(draft.delta.trim())
        {
            return Err(format!("the draft “{}” becomes “{}”", draft.delta, said.text));
        }
        self.moment.see(&event);
        self.events.push(event);
        Ok(())
    }

    /// Something fleeting is told.
    pub fn hear(&mut self, what: Fleeting) -> Result<(), String> {
        if let Fleeting::Draft(piece) = &what {
            let so_far = self.moment.draft.as_ref().map_or(0, |draft| draft.delta.len());
            if piece.at != 0 && piece.at != so_far {
                return Err(format!("a draft of {so_far} bytes goes on at {}", piece.at));
            }
            self.drafts += u64::from(piece.at == 0 && !piece.delta.is_empty());
        }
        self.moment.hear(what);
        Ok(())
    }
}
