//! "Somebody is typing", told sparingly.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use gloo_timers::future::TimeoutFuture;

/// How often typing is told while it goes on, and how long a pause ends it, in milliseconds.
const EVERY_MS: u32 = 3_000;

/// Keys counted since typing was last told; `IDLE` when nobody types.
#[derive(Clone)]
pub struct Typing(Arc<AtomicU32>);

const IDLE: u32 = u32::MAX;

impl Default for Typing {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(IDLE)))
    }
}

impl Typing {
    /// Notes a key; tells at once when typing begins, then at intervals, and when it has ended.
    pub fn note(&self, tell: impl Fn(bool) + 'static) {
        let keys = self.0.clone();
        let before = keys.load(Ordering::Relaxed);
        if before != IDLE {
            keys.store(before.saturating_add(1).min(IDLE - 1), Ordering::Relaxed);
            return;
        }
        keys.store(0, Ordering::Relaxed);
        tell(true);
        leptos::task::spawn_local(async move {
            loop {
                TimeoutFuture::new(EVERY_MS).await;
                let goes_on = !matches!(keys.swap(0, Ordering::Relaxed), 0 | IDLE);
                tell(goes_on);
                if !goes_on {
                    keys.store(IDLE, Ordering::Relaxed);
                    return;
                }
            }
        });
    }

    /// What was typed is sent: at the next interval typing has ended.
    pub fn stop(&self) {
        if self.0.load(Ordering::Relaxed) != IDLE {
            self.0.store(0, Ordering::Relaxed);
        }
    }
}
