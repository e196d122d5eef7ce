//! The only writer of conversations: appends, then tells.

mod cache;
pub mod chain;
mod events;
pub mod heads;
pub mod projection;
pub mod rebuild;
#[cfg(test)]
pub(crate) mod samples;
mod step;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::{
    conversation::{Conversation, FoldError},
    event::{Event, EventBody, Opened},
    id::{ConversationId, Seq},
    time::Timestamp,
};

use crate::{
    bus::Bus,
    failpoint::{self, Point},
    storage::{
        AppendError as StoreAppendError, Require, Scope, Store, StoreError,
        rows::{Hash, Record},
    },
};

use cache::Cache;
pub use events::{Events, Iter};
use step::Step;

/// Records that are read at once.
const PAGE: usize = 1000;

/// A conversation as it was at one moment: its events and what they amount to.
#[derive(Debug, Clone)]
pub struct Thread {
    /// What the events amount to.
    pub state: Conversation,
    /// All events, oldest first.
    pub events: Events,
    /// The hash of the newest record.
    pub head: Hash,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: load again and decide anew.
    #[error("the conversation has moved on")]
    Conflict,
    /// The message is already there.
    #[error("already recorded as event {0}")]
    Duplicate(Seq),
    /// A condition on money did not hold.
    #[error("refused: {0:?}")]
    Refused(Require),
    /// The events cannot follow; a fault of the program, not of the caller.
    #[error("events that cannot follow: {0}")]
    Fold(#[from] FoldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StoreAppendError> for AppendError {
    fn from(error: StoreAppendError) -> Self {
        match error {
            StoreAppendError::Conflict => Self::Conflict,
            StoreAppendError::Duplicate(seq) => Self::Duplicate(seq),
            StoreAppendError::Refused(require) => Self::Refused(require),
            StoreAppendError::Store(error) => Self::Store(error),
        }
    }
}

/// Reads and extends conversations. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    cache: Mutex<Cache>,
}

impl Journal {
    /// A journal kept in `store`, whose appends are told on `bus`.
    pub fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>) -> Self {
        let cache = Mutex::new(Cache::new());
        Self { inner: Arc::new(Inner { store, bus, cache }) }
    }

    /// Where it is kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Where its appends are told.
    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.inner.bus
    }

    /// Begins a conversation: records `opened` as event 1. `Conflict` if the id is in use.
    pub async fn open(
        &self,
        id: ConversationId,
        opened: Opened,
        now: Timestamp,
    ) -> Result<Arc<Thread>, AppendError> {
        self.commit(step::begin(&id, opened, now)?).await
    }

    /// The conversation, if it is in scope.
    ///
    /// It may be a moment old; an append to it then answers `Conflict`, and the next load is new.
    pub async fn load(
        &self,
        scope: &Scope,
        id: &ConversationId,
    ) -> Result<Option<Arc<Thread>>, StoreError> {
        let (kept, forgotten) = {
            let mut cache = self.inner.cache();
            (cache.get(id), cache.forgotten())
        };
        let thread = match kept {
            Some(thread) => thread,
            None => match self.read(scope, id).await? {
                Some((thread, bytes)) => self.inner.cache().loaded(thread, bytes, forgotten),
                None => return Ok(None),
            },
        };
        Ok(Some(thread).filter(|thread| is_in(scope, &thread.state)))
    }

    /// Appends `bodies` right after `at`, all or nothing; answers when they are on disk.
    ///
    /// Positions and epochs are assigned here; a handoff begins the next epoch. What may not follow
    /// is refused before anything is written, and a message whose client id is recorded answers
    /// where it is. The append runs to its end even if the caller goes away.
    pub async fn append(
        &self,
        at: &Thread,
        bodies: Vec<EventBody>,
        require: Vec<Require>,
        now: Timestamp,
    ) -> Result<Arc<Thread>, AppendError> {
        if bodies.is_empty() {
            return Ok(Arc::new(at.clone()));
        }
        self.commit(step::extend(at, bodies, require, now)?).await
    }

    async fn commit(&self, step: Step) -> Result<Arc<Thread>, AppendError> {
        let inner = self.inner.clone();
        // On a task of its own: a caller that is dropped between the commit and the telling would
        // leave listeners and the cache behind.
        let task = tokio::spawn(async move { inner.commit(step).await });
        task.await.map_err(|e| StoreError::Database(e.to_string()))?
    }

    async fn read(
        &self,
        scope: &Scope,
        id: &ConversationId,
    ) -> Result<Option<(Arc<Thread>, usize)>, StoreError> {
        let mut reading = Reading::new(id);
        let mut after = 0;
        loop {
            let page = self.inner.store.records(scope, id, after, PAGE).await?;
            let Some(page) = page else { return Ok(None) };
            let is_last = page.len() < PAGE;
            for record in &page {
                reading.take(record).map_err(|e| damaged(id, record.seq, &e))?;
                after = record.seq;
            }
            if is_last {
                let bytes = reading.bytes;
                let thread = reading.finish();
                let thread = thread.ok_or_else(|| damaged(id, 1, &"it has no events"))?;
                return Ok(Some((Arc::new(thread), bytes)));
            }
        }
    }
}

impl Inner {
    async fn commit(&self, step: Step) -> Result<Arc<Thread>, AppendError> {
        let Step { thread, batch, signal, change, bytes } = step;
        let expected = batch.expect_seq;
        let id = thread.state.id.clone();
        failpoint::hit(Point::AppendBefore);
        if let Err(error) = self.store.append(batch).await {
            if matches!(error, StoreAppendError::Conflict) {
                self.cache().forget(&id, expected);
            }
            return Err(error.into());
        }
        failpoint::hit(Point::AppendAfter);
        let thread = Arc::new(thread);
        self.cache().appended(thread.clone(), bytes);
        self.bus.tell(&id, signal);
        self.bus.tell_inbox(change);
        failpoint::hit(Point::AppendTold);
        Ok(thread)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that is being put together from its records.
struct Reading {
    id: ConversationId,
    state: Option<Conversation>,
    events: Events,
    head: Hash,
    bytes: usize,
}

impl Reading {
    fn new(id: &ConversationId) -> Self {
        let head = chain::root(id);
        Self { id: id.clone(), state: None, events: Events::default(), head, bytes: 0 }
    }

    fn take(&mut self, record: &Record) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let event: Event = serde_json::from_str(&record.json)?;
        match &mut self.state {
            Some(state) => state.apply(&event)?,
            None => self.state = Some(Conversation::open(self.id.clone(), &event)?),
        }
        self.events.push(Arc::new(event));
        self.head = record.hash;
        self.bytes += record.json.len();
        Ok(())
    }

    fn finish(self) -> Option<Thread> {
        let Self { state, events, head, .. } = self;
        state.map(|state| Thread { state, events, head })
    }
}

fn is_in(scope: &Scope, state: &Conversation) -> bool {
    match scope {
        Scope::Visitor(visitor) => state.visitor.id == *visitor,
        Scope::Staff(_) | Scope::System => true,
    }
}

fn damaged(id: &ConversationId, seq: Seq, what: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("conversation {id}, event {seq}: {what}"))
}
