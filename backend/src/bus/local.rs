//! The bus of one process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use shared::{fleeting::Draft, id::ConversationId};
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::{Bus, Following, LineChanged, Signal, Spoken, ends_draft};

/// Signals that a follower of a conversation may lag behind; slots are allocated at once.
const CONVERSATION: usize = 128;
/// Changes that a follower of the inbox may lag behind.
const INBOX: usize = 512;
/// Channels below which nobody looks for abandoned ones.
const FEW: usize = 64;

/// Carries signals within this process: a channel for each conversation that somebody follows, and
/// one for the inbox. Telling never waits, and without followers it costs a look into a map.
pub struct LocalBus {
    followed: RwLock<Followed>,
    inbox: Sender<LineChanged>,
}

struct Followed {
    channels: HashMap<ConversationId, Channel>,
    /// When there are so many channels, the abandoned ones are dropped.
    sweep_at: usize,
}

struct Channel {
    signals: Sender<Signal>,
    /// What is being said, for those who follow in the middle of it. Whoever says something
    /// follows the conversation themself, so no draft begins without a channel.
    draft: Mutex<Option<Spoken>>,
}

impl Channel {
    fn new() -> Self {
        Self { signals: broadcast::channel(CONVERSATION).0, draft: Mutex::default() }
    }

    fn is_abandoned(&self) -> bool {
        self.signals.receiver_count() == 0
    }

    /// Tells, and remembers what is being said; false if nobody listens.
    fn tell(&self, signal: Signal) -> bool {
        let mut draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        match &signal {
            Signal::Draft(spoken) => note(&mut draft, spoken),
            // One that is told late may lie before what is being said by now.
            Signal::Appended(events) => drop(draft.take_if(|spoken| {
                events.iter().any(|event| event.seq > spoken.after && ends_draft(&event.body))
            })),
            Signal::Typing(_) => {}
        }
        // The lock is held until it is told: two that tell at once are told as they are noted.
        self.signals.send(signal).is_ok()
    }

    fn follow(&self) -> Following {
        let draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        Following { signals: self.signals.subscribe(), draft: draft.clone() }
    }
}

/// Joins what is said to what has been said so far.
fn note(so_far: &mut Option<Spoken>, spoken: &Spoken) {
    let same = so_far.take().filter(|noted| noted.after == spoken.after);
    let mut draft = same.map(|noted| noted.piece);
    Draft::join(&mut draft, spoken.piece.clone());
    *so_far = draft.map(|piece| Spoken { after: spoken.after, piece });
}

impl LocalBus {
    /// A bus that nobody follows yet.
    pub fn new() -> Self {
        let followed = Followed { channels: HashMap::new(), sweep_at: FEW };
        Self { followed: RwLock::new(followed), inbox: broadcast::channel(INBOX).0 }
    }

