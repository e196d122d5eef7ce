//! The brain that needs no key, no download and no GPU: reads messages by examples, plans over
//! whatever tools it is offered, speaks in templates, and says only what the record shows.

mod answer;
mod heard;
pub mod intents;
pub mod language;
pub mod lexicon;
mod long;
mod phrases;
mod plan;
pub mod reader;
mod requests;
mod said;
mod scene;
mod skills;
pub mod slots;
#[cfg(test)]
pub(crate) mod tests;
mod understand;
pub mod why;

use std::sync::Arc;

use futures_util::{StreamExt, stream, stream::BoxStream};
use shared::agent::BUILT_IN;

use self::scene::Scene;
use super::{Brain, BrainError, Piece, Reader, Request};

/// The built-in brain. Deterministic: the same request gets the same answer.
#[derive(Clone)]
pub struct Builtin {
    reader: Arc<dyn Reader>,
}

impl Builtin {
    /// A brain that understands by `reader`, which knows the published agents.
    pub fn new(reader: Arc<dyn Reader>) -> Self {
        Self { reader }
    }

    /// The whole answer at once.
    pub fn answer(&self, request: &Request) -> Vec<Piece> {
        plan::step(&Scene::new(request, self.reader.as_ref())).into_pieces()
    }
}

impl Brain for Builtin {
    fn model(&self) -> &str {
        BUILT_IN
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let brain = self.clone();
        // Nothing is computed before somebody listens.
        stream::once(async move { stream::iter(brain.answer(&request).into_iter().map(Ok)) })
            .flatten()
            .boxed()
    }
}
