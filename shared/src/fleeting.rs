//! What is told live and never recorded: who is saying something, who types, how a turn stands.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Event, EventBody, TurnState},
    id::Seq,
    message::{Author, AuthorKind},
};

/// Something that is true for a moment. Whoever misses it misses nothing that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fleeting {
    /// More text of an unfinished message.
    Draft(Draft),
    /// Somebody is typing, or has stopped.
    Typing(Typing),
    /// A turn began, goes on, or ended.
    Turn(Turn),
}

/// A piece of an unfinished message. The `message` event that follows replaces the whole draft.
///
/// The pieces that one reader receives follow on each other: joined together they are the beginning
/// of the message. A draft so far is a piece from the start, which is what a late reader gets first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The turn: the event that began it.
    pub turn: Seq,
    /// Who speaks.
    pub author: Author,
    /// Where in the message the piece stands, in bytes of UTF-8. At 0 a draft begins, and whatever
    /// was there before is thrown away.
    pub at: usize,
    /// The text to add; empty at 0 where nothing takes the place of what is thrown away.
    pub delta: String,
}

/// Somebody is typing, or has stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// Who.
    pub author: Author,
    /// Whether they are.
    pub on: bool,
}

/// How a turn stands. Told when it begins, when it ends, and after each message of the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The event that began it. A message that no agent answers is a turn of its own, which waits.
    pub turn: Seq,
    /// How it stands.
    pub state: TurnState,
}

/// What a reader is shown of this moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// What an agent is saying: the draft so far, never empty.
    pub draft: Option<Draft>,
    /// Who is typing.
    pub typing: Option<Author>,
    /// Whether an agent is at work.
    pub working: bool,
}

impl Fleeting {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::Typing(_) => "typing",
            Self::Turn(_) => "turn",
        }
    }
}

impl Draft {
    /// The piece that takes back a draft of `author` in `turn`.
    pub fn taken_back(turn: Seq, author: Author) -> Self {
        Self { turn, author, at: 0, delta: String::new() }
    }

    /// Adds `piece` to what is there so far. One that does not follow on it, because it was there
    /// before or another is missing, changes nothing.
    pub fn join(so_far: &mut Option<Self>, piece: Self) {
        if piece.at == 0 {
            *so_far = Some(piece).filter(|draft| !draft.delta.is_empty());
        } else if let Some(draft) = so_far
            && draft.turn == piece.turn
            && draft.delta.len() == piece.at
        {
            draft.delta.push_str(&piece.delta);
        }
    }
}

impl Moment {
    /// Takes in what was told.
    pub fn hear(&mut self, what: Fleeting) {
        match what {
            Fleeting::Draft(piece) => Draft::join(&mut self.draft, piece),
            Fleeting::Typing(Typing { author, on: true }) => self.typing = Some(author),
            Fleeting::Typing(Typing { author, on: false }) => {
                self.typing.take_if(|typing| *typing == author);
            }
            Fleeting::Turn(turn) => self.working = turn.state == TurnState::Running,
        }
    }

    /// Takes in an event: who has said something is not saying it any more, and a person who hands
    /// over does not go on typing.
    pub fn see(&mut self, event: &Event) {
        match &event.body {
            EventBody::Message(message) => self.said(message.author.kind),
            EventBody::Handoff(_) => self.handed_over(),
            _ => {}
        }
    }

    /// Takes in that somebody of this `kind` has said something.
    pub fn said(&mut self, kind: AuthorKind) {
        if kind == AuthorKind::Agent {
            self.draft = None;
        }
        self.typing.take_if(|typing| typing.kind == kind);
    }

    /// Takes in that the owner has changed.
    pub fn handed_over(&mut self) {
        self.typing.take_if(|typing| typing.kind == AuthorKind::Staff);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn mia() -> Author {
        Author::new(AuthorKind::Agent, "Mia")
    }

    fn piece(turn: Seq, at: usize, delta: &str) -> Fleeting {
        Fleeting::Draft(Draft { turn, author: mia(), at, delta: delta.to_owned() })
    }

    fn event(body: Value) -> Event {
        let mut whole = json!({ "seq": 9, "at": "2026-11-21T10:00:00Z", "epoch": 1 });
        if let (Some(whole), Value::Object(body)) = (whole.as_object_mut(), body) {
            whole.extend(body);
        }
        serde_json::from_value(whole).expect("an event")
    }

    #[test]
    fn a_draft_grows_piece_by_piece_and_begins_anew() {
        let mut moment = Moment::default();
        let mut check = |what: Fleeting, shown: &str| {
            moment.hear(what);
            let draft = moment.draft.as_ref().map(|draft| draft.delta.as_str());
            assert_eq!(draft.unwrap_or_default(), shown);
            assert_ne!(draft, Some(""), "nothing is not a draft");
        };
        check(piece(2, 4, "lost"), "");
        check(piece(2, 0, "Grü"), "Grü");
        check(piece(2, 4, "ße"), "Grüße");
        check(piece(2, 4, "ße"), "Grüße");
        check(piece(2, 99, "later"), "Grüße");
        check(piece(3, 7, "of another turn"), "Grüße");
        check(piece(2, 0, "Anew"), "Anew");
        check(piece(2, 0, ""), "");
        check(piece(2, 4, "too late"), "");
    }

    #[test]
    fn who_types_is_told_until_they_stop_or_have_said_it() {
        let who = |kind, name: &str| Author::new(kind, name);
        let (ada, sam) = (who(AuthorKind::Visitor, "Ada"), who(AuthorKind::Staff, "Sam"));
        let kim = who(AuthorKind::Staff, "Kim");
        let typing = |author: &Author, on| Fleeting::Typing(Typing { author: author.clone(), on });
        let says =
            |author: &Author| event(json!({ "type": "message", "author": author, "text": "x" }));
        let typist = |moment: &Moment| moment.typing.as_ref().map(|author| author.name.clone());

        let mut moment = Moment::default();
        moment.hear(typing(&sam, true));
        moment.hear(typing(&kim, false));
        moment.see(&says(&ada));
        assert_eq!(typist(&moment).as_deref(), Some("Sam"), "others stop, others speak");
        moment.see(&says(&sam));
        assert_eq!(typist(&moment), None, "said");
        moment.hear(typing(&sam, true));
        let nobody = json!({ "kind": "nobody" });
        let handoff = json!({ "type": "handoff", "from": nobody, "to": nobody, "notice": "" });
        moment.see(&event(handoff.clone()));
        assert_eq!(typist(&moment), None, "handed over");
        moment.hear(typing(&ada, true));
        moment.see(&event(handoff));
        assert_eq!(typist(&moment).as_deref(), Some("Ada"), "the visitor goes on");
        moment.hear(typing(&ada, false));
        assert_eq!(moment, Moment::default());
    }

    #[test]
    fn the_wire_is_as_documented() {
        let turn = Fleeting::Turn(Turn { turn: 2, state: TurnState::Running });
        let author = json!({ "kind": "agent", "name": "Mia" });
        for (what, json) in [
            (
                piece(2, 3, "x"),
                json!({ "type": "draft", "turn": 2, "author": author, "at": 3, "delta": "x" }),
            ),
            (
                Fleeting::Typing(Typing { author: mia(), on: true }),
                json!({ "type": "typing", "author": author, "on": true }),
            ),
            (turn, json!({ "type": "turn", "turn": 2, "state": "running" })),
        ] {
            assert_eq!(serde_json::to_value(&what).expect("JSON"), json);
            assert_eq!(json["type"], what.name());
            assert_eq!(serde_json::from_value::<Fleeting>(json).expect("the same"), what);
        }
    }
}
