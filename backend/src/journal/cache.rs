//! Threads that were read or written lately, so that a conversation that goes on is not read anew.

use std::sync::Arc;

use hashlink::LruCache;
use shared::id::ConversationId;

use super::Thread;

/// What may be kept, in bytes of the events' JSON; in memory they take about twice that.
const BYTES: usize = 16 * 1024 * 1024;
/// What an event counts besides its JSON.
const EVENT: usize = 128;

/// A bounded memory of threads. The one used longest ago goes first.
pub(super) struct Cache {
    threads: LruCache<ConversationId, (Arc<Thread>, usize)>,
    bytes: usize,
    forgotten: u64,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self { threads: LruCache::new_unbounded(), bytes: 0, forgotten: 0 }
    }

    pub(super) fn get(&mut self, id: &ConversationId) -> Option<Arc<Thread>> {
        self.threads.get(id).map(|(thread, _)| thread.clone())
    }

    /// How many threads were forgotten so far; see [`Cache::loaded`].
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps what an append has made of a thread, unless something newer is there.
    pub(super) fn appended(&mut self, thread: Arc<Thread>, added_bytes: usize) {
        let known = self.threads.peek(&thread.state.id);
        let before = match known {
            Some((kept, _)) if kept.state.seq >= thread.state.seq => return,
            Some((_, bytes)) => *bytes,
            // Of what was not kept only the length is known.
            None => thread.events.len() * EVENT * 4,
        };
        self.keep(thread, before + added_bytes);
    }

    /// Keeps what was read from the store and answers the newest known.
    ///
    /// `forgotten` is the count from before the read. If it has changed, the read may be older than
    /// something that was kept and forgotten meanwhile, and is not kept.
    pub(super) fn loaded(
        &mut self,
        thread: Arc<Thread>,
        bytes: usize,
        forgotten: u64,
    ) -> Arc<Thread> {
        match self.get(&thread.state.id) {
            Some(kept) if kept.state.seq >= thread.state.seq => return kept,
            _ if self.forgotten != forgotten => return thread,
            _ => {}
        }
        self.keep(thread.clone(), bytes + thread.events.len() * EVENT);
        thread
    }

    /// Forgets a thread that has proved to be old; `seq` is what it is known to have passed.
    pub(super) fn forget(&mut self, id: &ConversationId, seq: u64) {
        if self.threads.peek(id).is_some_and(|(kept, _)| kept.state.seq <= seq) {
            self.remove(id);
        }
    }

    fn keep(&mut self, thread: Arc<Thread>, bytes: usize) {
        let id = thread.state.id.clone();
        self.bytes += bytes;
        if let Some((_, before)) = self.threads.insert(id, (thread, bytes)) {
            self.bytes -= before;
        }
        while self.bytes > BYTES && self.threads.len() > 1 {
            let Some((_, (_, bytes))) = self.threads.remove_lru() else { break };
            self.bytes -= bytes;
            self.forgotten += 1;
        }
    }

    fn remove(&mut self, id: &ConversationId) {
        if let Some((_, bytes)) = self.threads.remove(id) {
            self.bytes -= bytes;
            self.forgotten += 1;
        }
    }
}
