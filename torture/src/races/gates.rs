//! A brain that stops in the middle of its answer, until its rival is at the start, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use baton::brain::{Brain, BrainError, Piece, Request};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use shared::id::VisitorId;
use tokio::{sync::Barrier, task::yield_now, time::timeout};

/// A rival that does not come, because its like was ended before, is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where two rivals meet; then each has a start of its own.
pub struct Gate {
    barrier: Barrier,
}

impl Gate {
    /// A gate for two.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { barrier: Barrier::new(2) })
    }

    /// Waits for the rival, and then for as many moments as chance gives.
    pub async fn start(&self, moments: u32) {
        let _ = timeout(PATIENCE, self.barrier.wait()).await;
        for _ in 0..moments {
            yield_now().await;
        }
    }
}

/// What the brain does at its next step with a visitor.
struct Part {
    gate: Option<Arc<Gate>>,
    moments: u32,
    then: Vec<Piece>,
}

/// The brain. It speaks in parts that are set for each visitor; without one it says that it has
/// heard.
#[derive(Default)]
pub struct Gates {
    parts: Mutex<HashMap<VisitorId, Vec<Part>>>,
}

impl Gates {
    /// At its next step with `visitor`, the brain says a word, meets its rival at `gate`, if there
    /// is one, and says the rest.
    pub fn next(
        &self,
        visitor: VisitorId,
        gate: Option<Arc<Gate>>,
        moments: u32,
        then: Vec<Piece>,
    ) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.entry(visitor).or_default().push(Part { gate, moments, then });
    }

    fn take(&self, visitor: &VisitorId) -> Option<Part> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = parts.get_mut(visitor)?;
        (!mine.is_empty()).then(|| mine.remove(0))
    }
}

impl Brain for Gates {
    fn model(&self) -> &'static str {
        "gates"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let Some(Part { gate, moments, then }) = self.take(&request.visitor.id) else {
            return stream::iter([Ok(Piece::Text("I have heard.".to_owned()))]).boxed();
        };
        let Some(gate) = gate else { return stream::iter(then.into_iter().map(Ok)).boxed() };
        let rest = stream::once(async move {
            gate.start(moments).await;
            stream::iter(then.into_iter().map(Ok))
        });
        stream::iter([Ok(Piece::Text("Well, ".to_owned()))]).chain(rest.flatten()).boxed()
    }
}
