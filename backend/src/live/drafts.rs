//! Which pieces of drafts one follower is told: those that follow on what it was told, and none that
//! the journal has overtaken.

use shared::{
    event::{Event, EventBody},
    fleeting::Draft,
    id::Seq,
    message::Author,
};

use crate::bus::{Spoken, ends_draft};

/// What one follower knows of drafts.
#[derive(Default)]
pub(super) struct Drafts {
    /// The newest event that has ended a draft.
    ended: Seq,
    told: Option<Told>,
}

/// A draft that the follower is being told.
struct Told {
    after: Seq,
    turn: Seq,
    author: Author,
    /// How far, in bytes.
    end: usize,
}

impl Drafts {
    /// The piece, if it is to be told. What a former owner says is not, nor what has a gap before
    /// it; the next draft begins at its start again.
    pub(super) fn hear(&mut self, Spoken { after, piece }: Spoken) -> Option<Draft> {
        if after < self.ended {
            return None;
        }
        let end = piece.at + piece.delta.len();
        if piece.at > 0 {
            let fits = |told: &&mut Told| told.after == after && told.end == piece.at;
            self.told.as_mut().filter(fits)?.end = end;
            return Some(piece);
        }
        let told = Told { after, turn: piece.turn, author: piece.author.clone(), end };
        let before = std::mem::replace(&mut self.told, (end > 0).then_some(told));
        (end > 0 || before.is_some()).then_some(piece)
    }

    /// Takes in the next event. Answers what takes back the draft that it ends, unless it is the
    /// message itself.
    pub(super) fn see(&mut self, event: &Event) -> Option<Draft> {
        if !ends_draft(&event.body) {
            return None;
        }
        self.ended = event.seq;
        let taken_back = self.lose();
        taken_back.filter(|_| !matches!(event.body, EventBody::Message(_)))
    }

    /// Forgets the draft that was being told; answers what takes it back.
    pub(super) fn lose(&mut self) -> Option<Draft> {
        self.told.take().map(|told| Draft::taken_back(told.turn, told.author))
    }
}
