//! What agents answer from, as it is now.

use std::sync::{Arc, PoisonError, RwLock};

use super::Knowledge;

/// Holds the articles that are searched. Whoever searches takes what is there and keeps it until
/// they are done; a change puts another in its place.
#[derive(Debug, Default)]
pub struct Shelf(RwLock<Arc<Knowledge>>);

impl Shelf {
    /// Holds `knowledge`.
    pub fn of(knowledge: Knowledge) -> Self {
        Self(RwLock::new(Arc::new(knowledge)))
    }

    /// What is there now.
    pub fn current(&self) -> Arc<Knowledge> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `knowledge` in its place.
    pub fn replace(&self, knowledge: Knowledge) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(knowledge);
    }
}
