//! How many streams one visitor may hold open: each costs memory for as long as it stands.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::id::VisitorId;

/// Most streams of one visitor: enough for a browser full of tabs.
const AT_ONCE: usize = 32;

type Open = HashMap<VisitorId, usize>;

/// Counts the streams that visitors hold open. Cheap to clone; all clones count together.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<Open>>,
}

/// One stream's place; free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    streams: Streams,
    visitor: VisitorId,
}

/// The visitor holds too many open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many streams")]
pub struct TooMany;

impl Streams {
    /// A place for one more stream of `visitor`.
    pub fn enter(&self, visitor: &VisitorId) -> Result<Place, TooMany> {
        let mut open = self.lock();
        let count = open.entry(visitor.clone()).or_default();
        if *count >= AT_ONCE {
            return Err(TooMany);
        }
        *count += 1;
        Ok(Place { streams: self.clone(), visitor: visitor.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(count) = open.get_mut(&self.visitor) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_free_and_nothing_is_kept_of_who_left() {
        let streams = Streams::default();
        let (one, other) = ("vis_1".parse().unwrap(), "vis_2".parse().unwrap());
        let mut places: Vec<_> = (0..AT_ONCE).map(|_| streams.enter(&one).unwrap()).collect();
        assert_eq!(streams.enter(&one).err(), Some(TooMany));
        assert!(streams.enter(&other).is_ok(), "another visitor has their own");
        places.pop();
        places.push(streams.enter(&one).unwrap());
        drop(places);
        assert!(streams.lock().is_empty());
    }
}
