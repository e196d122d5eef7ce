//! The bus of one process.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use shared::id::ConversationId;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::{Bus, LineChanged, Signal};

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
    channels: HashMap<ConversationId, Sender<Signal>>,
    /// When there are so many channels, the abandoned ones are dropped.
    sweep_at: usize,
}

impl LocalBus {
    /// A bus that nobody follows yet.
    pub fn new() -> Self {
        let followed = Followed { channels: HashMap::new(), sweep_at: FEW };
        Self { followed: RwLock::new(followed), inbox: channel(INBOX).0 }
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
            Some(channel) => channel.send(signal).is_err(),
            None => false,
        };
        if abandoned {
            let mut followed = self.write();
            // Somebody may have begun to follow meanwhile.
            if followed.channels.get(conversation).is_some_and(|c| c.receiver_count() == 0) {
                followed.channels.remove(conversation);
            }
        }
    }

    fn tell_inbox(&self, change: LineChanged) {
        // An error says that nobody listens, which is fine.
        let _ = self.inbox.send(change);
    }

    fn follow(&self, conversation: &ConversationId) -> Receiver<Signal> {
        let mut followed = self.write();
        if followed.channels.len() >= followed.sweep_at {
            followed.channels.retain(|_, channel| channel.receiver_count() > 0);
            followed.sweep_at = FEW.max(followed.channels.len() * 2);
        }
        let channel = followed.channels.entry(conversation.clone());
        channel.or_insert_with(channel_of_conversation).subscribe()
    }

    fn follow_inbox(&self) -> Receiver<LineChanged> {
        self.inbox.subscribe()
    }
}

fn channel_of_conversation() -> Sender<Signal> {
    channel(CONVERSATION).0
}

#[cfg(test)]
mod tests {
    use shared::{event::TurnState, id::ConversationId};
    use tokio::sync::broadcast::error::TryRecvError;

    use super::*;

    fn id(text: &str) -> ConversationId {
        text.parse().expect("an id")
    }

    fn turn(turn: u64) -> Signal {
        Signal::Turn { turn, state: TurnState::Running }
    }

    #[test]
    fn followers_of_one_conversation_hear_it_and_no_other() {
        let bus = LocalBus::new();
        let (mut one, mut same) = (bus.follow(&id("one")), bus.follow(&id("one")));
        let mut other = bus.follow(&id("other"));
        bus.tell(&id("one"), turn(1));
        assert!(matches!(one.try_recv(), Ok(Signal::Turn { turn: 1, .. })));
        assert!(matches!(same.try_recv(), Ok(Signal::Turn { turn: 1, .. })));
        assert!(matches!(other.try_recv(), Err(TryRecvError::Empty)));
    }

    #[test]
    fn who_lags_is_told_so_and_goes_on() {
        let bus = LocalBus::new();
        let mut slow = bus.follow(&id("one"));
        for n in 0..10_000 {
            bus.tell(&id("one"), turn(n));
        }
        assert!(matches!(slow.try_recv(), Err(TryRecvError::Lagged(_))));
        assert!(slow.try_recv().is_ok());
    }

    #[test]
    fn nothing_is_kept_for_those_who_left() {
        let bus = LocalBus::new();
        drop(bus.follow(&id("told")));
        bus.tell(&id("told"), turn(1));
        assert_eq!(bus.read().channels.len(), 0, "dropped when it is told");
        let mut stays = bus.follow(&id("stays"));
        for n in 0..10_000 {
            drop(bus.follow(&id(&format!("quiet-{n}"))));
        }
        assert!(bus.read().channels.len() <= FEW + 1, "dropped when others follow");
        bus.tell(&id("stays"), turn(1));
        assert!(stays.try_recv().is_ok());
    }
}
