//! Who of the staff is there: who has a page open or has just done something, and who says that
//! they are away.
//!
//! This is the one thing about a desk that is kept in memory only. What is lost by a restart is who
//! was there, so a restart counts as if everybody had been there until pages could come back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{id::StaffId, time::Timestamp};
use tokio::sync::watch;

use super::Clock;

/// How long pages may take to come back after a restart, in milliseconds: three times the longest
/// wait between two of their tries (`frontend/src/backoff.rs`).
const RETURN_MS: i64 = 60_000;

/// Who is there. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Presence {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    /// Nobody counts as absent before this.
    from: Timestamp,
    people: Mutex<HashMap<StaffId, Person>>,
    changes: watch::Sender<()>,
}

/// What is known of one member of staff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Person {
    /// Pages that are open.
    pages: usize,
    /// When they last did something, or closed their last page.
    seen: Timestamp,
    /// Whether they have said that they are away.
    away: bool,
}

impl Person {
    /// When they were last there: now if they are, for a page that is open stands for its reader
    /// unless the reader says otherwise.
    fn last_there(self, from: Timestamp, now: Timestamp) -> Timestamp {
        if self.pages > 0 && !self.away { now } else { self.seen.max(from) }
    }
}

/// A page that is open; closed when this is dropped.
pub struct Page {
    presence: Presence,
    who: StaffId,
}

impl Presence {
    /// Nobody is known to be there yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let from = clock.now().plus_ms(RETURN_MS);
        let (people, changes) = (Mutex::default(), watch::Sender::new(()));
        Self { inner: Arc::new(Inner { clock, from, people, changes }) }
    }

    /// `who` opens a page, which is open until the answer is dropped.
    pub fn enter(&self, who: &StaffId) -> Page {
        self.change(who, |person, _| person.pages += 1);
        self.inner.changes.send_replace(());
        Page { presence: self.clone(), who: who.clone() }
    }

    /// `who` does something.
    pub fn acted(&self, who: &StaffId) {
        self.change(who, |person, now| person.seen = now);
    }

    /// `who` says whether they are away.
    pub fn set_away(&self, who: &StaffId, away: bool) {
        self.change(who, |person, now| *person = Person { seen: now, away, ..*person });
        self.inner.changes.send_replace(());
    }

    /// Whether `who` has a page open, and if so, whether they are away.
    pub fn of(&self, who: &StaffId) -> Option<bool> {
        self.people().get(who).filter(|person| person.pages > 0).map(|person| person.away)
    }

    /// When `who` was last there; `now` if they are. Never before pages could come back after the
    /// start.
    pub fn last_there(&self, who: &StaffId, now: Timestamp) -> Timestamp {
        let person = self.people().get(who).copied().unwrap_or_default();
        person.last_there(self.inner.from, now)
    }

    /// Told whenever somebody comes, goes, or says that they are away.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.inner.changes.subscribe()
    }

    fn change(&self, who: &StaffId, with: impl FnOnce(&mut Person, Timestamp)) {
        let now = self.inner.clock.now();
        with(self.people().entry(who.clone()).or_default(), now);
    }

    fn people(&self) -> MutexGuard<'_, HashMap<StaffId, Person>> {
        self.inner.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.presence.change(&self.who, |person, now| {
            person.pages = person.pages.saturating_sub(1);
            // Who said before that they are away was not there.
            if !person.away {
                person.seen = now;
            }
        });
        self.presence.inner.changes.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Hands(AtomicI64);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::Relaxed))
        }
    }

    fn at(clock: &Hands, ms: i64) -> Timestamp {
        clock.0.store(ms, Ordering::Relaxed);
        Timestamp(ms)
    }

    #[test]
    fn invariant_13_a_restart_is_no_absence_until_pages_could_come_back() {
        let clock = Arc::new(Hands::default());
        at(&clock, 1_000_000);
        let presence = Presence::new(clock.clone());
        let sam: StaffId = "sam".parse().unwrap();
        let back = Timestamp(1_000_000 + RETURN_MS);
        for now in [1_000_000, 1_000_000 + RETURN_MS, 9_000_000] {
            assert_eq!(presence.last_there(&sam, at(&clock, now)), back, "at {now}");
        }
    }

    #[test]
    fn a_page_and_an_act_stand_for_a_person() {
        let clock = Arc::new(Hands::default());
        let presence = Presence::new(clock.clone());
        let sam: StaffId = "sam".parse().unwrap();
        let mut changes = presence.changes();
        let there = |now: Timestamp| presence.last_there(&sam, now).0;
        at(&clock, 100_000);
        let (one, two) = (presence.enter(&sam), presence.enter(&sam));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert_eq!(there(at(&clock, 900_000)), 900_000, "a page is open");
        drop(one);
        assert_eq!((there(at(&clock, 950_000)), presence.of(&sam)), (950_000, Some(false)));
        drop(two);
        assert!(changes.has_changed().unwrap());
        assert_eq!((there(at(&clock, 990_000)), presence.of(&sam)), (950_000, None));
        presence.acted(&sam);
        assert_eq!(there(at(&clock, 999_000)), 990_000, "an act");
    }

    #[test]
    fn an_open_page_does_not_stand_for_who_is_away() {
        let clock = Arc::new(Hands::default());
        let presence = Presence::new(clock.clone());
        let sam: StaffId = "sam".parse().unwrap();
        at(&clock, 100_000);
        let page = presence.enter(&sam);
        at(&clock, 200_000);
        presence.set_away(&sam, true);
        let now = at(&clock, 300_000);
        assert_eq!((presence.last_there(&sam, now).0, presence.of(&sam)), (200_000, Some(true)));
        drop(page);
        assert_eq!(presence.last_there(&sam, at(&clock, 400_000)).0, 200_000, "nor its end");
        let _page = presence.enter(&sam);
        presence.set_away(&sam, false);
        assert_eq!(presence.last_there(&sam, at(&clock, 500_000)).0, 500_000);
    }
}