    fn read(&self) -> RwLockReadGuard<'_, Followed> {
        self.followed.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Followed> {
        self.followed.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus for LocalBus {
    fn tell(&self, conversation: &ConversationId, signal: Signal) {
        let abandoned = match self.read().channels.get(conversation) {
            Some(channel) => !channel.tell(signal),
            None => false,
        };
        if abandoned {
            let mut followed = self.write();
            // Somebody may have begun to follow meanwhile.
            if followed.channels.get(conversation).is_some_and(Channel::is_abandoned) {
                followed.channels.remove(conversation);
            }
        }
    }

    fn tell_inbox(&self, change: LineChanged) {
        // An error says that nobody listens, which is fine.
        let _ = self.inbox.send(change);
    }

    fn follow(&self, conversation: &ConversationId) -> Following {
        let mut followed = self.write();
        if followed.channels.len() >= followed.sweep_at {
            followed.channels.retain(|_, channel| !channel.is_abandoned());
            followed.sweep_at = FEW.max(followed.channels.len() * 2);
        }
        let channel = followed.channels.entry(conversation.clone());
        channel.or_insert_with(Channel::new).follow()
    }

    fn follow_inbox(&self) -> Receiver<LineChanged> {
        self.inbox.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        event::{Event, EventBody, TurnEnded, TurnState},
        fleeting::Typing,
        message::{Author, AuthorKind},
    };
    use tokio::sync::broadcast::error::TryRecvError;

    use super::*;
    use crate::journal::samples::{NOW, id};

    fn typing(name: &str) -> Signal {
        Signal::Typing(Typing { author: Author::new(AuthorKind::Staff, name), on: true })
    }

    fn heard(signals: &mut Receiver<Signal>) -> Option<String> {
        match signals.try_recv() {
            Ok(Signal::Typing(typing)) => Some(typing.author.name),
            _ => None,
        }
    }

    fn said(after: u64, at: usize, delta: &str) -> Signal {
        let author = Author::new(AuthorKind::Agent, "Mia");
        Signal::Draft(Spoken { after, piece: Draft { turn: 2, author, at, delta: delta.into() } })
    }

    #[test]
    fn followers_of_one_conversation_hear_it_and_no_other() {
        let bus = LocalBus::new();
        let (mut one, mut same) = (bus.follow(&id("one")).signals, bus.follow(&id("one")).signals);
        let mut other = bus.follow(&id("other")).signals;
        bus.tell(&id("one"), typing("Ana"));
        assert_eq!(heard(&mut one).as_deref(), Some("Ana"));
        assert_eq!(heard(&mut same).as_deref(), Some("Ana"));
        assert!(matches!(other.try_recv(), Err(TryRecvError::Empty)));
    }

    #[test]
    fn who_lags_is_told_so_and_goes_on() {
        let bus = LocalBus::new();
        let mut slow = bus.follow(&id("one")).signals;
        for _ in 0..10_000 {
            bus.tell(&id("one"), typing("Ana"));
        }
        assert!(matches!(slow.try_recv(), Err(TryRecvError::Lagged(_))));
        assert!(slow.try_recv().is_ok());
    }

    #[test]
    fn who_comes_late_gets_the_draft_from_its_start() {
        let bus = LocalBus::new();
        let c: ConversationId = id("one");
        let _runner = bus.follow(&c);
        let check = |signal: Signal, so_far: Option<(u64, &str)>| {
            bus.tell(&c, signal);
            let draft = bus.follow(&c).draft;
            let draft = draft.as_ref().map(|said| (said.after, said.piece.delta.as_str()));
            assert_eq!(draft, so_far);
        };
        check(said(2, 3, "middle"), None);
        check(said(2, 0, "I "), Some((2, "I ")));
        check(said(2, 2, "will"), Some((2, "I will")));
        check(typing("Ada"), Some((2, "I will")));
        check(said(4, 0, "So"), Some((4, "So")));
        check(said(4, 0, ""), None);
        check(said(6, 0, "Well"), Some((6, "Well")));
        check(said(8, 4, "a piece of another"), None);
        check(said(8, 0, "Done."), Some((8, "Done.")));
        let ended = TurnEnded { turn: 2, state: TurnState::Done };
        let event =
            shared::event::Event { seq: 9, at: NOW, epoch: 1, body: EventBody::Turn(ended) };
        let late = Event { seq: 7, ..event.clone() };
        check(Signal::Appended([late.into()].into()), Some((8, "Done.")));
        check(Signal::Appended([event.into()].into()), None);
    }

    #[test]
    fn nothing_is_kept_for_those_who_left() {
        let bus = LocalBus::new();
        drop(bus.follow(&id("told")));
        bus.tell(&id("told"), typing("Ana"));
        assert_eq!(bus.read().channels.len(), 0, "dropped when it is told");
        let mut stays = bus.follow(&id("stays")).signals;
        for n in 0..10_000 {
            drop(bus.follow(&id(&format!("quiet-{n}"))));
        }
        assert!(bus.read().channels.len() <= FEW + 1, "dropped when others follow");
        bus.tell(&id("stays"), typing("Ana"));
        assert_eq!(heard(&mut stays).as_deref(), Some("Ana"));
    }
}
