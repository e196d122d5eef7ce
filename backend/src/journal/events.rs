//! A list of events that many hold and one extends, without copying what came before.

use std::{ops::Index, sync::Arc};

use shared::{event::Event, id::Seq};

/// Events of a full chunk.
const CHUNK: usize = 64;

/// The events of one conversation, oldest first.
///
/// A clone shares all full chunks, so that a conversation of thousands of events is extended at the
/// cost of its last few.
#[derive(Debug, Clone, Default)]
pub struct Events {
    full: Vec<Arc<[Arc<Event>]>>,
    tail: Vec<Arc<Event>>,
}

impl Events {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event at `index`, from 0; its sequence number is one more.
    pub fn get(&self, index: usize) -> Option<&Arc<Event>> {
        match self.full.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.tail.get(index - self.full.len() * CHUNK),
        }
    }

    /// The oldest event.
    pub fn first(&self) -> Option<&Arc<Event>> {
        self.get(0)
    }

    /// The newest event.
    pub fn last(&self) -> Option<&Arc<Event>> {
        self.len().checked_sub(1).and_then(|last| self.get(last))
    }

    /// All of them, oldest first; can be reversed.
    pub fn iter(&self) -> Iter<'_> {
        Iter { events: self, from: 0, to: self.len() }
    }

    /// Those after `seq`, oldest first.
    pub fn after(&self, seq: Seq) -> Iter<'_> {
        let from = usize::try_from(seq).unwrap_or(usize::MAX).min(self.len());
        Iter { events: self, from, to: self.len() }
    }

    /// Adds the next event.
    pub fn push(&mut self, event: Arc<Event>) {
        self.tail.push(event);
        if self.tail.len() == CHUNK {
            self.full.push(std::mem::take(&mut self.tail).into());
        }
    }
}

impl Index<usize> for Events {
    type Output = Arc<Event>;

    fn index(&self, index: usize) -> &Arc<Event> {
        match self.get(index) {
            Some(event) => event,
            None => panic!("event {index} of {}", self.len()),
        }
    }
}

impl Extend<Arc<Event>> for Events {
    fn extend<I: IntoIterator<Item = Arc<Event>>>(&mut self, events: I) {
        events.into_iter().for_each(|event| self.push(event));
    }
}

impl FromIterator<Arc<Event>> for Events {
    fn from_iter<I: IntoIterator<Item = Arc<Event>>>(events: I) -> Self {
        let mut list = Self::default();
        list.extend(events);
        list
    }
}

impl From<Vec<Arc<Event>>> for Events {
    fn from(events: Vec<Arc<Event>>) -> Self {
        events.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Arc<Event>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Goes through [`Events`], from either end.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    events: &'a Events,
    from: usize,
    to: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Arc<Event>;

    fn next(&mut self) -> Option<&'a Arc<Event>> {
        (self.from < self.to).then(|| {
            self.from += 1;
            &self.events[self.from - 1]
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        (self.from < self.to).then(|| {
            self.to -= 1;
            &self.events[self.to]
        })
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::{
        event::{EventBody, Rating},
        time::Timestamp,
    };

    use super::*;

    fn event(seq: Seq) -> Arc<Event> {
        let body = EventBody::Rating(Rating { score: 5, comment: None });
        Arc::new(Event { seq, at: Timestamp(0), epoch: 1, body })
    }

    proptest! {
        #[test]
        fn it_reads_like_a_plain_list(n in 0u64..300, after in 0u64..400, snapshot in 0usize..300) {
            let plain: Vec<_> = (1..=n).map(event).collect();
            let mut events = Events::default();
            let mut before = Events::default();
            for (i, event) in plain.iter().enumerate() {
                if i == snapshot {
                    before = events.clone();
                }
                events.push(event.clone());
            }
            prop_assert_eq!(events.len(), plain.len());
            prop_assert_eq!(events.last(), plain.last());
            prop_assert!(events.iter().eq(plain.iter()));
            prop_assert!(events.iter().rev().eq(plain.iter().rev()));
            prop_assert!(events.after(after).eq(plain.iter().filter(|e| e.seq > after)));
            prop_assert!(before.iter().eq(plain.iter().take(before.len())), "a clone stays as it was");
        }
    }
}
